//! The deletion of an environment, which outlives a run: Azure holds its subnets for an hour or more.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tfplugin_framework::private::Private;

use super::deployment::{self, now};
use crate::arm::{self, ResourceId, Session};
use crate::azure::types::ENVIRONMENTS;

/// The provisioning state, of our own making, of an environment that is gone and still holds subnets.
pub(super) const RELEASING: &str = "ReleasingSubnets";

/// The deletion of an environment, remembered from the moment it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Deletion {
    /// When that was, in seconds since 1970.
    started_at: u64,
}

/// The name under which it is remembered.
const KEY: &str = "deletion";

impl Deletion {
    /// One that was sent just now.
    pub(super) fn now() -> Self {
        Self { started_at: now() }
    }

    /// What is remembered, if anything; nothing in the destroy half of a replacement, which has the plan's memory.
    pub(super) fn recall(private: &Private) -> Option<Self> {
        private.get(KEY)
    }

    /// Whether the environment was to be deleted.
    pub(super) fn is_remembered(private: &Private) -> bool {
        Self::recall(private).is_some()
    }

    /// Remembers it.
    pub(super) fn remember(&self, private: &mut Private) {
        private.set(KEY, self);
    }

    /// Forgets it.
    pub(super) fn forget(private: &mut Private) {
        private.remove(KEY);
    }

    /// How long ago it was sent.
    pub(super) fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.started_at))
    }
}

/// Deletes the environment, until ARM says that it is gone; one that is busy deploying is waited for.
pub(super) async fn send(session: &Session, id: &ResourceId) -> Result<(), arm::Error> {
    let mut was_at_rest = false;
    loop {
        let refused = match session.of(&ENVIRONMENTS).delete_for_good(id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_conflict() => error,
            Err(error) => return Err(error),
        };
        let Some(body) = session.of(&ENVIRONMENTS).get_optional(id).await? else {
            return Ok(());
        };
        if arm::provisioning_state(&body).is_none_or(deployment::is_terminal) {
            // It may have come to rest just now; refused once more, the reason is another one.
            if was_at_rest {
                return Err(refused);
            }
            was_at_rest = true;
            continue;
        }
        // However the deployment ends, the environment can be deleted afterwards.
        let deploying = arm::Operation::on_resource(arm::Intent::Write);
        match session.of(&ENVIRONMENTS).wait(&deploying, id).await {
            Err(error) if !error.is_not_found() => return Err(error),
            _ => {}
        }
    }
}
