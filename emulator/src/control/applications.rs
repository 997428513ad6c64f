//! The applications of the directory, registered by hand: Microsoft Graph is not served.

use super::body;
use crate::core::call::{Call, Reply};
use crate::core::directory::{Application, Directory};
use crate::core::error::ArmError;
use crate::core::json::{Json, json};

/// Answers a request for the applications, or for the one of that client id.
pub(super) fn serve(
    directory: &mut Directory,
    call: &Call,
    client: Option<&str>,
) -> Result<Reply, ArmError> {
    match (call.method.as_str(), client) {
        ("GET", None) => {
            let shown: Vec<Json> = directory
                .applications
                .values()
                .map(Application::show)
                .collect();
            Ok(Reply::json(200, json!({ "value": shown })))
        }
        ("GET", Some(client)) => directory
            .application(client)
            .map(|application| Reply::json(200, application.show()))
            .ok_or_else(|| not_found(client)),
        ("PUT", Some(client)) => {
            let status = if directory.application(client).is_some() {
                200
            } else {
                201
            };
            let application = directory.register(client, &body(call)?)?;
            Ok(Reply::json(status, application.show()))
        }
        ("DELETE", Some(client)) => {
            let gone = directory.applications.remove(&client.to_lowercase());
            Ok(Reply::empty(if gone.is_some() { 200 } else { 204 }))
        }
        _ => Err(ArmError::control(
            "applications are listed by GET and registered by PUT",
        )),
    }
}

fn not_found(client: &str) -> ArmError {
    ArmError::new(
        404,
        "NotFound",
        format!("No application '{client}' is registered."),
    )
}
