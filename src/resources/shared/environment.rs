//! The environment that logic apps and integration accounts live in.

use serde_json::Value as Json;

use crate::arm::{Intent, Operation, ResourceId, Session};
use crate::resources::ise;
use crate::resources::shared::wait;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::Path;

/// Reads the environment, and waits for it while it deploys.
pub(crate) async fn ready(session: &Session, ise_id: &str) -> Result<Json, Diagnostics> {
    let path = || Path::attribute("ise_id");
    let fail = |summary: String, detail: String| {
        Diagnostics::from(Diagnostic::error(summary, detail).at(path()))
    };
    let id = ResourceId::parse_as(ise_id, ise::ARM.name)
        .map_err(|error| fail("Invalid ise_id".into(), error.to_string()))?;
    let what = format!("environment {:?}", id.name());
    let found = session
        .get_optional(&id, ise::ARM.api_version)
        .await
        .map_err(|error| fail(format!("Error reading {what}"), error.explanation()))?;
    if found.is_none() {
        let detail = format!("There is no {id}. Create the environment first, or correct ise_id.");
        return Err(fail(format!("The {what} does not exist"), detail));
    }
    wait::follow(
        session,
        &Operation::on_resource(Intent::Write),
        &id,
        ise::ARM.api_version,
    )
    .await
    .map_err(|error| {
        let summary = format!("The {what} is not ready");
        fail(
            summary,
            format!(
                "Nothing was sent, because the environment has to be deployed first.\n\n{}",
                error.explanation()
            ),
        )
    })
}
