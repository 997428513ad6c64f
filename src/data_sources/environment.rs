//! The environment of which a data source tells something.

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::schema::validator::text;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use crate::arm::{self, ResourceId, Session};
use crate::azure::attributes::is_id_of;
use crate::azure::types::ENVIRONMENTS;
use crate::azure::{Azure, look_up, session};
use crate::resources::ise;

const ISE_ID: &str = "ise_id";

/// `ise_id`.
pub(super) fn ise_id() -> Attribute {
    Attribute::string(ISE_ID)
        .required()
        .validator(text(|text| is_id_of(text, ENVIRONMENTS.name)))
        .doc("ID of the environment.")
}

/// The way to ARM, and the ID of the environment.
pub(super) async fn of(
    context: &Context<Azure>,
    config: &Object,
    diagnostics: &mut Diagnostics,
) -> Result<(Session, ResourceId), Reported> {
    let id = ResourceId::parse_as(config.str_or_empty(ISE_ID), ENVIRONMENTS.name);
    let id = id.map_err(|error| {
        let path = Path::attribute(ISE_ID);
        Diagnostic::error("Invalid ise_id", sentence(&error.to_string())).at(path)
    });
    let id = id.report(diagnostics)?;
    let session = session(context).await.report(diagnostics)?;
    Ok((session, id))
}

/// What ARM answered to `doing` something, or what to tell of it.
pub(super) fn told<T>(
    answer: Result<T, arm::Error>,
    schema: &Schema,
    doing: &str,
    id: &ResourceId,
    diagnostics: &mut Diagnostics,
) -> Result<T, Reported> {
    let what = ise::ARM.describe(id);
    let answer =
        answer.map_err(|error| look_up::failed(schema, doing, &what, (ISE_ID, id), &error));
    answer.report(diagnostics)
}
