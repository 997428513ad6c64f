//! Making a plan true.

use tokio_util::sync::CancellationToken;

use super::panic::catch;
use super::state::{keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Engine, Outcome, bug, consistency, failure, incomplete_request};
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::private::Private;
use crate::resource::{Create, Resource, State, Update};
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
    /// Creates, updates or deletes; whatever goes wrong, the outcome holds the state that was reached.
    pub async fn apply<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        context: &Context<C>,
        request: ApplyRequest,
    ) -> Outcome {
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
        let mut state = State::new(prior.clone(), private);
        let result = match (&prior, &planned) {
            (None, Some(planned)) => {
                let work = Create {
                    config: &config,
                    planned,
                };
                create(resource, &bounded(planned, "create"), work, &mut state).await
            }
            (Some(prior), Some(planned)) => {
                let work = Update {
                    config: &config,
                    prior,
                    planned,
                };
                update(resource, &bounded(planned, "update"), work, &mut state).await
            }
            (Some(prior), None) => delete(resource, &bounded(prior, "delete"), &mut state).await,
            (None, None) => Err(incomplete_request("prior and no planned state").into()),
        };
        let (mut object, private, mut diagnostics) = state.into_parts();
        diagnostics.extend(result.err().map(failure).unwrap_or_default());
        if let (Some(planned), Some(object)) = (&planned, &mut object) {
            keep_semantically_equal(schema, planned, object);
            self.self_check(&mut diagnostics, || {
                let mut findings = consistency::check_apply(planned, object);
                findings.extend(consistency::check_state(schema, object));
                findings
            });
        }
        if let Some(object) = &mut object {
            settle(schema, object);
        }
        Outcome {
            object,
            private,
            diagnostics,
        }
    }
}

async fn create<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    create: Create<'_>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    refuse_when_stopped(&context.cancel)?;
    catch(resource.create(context, create, state)).await??;
    match state.object() {
        Some(_) => Ok(()),
        None => Err(bug("The object was created, but no state of it is known").into()),
    }
}

async fn update<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    update: Update<'_>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    refuse_when_stopped(&context.cancel)?;
    catch(resource.update(context, update, state)).await?
}

async fn delete<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    refuse_when_stopped(&context.cancel)?;
    catch(resource.delete(context, state)).await??;
    state.remove();
    Ok(())
}

/// After a stop, nothing new begins.
fn refuse_when_stopped(cancel: &CancellationToken) -> Result<(), Diagnostics> {
    if !cancel.is_cancelled() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Stopped",
        "Terraform was stopped before this operation began. Nothing was sent.",
    )
    .into())
}
