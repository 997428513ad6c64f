//! Bringing a stored state into the shape of the current schema.

use super::Engine;
use super::panic::{catch, reported};
use super::state::settle;
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::resource::{Resource, UpgradeStateRequest, UpgradeStateResponse};
use crate::types::json::{self, RawState};
use crate::types::value::Value;

impl Engine {
    /// Reads the JSON of a state that was written with `version` of the schema. No value if that fails.
    pub async fn upgrade<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        version: i64,
        json: &[u8],
    ) -> (Option<Value>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let upgraded = upgrade(resource, version, json, &mut diagnostics).await;
        (upgraded.ok(), diagnostics)
    }
}

async fn upgrade<D: Send + Sync>(
    resource: &dyn Resource<D>,
    version: i64,
    json: &[u8],
    diagnostics: &mut Diagnostics,
) -> Result<Value, Reported> {
    let text = std::str::from_utf8(json).map_err(unreadable);
    let mut text = text.report(diagnostics)?.to_owned();
    if text.is_empty() {
        let why = "it is in a form that Terraform stopped using in 0.12";
        return Err(diagnostics.fail(unreadable(why)));
    }
    let schema = resource.schema();
    if version > schema.version {
        let error = from_the_future(resource.type_name(), version, schema.version);
        return Err(diagnostics.fail(error));
    }
    if version < schema.version {
        let state: RawState = serde_json::from_str(&text)
            .map_err(unreadable)
            .report(diagnostics)?;
        let state = upgraded(resource, version, state, diagnostics).await?;
        text = serde_json::to_string(&state)
            .map_err(unreadable)
            .report(diagnostics)?;
    }
    let decoded = json::decode(&text, &schema.ty()).map_err(unreadable);
    let mut state = decoded.report(diagnostics)?;
    if let Value::Object(object) = &mut state {
        settle(schema, object);
    }
    Ok(state)
}

/// What the resource makes of a state of an older version.
async fn upgraded<D: Send + Sync>(
    resource: &dyn Resource<D>,
    version: i64,
    state: RawState,
    diagnostics: &mut Diagnostics,
) -> Result<RawState, Reported> {
    let Some(ability) = resource.upgrade_state() else {
        let known = resource.schema().version;
        return Err(diagnostics.fail(no_way(resource.type_name(), version, known)));
    };
    let mut response = UpgradeStateResponse {
        state: state.clone(),
        diagnostics: Diagnostics::new(),
    };
    let request = UpgradeStateRequest {
        version,
        state: &state,
    };
    let upgraded = catch(async { ability.upgrade(request, &mut response) }).await;
    diagnostics.extend(response.diagnostics);
    reported(upgraded, diagnostics)?;
    Ok(response.state)
}

fn no_way(type_name: &str, version: i64, known: i64) -> Diagnostic {
    let detail = format!(
        "The state was written with version {version} of the schema of {type_name}, from which this release of the provider knows no way to \
         version {known}. Upgrade with the release that wrote it first."
    );
    Diagnostic::error("Unknown state version", detail)
}

fn from_the_future(type_name: &str, version: i64, known: i64) -> Diagnostic {
    let detail = format!(
        "The state was written with version {version} of the schema of {type_name}, by a newer release of the provider. This release \
         knows versions up to {known}, and would lose what it does not know: use the newer release."
    );
    Diagnostic::error("State of a newer provider", detail)
}

fn unreadable(error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(
        "Unreadable state",
        format!("The stored state cannot be read: {error}."),
    )
}
