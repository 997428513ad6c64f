//! `ise`: an integration service environment.
//!
//! ARM type `Microsoft.Logic/integrationServiceEnvironments`. Deploying takes hours, and so does the release of its
//! subnets afterwards; [`deployment`] and [`deletion`] hold how that is waited for and remembered.

mod change;
mod checks;
mod creation;
mod deletion;
mod deployment;
pub(crate) mod environment;
mod messages;
mod model;
mod object;
mod pending;
mod planning;
mod schema;

use async_trait::async_trait;
use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Report as _, Reported};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, UpdateRequest, UpdateResponse,
};

use crate::azure::arm_resource::{ArmResource, Operations};
use crate::azure::release::{self, Release};
use crate::azure::types::ENVIRONMENTS;
use crate::azure::wait::Interrupted;
use crate::azure::work::Work;
use crate::azure::{Azure, body, session};
use crate::{arm, preflight};
use creation::Begun;
use deployment::Ending;
pub(crate) use model::Environment;
pub(crate) use object::Ise;
use object::{is_releasing, provisioning_state, releasing, subnet_ids};
use pending::{Deletion, Pending, Unfinished, unfinished};
pub(crate) use schema::ARM;

#[async_trait]
impl Operations for Ise {
    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan<'_>) {
        planning::modify(context, plan).await;
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let planned = preflight::Found::take(&mut response.private);
        let diagnostics = &mut response.diagnostics;
        let session = session(context).await.report(diagnostics)?;
        let azure = context.data().report(diagnostics)?;
        let id = ARM.planned_id(azure, request.plan).report(diagnostics)?;
        let fail = ARM.failed("creating", &id);
        // Its deletion under another address lasts until its subnets are free.
        let ended = azure.deletions.ended(&session, std::slice::from_ref(&id));
        ended.await.map_err(&fail).report(diagnostics)?;
        let of_this = (&id, planned);
        preflight::at_apply(&session, request.plan, of_this, &fail, diagnostics).await?;
        let planned = ARM.with_id(request.plan, &id);
        let begun = {
            // Of two creates in this process, the second one finds the environment of the first.
            let lock = session.lock(&id).await;
            let _lock = lock.map_err(&fail).report(diagnostics)?;
            let existing = ARM.refuse_existing(context, &session, &id).await;
            existing.report(diagnostics)?;
            creation::begin(&session, &id, &planned).await
        };
        let (body, operation) = match begun {
            Ok(Begun::WroteOver) => return Err(diagnostics.fail(ARM.written_over(&id))),
            Ok(Begun::Exists) => return Err(diagnostics.fail(ARM.already_exists(&id))),
            Ok(Begun::Creation(body, operation)) => (body, operation),
            Err(error) if error.may_have_been_applied() => {
                Pending::creation(None).remember(&mut response.private);
                return Ok(response.accepted(planned, messages::answer_missing(&id, &error)));
            }
            Err(error) => return Err(diagnostics.fail(fail(error))),
        };
        let pending = Pending::creation(operation);
        pending.remember(&mut response.private);
        let so_far = self.read_body(context, &body, &planned);
        response.state.set(body::fill_unknowns(&planned, &so_far));
        let work = Work {
            context,
            session: &session,
            id: &id,
        };
        match work.follow(&pending).await {
            // It was answered, and there is none: nothing is to be remembered.
            Ok(Ending::Failed(None, error)) => {
                Pending::forget(&mut response.private);
                response.state.remove();
                Err(response.diagnostics.fail(fail(error)))
            }
            Ok(ending) => {
                let body = work.conclude(
                    (&pending, ending),
                    &mut response.state,
                    &mut response.private,
                    &mut response.diagnostics,
                )?;
                response.state.set(self.complete(context, &planned, &body));
                Ok(Outcome::Done)
            }
            Err(interrupted) => {
                let warning = messages::still_deploying(&id, &pending, interrupted);
                let known = body::fill_unknowns(&planned, &so_far);
                Ok(response.accepted(known, warning))
            }
        }
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let (object, diagnostics) = (request.current, &mut response.diagnostics);
        let id = ARM.stored_id(object).report(diagnostics)?;
        let fail = ARM.failed("reading", &id);
        let azure = context.data().report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        let found = match is_releasing(object) {
            true => None,
            false => {
                let found = session.of(&ENVIRONMENTS).get_optional(&id).await;
                found.map_err(&fail).report(diagnostics)?
            }
        };
        match found {
            Some(body) => {
                Deletion::forget(&mut response.private);
                let found = self.read_body(context, &body, object);
                azure.plans.read(&id, &found);
                response.state.set(found);
                let work = Work {
                    context,
                    session: &session,
                    id: &id,
                };
                if arm::provisioning_state(&body).is_some_and(arm::is_success) {
                    work.settle(response).await;
                }
            }
            // Gone by our own deletion, which has ended when the subnets are free as well.
            None if is_releasing(object) || Deletion::is_remembered(&response.private) => {
                match release::still_held(&session, &id, &subnet_ids(object)).await {
                    Ok(held) if held.is_empty() => response.state.remove(),
                    // Nobody can tell: the deletion ends with a warning about that.
                    Err(error) if !error.is_forbidden() => {
                        return Err(diagnostics.fail(fail(error)));
                    }
                    _ => response.state.set(releasing(object.clone())),
                }
            }
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let id = ARM.stored_id(update.prior);
        let id = id.report(&mut response.diagnostics)?;
        let session = session(context).await.report(&mut response.diagnostics)?;
        let work = Work {
            context,
            session: &session,
            id: &id,
        };
        let mut reached = None;
        let prior_state = provisioning_state(update.prior);
        let again = match unfinished(&response.private, prior_state) {
            Some(Unfinished::FailedChange(pending)) => pending.changes,
            Some(Unfinished::Running(pending)) => {
                let pending = pending.unwrap_or_else(|| Pending::change(None, &[]));
                let body = work.resume(&pending, update, response).await?;
                response
                    .state
                    .set(self.read_body(context, &body, update.prior));
                reached = Some(body);
                Vec::new()
            }
            Some(Unfinished::FailedCreation) | None => Vec::new(),
        };
        for (changes, step) in change::steps(update, &again) {
            let change = change::of(update, &again);
            let sent = match change::send((&changes, step), &session, &id, change).await {
                Ok((None, _)) => continue,
                Ok((Some(accepted), overwritten)) => {
                    ARM.warn_of(&id, &overwritten, &mut response.diagnostics);
                    Ok(accepted)
                }
                Err(error) => Err(error),
            };
            let body = work
                .carry_out(&changes, sent, (update, change), response)
                .await?;
            response
                .state
                .set(self.read_body(context, &body, update.prior));
            reached = Some(body);
        }
        let diagnostics = &mut response.diagnostics;
        let body = match reached {
            Some(body) => body,
            None => {
                let body = session.of(&ENVIRONMENTS).get(&id).await;
                body.map_err(ARM.failed("reading", &id))
                    .report(diagnostics)?
            }
        };
        let is_made = |body: &Json| change::is_made(body, change::of(update, &again));
        let shown = session.of(&ENVIRONMENTS).until_shown(&id, body, is_made);
        let shown = shown.await.map_err(ARM.failed("updating", &id));
        let (body, is_made) = shown.report(diagnostics)?;
        if !is_made {
            response
                .state
                .set(self.read_body(context, &body, update.prior));
            let error = ARM.without_effect(update);
            return Err(diagnostics.fail(ARM.failed("updating", &id)(error)));
        }
        response
            .state
            .set(self.complete(context, update.plan, &body));
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let (object, diagnostics) = (request.prior, &mut response.diagnostics);
        let id = ARM.stored_id(object).report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        let azure = context.data().report(diagnostics)?;
        let _deletion = azure.deletions.begin(&id);
        if !is_releasing(object) {
            if let Err(error) = deletion::send(&session, &id).await {
                if error.may_have_been_applied() {
                    Deletion::now().remember(&mut response.private);
                }
                return Err(diagnostics.fail(match Interrupted::by(&error) {
                    Some(interrupted) => messages::not_deleted(&id, interrupted, &error),
                    None => ARM.failed("deleting", &id)(error),
                }));
            }
            Pending::forget(&mut response.private);
            Deletion::now().remember(&mut response.private);
            response.state.set(releasing(object.clone()));
        }
        let deletion = Deletion::recall(&response.private);
        match release::wait(&session, &id, &subnet_ids(object)).await {
            Release::Free => Ok(()),
            Release::Unreadable(error) => {
                diagnostics.add(messages::release_unknown(&id, &error));
                Ok(())
            }
            Release::Held(held, interrupted) => Err(diagnostics.fail(messages::still_releasing(
                &id,
                &held,
                interrupted,
                deletion.as_ref(),
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
