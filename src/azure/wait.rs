//! Waiting within an operation's bounds.

use std::time::Duration;

use serde_json::Value as Json;

use crate::arm::{self, Accepted, Api, Intervals, Operation, ResourceId};

/// Why a wait ended before what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// The user stopped Terraform.
    Stopped,
    /// The operation's timeout passed.
    TimedOut,
}

impl Interrupted {
    /// What an error says about the wait; nothing when it is about something else.
    pub(crate) fn by(error: &arm::Error) -> Option<Self> {
        match error {
            error if error.is_cancelled() => Some(Self::Stopped),
            error if error.is_timeout() => Some(Self::TimedOut),
            _ => None,
        }
    }

    /// The beginning of a sentence about it.
    pub(crate) fn why(self, operation: &str) -> String {
        match self {
            Self::Stopped => "Terraform was stopped".to_owned(),
            Self::TimedOut => format!("The {operation} timeout passed"),
        }
    }
}

/// Pauses from one second up to a minute.
pub(crate) fn intervals() -> Intervals {
    Intervals::up_to(Duration::from_secs(60))
}

/// Waits for the end of what was accepted, where it did not end at once, and gives the resource.
pub(crate) async fn finish(
    api: Api<'_>,
    accepted: Accepted,
    id: &ResourceId,
) -> Result<Json, arm::Error> {
    match (accepted.operation, accepted.body) {
        (Some(operation), _) => follow(api, &operation, id).await,
        (None, Some(body)) if arm::shows(&body, id) => Ok(body),
        (None, _) => api.get(id).await,
    }
    .map_err(arm::Error::after_acceptance)
}

/// Waits for the end of an operation, and gives the resource; nothing after a deletion.
pub(crate) async fn follow(
    api: Api<'_>,
    operation: &Operation,
    id: &ResourceId,
) -> Result<Json, arm::Error> {
    api.wait(operation, id).await?.into_result()
}
