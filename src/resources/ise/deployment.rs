//! Operations that outlive a run: what is remembered about them between runs, and how one is waited for.
//!
//! An environment deploys for hours, so any wait may be cut short: by Ctrl-C, a cancelled pipeline, a timeout. What was
//! begun is then remembered in private state, and whichever run comes next goes on waiting with the same code.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::arm::{self, Intent, Operation, ResourceId, Session};
use crate::resources::shared::wait::{self, Interrupted};
use crate::sdk::private::Private;

use super::ARM;

/// Where an environment stands between its terminal states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Its creation was accepted, and has not ended well yet.
    Creating,
    /// A change was accepted, and has not ended yet.
    Updating,
}

/// An operation that ARM has accepted and may still be at work on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// What it does.
    pub(super) phase: Phase,
    /// When it was accepted, in seconds since 1970.
    pub(super) started_at: u64,
    /// Where ARM tells how it goes; none when only the environment itself does.
    pub(super) operation: Option<Operation>,
}

/// The name under which it is remembered.
const KEY: &str = "operation";

impl Pending {
    /// An operation that was accepted just now.
    pub(super) fn new(phase: Phase, operation: Option<Operation>) -> Self {
        Self {
            phase,
            started_at: now(),
            operation,
        }
    }

    /// What is remembered, if anything.
    pub(super) fn recall(private: &Private) -> Option<Self> {
        private.get(KEY)
    }

    /// Remembers it.
    pub(super) fn remember(&self, private: &mut Private) {
        if let Err(error) = private.set(KEY, self) {
            tracing::warn!(%error, "the operation cannot be remembered; a later run polls the environment itself");
        }
    }

    /// Forgets whatever is remembered.
    pub(super) fn forget(private: &mut Private) {
        private.remove(KEY);
    }

    /// How long ago it was accepted.
    pub(super) fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.started_at))
    }
}

/// How a wait for an operation ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Well; this is the environment.
    Succeeded(Json),
    /// ARM calls the operation failed, but the environment `Succeeded`: both are true, and the environment is healthy.
    SucceededAfterAll(Json, arm::Error),
    /// Badly; this is the environment, if it can be read.
    Failed(Option<Json>, arm::Error),
    /// Not yet.
    Interrupted(Interrupted),
}

/// Waits for an accepted operation, through whatever happens to the connection, until ARM says how it ended.
pub(super) async fn follow(session: &Session, id: &ResourceId, pending: &Pending) -> Outcome {
    let operation = pending
        .operation
        .clone()
        .unwrap_or_else(|| Operation::on_resource(Intent::Write));
    let error = match wait::follow(session, &operation, id, ARM.api_version).await {
        Ok(body) => return Outcome::Succeeded(body),
        Err(error) => error,
    };
    if let Some(interrupted) = Interrupted::by(&error) {
        return Outcome::Interrupted(interrupted);
    }
    match session.get(id, ARM.api_version).await {
        Ok(body) if arm::provisioning_state(&body).is_some_and(arm::is_success) => {
            Outcome::SucceededAfterAll(body, error)
        }
        body => Outcome::Failed(body.ok(), error),
    }
}

/// Whether nothing more will happen by itself.
pub(super) fn is_terminal(provisioning_state: &str) -> bool {
    arm::is_success(provisioning_state) || arm::is_failure(provisioning_state)
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_remembered_until_it_is_forgotten() {
        let mut private = Private::default();
        let pending = Pending::new(Phase::Creating, None);
        pending.remember(&mut private);
        let stored = Private::from_bytes(&private.to_bytes());
        assert_eq!(Pending::recall(&stored), Some(pending));
        Pending::forget(&mut private);
        assert_eq!(Pending::recall(&private), None);
    }
}
