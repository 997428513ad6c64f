//! An HTTP answer, read to its end.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value as Json;

use super::error_body::ErrorBody;
use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// What every answer of ARM carries, whichever service is behind it, and no proxy's or captive portal's own does.
const MARKS: [&str; 3] = [
    "x-ms-request-id",
    "x-ms-correlation-request-id",
    "x-ms-routing-request-id",
];

/// Longer waits than this are cut: ARM's own contract ends at ten minutes.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

/// Status, headers and body of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whether ARM may have carried out the request before, when it was sent and no answer came.
    pub(crate) is_outcome_unknown: bool,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    /// JSON; `Null` for an empty body.
    Json(Json),
    /// Something else, a gateway's page for example.
    Foreign(Bytes),
    /// The connection broke while it was on its way.
    Broken,
}

impl Response {
    /// An answer whose body is `None` when it did not arrive whole.
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Option<Bytes>) -> Self {
        Self {
            status,
            headers,
            is_outcome_unknown: false,
            body: body.map_or(Body::Broken, Body::read),
        }
    }

    /// Whether ARM gave this answer, and not something on the way to it: by its marks, and by a body that is none, or a
    /// JSON object or array, or broke off.
    pub(crate) fn is_of_arm(&self) -> bool {
        let is_marked = MARKS.iter().any(|mark| self.headers.contains_key(*mark));
        is_marked
            && match &self.body {
                Body::Json(json) => json.is_null() || json.is_object() || json.is_array(),
                Body::Foreign(_) => false,
                Body::Broken => true,
            }
    }

    /// The beginning of a body that is not ARM's, as plain words.
    pub(crate) fn first_words(&self) -> String {
        let text = match &self.body {
            Body::Json(Json::Null) | Body::Broken => String::new(),
            Body::Json(json) => json.to_string(),
            Body::Foreign(bytes) => return ErrorBody::foreign(bytes).message,
        };
        ErrorBody::foreign(text.as_bytes()).message
    }

    /// Whether its body arrived to the end.
    pub(crate) fn is_whole(&self) -> bool {
        !matches!(self.body, Body::Broken)
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, `Null` if it is empty; the error says why there is none.
    pub(crate) fn json(&self) -> Result<&Json, &'static str> {
        match &self.body {
            Body::Json(json) => Ok(json),
            Body::Foreign(_) => Err("the answer is not JSON"),
            Body::Broken => Err("the connection broke before the answer was complete"),
        }
    }

    /// The body of an answer that must have one.
    pub(crate) fn content(&self) -> Result<&Json, &'static str> {
        match self.json()? {
            Json::Null => Err("the answer is empty"),
            content => Ok(content),
        }
    }

    /// The error that the body describes, in whatever shape.
    pub(crate) fn error_body(&self) -> ErrorBody {
        match &self.body {
            Body::Json(json) => ErrorBody::from_json(json).unwrap_or_default(),
            Body::Foreign(bytes) => ErrorBody::foreign(bytes),
            Body::Broken => ErrorBody::default(),
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, OffsetDateTime::now_utc())
    }
}

impl Body {
    fn read(bytes: Bytes) -> Self {
        // Some services put a byte order mark in front, which JSON does not allow.
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if text.trim_ascii().is_empty() {
            return Self::Json(Json::Null);
        }
        match serde_json::from_slice(text) {
            Ok(json) => Self::Json(json),
            Err(_) => Self::Foreign(bytes),
        }
    }
}

/// How long the server asks to wait. The millisecond forms, which Azure's own clients read, go before `Retry-After`;
/// zero counts as absent, because obeying it would be a busy loop.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let millis = |name: &str| text(name)?.parse().ok().map(Duration::from_millis);
    let standard = |text: &str| match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => (OffsetDateTime::parse(text, &Rfc2822).ok()? - now)
            .try_into()
            .ok(),
    };
    millis("retry-after-ms")
        .or_else(|| millis("x-ms-retry-after-ms"))
        .or_else(|| text(RETRY_AFTER.as_str()).and_then(standard))
        .filter(|wait| !wait.is_zero())
        .map(|wait| wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn retry_after_forms() {
        let now = datetime!(2019-05-01 10:00:00 UTC);
        for (headers, expected) in [
            (vec![], None),
            (vec![("retry-after", "7")], Some(7_000)),
            (
                vec![("retry-after", "Wed, 01 May 2019 10:01:30 GMT")],
                Some(90_000),
            ),
            (vec![("retry-after", "Wed, 01 May 2019 09:00:00 GMT")], None),
            (vec![("retry-after", "0")], None),
            (vec![("retry-after", "-1")], None),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "86400")], Some(600_000)),
            (
                vec![("retry-after-ms", "20"), ("retry-after", "7")],
                Some(20),
            ),
            (
                vec![("x-ms-retry-after-ms", "30"), ("retry-after", "7")],
                Some(30),
            ),
            (
                vec![("x-ms-retry-after-ms", "30"), ("retry-after-ms", "20")],
                Some(20),
            ),
            (
                vec![("retry-after-ms", "x"), ("retry-after", "7")],
                Some(7_000),
            ),
        ] {
            let map = headers
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            let wait = retry_after(&map, now).map(|wait| wait.as_millis());
            assert_eq!(wait, expected, "{headers:?}");
        }
    }

    #[test]
    fn an_answer_is_of_arm_by_its_marks_and_its_body() {
        let marks = |names: &[&'static str]| -> HeaderMap {
            let mark = |name: &&'static str| {
                (HeaderName::from_static(name), HeaderValue::from_static("1"))
            };
            names.iter().map(mark).collect()
        };
        for (names, body, expected) in [
            (&["x-ms-request-id"][..], Some("{}"), true),
            (&["x-ms-correlation-request-id"], Some(""), true),
            (&["x-ms-routing-request-id"], Some("[]"), true),
            (&["x-ms-request-id"], None, true),
            (&["x-ms-request-id"], Some("null"), true),
            (&["x-ms-request-id"], Some("<html>"), false),
            (&["x-ms-request-id"], Some(r#""<html>""#), false),
            (&["x-ms-request-id"], Some("true"), false),
            (
                &["content-type", "x-ms-client-request-id", "etag"],
                Some("{}"),
                false,
            ),
            (&[], Some(""), false),
            (&[], None, false),
        ] {
            let body = body.map(|text: &str| Bytes::from(text.to_owned()));
            let response = Response::new(StatusCode::OK, marks(names), body);
            assert_eq!(response.is_of_arm(), expected, "{names:?} {response:?}");
        }
    }

    #[test]
    fn bodies() {
        let read = |body: Option<&'static [u8]>| {
            Response::new(
                StatusCode::OK,
                HeaderMap::new(),
                body.map(Bytes::from_static),
            )
        };
        assert_eq!(read(Some(b"")).json(), Ok(&Json::Null));
        assert_eq!(read(Some(b" \r\n")).json(), Ok(&Json::Null));
        assert_eq!(read(Some(b"\xef\xbb\xbf[1]")).json(), Ok(&json!([1])));
        assert!(read(None).json().is_err());
        assert!(read(Some(b"")).content().is_err());
        assert_eq!(read(Some(b"[1]")).content(), Ok(&json!([1])));
        let page = read(Some(b"<html>no</html>"));
        assert!(page.json().is_err());
        assert_eq!(page.error_body().message, "no");
        assert_eq!(
            read(Some(b"{\"x\":1}")).error_body(),
            ErrorBody::default(),
            "JSON without an error in it is not an error of ARM"
        );
    }
}
