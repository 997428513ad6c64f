//! Taking over a state of another type or provider.

use super::panic::{catch, reported};
use super::state::{check_types, settle};
use super::{Engine, StateResponse};
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::private::Private;
use crate::resource::{MoveStateRequest, MoveStateResponse, Resource};
use crate::types::json::RawState;

/// Where a state comes from, and what it is.
#[derive(Clone, Copy, Debug)]
pub struct MoveRequest<'a> {
    /// The whole address of the provider that wrote it.
    pub source_provider_address: &'a str,
    /// The type it was stored as.
    pub source_type_name: &'a str,
    /// The version of that type's schema.
    pub source_schema_version: i64,
    /// The JSON of the state.
    pub source_state: &'a [u8],
    /// What was remembered beside it.
    pub source_private: &'a Private,
    /// The JSON of the identity; nothing if there was none.
    pub source_identity: &'a [u8],
}

impl Engine {
    /// The state as this type has it. None if that fails.
    pub async fn move_state<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        request: MoveRequest<'_>,
    ) -> StateResponse {
        let mut response = MoveStateResponse::default();
        let moved = moved(resource, request, &mut response).await;
        let MoveStateResponse {
            target_state,
            target_private,
            target_identity,
            mut diagnostics,
        } = response;
        let mut object = target_state.filter(|_| moved.is_ok());
        if let Some(object) = &mut object {
            check_types(resource.schema(), object, &mut diagnostics);
            settle(resource.schema(), object);
        }
        StateResponse {
            object,
            private: target_private,
            deferred: None,
            identity: target_identity.filter(|_| moved.is_ok()),
            diagnostics,
        }
    }
}

async fn moved<D: Send + Sync>(
    resource: &dyn Resource<D>,
    request: MoveRequest<'_>,
    response: &mut MoveStateResponse,
) -> Result<(), Reported> {
    let Some(ability) = resource.move_state() else {
        return Err(response.diagnostics.fail(no_way(resource, request)));
    };
    let state = raw(request.source_state, &mut response.diagnostics)?;
    let identity = match request.source_identity {
        [] => None,
        json => Some(raw(json, &mut response.diagnostics)?),
    };
    let asked = MoveStateRequest {
        source_provider_address: request.source_provider_address,
        source_type_name: request.source_type_name,
        source_schema_version: request.source_schema_version,
        source_state: &state,
        source_private: request.source_private,
        source_identity: identity.as_ref(),
    };
    let moved = catch(async { ability.move_state(asked, response) }).await;
    reported(moved, &mut response.diagnostics)?;
    match response.target_state {
        Some(_) => response.diagnostics.check(),
        None => Err(response.diagnostics.fail(no_way(resource, request))),
    }
}

fn raw(json: &[u8], diagnostics: &mut Diagnostics) -> Result<RawState, Reported> {
    let parsed = serde_json::from_slice(json).map_err(|error| {
        let detail = format!("What is stored of the source cannot be read: {error}.");
        Diagnostic::error("Unreadable state", detail)
    });
    parsed.report(diagnostics)
}

fn no_way<D: Send + Sync>(resource: &dyn Resource<D>, request: MoveRequest<'_>) -> Diagnostic {
    let detail = format!(
        "An object of type {} (version {}) of the provider {} cannot become one of type {}. Remove the moved block, and import the object \
         instead.",
        request.source_type_name,
        request.source_schema_version,
        request.source_provider_address,
        resource.type_name(),
    );
    Diagnostic::error("Unable to Move Resource State", detail)
}
