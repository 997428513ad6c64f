//! What the user is told about operations on an environment that take hours.

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::schema::duration;

use super::pending::{Deletion, Pending, Phase};
use super::schema::{ARM, SCHEMA};
use crate::arm::{self, ResourceId};
use crate::azure::report;
use crate::azure::wait::Interrupted;

/// The plan of an environment at which ARM is at work. Terraform shows it again after the apply, when it has to be true still.
pub(super) fn will_wait(name: &str, pending: Option<&Pending>) -> Diagnostic {
    let (summary, accepted) = match pending.map(|pending| pending.phase) {
        Some(Phase::Creating) => ("was still deploying at plan", "Azure had accepted it"),
        Some(Phase::Updating) => (
            "was still being changed at plan",
            "Azure had accepted the change",
        ),
        None => ("was still deploying at plan", "Azure was at work on it"),
    };
    let age = pending.map_or(String::new(), |pending| {
        format!(" {} before", duration::format(pending.age()))
    });
    let detail = format!(
        "{accepted}{age} and had not finished. The apply goes on waiting, and only then does whatever else is planned for it; nothing \
         is created again and nothing is replaced."
    );
    Diagnostic::warning(format!("Environment {name:?} {summary}"), detail)
}

/// An operation failed.
pub(super) fn failed(id: &ResourceId, pending: &Pending, error: &arm::Error) -> Diagnostic {
    let (doing, next) = match pending.phase {
        Phase::Creating => (
            "creating",
            "The next apply replaces the environment: it deletes it, waits until Azure has released its subnets, which takes an hour \
             or more, and creates it anew. Remove the cause first.",
        ),
        Phase::Updating if pending.restarts() => (
            "restarting",
            "The environment lives and is kept. Its restart_triggers keep their old value in the state: remove the cause, and apply again \
             to restart it.",
        ),
        Phase::Updating => (
            "updating",
            "The environment lives and is kept. Remove the cause, and apply again: a change that Azure shows as failed is sent again.",
        ),
    };
    let mut diagnostic = report::error(&SCHEMA, doing, &ARM.describe(id), error);
    diagnostic.detail.push_str("\n\n");
    diagnostic.detail.push_str(next);
    diagnostic
}

/// The plan of an environment whose last change failed.
pub(super) fn failed_before(name: &str, pending: &Pending) -> Diagnostic {
    let what = match pending.changes.as_slice() {
        [] => "it".to_owned(),
        names => format!("the change of {}", names.join(", ")),
    };
    let detail = format!(
        "Azure had accepted it {} before the plan, and showed the environment as Failed. It lives and is kept: the apply sends {what} again.",
        duration::format(pending.age()),
    );
    Diagnostic::warning(
        format!("The last change of environment {name:?} failed"),
        detail,
    )
}

/// A restart that an earlier run left ended badly.
pub(super) fn restart_failed(id: &ResourceId, error: &arm::Error) -> Diagnostic {
    let detail = format!(
        "An earlier run began it and did not wait for its end. The environment is well, but was not restarted. Its restart_triggers \
         have their old value in the state again: where the configuration has another one, the apply restarts it.\n\n{}",
        report::explanation(error)
    );
    Diagnostic::warning(
        format!("The restart of environment {:?} failed", id.name()),
        detail,
    )
}

/// A creation was left before it ended.
pub(super) fn still_deploying(
    id: &ResourceId,
    pending: &Pending,
    interrupted: Interrupted,
) -> Diagnostic {
    let detail = format!(
        "{} {} after Azure accepted the environment, and Azure goes on deploying it. It is in the state and is not tainted: run \
         terraform apply again to go on waiting.",
        interrupted.why("create"),
        duration::format(pending.age()),
    );
    Diagnostic::warning(
        format!("Environment {:?} was left deploying", id.name()),
        detail,
    )
}

/// A creation was sent, and may have been accepted.
pub(super) fn answer_missing(id: &ResourceId, error: &arm::Error) -> Diagnostic {
    let detail = format!(
        "The request was sent, but ARM's answer is missing. The state keeps {id}: the next terraform apply finds out whether the \
         environment was accepted, and goes on from there.\n\n{}",
        report::explanation(error),
    );
    Diagnostic::warning(
        format!("Environment {:?} may be deploying", id.name()),
        detail,
    )
}

/// A change was left before it ended.
pub(super) fn not_finished(
    id: &ResourceId,
    pending: &Pending,
    interrupted: Interrupted,
) -> Diagnostic {
    let detail = format!(
        "{} {} after Azure accepted the operation, and Azure goes on with it. Run terraform apply again to go on waiting.",
        interrupted.why("update"),
        duration::format(pending.age()),
    );
    Diagnostic::error(
        format!("Environment {:?} is still being changed", id.name()),
        detail,
    )
}

/// An operation failed, and the environment is well all the same.
pub(super) fn succeeded_after_all(id: &ResourceId, error: &arm::Error) -> Diagnostic {
    let detail = format!(
        "ARM called the operation failed, but the environment reads Succeeded and is kept.\n\n{}",
        report::explanation(error)
    );
    Diagnostic::warning(
        format!(
            "Environment {:?} succeeded after a failed operation",
            id.name()
        ),
        detail,
    )
}

/// The environment is gone, and its subnets may not be read.
pub(super) fn release_unknown(id: &ResourceId, error: &arm::Error) -> Diagnostic {
    let detail = format!(
        "The environment is gone, but its subnets may not be read, so whether Azure has released them is unknown. It takes an hour or \
         more.\n\n{}",
        report::explanation(error),
    );
    Diagnostic::warning(
        format!("Subnets of environment {:?} may still be held", id.name()),
        detail,
    )
}

/// The wait for a deployment to end, before which the environment cannot be deleted, was cut short.
pub(super) fn not_deleted(
    id: &ResourceId,
    interrupted: Interrupted,
    error: &arm::Error,
) -> Diagnostic {
    let detail = format!(
        "{} before Azure had confirmed the deletion. The environment stays in the state: run terraform destroy (or apply) again to go \
         on.\n\n{}",
        interrupted.why("delete"),
        report::explanation(error),
    );
    Diagnostic::error(
        format!("Environment {:?} may not be deleted yet", id.name()),
        detail,
    )
}

/// The environment is gone, and the wait for its subnets was cut short.
pub(super) fn still_releasing(
    id: &ResourceId,
    held: &[String],
    interrupted: Interrupted,
    deletion: Option<&Deletion>,
) -> Diagnostic {
    let when = deletion.map_or(String::new(), |deletion| {
        format!(
            " {} after the environment was deleted",
            duration::format(deletion.age())
        )
    });
    let detail = format!(
        "{}{when}. The environment is gone, but Azure still holds the subnets {}; it takes an hour or more to release them. Run \
         terraform destroy (or apply) again to go on waiting.",
        interrupted.why("delete"),
        held.join(", "),
    );
    Diagnostic::error(
        format!("Subnets of environment {:?} are still held", id.name()),
        detail,
    )
}
