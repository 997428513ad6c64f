//! The headers that every answer of ARM carries.

use jiff::Timestamp;

use super::call::{Call, Reply};
use super::definition::Table;
use super::json::text;
use super::random::Random;

/// Completes an answer with ARM's own headers.
pub(crate) fn complete(
    types: &Table,
    mut reply: Reply,
    call: &Call,
    random: &mut Random,
    remaining: u64,
) -> Reply {
    let correlation = correlation(call, random);
    let location = reply
        .body
        .as_ref()
        .and_then(|body| text(body, "location"))
        .unwrap_or("global")
        .to_owned();
    if !reply
        .headers
        .iter()
        .any(|(name, _)| *name == "x-ms-request-id")
    {
        let by_gateway = || {
            let mut headers = reply.headers.iter();
            headers.any(|(name, _)| *name == "x-ms-failure-cause")
        };
        let mut providers = types.0.iter();
        let is_regional = providers
            .any(|provider| provider.regional_requests && call.target.is_in(provider.namespace));
        let id = if is_regional && !by_gateway() {
            format!("{location}:{}", random.guid())
        } else {
            correlation.clone()
        };
        reply = reply.header("x-ms-request-id", id);
    }
    let wants_it = call
        .header("x-ms-return-client-request-id")
        .is_some_and(|wants| wants.eq_ignore_ascii_case("true"));
    if let Some(id) = call.header("x-ms-client-request-id").filter(|_| wants_it) {
        reply = reply.header("x-ms-client-request-id", id.to_owned());
    }
    reply
        .header(
            "x-ms-routing-request-id",
            format!(
                "{}:{}:{correlation}",
                location.to_uppercase(),
                Timestamp::now().strftime("%Y%m%dT%H%M%SZ")
            ),
        )
        .header("x-ms-correlation-request-id", correlation)
        .header(remaining_of(&call.method), remaining.to_string())
        .header("Cache-Control", "no-cache")
        .header("Pragma", "no-cache")
        .header("Expires", "-1")
        .header(
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        )
        .header("X-Content-Type-Options", "nosniff")
}

/// The header that says how many requests of this kind are left.
fn remaining_of(method: &str) -> &'static str {
    match method {
        "DELETE" => "x-ms-ratelimit-remaining-subscription-deletes",
        "PUT" | "PATCH" | "POST" => "x-ms-ratelimit-remaining-subscription-writes",
        _ => "x-ms-ratelimit-remaining-subscription-reads",
    }
}

/// The client's correlation id, or a new one.
fn correlation(call: &Call, random: &mut Random) -> String {
    match call.header("x-ms-correlation-request-id") {
        Some(id) if uuid::Uuid::parse_str(id).is_ok() => id.to_owned(),
        _ => random.guid(),
    }
}
