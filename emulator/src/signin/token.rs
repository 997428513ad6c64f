//! Access tokens. Any client id and secret serves: no application is registered here.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use time::{Duration, OffsetDateTime};

use crate::core::call::{Call, Reply};
use crate::core::error::ArmError;
use crate::core::json::{Json, json};
use crate::core::random::Random;

/// How long a token is good for, on real time.
const LIFETIME: Duration = Duration::seconds(3599);

/// The audiences under which Azure's management endpoint is known.
const AUDIENCES: [&str; 4] = [
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.usgovcloudapi.net",
    "https://management.chinacloudapi.cn",
];

/// The tokens that were issued: a token is good because we remember it, not for its signature.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Issued>,
}

#[derive(Debug)]
struct Issued {
    audience: String,
    expires: OffsetDateTime,
}

impl Tokens {
    /// Lets every token that was issued so far expire now.
    pub(crate) fn expire(&mut self) {
        let now = OffsetDateTime::now_utc();
        self.issued
            .values_mut()
            .for_each(|issued| issued.expires = now);
    }

    /// Checks the token of a request to ARM.
    pub(crate) fn check(&self, call: &Call) -> Result<(), ArmError> {
        let failed = |message: &str| ArmError::gateway(401, "AuthenticationFailed", message);
        let Some(header) = call.header("authorization") else {
            return Err(failed(
                "Authentication failed. The 'Authorization' header is missing.",
            ));
        };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => {
                return Err(failed(
                    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
                ));
            }
        };
        let Some(issued) = self.issued.get(token) else {
            return Err(ArmError::gateway(
                401,
                "InvalidAuthenticationToken",
                "The access token is invalid.",
            ));
        };
        let now = OffsetDateTime::now_utc();
        if issued.expires <= now {
            let message = format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                shown(issued.expires),
                shown(now)
            );
            return Err(ArmError::gateway(
                401,
                "ExpiredAuthenticationToken",
                message,
            ));
        }
        let audience = issued.audience.trim_end_matches('/');
        if AUDIENCES.contains(&audience) || audience.eq_ignore_ascii_case(&call.base) {
            return Ok(());
        }
        let allowed = AUDIENCES
            .iter()
            .map(|known| format!("{known}/"))
            .collect::<Vec<_>>()
            .join(",");
        Err(ArmError::gateway(
            401,
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{audience}'. \
                 It should exactly match with one of the allowed audiences '{allowed}'."
            ),
        ))
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn issue(tokens: &mut Tokens, random: &mut Random, call: &Call, tenant: &str) -> Reply {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&call.body)
        .into_owned()
        .collect();
    let field = |name: &str| {
        form.get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    if field("grant_type") != Some("client_credentials") {
        return refuse(
            random,
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        );
    }
    let Some(client) = field("client_id") else {
        return refuse(
            random,
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'client_id'.",
        );
    };
    if !field("client_assertion").map_or(field("client_secret").is_some(), is_token) {
        return refuse(
            random,
            401,
            "invalid_client",
            7_000_216,
            "'client_assertion' or 'client_secret' is required for this request.",
        );
    }
    let Some(audience) = field("scope").and_then(|scope| {
        scope
            .split(' ')
            .find_map(|one| one.strip_suffix("/.default"))
    }) else {
        return refuse(
            random,
            400,
            "invalid_scope",
            70011,
            "The provided value for scope is not valid.",
        );
    };
    let token = new_token(random, tenant, client, audience);
    let expires = OffsetDateTime::now_utc() + LIFETIME;
    tokens.issued.insert(
        token.clone(),
        Issued {
            audience: audience.to_owned(),
            expires,
        },
    );
    let seconds = LIFETIME.whole_seconds();
    Reply::json(200, json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}))
        .header("Cache-Control", "no-store, no-cache")
}

/// A token with the claims that Azure's clients read without checking them.
fn new_token(random: &mut Random, tenant: &str, client: &str, audience: &str) -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let object = random.guid();
    let claims = json!({
        "aud": audience, "iss": format!("https://sts.windows.net/{tenant}/"), "iat": now, "nbf": now,
        "exp": now + LIFETIME.whole_seconds(), "appid": client, "idtyp": "app", "oid": object, "sub": object, "tid": tenant, "ver": "1.0"
    });
    let part = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "arm-emulator"});
    format!("{}.{}.{}", part(&header), part(&claims), random.signature())
}

/// Whether an assertion has the shape of a JWT. Its signature is not checked: no key is registered here.
fn is_token(assertion: &str) -> bool {
    let parts: Vec<&str> = assertion.split('.').collect();
    parts.len() == 3
        && parts[..2].iter().all(|part| {
            URL_SAFE_NO_PAD.decode(part).is_ok_and(|bytes| {
                serde_json::from_slice::<Json>(&bytes).is_ok_and(|json| json.is_object())
            })
        })
}

fn refuse(random: &mut Random, status: u16, error: &str, number: u32, text: &str) -> Reply {
    let (trace, correlation) = (random.guid(), random.guid());
    let stamp = OffsetDateTime::now_utc();
    let (date, time) = (stamp.date(), stamp.time());
    let stamp = format!(
        "{date} {:02}:{:02}:{:02}Z",
        time.hour(),
        time.minute(),
        time.second()
    );
    let description = format!(
        "AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
    );
    Reply::json(
        status,
        json!({
            "error": error, "error_description": description, "error_codes": [number], "timestamp": stamp,
            "trace_id": trace, "correlation_id": correlation, "error_uri": format!("https://login.microsoftonline.com/error?code={number}")
        }),
    )
}

/// A time as ARM's texts about tokens show it.
fn shown(at: OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!(
        "{}/{}/{} {hour}:{:02}:{:02} {half}",
        u8::from(date.month()),
        date.day(),
        date.year(),
        time.minute(),
        time.second()
    )
}
