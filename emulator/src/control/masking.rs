//! Secrets are masked before anything is remembered.

use std::borrow::Cow;
use std::cell::Cell;

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
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

/// The JSON text of the headers of a message as an object, secrets masked and long ones cut.
pub(crate) fn headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let shown = headers.take(MOST_HEADERS).map(|(name, value)| {
        let name = name.to_lowercase();
        let value = if is_secret_header(&name) {
            MASK.into()
        } else {
            masked(value)
        };
        if value.len() <= LONGEST_HEADER {
            return (name, value);
        }
        let start = &value[..value.floor_char_boundary(LONGEST_HEADER)];
        (name, format!("{start}…").into())
    });
    let mut text = serde_json::Serializer::new(Vec::new());
    // Texts can always be written.
    let _ = text.collect_map(shown);
    String::from_utf8(text.into_inner()).unwrap_or_default()
}

/// Whether the value of a header is a secret, by its name in lower case.
fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.contains(&name) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The text of a JSON with every secret in it masked.
pub(crate) fn json(value: &Json) -> String {
    whole_or_masked(value).unwrap_or_else(|masked| masked)
}

/// The text of a JSON as it is when there is no secret in it, and else as an error with every one masked.
pub(crate) fn whole_or_masked(value: &Json) -> Result<String, String> {
    let is_whole = Cell::new(true);
    let text = |value| serde_json::to_string(&Masked(value, &is_whole)).unwrap_or_default();
    let declares = |place| value.pointer(place).is_some();
    if declares("/properties/parameters") || declares("/properties/definition/parameters") {
        let mut value = value.clone();
        mask_parameters(&mut value);
        return Err(text(&value));
    }
    let text = text(value);
    if is_whole.get() { Ok(text) } else { Err(text) }
}

/// JSON that is written with every secret masked that shows itself, which is noted.
struct Masked<'a>(&'a Json, &'a Cell<bool>);

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Object(members) => {
                let mut object = to.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    if is_secret(name) && value.is_string() {
                        self.1.set(false);
                        object.serialize_entry(name, MASK)?;
                    } else {
                        object.serialize_entry(name, &Masked(value, self.1))?;
                    }
                }
                object.end()
            }
            Json::Array(values) => {
                let mut array = to.serialize_seq(Some(values.len()))?;
                for value in values {
                    array.serialize_element(&Masked(value, self.1))?;
                }
                array.end()
            }
            Json::String(text) => {
                let masked = masked(text);
                if let Cow::Owned(_) | Cow::Borrowed(MASK) = masked {
                    self.1.set(false);
                }
                to.serialize_str(&masked)
            }
            plain => plain.serialize(to),
        }
    }
}

/// A text, unless it is a token; of an address without its signatures.
fn masked(text: &str) -> Cow<'_, str> {
    if is_token(text) {
        return MASK.into();
    }
    match text.split_once('?') {
        Some((address, query)) if query.contains("sig=") => {
            format!("{address}?{}", mask_query(query)).into()
        }
        _ => text.into(),
    }
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
    use crate::core::json::json as value;

    #[test]
    fn headers_are_masked_and_bounded() {
        let long = "x".repeat(2 * LONGEST_HEADER);
        let sent = [
            ("Authorization", "Bearer x1"),
            ("Cookie", "x2"),
            ("X-IDENTITY-HEADER", "x3"),
            ("Ocp-Apim-Subscription-Key", "x4"),
            ("location", "https://h/p?a=1&sig=x5"),
            ("x-odd", "eyJx6.e30.x7"),
            ("User-Agent", "plain"),
            ("long", &long),
        ];
        let text = headers(sent.into_iter());
        let masked: Json = serde_json::from_str(&text).expect("JSON");
        for secret in ["x1", "x2", "x3", "x4", "x5", "x6", "x7"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert_eq!(masked["user-agent"], "plain");
        assert_eq!(masked["location"], "https://h/p?a=1&sig=***");
        assert!(text.len() < LONGEST_HEADER + 500, "{text}");
        let names: Vec<String> = (0..1000).map(|number| format!("n{number}")).collect();
        let many = headers(names.iter().map(|name| (name.as_str(), "v")));
        assert_eq!(many.matches("\"v\"").count(), MOST_HEADERS);
    }

    #[test]
    fn secure_parameters_signatures_and_tokens_are_masked() {
        let masked = json(&value!({"properties": {
            "definition": {"parameters": {"s": {"type": "securestring", "defaultValue": "x1"}, "p": {"type": "String"}}},
            "parameters": {"s": {"value": "x2"}, "p": {"value": "plain"}, "t": {"type": "SecureObject", "value": {"a": "x3"}}, "u": {"value": "x4"}}
        }, "value": "https://h/p?api-version=1&sig=x5", "access_token": "x6", "list": [{"primaryKey": "x7"}], "count": 9, "oidc": "eyJx8.e30.x9"}));
        for secret in ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"] {
            assert!(!masked.contains(secret), "{secret} in {masked}");
        }
        assert!(masked.contains("plain") && masked.contains("https://h/p?api-version=1&sig=***"));
        let plain = value!({"a": [1.50, "é\"", null], "properties": {"b": true}});
        assert_eq!(whole_or_masked(&plain), Ok(plain.to_string()));
        for (query, masked) in [
            ("a=1&sig=x&b=2", "a=1&sig=***&b=2"),
            ("s%69g=x", "s%69g=***"),
            ("sigh=x&sig", "sigh=x&sig"),
        ] {
            assert_eq!(mask_query(query), masked);
        }
    }
}
