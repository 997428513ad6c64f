//! Operations that outlive a run: what is remembered about them between runs, and how one is waited for.
//!
//! An environment deploys for hours, so any wait may be cut short: by Ctrl-C, a cancelled pipeline, a timeout. What was
//! begun is then remembered in private state, and whichever run comes next goes on with the same code: [`unfinished`](super::pending::unfinished)
//! tells what is left to do, and [`Work::follow`] waits.

use serde_json::Value as Json;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::{ReadResponse, State, UpdateRequest, UpdateResponse};

use super::change::{RESTART_TRIGGERS, is_made};
use super::messages;
use super::object::Ise;
use super::pending::Pending;
use super::schema::ARM;
use crate::arm::{self, Accepted, FinalStatus, Intent, Operation};
use crate::azure::arm_resource::ArmResource as _;
use crate::azure::body::Change;
use crate::azure::grace_session;
use crate::azure::types::ENVIRONMENTS;
use crate::azure::wait::Interrupted;
use crate::azure::work::Work;

/// How a wait for an operation ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// Well; this is the environment.
    Succeeded(Json),
    /// ARM calls the operation failed, but the environment `Succeeded`: both are true, and the environment is healthy. Never of
    /// a restart: its failure is all that ARM shows of it.
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
            Some(error) if is_well && !pending.restarts() => Ending::SucceededAfterAll(body, error),
            Some(error) => Ending::Failed(Some(body).filter(|body| !body.is_null()), error),
        })
    }

    /// Settles state and memory by how an operation ended, and gives the environment if it ended well.
    ///
    /// A failed operation stays remembered as long as the environment shows the failure: the next plan begins a failed creation
    /// anew, and sends a failed change again.
    pub(super) fn conclude(
        &self,
        (pending, ending): (&Pending, Ending),
        state: &mut State,
        private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        let body = match ending {
            Ending::Failed(body, error) => {
                if let (Some(body), Some(object)) = (body, state.object().cloned()) {
                    state.set(Ise.read_body(self.context, &body, &object));
                    if arm::provisioning_state(&body).is_some_and(arm::is_success) {
                        Pending::forget(private);
                    }
                }
                pending.take_back_restart(state);
                return Err(diagnostics.fail(messages::failed(self.id, pending, &error)));
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
        ending: (&Pending, Ending),
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

    /// Forgets what an earlier run began, once an environment that is well says that it is over: it says so while it
    /// restarts too, so then the operation is asked.
    pub(super) async fn settle(&self, response: &mut ReadResponse) {
        let Some(pending) = Pending::recall(&response.private) else {
            return;
        };
        let ended = match &pending.operation {
            Some(operation) if pending.restarts() => {
                let api = self.session.of(&ENVIRONMENTS);
                api.settled(operation, self.id).await
            }
            _ => Some(Ok(())),
        };
        let Some(ended) = ended else {
            return;
        };
        Pending::forget(&mut response.private);
        if let Err(error) = ended {
            pending.take_back_restart(&mut response.state);
            let warning = messages::restart_failed(self.id, &error);
            response.diagnostics.add(warning);
        }
    }

    /// Waits for what an earlier run began.
    pub(super) async fn resume(
        &self,
        pending: &Pending,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Json, Reported> {
        let ending = self.follow_in_update(pending, update, response).await?;
        self.conclude_update((pending, ending), response)
    }

    /// Remembers a change of these attributes that was sent, and waits for it if ARM accepted it.
    pub(super) async fn carry_out(
        &self,
        changes: &[&str],
        sent: Result<Accepted, arm::Error>,
        (update, change): (UpdateRequest<'_>, Change<'_>),
        response: &mut UpdateResponse,
    ) -> Result<Json, Reported> {
        let failed = Pending::recall(&response.private);
        let pending = |operation| {
            Pending::change(operation, changes).with_prior_triggers(update.prior, failed)
        };
        let pending = match sent {
            Ok(accepted) => pending(accepted.operation),
            Err(error) => {
                if error.may_have_been_applied() {
                    let pending = pending(None);
                    pending.remember(&mut response.private);
                    self.read_final_state(update, response).await?;
                    pending.take_back_restart(&mut response.state);
                }
                let error = ARM.failed("updating", self.id)(error);
                return Err(response.diagnostics.fail(error));
            }
        };
        pending.remember(&mut response.private);
        let followed = self.follow_in_update(&pending, update, response).await;
        if followed.is_err()
            && pending.restarts()
            && let Some(mut object) = response.state.object().cloned()
        {
            // ARM shows nothing of an accepted restart: only this keeps the next run from doing it twice.
            object.set(RESTART_TRIGGERS, update.plan.get(RESTART_TRIGGERS).clone());
            response.state.set(object);
        }
        let ending = match followed? {
            // The environment is well because nothing came of the change, and that is what the next plan shows.
            Ending::SucceededAfterAll(body, error) if !is_made(&body, change) => {
                Ending::Failed(Some(body), error)
            }
            ending => ending,
        };
        self.conclude_update((&pending, ending), response)
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
