//! The deletion of an environment, which outlives a run: Azure holds its subnets for an hour or more.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tfplugin_framework::private::Private;

use super::deployment::now;

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
