//! What Terraform stores.

use bytes::Bytes;

use crate::types::value::Object;

/// What Terraform stores of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance {
    /// The state.
    pub object: Object,
    /// What tells the object from others, once the provider has said so.
    pub identity: Option<Object>,
    /// What the provider remembers beside it.
    pub private: Bytes,
    /// Whether it is replaced next, since its making went wrong.
    pub is_tainted: bool,
}
