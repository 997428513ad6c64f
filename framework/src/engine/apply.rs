//! Making a plan true.

use tokio_util::sync::CancellationToken;

use super::panic::catch;
use super::state::{forget_write_only, keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Engine, StateResponse, bug, consistency, incomplete_request};
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Report as _};
use crate::private::Private;
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::Schema;
use crate::types::value::Object;

/// A plan to make true.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// What the user wrote; none for a delete.
    pub config: Option<Object>,
    /// The state before; none for a create.
    pub prior: Option<Object>,
    /// The state to reach; none for a delete.
    pub planned: Option<Object>,
    /// What the plan remembered about the object; its notes are for other plans only.
    pub private: Private,
}

impl Engine {
    /// Creates, updates or deletes; whatever goes wrong, the answer holds the state that was reached.
    pub async fn apply<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        request: ApplyRequest,
    ) -> StateResponse {
        let schema = resource.schema();
        let ApplyRequest {
            config,
            prior,
            planned,
            mut private,
        } = request;
        private.forget_notes();
        let config = config.unwrap_or_else(|| schema.null_object());
        let bounded = |object, operation| bounded(context, schema, Some(object), operation);
        let mut response = match (&prior, &planned) {
            (None, Some(plan)) => {
                let request = CreateRequest::new(&config, plan);
                create(resource, &bounded(plan, "create"), request, private).await
            }
            (Some(prior), Some(plan)) => {
                let request = UpdateRequest::new(&config, prior, plan);
                update(resource, &bounded(plan, "update"), request, private).await
            }
            (Some(prior), None) => {
                delete(resource, &bounded(prior, "delete"), prior, private).await
            }
            (None, None) => StateResponse {
                object: None,
                private,
                diagnostics: [incomplete_request("prior and no planned state")]
                    .into_iter()
                    .collect(),
            },
        };
        self.check_and_settle(schema, planned.as_ref(), &mut response);
        response
    }

    fn check_and_settle(
        self,
        schema: &Schema,
        planned: Option<&Object>,
        response: &mut StateResponse,
    ) {
        let Some(object) = &mut response.object else {
            return;
        };
        forget_write_only(schema, object);
        if let Some(planned) = planned {
            keep_semantically_equal(schema, planned, object);
            self.self_check(&mut response.diagnostics, || {
                let mut findings = consistency::check_apply(planned, object);
                findings.extend(consistency::check_state(schema, object));
                findings
            });
        }
        settle(schema, object);
    }
}

async fn create<D: Send + Sync>(
    resource: &dyn Resource<D>,
    context: &Context<D>,
    request: CreateRequest<'_>,
    private: Private,
) -> StateResponse {
    let mut response = CreateResponse::new(None, private);
    let outcome = match refuse_when_stopped(&context.cancel) {
        Ok(()) => catch(resource.create(context, request, &mut response)).await,
        Err(stopped) => Err(stopped),
    };
    let CreateResponse {
        state,
        private,
        mut diagnostics,
    } = response;
    let outcome = outcome.report(&mut diagnostics).flatten();
    let mut object = state.into_object();
    if outcome.is_ok() && object.is_none() {
        diagnostics.fail(bug("The object was created, but no state of it is known"));
    }
    forget_what_is_open(resource.schema(), outcome.ok(), object.as_mut());
    StateResponse {
        object,
        private,
        diagnostics,
    }
}

async fn update<D: Send + Sync>(
    resource: &dyn Resource<D>,
    context: &Context<D>,
    request: UpdateRequest<'_>,
    private: Private,
) -> StateResponse {
    let mut response = UpdateResponse::new(Some(request.prior.clone()), private);
    let outcome = match refuse_when_stopped(&context.cancel) {
        Ok(()) => catch(resource.update(context, request, &mut response)).await,
        Err(stopped) => Err(stopped),
    };
    let UpdateResponse {
        state,
        private,
        mut diagnostics,
    } = response;
    let outcome = outcome.report(&mut diagnostics).flatten();
    let mut object = state.into_object();
    forget_what_is_open(resource.schema(), outcome.ok(), object.as_mut());
    StateResponse {
        object,
        private,
        diagnostics,
    }
}

/// What was accepted and is not finished may have unknown values, which become null.
fn forget_what_is_open(schema: &Schema, outcome: Option<Outcome>, object: Option<&mut Object>) {
    if let (Some(Outcome::Accepted(_)), Some(object)) = (outcome, object) {
        settle(schema, object);
    }
}

async fn delete<D: Send + Sync>(
    resource: &dyn Resource<D>,
    context: &Context<D>,
    prior: &Object,
    private: Private,
) -> StateResponse {
    let mut response = DeleteResponse::new(Some(prior.clone()), private);
    let request = DeleteRequest::new(prior);
    let deleted = match refuse_when_stopped(&context.cancel) {
        Ok(()) => catch(resource.delete(context, request, &mut response)).await,
        Err(stopped) => Err(stopped),
    };
    let DeleteResponse {
        mut state,
        private,
        mut diagnostics,
    } = response;
    if deleted.report(&mut diagnostics).flatten().is_ok() {
        state.remove();
    }
    StateResponse {
        object: state.into_object(),
        private,
        diagnostics,
    }
}

/// After a stop, nothing new begins.
fn refuse_when_stopped(cancel: &CancellationToken) -> Result<(), Diagnostic> {
    if !cancel.is_cancelled() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Stopped",
        "Terraform was stopped before this operation began. Nothing was sent.",
    ))
}
