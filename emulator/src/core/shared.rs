//! JSON that is shared until it is changed.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::json::Json;

/// JSON that costs nothing to copy: what is stored is read far more often than it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shared(Arc<Json>);

impl Shared {
    /// A copy of its own.
    pub(crate) fn to_json(&self) -> Json {
        Json::clone(&self.0)
    }
}

impl Deref for Shared {
    type Target = Json;

    fn deref(&self) -> &Json {
        &self.0
    }
}

impl DerefMut for Shared {
    /// From here on it is nobody else's.
    fn deref_mut(&mut self) -> &mut Json {
        Arc::make_mut(&mut self.0)
    }
}

impl From<Json> for Shared {
    fn from(value: Json) -> Self {
        Self(Arc::new(value))
    }
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'a> Deserialize<'a> for Shared {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        Json::deserialize(from).map(Self::from)
    }
}
