//! Long-running operations: where their progress is read, and what each answer means. No IO.
//!
//! Sources: the asynchronous-operations chapter of the ARM resource provider contract, and how Microsoft's and
//! HashiCorp's clients read it where services depart from it.

use std::time::Duration;

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::Json;
use super::error::Error;
use super::resource_id::ResourceId;
use super::response::Response;

/// An operation that ARM accepted. Serialise it to go on waiting in a later run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Where its progress is read.
    pub poll: Poll,
    /// What it is to bring about.
    pub intent: Intent,
    /// How long to wait before the first look; nothing for an operation that is resumed.
    #[serde(skip)]
    pub first_wait: Duration,
}

/// Where an operation's progress is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "url")]
pub enum Poll {
    /// The URL of an `Azure-AsyncOperation` header, whose body has a `status`.
    AzureAsyncOperation(String),
    /// The URL of a `Location` header, which answers 202 until the operation's own answer is there.
    Location(String),
    /// The resource itself, in its `properties.provisioningState`.
    ProvisioningState,
}

/// What an operation is to bring about, which decides what its end looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// The resource as it was sent (PUT, PATCH).
    Write,
    /// No resource.
    Delete,
    /// Whatever a POST does.
    Action,
}

/// What one look at an operation shows.
#[derive(Debug)]
pub(crate) enum Step {
    /// Not at its end.
    Running(Status),
    /// At its end; with the body of the last answer, `Null` if it had none.
    Succeeded(Json),
    /// At its end, without success.
    Failed(Error),
    /// ARM no longer knows the operation: only the resource can tell how it ended.
    Forgotten,
    /// The resource that is being written is not there.
    Missing(Error),
    /// An answer that says nothing about the operation.
    Unclear(Error),
}

/// What ARM tells of a running operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Status {
    /// In ARM's word, empty if it has none.
    pub(crate) state: String,
    pub(crate) percent: Option<f64>,
    /// When ARM wants to be asked again.
    pub(crate) again_in: Option<Duration>,
}

impl Operation {
    /// The operation that an accepted request started, if it is not at its end already.
    pub(crate) fn started(
        intent: Intent,
        id: &ResourceId,
        response: &Response,
        default_wait: Duration,
    ) -> Option<Self> {
        let poll =
            Poll::from_headers(id, response).or_else(|| poll_without_headers(intent, response))?;
        Some(Self {
            poll,
            intent,
            first_wait: response.retry_after().unwrap_or(default_wait),
        })
    }

    /// An operation that is known from nothing but the state of the resource, such as one that somebody else started.
    pub fn on_resource(intent: Intent) -> Self {
        Self {
            poll: Poll::ProvisioningState,
            intent,
            first_wait: Duration::ZERO,
        }
    }

    /// What an answer to the poll means.
    pub(crate) fn step(&self, response: &Response) -> Step {
        match (&self.poll, response.status) {
            (Poll::ProvisioningState, _) => self.step_of_resource(response),
            (_, StatusCode::NOT_FOUND | StatusCode::GONE) => Step::Forgotten,
            (Poll::AzureAsyncOperation(_), _) => step_of_status(response),
            (Poll::Location(_), _) => step_of_location(response),
        }
    }

    fn step_of_resource(&self, response: &Response) -> Step {
        if response.is_success() {
            return match (response.json(), self.intent) {
                (Err(why), _) => Step::Unclear(Error::unreadable(why)),
                (Ok(_), Intent::Delete) => Step::Running(status_of(response)),
                (Ok(_), _) => step_of_state(response),
            };
        }
        let error = Error::from_answer(response);
        match (error.is_not_found(), self.intent) {
            (true, Intent::Delete) => Step::Succeeded(Json::Null),
            (true, _) => Step::Missing(error),
            (false, _) => Step::Unclear(error),
        }
    }
}

impl Poll {
    fn from_headers(id: &ResourceId, response: &Response) -> Option<Self> {
        if let Some(url) = response.header("azure-asyncoperation") {
            return Some(Self::AzureAsyncOperation(url.to_owned()));
        }
        // Elsewhere, `Location` just repeats where the resource is.
        let accepted = matches!(response.status, StatusCode::CREATED | StatusCode::ACCEPTED);
        let url = response.header("location").filter(|_| accepted)?;
        Some(match points_to(url, id) {
            true => Self::ProvisioningState,
            false => Self::Location(url.to_owned()),
        })
    }
}

/// Whether an answer without poll URL leaves something to wait for.
fn poll_without_headers(intent: Intent, response: &Response) -> Option<Poll> {
    let unfinished = match (intent, response.json()) {
        (Intent::Action, _) => false,
        (Intent::Delete, _) => response.status == StatusCode::ACCEPTED,
        // Accepted, but the body is lost: the resource tells.
        (Intent::Write, Err(_)) => true,
        (Intent::Write, Ok(body)) => match provisioning_state(body) {
            Some(state) => !is_success(state),
            None => response.status == StatusCode::ACCEPTED,
        },
    };
    unfinished.then_some(Poll::ProvisioningState)
}

/// The answer of an `Azure-AsyncOperation` URL.
fn step_of_status(response: &Response) -> Step {
    if !response.is_success() {
        return lasting_or_unclear(response, |_| Step::Forgotten);
    }
    step_of_state(response)
}

/// The answer of a `Location` URL: 202 while it runs, then what the request would have answered at once.
fn step_of_location(response: &Response) -> Step {
    if response.status == StatusCode::ACCEPTED {
        return Step::Running(status_of(response));
    }
    if !response.is_success() {
        let ended = || Error::operation_ended("Failed", response);
        return lasting_or_unclear(response, |_| Step::Failed(ended()));
    }
    step_of_state(response)
}

/// An error answer ends the operation only if ARM itself gave it, and would give it again.
fn lasting_or_unclear(response: &Response, ended: impl FnOnce(&Error) -> Step) -> Step {
    let error = Error::from_answer(response);
    if error.is_transient() || error.code().is_none() {
        return Step::Unclear(error);
    }
    ended(&error)
}

/// A success, judged by the state in its body. No body, or none with a state, is the end; an unknown state is not.
fn step_of_state(response: &Response) -> Step {
    let body = match response.json() {
        Ok(body) => body,
        Err(why) => return Step::Unclear(Error::unreadable(why)),
    };
    match state(body) {
        None if response.status == StatusCode::ACCEPTED => Step::Running(status_of(response)),
        None => Step::Succeeded(body.clone()),
        Some(state) if is_success(state) => Step::Succeeded(body.clone()),
        Some(state) if is_failure(state) => Step::Failed(Error::operation_ended(state, response)),
        Some(_) => Step::Running(status_of(response)),
    }
}

fn status_of(response: &Response) -> Status {
    let body = response.json().unwrap_or(&Json::Null);
    Status {
        state: state(body).unwrap_or_default().to_owned(),
        percent: body["percentComplete"].as_f64(),
        again_in: response.retry_after(),
    }
}

/// An operation's `status`, or a resource's provisioning state.
fn state(body: &Json) -> Option<&str> {
    provisioning_state(body).or_else(|| body["status"].as_str())
}

/// The resource's own account of what is being done to it.
pub fn provisioning_state(body: &Json) -> Option<&str> {
    body["properties"]["provisioningState"].as_str()
}

/// Whether a provisioning state, or the status of an operation, means that all went well.
pub fn is_success(state: &str) -> bool {
    state.eq_ignore_ascii_case("Succeeded")
}

/// Whether it means that nothing more will happen, and not all went well.
pub fn is_failure(state: &str) -> bool {
    ["Failed", "Canceled", "Cancelled"]
        .iter()
        .any(|failure| state.eq_ignore_ascii_case(failure))
}

fn points_to(url: &str, id: &ResourceId) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let start = path.find("/subscriptions/").unwrap_or_default();
    ResourceId::parse(&path[start..]).is_ok_and(|target| target == *id)
}
