//! What can go wrong with ARM, as one type with predicates.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use super::error_body::ErrorBody;
use super::response::Response;
use super::retry::{self, Outcome};
use super::stranger::Stranger;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failed request or operation.
///
/// `Display` is one sentence; [`Error::explanation`] has everything a person needs. Neither holds a secret.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    /// Method and path, once there is a request.
    request: Option<String>,
    /// As it was sent; ARM may answer with another, or not at all.
    correlation_id: Option<String>,
    /// Whether ARM may have carried out the request all the same.
    outcome_unknown: bool,
    /// What led to it, where it is not the first of its kind.
    note: Option<String>,
    source: Option<Source>,
}

enum Kind {
    /// ARM, or something on the way, answered with an error status.
    Answer(Answer),
    /// Something that is not ARM answered, whatever the status.
    Stranger(Stranger),
    /// A long-running operation ended in this state, as the answer told.
    OperationEnded(String, Answer),
    /// No connection came about.
    NotConnected(String),
    /// The connection broke, or no answer came in time.
    AnswerLost(String),
    /// A success that cannot be understood.
    Unreadable(String),
    /// ARM took the request, and nothing came of it.
    WithoutEffect(String),
    /// No access token could be had.
    Credential(String),
    Cancelled,
    TimedOut(String),
    /// The request could not even be built.
    Invalid(String),
}

struct Answer {
    status: StatusCode,
    body: ErrorBody,
    request_id: Option<String>,
    correlation_id: Option<String>,
    retry_after: Option<Duration>,
}

impl Error {
    /// ARM's code, such as `ScopeLocked`.
    pub fn code(&self) -> Option<&str> {
        self.body()?.code.as_deref()
    }

    /// The HTTP status of an error answer.
    pub fn status(&self) -> Option<u16> {
        match &self.0.kind {
            Kind::Answer(answer) => Some(answer.status.as_u16()),
            _ => None,
        }
    }

    /// Message, target, details and policies as ARM gave them.
    pub fn body(&self) -> Option<&ErrorBody> {
        Some(&self.answer()?.body)
    }

    /// ARM's id of the request, which support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// The id that ties together all that one run of the provider did.
    pub fn correlation_id(&self) -> Option<&str> {
        let answered = self.answer().and_then(|it| it.correlation_id.as_deref());
        answered.or(self.0.correlation_id.as_deref())
    }

    /// Method and path of the request, such as `PUT /subscriptions/…`.
    pub fn request(&self) -> Option<&str> {
        self.0.request.as_deref()
    }

    /// Whether the object, or something above it up to the resource group, does not exist.
    ///
    /// A 404 that tells of a wrong subscription, type or namespace, or that does not come from ARM, says nothing
    /// about the object.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) && self.code().is_some_and(means_gone)
    }

    /// HTTP 409.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// HTTP 403.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// HTTP 412: the object is not in the state that `If-Match` or `If-None-Match` asks for.
    pub fn is_precondition_failed(&self) -> bool {
        self.status() == Some(412)
    }

    /// Another write was in the way: the same request may succeed later.
    pub fn is_busy(&self) -> bool {
        self.code().is_some_and(retry::is_busy)
    }

    /// The caller was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.kind, Kind::Cancelled)
    }

    /// The operation's deadline came first.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::TimedOut(_))
    }

    /// Something on the way answered in the place of ARM: a proxy, a captive portal, a gateway.
    pub fn is_from_stranger(&self) -> bool {
        matches!(self.0.kind, Kind::Stranger(_))
    }

    /// A gateway answered for a server that it could not wait for, and that may still be at work.
    pub fn is_of_gateway(&self) -> bool {
        matches!(&self.0.kind, Kind::Stranger(stranger) if matches!(stranger.status.as_u16(), 502 | 504))
    }

    /// A long-running operation was accepted and then ended `Failed` or `Canceled`.
    pub fn is_operation_failed(&self) -> bool {
        matches!(self.0.kind, Kind::OperationEnded(..))
    }

    /// No access token could be had.
    pub fn is_credential(&self) -> bool {
        matches!(self.0.kind, Kind::Credential(_))
    }

    /// It says nothing lasting about the object: one who waits for something hour-long asks again.
    pub fn is_transient(&self) -> bool {
        match &self.0.kind {
            Kind::NotConnected(_) | Kind::AnswerLost(_) | Kind::Unreadable(_) => true,
            Kind::Credential(_) | Kind::Stranger(_) => true,
            Kind::Answer(answer) => {
                matches!(answer.status.as_u16(), 401 | 403 | 408 | 429 | 500..)
            }
            _ => false,
        }
    }

    /// Whether ARM may have carried out the write all the same: whoever created something must remember it.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.outcome_unknown
    }

    /// ARM took the request, and nothing came of it as far as ARM shows.
    pub fn is_without_effect(&self) -> bool {
        matches!(self.0.kind, Kind::WithoutEffect(_))
    }

    /// Whether nobody knows how what was sent ended: because of a stop, a timeout, an answer that is missing or passes, or
    /// an object that ARM's answer has shown and nothing shows since.
    pub fn leaves_open(&self) -> bool {
        let is_open = self.is_cancelled() || self.is_timeout() || self.is_transient();
        self.0.outcome_unknown && (is_open || self.is_without_effect())
    }

    /// The same error, about something that ARM had accepted before: it is there, or may come to be.
    #[must_use]
    pub fn after_acceptance(self) -> Self {
        self.outcome_unknown(true)
    }

    /// The same error, once it is certain that nothing came of the request.
    #[must_use]
    pub fn without_doubt(mut self) -> Self {
        self.0.outcome_unknown = false;
        self
    }

    /// Everything a person needs, in lines: what ARM said, its details, the policies, the request and its ids.
    pub fn explanation(&self) -> String {
        let mut lines = vec![self.to_string()];
        lines.extend(self.0.note.clone());
        if let Some(body) = self.body() {
            explain_details(body, 1, &mut lines);
            lines.extend(body.policies.iter().map(|it| format!("Refused by {it}.")));
        }
        if self.0.outcome_unknown && !self.is_operation_failed() {
            lines.push("The request may have reached ARM all the same.".to_owned());
        }
        lines.extend(self.request().map(|it| format!("Request: {it}")));
        lines.extend(self.request_id().map(|it| format!("Request ID: {it}")));
        let correlation_id = self.correlation_id();
        lines.extend(correlation_id.map(|it| format!("Correlation ID: {it}")));
        lines.join("\n")
    }
}

impl Error {
    pub(crate) fn from_answer(response: &Response) -> Self {
        Self::of(Kind::Answer(Answer::read(response)))
    }

    pub(crate) fn stranger(response: &Response) -> Self {
        Self::of(Kind::Stranger(Stranger::read(response)))
    }

    /// `what` is a sentence about it.
    pub fn without_effect(what: impl Into<String>) -> Self {
        Self::of(Kind::WithoutEffect(what.into()))
    }

    pub(crate) fn operation_ended(state: &str, response: &Response) -> Self {
        Self::of(Kind::OperationEnded(
            state.to_owned(),
            Answer::read(response),
        ))
    }

    pub(crate) fn not_connected(why: impl Into<String>) -> Self {
        Self::of(Kind::NotConnected(why.into()))
    }

    pub(crate) fn answer_lost(why: impl Into<String>) -> Self {
        Self::of(Kind::AnswerLost(why.into()))
    }

    pub(crate) fn unreadable(why: impl Into<String>) -> Self {
        Self::of(Kind::Unreadable(why.into()))
    }

    pub(crate) fn credential(why: impl Into<String>) -> Self {
        Self::of(Kind::Credential(why.into()))
    }

    pub(crate) fn cancelled() -> Self {
        Self::of(Kind::Cancelled)
    }

    /// `doing` completes "the time ran out while …".
    pub(crate) fn timed_out(doing: impl Into<String>) -> Self {
        Self::of(Kind::TimedOut(doing.into()))
    }

    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        Self::of(Kind::Invalid(why.into()))
    }

    #[must_use]
    pub(crate) fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds what led to it.
    #[must_use]
    pub(crate) fn with_note(mut self, note: String) -> Self {
        self.0.note = Some(note);
        self
    }

    #[must_use]
    pub(crate) fn of_request(mut self, request: String, correlation_id: Option<&str>) -> Self {
        self.0.request = Some(request);
        self.0.correlation_id = correlation_id.map(str::to_owned);
        self
    }

    #[must_use]
    pub(crate) fn outcome_unknown(mut self, outcome_unknown: bool) -> Self {
        self.0.outcome_unknown |= outcome_unknown;
        self
    }

    /// Why no access token could be had, without the words that `Display` puts in front.
    pub(crate) fn sign_in_reason(&self) -> &str {
        match &self.0.kind {
            Kind::Credential(why) => why,
            _ => "",
        }
    }

    /// How the retry policy sees this.
    pub(crate) fn outcome(&self) -> Outcome<'_> {
        match &self.0.kind {
            Kind::NotConnected(_) => Outcome::NotConnected,
            Kind::AnswerLost(_) | Kind::Unreadable(_) => Outcome::AnswerLost,
            Kind::Stranger(stranger) => Outcome::Stranger {
                status: stranger.status.as_u16(),
                retry_after: stranger.retry_after,
            },
            Kind::Answer(answer) => Outcome::Refused {
                status: answer.status.as_u16(),
                code: answer.body.code.as_deref(),
                retry_after: answer.retry_after,
            },
            _ => Outcome::Final,
        }
    }

    /// How long the server asked to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Stranger(stranger) => stranger.retry_after,
            _ => self.answer()?.retry_after,
        }
    }

    fn answer(&self) -> Option<&Answer> {
        match &self.0.kind {
            Kind::Answer(answer) | Kind::OperationEnded(_, answer) => Some(answer),
            _ => None,
        }
    }

    fn of(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            request: None,
            correlation_id: None,
            outcome_unknown: false,
            note: None,
            source: None,
        }))
    }
}

impl Answer {
    fn read(response: &Response) -> Self {
        let header = |name| response.header(name).map(str::to_owned);
        Self {
            status: response.status,
            body: response.error_body(),
            request_id: header("x-ms-request-id"),
            correlation_id: header("x-ms-correlation-request-id"),
            retry_after: response.retry_after(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Answer(Answer { status, body, .. }) => match body.to_string() {
                text if text.is_empty() => write!(f, "HTTP {status}, without an explanation"),
                text if body.code.is_none() => write!(f, "HTTP {status}: {text}"),
                text => write!(f, "{text} (HTTP {status})"),
            },
            Kind::Stranger(stranger) => write!(f, "{stranger}"),
            Kind::OperationEnded(state, answer) => match answer.body.to_string() {
                text if text.is_empty() => write!(f, "the operation ended {state}"),
                text => write!(f, "the operation ended {state}: {text}"),
            },
            Kind::NotConnected(why) => write!(f, "no connection: {why}"),
            Kind::AnswerLost(why) => write!(f, "no answer: {why}"),
            Kind::Unreadable(why) | Kind::WithoutEffect(why) | Kind::Invalid(why) => {
                f.write_str(why)
            }
            Kind::Credential(why) => write!(f, "signing in: {why}"),
            Kind::Cancelled => f.write_str("stopped on request"),
            Kind::TimedOut(doing) => write!(f, "the time ran out while {doing}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("message", &self.to_string())
            .field("request", &self.0.request)
            .field("outcome_unknown", &self.0.outcome_unknown)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

/// `ResourceNotFound`, `NotFound`, `WorkflowNotFound` and their like, but for what is no object in a resource group.
fn means_gone(code: &str) -> bool {
    code.ends_with("NotFound")
        && !code.ends_with("SubscriptionNotFound")
        && !code.ends_with("TenantNotFound")
}

fn explain_details(body: &ErrorBody, depth: usize, lines: &mut Vec<String>) {
    for detail in &body.details {
        let target = detail.target.as_deref();
        let at = target.map_or(String::new(), |target| format!(" ({target})"));
        lines.push(format!("{}- {detail}{at}", "  ".repeat(depth)));
        explain_details(detail, depth + 1, lines);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    fn response(status: u16, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-request-id", HeaderValue::from_static("r-1"));
        headers.insert(
            "x-ms-correlation-request-id",
            HeaderValue::from_static("c-1"),
        );
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let body = Some(Bytes::from(body.to_owned()));
        Response::new(status, headers, body)
    }

    fn answer(status: u16, body: &str) -> Error {
        Error::from_answer(&response(status, body))
    }

    fn coded(status: u16, code: &str) -> Error {
        answer(
            status,
            &format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#),
        )
    }

    #[test]
    fn gone() {
        for code in [
            "ResourceNotFound",
            "NotFound",
            "ResourceGroupNotFound",
            "ParentResourceNotFound",
            "WorkflowNotFound",
            "IntegrationServiceEnvironmentNotFound",
        ] {
            assert!(coded(404, code).is_not_found(), "{code}");
            assert!(!coded(400, code).is_not_found(), "{code} with 400");
        }
        for code in [
            "SubscriptionNotFound",
            "InvalidResourceType",
            "InvalidResourceNamespace",
            "",
        ] {
            assert!(!coded(404, code).is_not_found(), "{code}");
        }
        for body in ["", "<html>404 NotFound</html>", "{}", "NotFound"] {
            assert!(!answer(404, body).is_not_found(), "{body}");
        }
    }

    #[test]
    fn a_strangers_answer_says_nothing_about_the_object_and_shows_its_first_words() {
        let stranger = |status: u16, headers: &[(&'static str, &'static str)], body: &str| {
            let headers = headers.iter().map(|(name, value)| {
                let name = reqwest::header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            });
            let status = StatusCode::from_u16(status).unwrap_or_default();
            let body = Some(Bytes::from(body.to_owned()));
            Error::stranger(&Response::new(status, headers.collect(), body))
        };
        let begin = "the request was answered by something that is not Azure Resource Manager, such as a proxy or a captive portal: HTTP ";
        for (error, expected) in [
            (
                stranger(
                    200,
                    &[("content-type", "text/html")],
                    "<html>Sign in\u{1b}[2J to <b>Café</b></html>",
                ),
                "200 OK, text/html, which begins \"Sign in[2J to Café\"",
            ),
            (
                stranger(204, &[], ""),
                "204 No Content, of no content type, without a text",
            ),
            (
                stranger(302, &[("location", "https://portal.example/x?token=t")], ""),
                "302 Found, of no content type, a redirect to portal.example, without a text",
            ),
            (
                stranger(
                    404,
                    &[],
                    r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#,
                ),
                "404 Not Found, of no content type, which begins \"{\\\"error\\\":{\\\"code\\\":\\\"ResourceNotFound\\\",\\\"message\\\":\\\"m\\\"}}\"",
            ),
        ] {
            assert_eq!(error.to_string(), format!("{begin}{expected}"));
            assert!(error.is_from_stranger() && error.is_transient());
            assert!(!error.is_not_found() && error.status().is_none() && error.code().is_none());
        }
        let echo = stranger(400, &[], "GET / HTTP/1.1 authorization: Bearer eyJ0");
        assert!(!echo.to_string().contains("eyJ0"), "{echo}");
        for body in [
            r#"{"value":"https://x.example/y?sp=%2F&sv=1.0&SIG=s3cret"}"#,
            r#"{"queries":{"sig" : "s3cret","sp":"/"}}"#,
            "Sig%3Ds3cret",
        ] {
            let signed = stranger(200, &[], body);
            assert!(!signed.to_string().contains("s3cret"), "{signed}");
        }
        let long = stranger(500, &[("retry-after", "7")], &"x".repeat(10_000));
        assert!(long.to_string().len() < 400, "{long}");
        assert_eq!(long.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn passing_troubles() {
        for status in [401, 403, 408, 429, 500, 502, 503, 504] {
            assert!(answer(status, "").is_transient(), "{status}");
        }
        for status in [400, 404, 405, 409, 412] {
            assert!(!answer(status, "").is_transient(), "{status}");
        }
        assert!(Error::answer_lost("x").is_transient());
        assert!(!Error::cancelled().is_transient());
        assert!(!Error::timed_out("waiting").is_transient());
        assert!(!Error::operation_ended("Failed", &response(200, "")).is_transient());
    }

    #[test]
    fn explanation_has_all_there_is() {
        let body = r#"{"error":{"code":"Bad","message":"All wrong.","details":[
            {"code":"D1","message":"one","target":"properties.x","details":[{"code":"D2","message":"two"}]}],
            "additionalInfo":[{"type":"PolicyViolation","info":{"policyDefinitionName":"p"}}]}}"#;
        let error = answer(400, body)
            .of_request("PUT /subscriptions/s".to_owned(), Some("sent"))
            .outcome_unknown(true);
        let expected = "Bad: All wrong. (HTTP 400 Bad Request)
  - D1: one (properties.x)
    - D2: two
Refused by policy \"p\".
The request may have reached ARM all the same.
Request: PUT /subscriptions/s
Request ID: r-1
Correlation ID: c-1";
        assert_eq!(error.explanation(), expected);
        let lost = Error::answer_lost("x").of_request("GET /".to_owned(), Some("sent"));
        assert_eq!(lost.correlation_id(), Some("sent"));
        assert_eq!(
            answer(502, "").to_string(),
            "HTTP 502 Bad Gateway, without an explanation"
        );
    }
}
