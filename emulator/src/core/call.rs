//! A request as the core sees it, and the answer it gives.

use std::sync::OnceLock;

use jiff::SignedDuration;

use super::clock::Clock;
use super::error::ArmError;
use super::errors;
use super::json::{Json, json, parse};
use super::target::Target;
use crate::documents;

/// A request to ARM.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as it was sent.
    pub(crate) path: String,
    /// What the path means.
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body as JSON, once somebody has asked for it.
    pub(crate) parsed: OnceLock<Result<Json, String>>,
    /// Scheme and host under which the client reached us.
    pub(crate) base: String,
}

impl Call {
    /// A request that the emulator makes itself.
    pub(crate) fn own(method: &str, path: &str, version: &str, body: &Json) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            target: Target::read(path).unwrap_or_default(),
            query: vec![("api-version".to_owned(), version.to_owned())],
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            ..Self::default()
        }
    }

    /// The value of a query parameter; names have no case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The api-version, which every request needs.
    pub(crate) fn api_version(&self) -> Result<&str, ArmError> {
        self.query("api-version")
            .filter(|version| !version.is_empty())
            .ok_or_else(errors::missing_api_version_parameter)
    }

    /// The body as JSON, or why it is none.
    pub(crate) fn parsed(&self) -> Result<&Json, &str> {
        let parsed = self.parsed.get_or_init(|| parse(&self.body));
        parsed.as_ref().map_err(String::as_str)
    }

    /// Refuses a body that does not say that it is JSON, as ARM's front does (seen by users of the Azure CLI).
    pub(crate) fn check_media_type(&self) -> Result<(), ArmError> {
        if self.body.is_empty() || matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE") {
            return Ok(());
        }
        let told = self.header("content-type").filter(|kind| !kind.is_empty());
        let kind = told.map(|kind| kind.split(';').next().unwrap_or(kind).trim());
        match kind {
            Some(kind) if kind.eq_ignore_ascii_case("application/json") => Ok(()),
            kind => Err(errors::unsupported_media_type(kind.unwrap_or("<null>"))),
        }
    }

    /// The body as a JSON object, as ARM's documents have it.
    pub(crate) fn json(&self) -> Result<Json, ArmError> {
        self.json_beside(|| None)
    }

    /// The body of a request that may have none.
    pub(crate) fn optional_json(&self) -> Result<Json, ArmError> {
        match self.body.is_empty() {
            true => Ok(json!({})),
            false => self.json(),
        }
    }

    /// Refuses a body that does not fit, where a document says what it is.
    pub(crate) fn check_body(&self) -> Result<(), ArmError> {
        if self.body.is_empty() || !self.documented(|request| request.is_known()) {
            return Ok(());
        }
        self.json().map(drop)
    }

    /// The body of a change of something that is shown now.
    pub(crate) fn json_beside(
        &self,
        shown: impl FnOnce() -> Option<Json>,
    ) -> Result<Json, ArmError> {
        let body = self.object()?;
        self.documented(|request| request.read(body, shown))
    }

    /// The body in the spelling of the documents, for those who look into it before it is taken or refused.
    pub(crate) fn spelled(&self) -> Result<Json, ArmError> {
        let body = self.object()?;
        Ok(self.documented(|request| request.spelled(body)))
    }

    fn documented<T>(&self, read: impl FnOnce(documents::Request<'_>) -> T) -> T {
        read(documents::Request {
            method: &self.method,
            segments: &self.target.segments(),
            version: self.query("api-version").unwrap_or_default(),
        })
    }

    fn object(&self) -> Result<&Json, ArmError> {
        if self.body.is_empty() {
            return Err(errors::empty_content());
        }
        match self.parsed() {
            Ok(body @ Json::Object(_)) => Ok(body),
            Ok(_) => Err(content("A JSON object was expected.")),
            Err(why) => Err(content(why)),
        }
    }
}

fn content(detail: &str) -> ArmError {
    errors::unreadable_content(detail)
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// An answer: status, headers of its own and a JSON body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Json>,
}

/// What comes of a request.
pub(crate) type Outcome = Result<Reply, ArmError>;

impl Reply {
    /// An answer with a body.
    pub(crate) fn json(status: u16, body: Json) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Some(body),
        }
    }

    /// An answer without one.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says how long to wait: in whole seconds, and on a scaled clock also in the milliseconds that Azure's own
    /// client libraries read.
    pub(crate) fn retry_after(mut self, clock: &Clock, wait: SignedDuration) -> Self {
        let real = clock.real(wait);
        let seconds = real.as_secs() + u64::from(real.subsec_nanos() > 0);
        self.headers
            .push(("Retry-After", seconds.max(1).to_string()));
        if (clock.scale() - 1.0).abs() > f64::EPSILON {
            // Never so short that polling becomes a busy loop.
            let milliseconds = real.as_millis().max(20).to_string();
            self.headers.push(("retry-after-ms", milliseconds.clone()));
            self.headers.push(("x-ms-retry-after-ms", milliseconds));
        }
        self
    }

    /// The answer to an error.
    pub(crate) fn error(error: &ArmError, clock: &Clock) -> Self {
        let mut reply = Self::json(error.status, error.envelope());
        if error.gateway {
            reply = reply.header("x-ms-failure-cause", "gateway");
        }
        if let Some(allow) = &error.allow {
            reply = reply.header("Allow", &**allow);
        }
        match error.retry_after {
            Some(wait) => reply.retry_after(clock, wait),
            None => reply,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_whole_seconds_and_milliseconds_when_scaled() {
        let value = |reply: &Reply, name: &str| {
            reply
                .headers
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        let plain = Reply::empty(202).retry_after(&Clock::new(1.0), SignedDuration::from_secs(3));
        assert_eq!(value(&plain, "Retry-After").as_deref(), Some("3"));
        assert_eq!(value(&plain, "retry-after-ms"), None);
        let scaled = Reply::empty(202).retry_after(&Clock::new(60.0), SignedDuration::from_secs(3));
        assert_eq!(value(&scaled, "Retry-After").as_deref(), Some("1"));
        assert_eq!(value(&scaled, "retry-after-ms").as_deref(), Some("50"));
        assert_eq!(value(&scaled, "x-ms-retry-after-ms").as_deref(), Some("50"));
    }
}
