//! The environment that logic apps and integration accounts live in.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use crate::arm::{Intent, Operation, ResourceId, Session};
use crate::azure::types::ENVIRONMENTS;
use crate::azure::{Azure, plan_session, report, wait};
use crate::resources::ise;

/// What the environment of a planned object is, or will be, where that can be known.
pub(crate) async fn expected(context: &Context<Azure>, plan: &mut Plan<'_>) -> Option<Object> {
    let azure = context.data_if_known()?;
    let id = ResourceId::parse_as(plan.planned.str("ise_id")?, ENVIRONMENTS.name).ok()?;
    let session = plan_session(context, plan).await?;
    match ise::ARM.expected(azure, &session, &id).await {
        Ok(found) => found,
        Err(error) => {
            let detail = format!(
                "What depends on it was therefore not checked at plan; it is before anything is sent.\n\n{}",
                report::explanation(&error)
            );
            let summary = format!("Environment {:?} could not be read", id.name());
            plan.diagnostics
                .add_attribute_warning(Path::attribute("ise_id"), summary, detail);
            None
        }
    }
}

/// Reads the environment, and waits for it while it deploys.
pub(crate) async fn ready(session: &Session, ise_id: &str) -> Result<Json, Diagnostic> {
    let path = || Path::attribute("ise_id");
    let fail = |summary: String, detail: String| Diagnostic::error(summary, detail).at(path());
    let id = ResourceId::parse_as(ise_id, ENVIRONMENTS.name)
        .map_err(|error| fail("Invalid ise_id".into(), error.to_string()))?;
    let what = format!("environment {:?}", id.name());
    let found = session
        .of(&ENVIRONMENTS)
        .get_optional(&id)
        .await
        .map_err(|error| fail(format!("Error reading {what}"), report::explanation(&error)))?;
    if found.is_none() {
        let detail = format!("There is no {id}. Create the environment first, or correct ise_id.");
        return Err(fail(format!("The {what} does not exist"), detail));
    }
    let deploying = Operation::on_resource(Intent::Write);
    match wait::follow(session.of(&ENVIRONMENTS), &deploying, &id).await {
        // One whose last change failed may serve all the same: ARM knows.
        Err(error) if error.is_operation_failed() => Ok(found.unwrap_or_default()),
        ready => ready.map_err(|error| {
            let detail = format!(
                "Nothing was sent, because the environment has to be deployed first.\n\n{}",
                report::explanation(&error)
            );
            fail(format!("The {what} is not ready"), detail)
        }),
    }
}
