//! Plans, creates, reads, updates and deletes, as ARM wants it done for every type.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, Outcome, ReadRequest, ReadResponse,
    UpdateRequest, UpdateResponse,
};

use super::arm_resource::ArmResource;
use super::body::Change;
use super::row::sent_changes;
use super::work::Work;
use super::write::Failure;
use super::{Azure, find_subscription, grace_session, replaced, session, tags, unfinished, wait};
use crate::arm::{Intent, Operation};

/// Refines the plan of a create or an update, and checks it.
pub(super) async fn plan(
    resource: &dyn ArmResource,
    context: &Context<Azure>,
    plan: &mut Plan<'_>,
) {
    let arm = resource.arm();
    if plan.is_create() {
        resource.derive(plan.planned);
    }
    if arm.has_tags() {
        tags::plan(context, arm.schema, plan);
    }
    unfinished::plan(arm, plan);
    let planner = replaced::planner(arm, plan);
    if plan.replaces() {
        // The plan of the new object follows.
        arm.make_way(context, &planner);
        if let Some(prior) = planner.living() {
            resource.check_replacement(context, prior, plan).await;
        }
        return;
    }
    if find_subscription(context, plan).await.is_none() {
        return;
    }
    let claim = context.data_if_known().and_then(|azure| {
        let id = resource.planned_id(azure, plan.planned).ok();
        arm.claim(azure, planner, id, plan)
    });
    resource.check_plan(context, claim.as_ref(), plan).await;
}

/// Creates an object. It is kept in the state also when only the answer is missing.
pub(super) async fn create(
    resource: &dyn ArmResource,
    context: &Context<Azure>,
    request: CreateRequest<'_>,
    response: &mut CreateResponse,
) -> Result<Outcome, Reported> {
    let diagnostics = &mut response.diagnostics;
    let arm = resource.arm();
    let session = &session(context).await.report(diagnostics)?;
    let azure = context.data().report(diagnostics)?;
    let id = &resource
        .planned_id(azure, request.plan)
        .report(diagnostics)?;
    let work = Work {
        context,
        session,
        id,
    };
    let prepared = resource.prepare_create(work, request, diagnostics).await;
    let mut body = prepared?;
    let planned = arm.with_id(request.plan, id);
    resource.write(request.config, Change::creating(&planned), &mut body);
    let sent = resource.send_create(work, &planned, &body).await;
    match sent.report(diagnostics)? {
        Ok(body) => {
            response
                .state
                .set(resource.complete(context, &planned, &body));
            Ok(Outcome::Done)
        }
        Err(error) => {
            let outcome = arm.finish_failed_create(error, planned, id, response)?;
            unfinished::remember(&mut response.private);
            Ok(outcome)
        }
    }
}

/// Brings the state up to date, or removes it when the object is gone.
pub(super) async fn read(
    resource: &dyn ArmResource,
    context: &Context<Azure>,
    request: ReadRequest<'_>,
    response: &mut ReadResponse,
) -> Result<(), Reported> {
    let diagnostics = &mut response.diagnostics;
    let arm = resource.arm();
    let id = arm.stored_id(request.current).report(diagnostics)?;
    let session = session(context).await.report(diagnostics)?;
    let found = session.of(arm.resource_type).get_optional(&id).await;
    let found = found.map_err(arm.failed("reading", &id));
    match found.report(diagnostics)? {
        Some(body) => {
            let found = resource.read_body(context, &body, request.current);
            unfinished::settle(&mut response.private, &found);
            response.state.set(found);
        }
        None => response.state.remove(),
    }
    Ok(())
}

/// Changes an object.
pub(super) async fn update(
    resource: &dyn ArmResource,
    context: &Context<Azure>,
    update: UpdateRequest<'_>,
    response: &mut UpdateResponse,
) -> Result<Outcome, Reported> {
    let diagnostics = &mut response.diagnostics;
    let arm = resource.arm();
    let id = &arm.stored_id(update.prior).report(diagnostics)?;
    let session = &session(context).await.report(diagnostics)?;
    let work = Work {
        context,
        session,
        id,
    };
    let is_unfinished = unfinished::is_left(&response.private, update.prior);
    match send_update(resource, work, update, is_unfinished, diagnostics).await {
        Ok(body) => {
            let state = resource.complete(context, update.plan, &body);
            unfinished::settle(&mut response.private, &state);
            response.state.set(state);
            Ok(Outcome::Done)
        }
        Err(failure) => {
            let session = grace_session(context).report(diagnostics)?;
            if let Ok(body) = session.of(arm.resource_type).get(id).await {
                let found = resource.read_body(context, &body, update.prior);
                response.state.set(found);
            }
            Err(match failure {
                Failure::Arm(error) => diagnostics.fail(arm.failed("updating", id)(error)),
                Failure::Refused(reported) => reported,
            })
        }
    }
}

/// Waits for what an earlier run left unfinished, and then makes the changes that are known.
async fn send_update(
    resource: &dyn ArmResource,
    work: Work<'_>,
    update: UpdateRequest<'_>,
    is_unfinished: bool,
    diagnostics: &mut Diagnostics,
) -> Result<Json, Failure> {
    let arm = resource.arm();
    let changes = sent_changes(arm.schema, update.prior, update.plan);
    let mut changes = changes.into_iter();
    let has_changes = changes.any(|name| !update.plan.get(name).is_unknown());
    if is_unfinished || !has_changes {
        let writing = Operation::on_resource(Intent::Write);
        let api = work.session.of(arm.resource_type);
        let body = wait::follow(api, &writing, work.id).await?;
        if !has_changes {
            return Ok(body);
        }
    }
    resource.prepare_update(work, update, diagnostics).await?;
    resource.send_update(work, update, diagnostics).await
}

/// Deletes an object; one that is gone already is no error.
pub(super) async fn delete(
    resource: &dyn ArmResource,
    context: &Context<Azure>,
    request: DeleteRequest<'_>,
) -> Result<(), Diagnostic> {
    let id = &resource.arm().stored_id(request.prior)?;
    let session = &session(context).await?;
    let _deletion = context.data()?.deletions.begin(id);
    resource
        .send_delete(Work {
            context,
            session,
            id,
        })
        .await
}
