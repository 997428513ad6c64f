//! Sign-in: what Microsoft Entra ID serves, the identities of machines, the issuers of build systems, and the check of
//! tokens that ARM makes.

mod access;
mod assertion;
mod discovery;
mod jwt;
mod keys;
mod managed_identity;
mod metadata;
mod oidc;
mod refusal;
mod token;

pub(crate) use access::{Tokens, challenge};

use crate::core::call::{Call, Reply};
use crate::core::error::ArmError;
use crate::core::json::Json;
use crate::state::State;

/// What machines and build systems hand to those who may ask for tokens. What is not set, anyone knows.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// The value of `X-IDENTITY-HEADER`.
    identity_header: Option<String>,
    /// The bearer of a build's request for an assertion.
    request_token: Option<String>,
}

impl Environment {
    /// Sets what is given; a null forgets.
    pub(crate) fn set(&mut self, source: &Json) -> Result<(), ArmError> {
        for (member, value) in source.as_object().into_iter().flatten() {
            let place = match member.as_str() {
                "identityHeader" => &mut self.identity_header,
                "requestToken" => &mut self.request_token,
                _ => {
                    return Err(ArmError::control(
                        "'identityHeader' or 'requestToken' is expected",
                    ));
                }
            };
            *place = match value {
                Json::Null => None,
                Json::String(text) if !text.is_empty() => Some(text.clone()),
                _ => {
                    return Err(ArmError::control(
                        "what is expected of a request is a text or null",
                    ));
                }
            };
        }
        Ok(())
    }
}

/// Serves a path with the segments that its pattern leaves open.
type Handler = fn(&mut State, &Call, &[&str]) -> Reply;

/// What is served without an access token: method, path (`*` is any one segment) and handler; the first that fits.
const ROUTES: &[(&str, &str, Handler)] = &[
    ("GET", "metadata/endpoints", metadata::endpoints),
    (
        "GET",
        "metadata/identity/oauth2/token",
        managed_identity::imds,
    ),
    ("GET", "msi/token", managed_identity::app_service),
    ("GET", "github/*/*/idtoken", oidc::github),
    (
        "GET",
        "github/.well-known/openid-configuration",
        oidc::configuration,
    ),
    ("GET", "github/.well-known/jwks", oidc::github_keys),
    (
        "POST",
        "devops/*/*/_apis/distributedtask/hubs/*/plans/*/jobs/*/oidctoken",
        oidc::azure_devops,
    ),
    (
        "GET",
        "devops/*/.well-known/openid-configuration",
        oidc::configuration,
    ),
    ("GET", "devops/*/.well-known/jwks", oidc::azure_devops_keys),
    ("POST", "*/oauth2/v2.0/token", token::v2),
    ("POST", "*/oauth2/token", token::v1),
    (
        "GET",
        "*/v2.0/.well-known/openid-configuration",
        discovery::configuration,
    ),
    (
        "GET",
        "*/.well-known/openid-configuration",
        discovery::configuration,
    ),
    ("GET", "*/discovery/v2.0/keys", discovery::keys),
    ("GET", "*/discovery/keys", discovery::keys),
    ("GET", "*/discovery/instance", discovery::instance),
];

/// Answers a request that is about signing in; none when it is for ARM.
pub(crate) fn serve(state: &mut State, call: &Call) -> Option<Reply> {
    let path = call.path.trim_matches('/');
    let mut fitting = ROUTES
        .iter()
        .filter_map(|(method, pattern, handler)| Some((method, handler, capture(pattern, path)?)))
        .peekable();
    fitting.peek()?;
    Some(match fitting.find(|(method, ..)| call.method == **method) {
        Some((_, handler, captured)) => handler(state, call, &captured),
        None => Reply::empty(405),
    })
}

/// The segments of a path that a pattern leaves open, if the path fits it. Words have no case.
fn capture<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    let mut captured = Vec::new();
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Some(captured),
            (Some("*"), Some(segment)) if !segment.is_empty() => captured.push(segment),
            (Some(word), Some(segment)) if word.eq_ignore_ascii_case(segment) => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::capture;

    #[test]
    fn patterns_capture_what_they_leave_open() {
        for (pattern, path, expected) in [
            (
                "*/oauth2/v2.0/token",
                "t/oauth2/v2.0/token",
                Some(vec!["t"]),
            ),
            (
                "*/oauth2/v2.0/token",
                "t/OAuth2/V2.0/Token",
                Some(vec!["t"]),
            ),
            ("*/oauth2/v2.0/token", "a/b/oauth2/v2.0/token", None),
            ("*/oauth2/v2.0/token", "oauth2/v2.0/token", None),
            ("*/oauth2/v2.0/token", "/oauth2/v2.0/token", None),
            ("a/*/*", "a/b/c", Some(vec!["b", "c"])),
            ("a/b", "a/b", Some(Vec::new())),
            ("a/b", "a/b/c", None),
        ] {
            assert_eq!(capture(pattern, path), expected, "{pattern} {path}");
        }
    }
}
