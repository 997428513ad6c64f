//! What has to wait for a later run.

use crate::deferral::{ClientCapabilities, DeferredReason};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::schema::Schema;
use crate::schema::walk::walk;
use crate::types::value::{Object, Value};

/// Why the answer is put off: as its author says, if the client allows that.
pub(super) fn allowed(
    deferred: Option<DeferredReason>,
    client: ClientCapabilities,
    diagnostics: &mut Diagnostics,
) -> Option<DeferredReason> {
    let reason = deferred?;
    if client.deferral_allowed {
        return Some(reason);
    }
    let detail = "The provider has put off what it was asked for, and the client did not allow that. This is a bug in the provider. \
                  Please report this.";
    diagnostics.fail(Diagnostic::error("Invalid Deferred Response", detail));
    None
}

/// Marks as unknown what is computed and not known yet: a later run finds it out.
pub(super) fn mark_missing(schema: &Schema, config: &Object, result: &mut Object) {
    walk(schema.members(), Some(config), None, result, &mut |node| {
        if node.is_decided_by_apply() && node.planned.is_null() {
            *node.planned = Value::unknown();
        }
    });
}
