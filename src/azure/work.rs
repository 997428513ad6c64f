//! What one operation works on.

use tfplugin_framework::context::Context;

use super::Azure;
use crate::arm::{ResourceId, Session};

/// One object in one operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work<'a> {
    /// The configured provider, and the operation's bounds.
    pub(crate) context: &'a Context<Azure>,
    /// The way to ARM.
    pub(crate) session: &'a Session,
    /// The object.
    pub(crate) id: &'a ResourceId,
}
