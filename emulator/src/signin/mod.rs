//! Sign-in: what Microsoft Entra ID serves, the identities of machines, the issuers of build systems, and the check of
//! tokens that ARM makes.

mod access;
mod assertion;
mod azure_arc;
mod discovery;
mod jwt;
mod keys;
mod managed_identity;
mod metadata;
mod oidc;
mod refusal;
mod token;

pub(crate) use access::{Signed, challenge};

use self::access::Tokens;

use std::path::PathBuf;

use crate::core::call::{Call, Reply};
use crate::core::clock::Clock;
use crate::core::directory::Directory;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::Json;
use crate::core::random::Random;
use crate::core::route::{Route, Routed, find, route};

/// What the emulator knows of sign-ins.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    pub(crate) tokens: Tokens,
    pub(crate) environment: Environment,
}

impl SignIn {
    /// Forgets what machines are asked for. Tokens stay good.
    pub(crate) fn reset(&mut self) {
        self.environment = Environment::default();
    }
}

/// What a sign-in works with.
pub(crate) struct Desk<'a> {
    pub(crate) signin: &'a SignIn,
    pub(crate) directory: &'a Directory,
    pub(crate) random: &'a mut Random,
    pub(crate) clock: &'a Clock,
}

/// What machines and build systems hand to those who may ask for tokens. What is not set, anyone knows.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// The value of `X-IDENTITY-HEADER`.
    identity_header: Option<String>,
    /// The bearer of a build's request for an assertion.
    request_token: Option<String>,
    /// Where the agent of Azure Arc leaves the keys that it asks for.
    arc_folder: Option<PathBuf>,
}

impl Environment {
    /// Sets what is given; a null forgets.
    pub(crate) fn set(&mut self, source: &Json) -> Result<(), ArmError> {
        for (member, value) in source.as_object().into_iter().flatten() {
            let value = match value {
                Json::Null => None,
                Json::String(text) if !text.is_empty() => Some(text.clone()),
                _ => {
                    return Err(errors::invalid_control_request(
                        "what is expected of a request is a text or null",
                    ));
                }
            };
            match member.as_str() {
                "identityHeader" => self.identity_header = value,
                "requestToken" => self.request_token = value,
                "arcFolder" => self.arc_folder = value.map(PathBuf::from),
                _ => {
                    return Err(errors::invalid_control_request(
                        "'identityHeader', 'requestToken' or 'arcFolder' is expected",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Makes the key of access tokens, which the first sign-in would have to wait for.
pub(crate) fn prepare() {
    // A failure shows when someone signs in.
    let _ = keys::Issuer::Entra.key();
}

/// Serves a path with the segments that its pattern leaves open.
type Handler = fn(&mut Desk<'_>, &Call, &[&str]) -> Reply;

/// What is served without an access token.
static ROUTES: &[Route<Handler>] = &[
    route("GET", "metadata/endpoints", metadata::endpoints),
    route(
        "GET",
        "metadata/identity/oauth2/token",
        managed_identity::imds,
    ),
    route("GET", "msi/token", managed_identity::app_service),
    route(
        "GET",
        "arc/metadata/identity/oauth2/token",
        azure_arc::token,
    ),
    route("GET", "github/*/*/idtoken", oidc::github),
    // As GitHub's runners have it.
    route(
        "GET",
        "github/*/*/_apis/distributedtask/hubs/*/plans/*/jobs/*/idtoken",
        oidc::github,
    ),
    route(
        "GET",
        "github/.well-known/openid-configuration",
        oidc::configuration,
    ),
    route("GET", "github/.well-known/jwks", oidc::github_keys),
    route(
        "POST",
        "devops/*/*/_apis/distributedtask/hubs/*/plans/*/jobs/*/oidctoken",
        oidc::azure_devops,
    ),
    route(
        "GET",
        "devops/*/.well-known/openid-configuration",
        oidc::configuration,
    ),
    route("GET", "devops/*/.well-known/jwks", oidc::azure_devops_keys),
    route("POST", "adfs/oauth2/token", token::ad_fs),
    route("POST", "*/oauth2/v2.0/token", token::v2),
    route("POST", "*/oauth2/token", token::v1),
    route(
        "GET",
        "*/v2.0/.well-known/openid-configuration",
        discovery::configuration,
    ),
    route(
        "GET",
        "*/.well-known/openid-configuration",
        discovery::configuration,
    ),
    route("GET", "*/discovery/v2.0/keys", discovery::keys),
    route("GET", "*/discovery/keys", discovery::keys),
    route("GET", "*/discovery/instance", discovery::instance),
];

/// Answers a request that is about signing in; none when it is for ARM.
pub(crate) fn serve(desk: &mut Desk<'_>, call: &Call) -> Option<Reply> {
    match find(ROUTES, &call.method, &call.target.segments()) {
        Routed::Found(handler, captured) => Some(handler(desk, call, &captured)),
        Routed::WrongVerb(allow) => Some(Reply::empty(405).header("Allow", allow)),
        Routed::Nowhere => None,
    }
}
