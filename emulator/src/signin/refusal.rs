//! What Microsoft Entra ID answers when nobody gets a token: its own numbers and texts.

use jiff::Timestamp;

use crate::core::call::{Call, Reply};
use crate::core::json::json;
use crate::core::random::Random;

/// A refused sign-in.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    status: u16,
    error: &'static str,
    number: u32,
    text: String,
}

impl Refusal {
    /// The credential does not do.
    pub(super) fn client(number: u32, text: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", number, text)
    }

    /// The request cannot be understood.
    pub(super) fn request(number: u32, text: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", number, text)
    }

    pub(super) fn new(
        status: u16,
        error: &'static str,
        number: u32,
        text: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error,
            number,
            text: text.into(),
        }
    }

    /// A parameter is missing.
    pub(super) fn missing(parameter: &str) -> Self {
        Self::request(
            900_144,
            format!("The request body must contain the following parameter: '{parameter}'."),
        )
    }

    /// The tenant is not there.
    pub(super) fn tenant(named: &str) -> Self {
        let is_name = uuid::Uuid::parse_str(named).is_ok() || named.contains('.');
        if is_name {
            return Self::request(
                90002,
                format!(
                    "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. \
                     Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
                ),
            );
        }
        Self::request(
            900_023,
            format!(
                "Specified tenant identifier '{named}' is neither a valid DNS name, nor a valid external domain."
            ),
        )
    }

    /// Something here failed, not the client.
    pub(super) fn transient() -> Self {
        Self::new(
            503,
            "temporarily_unavailable",
            90033,
            "A transient error has occurred. Please try again.",
        )
    }

    /// The answer.
    pub(super) fn reply(&self, random: &mut Random, call: &Call) -> Reply {
        let trace = random.guid();
        let correlation = call
            .header("client-request-id")
            .filter(|id| uuid::Uuid::parse_str(id).is_ok())
            .map_or_else(|| random.guid(), str::to_owned);
        let stamp = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let number = self.number;
        let description = format!(
            "AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
            self.text
        );
        Reply::json(
            self.status,
            json!({
                "error": self.error, "error_description": description, "error_codes": [number], "timestamp": stamp,
                "trace_id": trace, "correlation_id": correlation,
                "error_uri": format!("https://login.microsoftonline.com/error?code={number}")
            }),
        )
        .header("Cache-Control", "no-store, no-cache")
    }
}
