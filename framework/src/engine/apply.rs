//! Making a plan true.

use tokio_util::sync::CancellationToken;

use super::identity::{self, IdentityChange};
use super::panic::{catch, reported};
use super::state::{check_types, forget_write_only, keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Change, Engine, StateResponse, bug, consistency};
use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::private::Private;
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::Schema;
use crate::types::value::{Object, Value};

/// A plan to make true.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// What is to happen.
    pub change: Change,
    /// The identity that was planned, as far as it is known, or that of what is deleted.
    pub identity: Option<Object>,
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
            change,
            identity,
            mut private,
        } = request;
        private.forget_notes();
        let bounded = |object, operation| bounded(context, schema, Some(object), operation);
        let identity = identity.as_ref();
        let (config, prior, planned) = match &change {
            Change::Put {
                config,
                prior,
                planned,
            } => (config, prior, planned),
            Change::Delete { prior } => {
                let request = DeleteRequest {
                    identity,
                    ..DeleteRequest::new(prior)
                };
                let context = bounded(prior, "delete");
                let mut response = delete(resource, &context, request, private).await;
                if let Some(object) = &mut response.object {
                    check_types(schema, object, &mut response.diagnostics);
                    settle(schema, object);
                }
                return response;
            }
        };
        let operation = if prior.is_some() { "update" } else { "create" };
        let context = bounded(planned, operation);
        let mut response = match prior {
            None => {
                let request = CreateRequest {
                    identity,
                    ..CreateRequest::new(config, planned)
                };
                create(resource, &context, request, private).await
            }
            Some(prior) => {
                let request = UpdateRequest {
                    identity,
                    ..UpdateRequest::new(config, prior, planned)
                };
                update(resource, &context, request, private).await
            }
        };
        self.check_and_settle(schema, planned, &mut response);
        check_identity(resource, operation, identity, &mut response);
        response
    }

    fn check_and_settle(self, schema: &Schema, planned: &Object, response: &mut StateResponse) {
        let Some(object) = &mut response.object else {
            return;
        };
        check_types(schema, object, &mut response.diagnostics);
        forget_write_only(schema, object);
        keep_semantically_equal(schema, planned, object);
        self.self_check(&mut response.diagnostics, || {
            let mut findings = consistency::check_apply(planned, object);
            findings.extend(consistency::check_state(schema, object));
            findings
        });
        settle(schema, object);
    }
}

/// Takes the identity from the state where none is set. What is not known of it is forgotten once that has been told.
fn check_identity<D: Send + Sync>(
    resource: &dyn Resource<D>,
    operation: &'static str,
    before: Option<&Object>,
    response: &mut StateResponse,
) {
    let state = response.object.as_ref();
    response.identity =
        identity::set_or_of_state(resource.identity(), response.identity.take(), state);
    let change = IdentityChange {
        operation,
        before,
        after: response.identity.as_ref(),
        may_change: false,
    };
    identity::check(resource.identity(), &change, &mut response.diagnostics);
    if let Some(identity) = &mut response.identity {
        forget_open_identity(identity);
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
        identity,
        private,
        mut diagnostics,
    } = response;
    let outcome = reported(outcome, &mut diagnostics);
    let mut object = state.into_object();
    if outcome.is_ok() && object.is_none() {
        diagnostics.fail(bug("The object was created, but no state of it is known"));
    }
    forget_what_is_open(resource.schema(), outcome.ok(), object.as_mut());
    StateResponse {
        object,
        identity,
        private,
        deferred: None,
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
    response.identity = request.identity.cloned();
    let outcome = match refuse_when_stopped(&context.cancel) {
        Ok(()) => catch(resource.update(context, request, &mut response)).await,
        Err(stopped) => Err(stopped),
    };
    let UpdateResponse {
        state,
        identity,
        private,
        mut diagnostics,
    } = response;
    let outcome = reported(outcome, &mut diagnostics);
    let mut object = state.into_object();
    forget_what_is_open(resource.schema(), outcome.ok(), object.as_mut());
    StateResponse {
        object,
        identity,
        private,
        deferred: None,
        diagnostics,
    }
}

/// What an interrupted operation did not learn of an identity is null; a finished one has failed for it.
fn forget_open_identity(identity: &mut Object) {
    for (_, value) in identity.iter_mut() {
        if !value.is_wholly_known() {
            *value = Value::Null;
        }
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
    request: DeleteRequest<'_>,
    private: Private,
) -> StateResponse {
    let mut response = DeleteResponse::new(Some(request.prior.clone()), private);
    response.identity = request.identity.cloned();
    let deleted = match refuse_when_stopped(&context.cancel) {
        Ok(()) => catch(resource.delete(context, request, &mut response)).await,
        Err(stopped) => Err(stopped),
    };
    let DeleteResponse {
        mut state,
        identity,
        private,
        mut diagnostics,
    } = response;
    if reported(deleted, &mut diagnostics).is_ok() {
        state.remove();
    }
    let object = state.into_object();
    StateResponse {
        identity: identity.filter(|_| object.is_some()),
        object,
        private,
        deferred: None,
        diagnostics,
    }
}

/// After a stop, nothing new begins.
pub(super) fn refuse_when_stopped(cancel: &CancellationToken) -> Result<(), Diagnostic> {
    if !cancel.is_cancelled() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Stopped",
        "Terraform was stopped before this operation began. Nothing was sent.",
    ))
}
