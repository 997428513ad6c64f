//! Secrets are masked before anything is remembered.

use url::form_urlencoded;

use crate::core::json::{Json, at, text};

const MASK: &str = "***";

/// Members whose text is a secret wherever it stands.
const SECRET: [&str; 10] = [
    "secret",
    "pfx",
    "client_secret",
    "client_assertion",
    "access_token",
    "sig",
    "password",
    "primarykey",
    "secondarykey",
    "authorization",
];

/// Headers whose value is a secret, whatever it looks like.
const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-ms-authorization-auxiliary",
];

/// Parts of the names of other headers that have secrets in them, as services and proxies make them up.
const SECRET_PARTS: [&str; 6] = [
    "secret",
    "password",
    "token",
    "credential",
    "identity-header",
    "-key",
];

/// How many headers of a message are remembered, and how many bytes of each.
const MOST_HEADERS: usize = 60;
const LONGEST_HEADER: usize = 1000;

/// The headers of a message as a JSON object, secrets masked and long ones cut.
pub(crate) fn mask_headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    let shown = headers.take(MOST_HEADERS).map(|(name, value)| {
        let name = name.to_lowercase();
        let value = if is_secret_header(&name) {
            MASK.into()
        } else {
            let mut value = Json::from(value);
            mask_members(&mut value);
            value
        };
        let cut = value.as_str().filter(|text| text.len() > LONGEST_HEADER);
        let cut = cut.map(|text| format!("{}…", &text[..text.floor_char_boundary(LONGEST_HEADER)]));
        (name, cut.map_or(value, Json::from))
    });
    Json::Object(shown.collect())
}

/// Whether the value of a header is a secret, by its name in lower case.
fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.contains(&name) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The JSON with every secret in it masked.
pub(crate) fn mask(mut value: Json) -> Json {
    mask_parameters(&mut value);
    mask_members(&mut value);
    value
}

/// A query with its signatures masked.
pub(crate) fn mask_query(query: &str) -> String {
    query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_escaped(name) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&")
}

fn is_secret(name: &str) -> bool {
    SECRET
        .iter()
        .any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Whether the name of a query's parameter, which may be written with escapes, is that of a secret.
fn is_secret_escaped(name: &str) -> bool {
    form_urlencoded::parse(name.as_bytes()).any(|(name, _)| is_secret(&name))
}

fn mask_members(value: &mut Json) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                if is_secret(name) && value.is_string() {
                    *value = MASK.into();
                } else {
                    mask_members(value);
                }
            }
        }
        Json::Array(values) => values.iter_mut().for_each(mask_members),
        Json::String(text) if is_token(text) => *text = MASK.to_owned(),
        Json::String(text) => {
            if let Some((address, query)) = text
                .split_once('?')
                .filter(|(_, query)| query.contains("sig="))
            {
                *text = format!("{address}?{}", mask_query(query));
            }
        }
        _ => {}
    }
}

/// Whether a text is a signed JSON web token, whatever the name of its member.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2 && !text.contains(char::is_whitespace)
}

/// Masks the values and defaults of a workflow's secure parameters.
fn mask_parameters(body: &mut Json) {
    let is_secure = |parameter: &Json| {
        text(parameter, "type").is_some_and(|kind| kind.to_lowercase().starts_with("secure"))
    };
    let declared = at(body, "properties/definition/parameters")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    if let Some(Json::Object(given)) = body.pointer_mut("/properties/parameters") {
        for (name, parameter) in given {
            // A value without a declaration is masked as well: nobody knows what it is.
            if is_secure(parameter) || declared.get(name).is_none_or(is_secure) {
                hide(parameter, "value");
            }
        }
    }
    if let Some(Json::Object(declared)) = body.pointer_mut("/properties/definition/parameters") {
        declared
            .values_mut()
            .filter(|parameter| is_secure(parameter))
            .for_each(|parameter| hide(parameter, "defaultValue"));
    }
}

fn hide(parameter: &mut Json, member: &str) {
    if parameter.get(member).is_some() {
        parameter[member] = MASK.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    #[test]
    fn headers_are_masked_and_bounded() {
        let long = "x".repeat(2 * LONGEST_HEADER);
        let headers = [
            ("Authorization", "Bearer x1"),
            ("Cookie", "x2"),
            ("X-IDENTITY-HEADER", "x3"),
            ("Ocp-Apim-Subscription-Key", "x4"),
            ("location", "https://h/p?a=1&sig=x5"),
            ("x-odd", "eyJx6.e30.x7"),
            ("User-Agent", "plain"),
            ("long", &long),
        ];
        let masked = mask_headers(headers.into_iter());
        let text = masked.to_string();
        for secret in ["x1", "x2", "x3", "x4", "x5", "x6", "x7"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert_eq!(masked["user-agent"], "plain");
        assert_eq!(masked["location"], "https://h/p?a=1&sig=***");
        assert!(text.len() < LONGEST_HEADER + 500, "{text}");
        let names: Vec<String> = (0..1000).map(|number| format!("n{number}")).collect();
        let many = mask_headers(names.iter().map(|name| (name.as_str(), "v")));
        assert_eq!(
            many.as_object().map(serde_json::Map::len),
            Some(MOST_HEADERS)
        );
    }

    #[test]
    fn secure_parameters_signatures_and_tokens_are_masked() {
        let masked = mask(json!({"properties": {
            "definition": {"parameters": {"s": {"type": "securestring", "defaultValue": "x1"}, "p": {"type": "String"}}},
            "parameters": {"s": {"value": "x2"}, "p": {"value": "plain"}, "t": {"type": "SecureObject", "value": {"a": "x3"}}, "u": {"value": "x4"}}
        }, "value": "https://h/p?api-version=1&sig=x5", "access_token": "x6", "list": [{"primaryKey": "x7"}], "count": 9, "oidc": "eyJx8.e30.x9"}))
        .to_string();
        for secret in ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"] {
            assert!(!masked.contains(secret), "{secret} in {masked}");
        }
        assert!(masked.contains("plain") && masked.contains("https://h/p?api-version=1&sig=***"));
        for (query, masked) in [
            ("a=1&sig=x&b=2", "a=1&sig=***&b=2"),
            ("s%69g=x", "s%69g=***"),
            ("sigh=x&sig", "sigh=x&sig"),
        ] {
            assert_eq!(mask_query(query), masked);
        }
    }
}
