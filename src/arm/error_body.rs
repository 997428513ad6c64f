//! What ARM says in the body of an error, in each of the shapes it comes in.

use std::fmt;

use serde_json::Value as Json;

/// How much of a body that is not ARM's is shown.
const LONGEST_EXCERPT: usize = 300;

/// One error of ARM: the outermost, or one of its details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// ARM's code, such as `ResourceNotFound`.
    pub code: Option<String>,
    /// ARM's text.
    pub message: String,
    /// The member of the request body that is at fault, where ARM says so.
    pub target: Option<String>,
    /// The single errors, inner errors included.
    pub details: Vec<ErrorBody>,
    /// Policies that refused the request, in words.
    pub policies: Vec<String>,
}

impl ErrorBody {
    /// Reads the error out of `{"error": …}`, with or without members around it, or out of a bare `{"code", "message"}`.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        match member(json, "error") {
            Some(Json::Object(_)) => Self::bare(member(json, "error")?),
            // The sign-in service's own shape.
            Some(Json::String(code)) => Some(Self {
                code: Some(code.clone()),
                message: text(json, "error_description").unwrap_or_default(),
                ..Self::default()
            }),
            _ => Self::bare(json),
        }
    }

    fn bare(json: &Json) -> Option<Self> {
        let code = text(json, "code");
        let message = text(json, "message");
        if code.is_none() && message.is_none() {
            return None;
        }
        let mut details = match member(json, "details") {
            Some(Json::Array(details)) => details.iter().filter_map(Self::from_json).collect(),
            Some(detail) => Self::from_json(detail).into_iter().collect(),
            None => Vec::new(),
        };
        details.extend(member(json, "innererror").and_then(Self::bare));
        let additional = member(json, "additionalInfo").and_then(Json::as_array);
        Some(Self {
            code,
            message: message.unwrap_or_default(),
            target: text(json, "target"),
            details,
            policies: additional
                .into_iter()
                .flatten()
                .filter_map(policy)
                .collect(),
        })
    }

    /// A gateway's page, a proxy's refusal: a message without code, without markup, and shortened.
    pub(crate) fn foreign(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let words = without_markup(&text);
        let mut message: String = words.chars().take(LONGEST_EXCERPT).collect();
        if message.len() < words.len() {
            message.push('…');
        }
        Self {
            message,
            ..Self::default()
        }
    }
}

impl fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) if self.message.is_empty() => f.write_str(code),
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// "policy definition "D" of assignment "A"", for the additional information of a policy's refusal.
fn policy(json: &Json) -> Option<String> {
    if !text(json, "type")?.eq_ignore_ascii_case("PolicyViolation") {
        return None;
    }
    let info = member(json, "info")?;
    let name_of = |kind: &str| {
        text(info, &format!("policy{kind}DisplayName"))
            .or_else(|| text(info, &format!("policy{kind}Name")))
            .or_else(|| text(info, &format!("policy{kind}Id")))
    };
    let definition = name_of("Definition")?;
    Some(match name_of("Assignment") {
        Some(assignment) => format!("policy \"{definition}\" of the assignment \"{assignment}\""),
        None => format!("policy \"{definition}\""),
    })
}

/// A member by its name; older services write it with a capital.
fn member<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    let members = json.as_object()?;
    members
        .get(name)
        .or_else(|| {
            let found = members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some(found.1)
        })
        .filter(|value| !value.is_null())
}

fn text(json: &Json, name: &str) -> Option<String> {
    match member(json, name)? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut in_tag = false;
    for character in text.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                plain.push(' ');
            }
            _ if in_tag => {}
            _ => plain.push(character),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(code: &str, message: &str) -> ErrorBody {
        ErrorBody {
            code: (!code.is_empty()).then(|| code.to_owned()),
            message: message.to_owned(),
            ..ErrorBody::default()
        }
    }

    #[test]
    fn every_envelope() -> Result<(), serde_json::Error> {
        for (body, expected) in [
            (r#"{"error":{"code":"C","message":"m"}}"#, error("C", "m")),
            (
                r#"{"id":"/x","name":"x","status":"Failed","error":{"code":"C","message":"m"}}"#,
                error("C", "m"),
            ),
            (
                r#"{"status":"Failed","error":{"message":"m"}}"#,
                error("", "m"),
            ),
            (
                r#"{"code":"C","message":"m","details":null}"#,
                error("C", "m"),
            ),
            (r#"{"Code":"C","Message":"m"}"#, error("C", "m")),
            (r#"{"error":{"code":"C","message":null}}"#, error("C", "")),
            (r#"{"error":{"code":404,"message":"m"}}"#, error("404", "m")),
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: no"}"#,
                error("invalid_client", "AADSTS7000215: no"),
            ),
        ] {
            let read = ErrorBody::from_json(&serde_json::from_str(body)?);
            assert_eq!(read, Some(expected), "{body}");
        }
        for body in [r#"{"hello":"world"}"#, "[1]", "null", r#"{"error":null}"#] {
            let read = ErrorBody::from_json(&serde_json::from_str(body)?);
            assert_eq!(read, None, "{body}");
        }
        Ok(())
    }

    #[test]
    fn details_inner_errors_and_policies() {
        let read = ErrorBody::from_json(&json!({"error": {
            "code": "RequestDisallowedByPolicy", "message": "no", "target": "w",
            "details": [
                {"code": "D1", "message": "one", "target": "properties.x"},
                {"error": {"code": "D2", "message": "two"}},
                7,
            ],
            "innererror": {"code": "I1", "message": "in", "innererror": {"code": "I2", "message": "inner"}},
            "additionalInfo": [
                {"type": "PolicyViolation", "info": {"policyDefinitionDisplayName": "Tags", "policyAssignmentName": "a1"}},
                {"type": "Other", "info": {}},
            ],
        }}))
        .unwrap_or_default();
        assert_eq!(read.target.as_deref(), Some("w"));
        let codes: Vec<_> = read
            .details
            .iter()
            .filter_map(|detail| detail.code.as_deref())
            .collect();
        assert_eq!(codes, ["D1", "D2", "I1"]);
        assert_eq!(read.details[0].target.as_deref(), Some("properties.x"));
        assert_eq!(read.details[2].details[0], error("I2", "inner"));
        assert_eq!(read.policies, [r#"policy "Tags" of the assignment "a1""#]);
    }

    #[test]
    fn foreign_bodies_lose_their_markup_and_are_shortened() {
        let page = "<html><head><title>502</title></head>\r\n<body>Bad   gateway</body></html>";
        assert_eq!(
            ErrorBody::foreign(page.as_bytes()),
            error("", "502 Bad gateway")
        );
        let long = ErrorBody::foreign("ü".repeat(5_000).as_bytes());
        assert_eq!(long.message.chars().count(), LONGEST_EXCERPT + 1);
        assert!(long.message.ends_with('…'));
    }
}
