//! The issuers of build systems: GitHub Actions and Azure Pipelines vouch for a job, and Entra ID takes their word.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Desk;
use super::access::bearer;
use super::jwt::Jwt;
use super::keys::Issuer;
use crate::core::call::{Call, Reply};
use crate::core::json::{Json, json, merge};

/// How long an assertion is good for.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// Answers `GET /github/{owner}/{repository}/…/idtoken`, which `ACTIONS_ID_TOKEN_REQUEST_URL` names.
pub(super) fn github(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    let [owner, repository, ..] = captured else {
        return Reply::empty(404);
    };
    if !may_ask(desk, call) {
        return Reply::json(
            401,
            json!({"message": "The bearer is missing or not the request token of the job."}),
        );
    }
    let repository = format!("{owner}/{repository}");
    let reference = call.query("ref").unwrap_or("refs/heads/main");
    let subject = match (call.query("subject"), call.query("environment")) {
        (Some(subject), _) => subject.to_owned(),
        (None, Some(environment)) => format!("repo:{repository}:environment:{environment}"),
        (None, None) => format!("repo:{repository}:ref:{reference}"),
    };
    let audience = call
        .query("audience")
        .map_or_else(|| format!("https://github.com/{owner}"), str::to_owned);
    let claims = json!({
        "repository": repository, "repository_owner": owner, "ref": reference, "ref_type": "branch",
        "event_name": "workflow_dispatch", "runner_environment": "github-hosted", "run_attempt": "1"
    });
    let issuer = format!("{}/github", call.base);
    match sign(desk, Issuer::GitHub, &issuer, &subject, &audience, claims) {
        Some(token) => Reply::json(200, json!({"count": token.len(), "value": token})),
        None => Reply::empty(503),
    }
}

/// Answers `POST /devops/{organization}/{project}/…/oidctoken`, which `SYSTEM_OIDCREQUESTURI` names.
pub(super) fn azure_devops(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    let [organization, project, ..] = captured else {
        return Reply::empty(404);
    };
    if !may_ask(desk, call) {
        return Reply::json(
            401,
            json!({"message": "The bearer is missing or not the access token of the job."}),
        );
    }
    if call.query("api-version").is_none() {
        return Reply::json(
            400,
            json!({"message": "No api-version was supplied for the POST request."}),
        );
    }
    let subject = match call
        .query("serviceConnectionId")
        .filter(|id| !id.is_empty())
    {
        Some(connection) => format!("sc://{organization}/{project}/{connection}"),
        None => format!("p://{organization}/{project}/pipeline"),
    };
    let issuer = format!("{}/devops/{organization}", call.base);
    match sign(
        desk,
        Issuer::AzureDevOps,
        &issuer,
        &subject,
        EXCHANGE,
        json!({}),
    ) {
        Some(token) => Reply::json(200, json!({"oidcToken": token})),
        None => Reply::empty(503),
    }
}

/// Answers an issuer's `/.well-known/openid-configuration`.
pub(super) fn configuration(_: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let path = call.path.trim_end_matches('/');
    let issuer = path
        .rsplit_once("/.well-known/")
        .map_or(path, |(issuer, _)| issuer);
    let issuer = format!("{}{issuer}", call.base);
    Reply::json(
        200,
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks"),
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"]
        }),
    )
}

/// Answers GitHub's `/.well-known/jwks`.
pub(super) fn github_keys(_: &mut Desk<'_>, _: &Call, _: &[&str]) -> Reply {
    keys(Issuer::GitHub)
}

/// Answers Azure DevOps' `/.well-known/jwks`.
pub(super) fn azure_devops_keys(_: &mut Desk<'_>, _: &Call, _: &[&str]) -> Reply {
    keys(Issuer::AzureDevOps)
}

/// Whether a token says that it comes from an issuer here, and does not. The words of issuers elsewhere are taken:
/// their keys cannot be fetched offline.
pub(super) fn is_forged(token: &Jwt<'_>, issuer: &str) -> bool {
    let Ok(issuer) = Url::parse(issuer) else {
        return true;
    };
    // The path alone tells: the emulator has many names, and which one it was reached under, the client says.
    let signer = match issuer
        .path_segments()
        .map(Iterator::collect::<Vec<_>>)
        .as_deref()
    {
        Some(["github"]) => Issuer::GitHub,
        Some(["devops", _]) => Issuer::AzureDevOps,
        _ => return false,
    };
    !signer.key().is_ok_and(|key| key.has_signed(token))
}

fn keys(issuer: Issuer) -> Reply {
    issuer.key().map_or_else(
        |_| Reply::empty(503),
        |key| Reply::json(200, key.document()),
    )
}

fn may_ask(desk: &Desk<'_>, call: &Call) -> bool {
    let given = call.header("authorization").and_then(bearer);
    let expected = desk.signin.environment.request_token.as_deref();
    given.is_some_and(|given| expected.is_none_or(|expected| expected == given))
}

fn sign(
    desk: &mut Desk<'_>,
    issuer: Issuer,
    name: &str,
    subject: &str,
    audience: &str,
    mut claims: Json,
) -> Option<String> {
    let now = Timestamp::now().as_second();
    let common = json!({
        "jti": desk.random.guid(), "sub": subject, "aud": audience, "iss": name,
        "nbf": now, "iat": now, "exp": now + LIFETIME.as_secs()
    });
    merge(&mut claims, &common);
    issuer.key().ok()?.sign(&claims).ok()
}
