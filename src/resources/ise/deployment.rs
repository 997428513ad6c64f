//! Operations that outlive a run: what is remembered about them between runs, and how one is waited for.
//!
//! An environment deploys for hours, so any wait may be cut short: by Ctrl-C, a cancelled pipeline, a timeout. What was
//! begun is then remembered in private state, and whichever run comes next goes on with the same code: [`unfinished`]
//! tells what is left to do, and [`Work::follow`] waits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::{State, UpdateRequest, UpdateResponse};

use super::{ARM, Ise, change::is_made, messages};
use crate::arm::{self, Accepted, FinalStatus, Intent, Operation};
use crate::azure::arm_resource::ArmResource as _;
use crate::azure::body::Change;
use crate::azure::grace_session;
use crate::azure::types::ENVIRONMENTS;
use crate::azure::wait::Interrupted;
use crate::azure::work::Work;

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
        }
    }

    /// A change of these attributes, accepted just now.
    pub(super) fn change(operation: Option<Operation>, changes: &[&str]) -> Self {
        Self {
            phase: Phase::Updating,
            started_at: now(),
            operation,
            changes: changes.iter().map(|name| (*name).to_owned()).collect(),
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

/// How a wait for an operation ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// Well; this is the environment.
    Succeeded(Json),
    /// ARM calls the operation failed, but the environment `Succeeded`: both are true, and the environment is healthy.
    SucceededAfterAll(Json, arm::Error),
    /// Badly; this is the environment, if it is still there.
    Failed(Option<Json>, arm::Error),
}

impl Work<'_> {
    /// Waits for an accepted operation, through whatever happens to the connection, until ARM says how it ended.
    pub(super) async fn follow(&self, pending: &Pending) -> Result<Ending, Interrupted> {
        let operation = match &pending.operation {
            Some(operation) => operation,
            None => &Operation::on_resource(Intent::Write),
        };
        let FinalStatus { body, failure } = match self
            .session
            .of(&ENVIRONMENTS)
            .wait(operation, self.id)
            .await
        {
            Ok(ended) => ended,
            Err(error) => {
                return Interrupted::by(&error).map_or(Ok(Ending::Failed(None, error)), Err);
            }
        };
        let is_well = arm::provisioning_state(&body).is_some_and(arm::is_success);
        Ok(match failure {
            None => Ending::Succeeded(body),
            Some(error) if is_well => Ending::SucceededAfterAll(body, error),
            Some(error) => Ending::Failed(Some(body).filter(|body| !body.is_null()), error),
        })
    }

    /// Settles state and memory by how an operation ended, and gives the environment if it ended well.
    ///
    /// A failed operation stays remembered: the next plan begins a failed creation anew, and sends a failed change again.
    pub(super) fn conclude(
        &self,
        (phase, ending): (Phase, Ending),
        state: &mut State,
        private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        let body = match ending {
            Ending::Failed(body, error) => {
                if let (Some(body), Some(object)) = (body, state.object().cloned()) {
                    state.set(Ise.read_body(self.context, &body, &object));
                }
                return Err(diagnostics.fail(messages::failed(self.id, phase, &error)));
            }
            Ending::SucceededAfterAll(body, error) => {
                diagnostics.add(messages::succeeded_after_all(self.id, &error));
                body
            }
            Ending::Succeeded(body) => body,
        };
        Pending::forget(private);
        Ok(body)
    }

    fn conclude_update(
        &self,
        ending: (Phase, Ending),
        response: &mut UpdateResponse,
    ) -> Result<Json, Reported> {
        let UpdateResponse {
            state,
            private,
            diagnostics,
            ..
        } = response;
        self.conclude(ending, state, private, diagnostics)
    }

    /// Waits for what an earlier run began.
    pub(super) async fn resume(
        &self,
        pending: &Pending,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Json, Reported> {
        let ending = self.follow_in_update(pending, update, response).await?;
        self.conclude_update((pending.phase, ending), response)
    }

    /// Remembers a change of these attributes that was sent, and waits for it if ARM accepted it.
    pub(super) async fn carry_out(
        &self,
        changes: &[&str],
        sent: Result<Accepted, arm::Error>,
        (update, change): (UpdateRequest<'_>, Change<'_>),
        response: &mut UpdateResponse,
    ) -> Result<Json, Reported> {
        let pending = match sent {
            Ok(accepted) => Pending::change(accepted.operation, changes),
            Err(error) => {
                if error.may_have_been_applied() {
                    Pending::change(None, changes).remember(&mut response.private);
                    self.read_final_state(update, response).await?;
                }
                let error = ARM.failed("updating", self.id)(error);
                return Err(response.diagnostics.fail(error));
            }
        };
        pending.remember(&mut response.private);
        let ending = match self.follow_in_update(&pending, update, response).await? {
            // The environment is well because nothing came of the change, and that is what the next plan shows.
            Ending::SucceededAfterAll(body, error) if !is_made(&body, change) => {
                Pending::forget(&mut response.private);
                Ending::Failed(Some(body), error)
            }
            ending => ending,
        };
        self.conclude_update((Phase::Updating, ending), response)
    }

    /// Waits in an update, which fails when the wait is cut short.
    async fn follow_in_update(
        &self,
        pending: &Pending,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Ending, Reported> {
        match self.follow(pending).await {
            Ok(ending) => Ok(ending),
            Err(interrupted) => {
                self.read_final_state(update, response).await?;
                let error = messages::not_finished(self.id, pending, interrupted);
                Err(response.diagnostics.fail(error))
            }
        }
    }

    /// What ARM really shows of an environment that a stopped or timed-out update leaves.
    async fn read_final_state(
        &self,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<(), Reported> {
        let session = grace_session(self.context);
        let session = session.report(&mut response.diagnostics)?;
        if let Ok(body) = session.of(&ENVIRONMENTS).get(self.id).await {
            let found = Ise.read_body(self.context, &body, update.prior);
            response.state.set(found);
        }
        Ok(())
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
