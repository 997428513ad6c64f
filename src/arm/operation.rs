//! Long-running operations: where their progress is read, and what each answer means. No IO.
//!
//! Sources: the asynchronous-operations chapter of the ARM resource provider contract, and how Microsoft's and
//! HashiCorp's clients read it where services depart from it.

use std::time::Duration;

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

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
    /// How long ARM asked to wait before the first look; nothing for an operation that is resumed.
    #[serde(skip)]
    pub first_wait: Option<Duration>,
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
pub(crate) enum PollResult {
    /// Not at its end.
    Running(Status),
    /// At its end; with the body of the last answer, `Null` if it had none.
    Succeeded(Json),
    /// At its end, without success; with the body of the last answer.
    Failed(Error, Json),
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
    pub(crate) fn started(intent: Intent, id: &ResourceId, response: &Response) -> Option<Self> {
        let poll =
            Poll::from_headers(id, response).or_else(|| poll_without_headers(intent, response))?;
        Some(Self {
            poll,
            intent,
            first_wait: response.retry_after(),
        })
    }

    /// An operation that is known from nothing but the state of the resource, such as one that somebody else started.
    pub fn on_resource(intent: Intent) -> Self {
        Self {
            poll: Poll::ProvisioningState,
            intent,
            first_wait: None,
        }
    }

    /// Whether something else than the resource tells how the writing of it goes.
    pub(crate) fn is_told_elsewhere(&self) -> bool {
        self.intent == Intent::Write && self.poll != Poll::ProvisioningState
    }

    /// Whether the resource, which alone can tell how its deletion goes, is at rest as if there were none.
    pub(crate) fn is_deletion_seen_in_vain(&self, status: &Status) -> bool {
        let state = status.state.as_str();
        let is_at_rest = state.is_empty() || is_success(state) || is_failure(state);
        self.intent == Intent::Delete && self.poll == Poll::ProvisioningState && is_at_rest
    }

    /// What an answer to the poll means.
    pub(crate) fn step(&self, response: &Response) -> PollResult {
        match (&self.poll, response.status) {
            (Poll::ProvisioningState, _) => self.step_of_resource(response),
            (_, StatusCode::NOT_FOUND | StatusCode::GONE) => PollResult::Forgotten,
            (Poll::AzureAsyncOperation(_), _) => step_of_status(response),
            (Poll::Location(_), _) => step_of_location(response),
        }
    }

    fn step_of_resource(&self, response: &Response) -> PollResult {
        if response.is_success() {
            return match (response.content(), self.intent) {
                (Err(why), _) => PollResult::Unclear(Error::unreadable(why)),
                (Ok(body), _) if !is_resource(body) => {
                    PollResult::Unclear(Error::unreadable(NO_RESOURCE))
                }
                (Ok(_), Intent::Delete) => PollResult::Running(status_of(response)),
                (Ok(_), _) => step_of_state(response),
            };
        }
        let error = Error::from_answer(response);
        match (error.is_not_found(), self.intent) {
            (true, Intent::Delete) => PollResult::Succeeded(Json::Null),
            (true, _) => PollResult::Missing(error),
            (false, _) => PollResult::Unclear(error),
        }
    }
}

impl Poll {
    /// Where it looks, for logs; the query of a URL may hold what is nobody's business.
    pub(crate) fn told(&self) -> &str {
        match self {
            Self::AzureAsyncOperation(url) | Self::Location(url) => {
                url.split('?').next().unwrap_or_default()
            }
            Self::ProvisioningState => "provisioningState",
        }
    }

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
fn step_of_status(response: &Response) -> PollResult {
    if !response.is_success() {
        return lasting_or_unclear(response, |_| PollResult::Forgotten);
    }
    match response.json() {
        // It does not say how the operation goes; the resource does.
        Ok(body) if state(body).is_none() && response.status != StatusCode::ACCEPTED => {
            PollResult::Forgotten
        }
        _ => step_of_state(response),
    }
}

/// The answer of a `Location` URL: 202 while it runs, then what the request would have answered at once.
fn step_of_location(response: &Response) -> PollResult {
    if response.status == StatusCode::ACCEPTED {
        return PollResult::Running(status_of(response));
    }
    if !response.is_success() {
        let ended = || Error::operation_ended("Failed", response);
        return lasting_or_unclear(response, |_| PollResult::Failed(ended(), Json::Null));
    }
    step_of_state(response)
}

/// An error answer ends the operation only if ARM itself gave it, and would give it again.
fn lasting_or_unclear(response: &Response, ended: impl FnOnce(&Error) -> PollResult) -> PollResult {
    let error = Error::from_answer(response);
    if error.is_transient() || error.code().is_none() {
        return PollResult::Unclear(error);
    }
    ended(&error)
}

/// A success, judged by the state in its body. No body, or none with a state, is the end; an unknown state is not.
fn step_of_state(response: &Response) -> PollResult {
    let body = match response.json() {
        Ok(body) => body,
        Err(why) => return PollResult::Unclear(Error::unreadable(why)),
    };
    match state(body) {
        None if response.status == StatusCode::ACCEPTED => PollResult::Running(status_of(response)),
        None => PollResult::Succeeded(body.clone()),
        Some(state) if is_success(state) => PollResult::Succeeded(body.clone()),
        Some(state) if is_failure(state) => {
            PollResult::Failed(Error::operation_ended(state, response), body.clone())
        }
        Some(_) => PollResult::Running(status_of(response)),
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
    body["status"].as_str().or_else(|| provisioning_state(body))
}

/// Whether a body is one of ARM's resources. A gateway's answer, or anything else, says nothing about the object.
pub(crate) fn is_resource(body: &Json) -> bool {
    let mut members = ["id", "name", "properties"].iter();
    members.any(|member| body.get(member).is_some())
}

/// What is wrong with an answer that should be one.
pub(crate) const NO_RESOURCE: &str = "the answer is not a resource of ARM";

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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn subnet() -> ResourceId {
        ResourceId::in_group("s", "g", "Microsoft.Network/virtualNetworks", "v")
            .child("subnets", "a")
    }

    fn response(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
        let headers: HeaderMap = headers
            .iter()
            .filter_map(|(name, value)| {
                let value = HeaderValue::from_str(value).ok()?;
                Some((HeaderName::from_static(name), value))
            })
            .collect();
        let status = StatusCode::from_u16(status).unwrap_or_default();
        Response::new(status, headers, Some(Bytes::from(body.to_owned())))
    }

    #[test]
    fn what_an_accepted_request_leaves_to_wait_for() {
        use Intent::{Action, Delete, Write};
        let asynchronous = ("azure-asyncoperation", "https://h/op?t=1");
        let location = ("location", "https://h/result");
        let itself = (
            "location",
            "https://h/subscriptions/S/resourcegroups/g/providers/microsoft.network/virtualnetworks/v/subnets/A?api-version=1",
        );
        let updating = r#"{"properties":{"provisioningState":"Updating"}}"#;
        let succeeded = r#"{"properties":{"provisioningState":"succeeded"}}"#;
        let failed = r#"{"properties":{"provisioningState":"Failed"}}"#;
        let operation = || Some(Poll::AzureAsyncOperation("https://h/op?t=1".to_owned()));
        let result = || Some(Poll::Location("https://h/result".to_owned()));
        let resource = || Some(Poll::ProvisioningState);
        for (intent, status, headers, body, expected) in [
            (Write, 201, vec![asynchronous], updating, operation()),
            (
                Write,
                200,
                vec![asynchronous, location],
                succeeded,
                operation(),
            ),
            (Write, 202, vec![location], "", result()),
            (Write, 201, vec![location], updating, result()),
            // Not a poll URL, just where the resource is.
            (Write, 200, vec![location], succeeded, None),
            (Write, 201, vec![itself], updating, resource()),
            (Write, 200, vec![], updating, resource()),
            (Write, 200, vec![], failed, resource()),
            (Write, 200, vec![], succeeded, None),
            (Write, 200, vec![], "{}", None),
            (Write, 200, vec![], "", None),
            (Write, 202, vec![], "", resource()),
            (Write, 200, vec![], "<html>", resource()),
            (Delete, 202, vec![asynchronous, location], "", operation()),
            (Delete, 202, vec![location], "", result()),
            (Delete, 202, vec![], "", resource()),
            (Delete, 200, vec![], "", None),
            (Delete, 204, vec![], "", None),
            (Action, 202, vec![location], "", result()),
            (Action, 202, vec![], "", None),
            (Action, 200, vec![], updating, None),
        ] {
            let answer = response(status, &headers, body);
            let started = Operation::started(intent, &subnet(), &answer);
            let described = format!("{intent:?} {status} {headers:?} {body}");
            assert_eq!(started.map(|it| it.poll), expected, "{described}");
        }
    }

    #[test]
    fn the_first_wait_is_the_services_and_is_not_remembered() -> Result<(), serde_json::Error> {
        let headers = [
            ("azure-asyncoperation", "https://h/op"),
            ("retry-after", "3"),
        ];
        let accepted = response(201, &headers, "{}");
        let started = Operation::started(Intent::Write, &subnet(), &accepted);
        let started = started.unwrap_or_else(|| Operation::on_resource(Intent::Delete));
        assert_eq!(started.first_wait, Some(Duration::from_secs(3)));
        let text = serde_json::to_string(&started)?;
        assert_eq!(
            text,
            r#"{"poll":{"kind":"AzureAsyncOperation","url":"https://h/op"},"intent":"Write"}"#
        );
        let resumed: Operation = serde_json::from_str(&text)?;
        assert_eq!(resumed.poll, started.poll);
        assert_eq!(resumed.first_wait, None);
        let text = serde_json::to_string(&Operation::on_resource(Intent::Delete))?;
        assert_eq!(
            serde_json::from_str::<Operation>(&text)?,
            Operation::on_resource(Intent::Delete)
        );
        Ok(())
    }

    /// One word for a step: its kind, and the state or code where it has one.
    fn word(step: &PollResult) -> String {
        match step {
            PollResult::Running(status) => format!("running {}", status.state),
            PollResult::Succeeded(_) => "succeeded".to_owned(),
            PollResult::Failed(error, _) => format!("failed {}", error.code().unwrap_or_default()),
            PollResult::Forgotten => "forgotten".to_owned(),
            PollResult::Missing(_) => "missing".to_owned(),
            PollResult::Unclear(_) => "unclear".to_owned(),
        }
        .trim_end()
        .to_owned()
    }

    fn check(poll: &Poll, intent: Intent, table: &[(u16, &str, &str)]) {
        for (status, body, expected) in table {
            let operation = Operation {
                poll: poll.clone(),
                intent,
                first_wait: None,
            };
            let step = operation.step(&response(*status, &[], body));
            assert_eq!(
                word(&step),
                *expected,
                "{poll:?} {intent:?} {status} {body}"
            );
        }
    }

    const ERROR: &str = r#"{"error":{"code":"E","message":"m"}}"#;
    const GONE: &str = r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#;

    #[test]
    fn looks_at_an_operation_status() {
        let poll = Poll::AzureAsyncOperation(String::new());
        let table = [
            (200, r#"{"status":"InProgress"}"#, "running InProgress"),
            (200, r#"{"status":"Succeeded"}"#, "succeeded"),
            (200, r#"{"status":"sUCCEEDED"}"#, "succeeded"),
            (
                200,
                r#"{"status":"Failed","error":{"code":"E","message":"m"}}"#,
                "failed E",
            ),
            (200, r#"{"status":"failed"}"#, "failed"),
            (
                200,
                r#"{"status":"Canceled","error":{"code":"E"}}"#,
                "failed E",
            ),
            (200, r#"{"status":"Cancelled"}"#, "failed"),
            (200, r#"{"status":"Cooking"}"#, "running Cooking"),
            (202, r#"{"status":"InProgress"}"#, "running InProgress"),
            (202, "", "running"),
            // What says nothing is no verdict: the resource is asked.
            (204, "", "forgotten"),
            (200, "{}", "forgotten"),
            (200, "", "forgotten"),
            (
                200,
                r#"{"properties":{"provisioningState":"Updating"}}"#,
                "running Updating",
            ),
            (200, r#"{"properties":{}}"#, "forgotten"),
            (
                200,
                "<html>sign in to the hotel's network</html>",
                "unclear",
            ),
            (404, ERROR, "forgotten"),
            (404, "", "forgotten"),
            (410, "", "forgotten"),
            (400, ERROR, "forgotten"),
            (400, "<html>", "unclear"),
            (401, ERROR, "unclear"),
            (403, ERROR, "unclear"),
            (429, ERROR, "unclear"),
            (500, ERROR, "unclear"),
            (503, "", "unclear"),
        ];
        for intent in [Intent::Write, Intent::Delete, Intent::Action] {
            check(&poll, intent, &table);
        }
    }

    #[test]
    fn looks_at_a_location() {
        let poll = Poll::Location(String::new());
        let table = [
            (202, "", "running"),
            (
                202,
                r#"{"properties":{"provisioningState":"Succeeded"}}"#,
                "running Succeeded",
            ),
            (200, "", "succeeded"),
            (204, "", "succeeded"),
            (201, r#"{"name":"x"}"#, "succeeded"),
            (
                200,
                r#"{"properties":{"provisioningState":"Updating"}}"#,
                "running Updating",
            ),
            (
                200,
                r#"{"properties":{"provisioningState":"Failed"}}"#,
                "failed",
            ),
            (400, ERROR, "failed E"),
            (409, ERROR, "failed E"),
            (403, ERROR, "unclear"),
            (502, "", "unclear"),
            (404, GONE, "forgotten"),
        ];
        for intent in [Intent::Write, Intent::Delete, Intent::Action] {
            check(&poll, intent, &table);
        }
    }

    #[test]
    fn looks_at_the_resource() {
        let poll = Poll::ProvisioningState;
        let common = [
            (403, ERROR, "unclear"),
            (
                404,
                r#"{"error":{"code":"SubscriptionNotFound"}}"#,
                "unclear",
            ),
            (404, "<html>", "unclear"),
            (429, ERROR, "unclear"),
            (500, "", "unclear"),
            (200, "<html>", "unclear"),
            (200, "", "unclear"),
            (200, "\"a word\"", "unclear"),
            (200, r#"{"hello":"world"}"#, "unclear"),
        ];
        check(&poll, Intent::Write, &common);
        check(&poll, Intent::Delete, &common);
        let state = |state: &str| format!(r#"{{"properties":{{"provisioningState":"{state}"}}}}"#);
        check(
            &poll,
            Intent::Write,
            &[
                (200, &state("Succeeded"), "succeeded"),
                (200, &state("SUCCEEDED"), "succeeded"),
                (200, &state("Creating"), "running Creating"),
                (200, &state("Ready"), "running Ready"),
                (200, &state("Failed"), "failed"),
                (200, &state("Canceled"), "failed"),
                (200, r#"{"properties":null}"#, "succeeded"),
                (404, GONE, "missing"),
            ],
        );
        check(
            &poll,
            Intent::Delete,
            &[
                (200, &state("Deleting"), "running Deleting"),
                (200, &state("Succeeded"), "running Succeeded"),
                (404, GONE, "succeeded"),
            ],
        );
    }

    #[test]
    fn a_running_step_tells_how_far_and_when_again() {
        let body = r#"{"status":"InProgress","percentComplete":50}"#;
        let operation = Operation {
            poll: Poll::AzureAsyncOperation(String::new()),
            ..Operation::on_resource(Intent::Write)
        };
        let step = operation.step(&response(200, &[("retry-after-ms", "7")], body));
        let PollResult::Running(status) = step else {
            panic!("{step:?}");
        };
        assert_eq!(status.percent, Some(50.0));
        assert_eq!(status.again_in, Some(Duration::from_millis(7)));
    }

    proptest! {
        /// Only ARM's own verdict ends an operation badly: no status code and no garbage does.
        #[test]
        fn no_garbage_fails_an_operation(status in 200u16..600, body in ".{0,40}") {
            for poll in [Poll::AzureAsyncOperation(String::new()), Poll::ProvisioningState] {
                let operation = Operation { poll, ..Operation::on_resource(Intent::Write) };
                let step = operation.step(&response(status, &[], &body));
                prop_assert!(!matches!(step, PollResult::Failed(..)), "{:?}", step);
            }
        }
    }
}
