//! The endpoints from which a machine's managed identities get their tokens: IMDS on virtual machines, another on App Service.

use jiff::{SignedDuration, Timestamp};

use super::Desk;
use super::refusal::Refusal;
use crate::core::call::{Call, Reply};
use crate::core::directory::{Application, Directory};
use crate::core::json::{Json, json};

/// Tokens of managed identities are good for a day.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_secs(86_399);
/// The first versions that are served.
const IMDS: &str = "2018-02-01";
const APP_SERVICE: &str = "2019-08-01";

/// The parameters that name an identity.
const CLIENT: [&str; 1] = ["client_id"];
const OBJECT: [&str; 2] = ["object_id", "principal_id"];
const RESOURCE: [&str; 2] = ["msi_res_id", "mi_res_id"];

/// Answers `GET /metadata/identity/oauth2/token`.
pub(super) fn imds(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let refuse = |description: &str| {
        let body = json!({"error": "invalid_request", "error_description": description});
        Reply::json(400, body)
    };
    let has_header = call
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !has_header {
        return refuse("Required metadata header not specified");
    }
    match call.query("api-version") {
        Some(version) if version >= IMDS => {}
        Some(_) => return refuse("The requested api-version is not supported"),
        None => return refuse("Required query variable 'api-version' is missing"),
    }
    let Some(resource) = call.query("resource").filter(|one| !one.is_empty()) else {
        return refuse("Required query variable 'resource' is missing");
    };
    let Some(identity) = find(desk.directory, call) else {
        return refuse("Identity not found");
    };
    grant(desk, call, &identity, resource, |token, now| {
        let seconds = LIFETIME.as_secs();
        json!({
            "access_token": token, "client_id": identity.client_id, "expires_in": seconds.to_string(),
            "expires_on": (now + seconds).to_string(), "ext_expires_in": seconds.to_string(),
            "not_before": now.to_string(), "resource": resource, "token_type": "Bearer"
        })
    })
}

/// Answers the endpoint that `IDENTITY_ENDPOINT` names on App Service.
pub(super) fn app_service(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let refuse = |status: u16, message: &str| {
        Reply::json(status, json!({"statusCode": status, "message": message}))
    };
    let given = call.header("x-identity-header").unwrap_or_default();
    let expected = desk.signin.environment.identity_header.as_deref();
    if given.is_empty() || expected.is_some_and(|expected| expected != given) {
        return refuse(
            401,
            "The header X-IDENTITY-HEADER is missing or not the value of IDENTITY_HEADER.",
        );
    }
    if call.query("api-version") != Some(APP_SERVICE) {
        return refuse(400, "The api-version has to be 2019-08-01.");
    }
    let Some(resource) = call.query("resource").filter(|one| !one.is_empty()) else {
        return refuse(400, "The parameter 'resource' is missing.");
    };
    let Some(identity) = find(desk.directory, call) else {
        return refuse(
            400,
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        );
    };
    grant(desk, call, &identity, resource, |token, now| {
        json!({
            "access_token": token, "expires_on": (now + LIFETIME.as_secs()).to_string(), "resource": resource,
            "token_type": "Bearer", "client_id": identity.client_id
        })
    })
}

/// A token for an identity, in the words of a service.
pub(super) fn grant(
    desk: &mut Desk<'_>,
    call: &Call,
    identity: &Application,
    resource: &str,
    body: impl FnOnce(String, i64) -> Json,
) -> Reply {
    let now = Timestamp::now().as_second();
    match desk
        .signin
        .tokens
        .issue(desk.random, identity, resource, LIFETIME)
    {
        Ok(token) => Reply::json(200, body(token, now)),
        Err(_) => Refusal::transient().reply(desk.random, call),
    }
}

/// The identity that a request names; the machine's own when it names none.
fn find(directory: &Directory, call: &Call) -> Option<Application> {
    let given = |names: &[&str]| names.iter().find_map(|name| call.query(name));
    let system = directory.system_identity();
    let same = |known: &str, given: Option<&str>| {
        given.is_none_or(|given| known.eq_ignore_ascii_case(given))
    };
    let (client, object, resource) = (given(&CLIENT), given(&OBJECT), given(&RESOURCE));
    if client.or(object).or(resource).is_none() {
        return Some(system);
    }
    let mut identities = directory
        .applications
        .values()
        .filter(|application| application.resource_id.is_some())
        .chain([&system]);
    identities
        .find(|identity| {
            same(&identity.client_id, client)
                && same(&identity.object_id, object)
                && same(
                    identity.resource_id.as_deref().unwrap_or_default(),
                    resource,
                )
        })
        .cloned()
}
