//! ARM's errors as values.

use std::borrow::Cow;

use jiff::SignedDuration;

use super::json::{Json, json};

/// An error as ARM answers it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArmError {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) details: Vec<(String, String)>,
    /// Whether ARM's front made the error, not the service behind it.
    pub(crate) gateway: bool,
    /// How long to wait, in Azure's time; only throttling answers say so.
    pub(crate) retry_after: Option<SignedDuration>,
    /// The verbs that would have been served.
    pub(crate) allow: Option<Box<str>>,
}

impl ArmError {
    /// An error of a service.
    pub(crate) fn service(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            message: message.into(),
            details: Vec::new(),
            gateway: false,
            retry_after: None,
            allow: None,
        }
    }

    /// An error of ARM's front.
    pub(crate) fn front(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            gateway: true,
            ..Self::service(status, code, message)
        }
    }

    /// A body that Network cannot read, and why.
    pub(crate) fn unreadable(code: &str, why: String) -> Self {
        Self {
            details: vec![(code.to_owned(), why)],
            ..Self::service(400, "InvalidRequestFormat", "Cannot parse the request.")
        }
    }

    /// The error envelope.
    pub(crate) fn envelope(&self) -> Json {
        let mut error = json!({"code": self.code, "message": self.message});
        if !self.details.is_empty() {
            let details = self
                .details
                .iter()
                .map(|(code, message)| json!({"code": code, "message": message}));
            error["details"] = details.collect();
        }
        json!({ "error": error })
    }
}
