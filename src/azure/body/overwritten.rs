//! What of others a write replaced.

use serde_json::Value as Json;
use tfplugin_framework::schema::Attribute;
use tfplugin_framework::types::path::{Path, Step};
use tfplugin_framework::types::value::Object;

/// Something that the service had from others, and that a change of the very same replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Overwritten {
    /// Where it was.
    pub path: Path,
    /// What the service had and what was written, null for nothing; `None` where the values are nobody's business.
    pub values: Option<(Json, Json)>,
}

impl Overwritten {
    /// At a path, by values that may be shown.
    pub fn new(path: Path, had: Json, has: Json) -> Self {
        Self {
            path,
            values: Some((had, has)),
        }
    }

    /// At a path, without telling the values.
    pub fn untold(path: Path) -> Self {
        Self { path, values: None }
    }

    /// The same in what is at `parent`.
    #[must_use]
    pub fn below(mut self, parent: &Path) -> Self {
        let steps = self.path.steps().iter();
        self.path = steps.fold(parent.clone(), |path, step| match step {
            Step::Attribute(name) => path.with_attribute(name),
            Step::Key(key) => path.with_key(key),
            Step::Index(index) => path.with_index(*index),
        });
        self
    }
}

/// Writes in what two objects differ, and tells what it overwrote.
pub(super) type WriteObject = fn(&[Attribute], (&Object, &Object), &mut Json) -> Vec<Overwritten>;
