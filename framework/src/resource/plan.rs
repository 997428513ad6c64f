//! The plan of one object as its resource sees it.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::types::path::Path;
use crate::types::value::Object;

/// The plan for one object that is created or updated, for a resource to inspect and refine.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the user wrote; write-only values are here only.
    pub config: Object,
    /// The state before; none for a create.
    pub prior: Option<Object>,
    /// The state after, as far as it is known.
    pub planned: Object,
    /// The attributes whose change needs a new object.
    pub requires_replace: BTreeSet<Path>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: Private,
    /// What to tell the user.
    pub diagnostics: Diagnostics,
}

impl Plan {
    /// Whether the object is replaced, as far as the plan has been made.
    pub fn replaces(&self) -> bool {
        self.prior.is_some() && !self.requires_replace.is_empty()
    }

    /// Whether the object is new.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the planned value of a top-level attribute differs from the one before, or there was none.
    pub fn changes(&self, name: &str) -> bool {
        self.prior
            .as_ref()
            .is_none_or(|prior| prior.get(name) != self.planned.get(name))
    }
}
