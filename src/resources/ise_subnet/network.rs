//! The virtual network of a subnet, in which one write runs at a time.

use tfplugin_framework::diagnostics::Diagnostic;

use super::schema::ARM;
use crate::arm::{self, ResourceId, Session};

/// The virtual network.
pub(super) fn network(id: &ResourceId) -> ResourceId {
    id.parent().unwrap_or_else(|| id.clone())
}

/// The right to write in the subnet's network.
pub(super) async fn lock(session: &Session, id: &ResourceId) -> Result<arm::LockGuard, Diagnostic> {
    session
        .lock(&network(id))
        .await
        .map_err(ARM.failed("waiting to write", id))
}
