//! What is remembered about an environment between runs: the operation that ARM has accepted, and its deletion.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::State;
use tfplugin_framework::types::value::{Object, Value};

use super::change::RESTART_TRIGGERS;
use crate::arm::{self, Operation};

/// What an operation does to the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// It creates it.
    Creating,
    /// It changes it.
    Updating,
}

/// An operation that ARM has accepted, and that has not ended well yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// What it does.
    pub(super) phase: Phase,
    /// When it was accepted, in seconds since 1970.
    pub(super) started_at: u64,
    /// Where ARM tells how it goes; none when only the environment itself does.
    pub(super) operation: Option<Operation>,
    /// The attributes that it changes.
    #[serde(default)]
    pub(super) changes: Vec<String>,
    /// What the restart triggers were when the environment last was restarted, if it restarts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prior_triggers: Option<BTreeMap<String, String>>,
}

/// The name under which it is remembered.
const KEY: &str = "operation";

impl Pending {
    /// The creation, accepted just now.
    pub(super) fn creation(operation: Option<Operation>) -> Self {
        Self {
            phase: Phase::Creating,
            started_at: now(),
            operation,
            changes: Vec::new(),
            prior_triggers: None,
        }
    }

    /// A change of these attributes, accepted just now.
    pub(super) fn change(operation: Option<Operation>, changes: &[&str]) -> Self {
        Self {
            phase: Phase::Updating,
            started_at: now(),
            operation,
            changes: changes.iter().map(|name| (*name).to_owned()).collect(),
            prior_triggers: None,
        }
    }

    /// The same one, of an environment in this state. Where it does again what `failed` did not, the state may have the new
    /// triggers already.
    pub(super) fn with_prior_triggers(mut self, prior: &Object, failed: Option<Self>) -> Self {
        if self.restarts() {
            let remembered = failed.and_then(|failed| failed.prior_triggers);
            self.prior_triggers = remembered.or_else(|| triggers_of(prior));
        }
        self
    }

    /// Whether it restarts the environment, which ARM shows nothing of but while it happens.
    pub(super) fn restarts(&self) -> bool {
        self.changes.iter().any(|name| name == RESTART_TRIGGERS)
    }

    /// Takes back that the environment was restarted: then the next plan does it.
    pub(super) fn take_back_restart(&self, state: &mut State) {
        if let (Some(triggers), Some(mut object)) = (&self.prior_triggers, state.object().cloned())
        {
            let texts = triggers.iter();
            let texts = texts.map(|(key, value)| (key.clone(), value.as_str().into()));
            object.set(RESTART_TRIGGERS, Value::Map(texts.collect()));
            state.set(object);
        }
    }

    /// What is remembered, if anything.
    pub(super) fn recall(private: &Private) -> Option<Self> {
        private.get(KEY)
    }

    /// Remembers it.
    pub(super) fn remember(&self, private: &mut Private) {
        private.set(KEY, self);
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

fn triggers_of(object: &Object) -> Option<BTreeMap<String, String>> {
    let triggers = object.get(RESTART_TRIGGERS).as_map()?.iter();
    let texts = triggers.filter_map(|(key, value)| {
        let value = value.as_str()?;
        Some((key.clone(), value.to_owned()))
    });
    Some(texts.collect())
}

/// What an earlier run left.
#[derive(Debug, PartialEq)]
pub(super) enum Unfinished {
    /// An operation that goes on; nothing is remembered of one that somebody else began.
    Running(Option<Pending>),
    /// A creation that failed: there is no environment worth keeping.
    FailedCreation,
    /// A change that failed, on an environment that lives.
    FailedChange(Pending),
}

/// What is left to do about an environment in this state; nothing if it is at rest.
pub(super) fn unfinished(private: &Private, provisioning_state: &str) -> Option<Unfinished> {
    match Pending::recall(private) {
        None if provisioning_state.is_empty() || is_terminal(provisioning_state) => None,
        Some(pending) if arm::is_failure(provisioning_state) => match pending.phase {
            Phase::Creating => Some(Unfinished::FailedCreation),
            Phase::Updating if pending.changes.is_empty() => None,
            Phase::Updating => Some(Unfinished::FailedChange(pending)),
        },
        pending => Some(Unfinished::Running(pending)),
    }
}

/// Whether nothing more will happen by itself.
pub(super) fn is_terminal(provisioning_state: &str) -> bool {
    arm::is_success(provisioning_state) || arm::is_failure(provisioning_state)
}

/// The provisioning state, of our own making, of an environment that is gone and still holds subnets.
pub(super) const RELEASING: &str = "ReleasingSubnets";

/// The deletion of an environment, remembered from the moment it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Deletion {
    /// When that was, in seconds since 1970.
    started_at: u64,
}

/// The name under which it is remembered.
const DELETION: &str = "deletion";

impl Deletion {
    /// One that was sent just now.
    pub(super) fn now() -> Self {
        Self { started_at: now() }
    }

    /// What is remembered, if anything; nothing in the destroy half of a replacement, which has the plan's memory.
    pub(super) fn recall(private: &Private) -> Option<Self> {
        private.get(DELETION)
    }

    /// Whether the environment was to be deleted.
    pub(super) fn is_remembered(private: &Private) -> bool {
        Self::recall(private).is_some()
    }

    /// Remembers it.
    pub(super) fn remember(&self, private: &mut Private) {
        private.set(DELETION, self);
    }

    /// Forgets it.
    pub(super) fn forget(private: &mut Private) {
        private.remove(DELETION);
    }

    /// How long ago it was sent.
    pub(super) fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.started_at))
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
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
        let pending = Pending::change(None, &["capacity"]);
        pending.remember(&mut private);
        let stored = Private::from_bytes(&private.to_bytes());
        assert_eq!(Pending::recall(&stored), Some(pending));
        Pending::forget(&mut private);
        assert_eq!(Pending::recall(&private), None);
    }

    #[test]
    fn what_earlier_runs_left() {
        use Unfinished::{FailedChange, FailedCreation, Running};
        let creation = Pending::creation(None);
        let change = Pending::change(None, &["capacity"]);
        for (remembered, provisioning_state, expected) in [
            (None, "Succeeded", None),
            // Whoever imports a failed environment wants to keep it.
            (None, "Failed", None),
            (None, "InProgress", Some(Running(None))),
            (None, "", None),
            (Some(&creation), "", Some(Running(Some(creation.clone())))),
            (
                Some(&creation),
                "InProgress",
                Some(Running(Some(creation.clone()))),
            ),
            (Some(&creation), "Failed", Some(FailedCreation)),
            (Some(&creation), "Canceled", Some(FailedCreation)),
            (
                Some(&change),
                "Updating",
                Some(Running(Some(change.clone()))),
            ),
            (Some(&change), "Failed", Some(FailedChange(change.clone()))),
        ] {
            let mut private = Private::default();
            if let Some(pending) = remembered {
                pending.remember(&mut private);
            }
            let found = unfinished(&private, provisioning_state);
            assert_eq!(found, expected, "{remembered:?} {provisioning_state:?}");
        }
    }
}
