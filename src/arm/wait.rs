//! Waiting for a long-running operation.
//!
//! Once ARM has accepted something, nothing but its own terminal state ends the wait before the deadline: dropped
//! connections, refusals, throttling, server errors, unreadable answers and expired tokens are ridden out.

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use super::Json;
use super::error::Error;
use super::operation::{Intent, Operation, Poll, Status, Step};
use super::request::Request;
use super::resource_id::ResourceId;
use super::session::Session;

/// ARM's own intervals are seconds; an emulator's scaled clock may ask for less, but not for a busy loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// How many polls in a row may find no resource: right after a PUT, a replica of ARM may not know it yet.
const MISSING_POLLS: u32 = 6;

/// What is known after one look at an operation.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Since this wait began.
    pub elapsed: Duration,
    /// The state in ARM's word, the last one heard if this look failed; empty if none has been.
    pub state: &'a str,
    /// How far it is, where the service tells.
    pub percent: Option<f64>,
    /// Where the next look goes, which can change on the way.
    pub operation: &'a Operation,
    /// Why this look learned nothing.
    pub trouble: Option<&'a Error>,
}

impl Session {
    /// Waits for the end of an operation on `id`. Gives the resource after a write, the last body after an action,
    /// `Null` after a deletion.
    ///
    /// An error that [`Error::is_operation_failed`] is ARM's verdict; one that is a timeout or a cancellation leaves the
    /// operation running, to be waited for again.
    pub async fn wait(
        &self,
        operation: &Operation,
        id: &ResourceId,
        api_version: &str,
        on_progress: impl FnMut(&Progress<'_>),
    ) -> Result<Json, Error> {
        let body = self.poll(operation, id, api_version, on_progress).await?;
        match (&operation.intent, body) {
            (Intent::Delete, _) => Ok(Json::Null),
            (Intent::Action, body) => Ok(body.unwrap_or_default()),
            (Intent::Write, Some(resource)) => Ok(resource),
            (Intent::Write, None) => self.get_patiently(id, api_version).await,
        }
    }

    /// Polls until the end. The body is the resource only if the resource itself was polled.
    async fn poll(
        &self,
        operation: &Operation,
        id: &ResourceId,
        api_version: &str,
        mut on_progress: impl FnMut(&Progress<'_>),
    ) -> Result<Option<Json>, Error> {
        let started = Instant::now();
        let mut operation = operation.clone();
        let mut interval = operation.first_wait;
        let mut status = Status::default();
        let mut missing = 0;
        loop {
            let sleep = self.sleep(interval.max(SHORTEST_WAIT)).await;
            sleep.map_err(|stopped| still_running(stopped, id, &status))?;
            let step = self.look(&operation, id, api_version).await;
            missing = if matches!(step, Step::Missing(_)) {
                missing + 1
            } else {
                0
            };
            let mut trouble = None;
            match step {
                Step::Succeeded(body) => {
                    let is_resource = operation.poll == Poll::ProvisioningState;
                    let is_answer = operation.intent == Intent::Action;
                    return Ok((is_resource || is_answer).then_some(body));
                }
                Step::Failed(error) => return Err(error),
                Step::Unclear(error) if error.is_cancelled() || error.is_timeout() => {
                    return Err(still_running(error, id, &status));
                }
                Step::Missing(error) if missing >= MISSING_POLLS => return Err(error),
                Step::Running(now) => {
                    interval = now.again_in.unwrap_or(self.interval_after(interval));
                    status = now;
                }
                Step::Forgotten => operation.poll = Poll::ProvisioningState,
                Step::Missing(error) | Step::Unclear(error) => {
                    interval = error.retry_after().unwrap_or(self.interval_after(interval));
                    trouble = Some(error);
                }
            }
            let progress = Progress {
                elapsed: started.elapsed(),
                state: &status.state,
                percent: status.percent,
                operation: &operation,
                trouble: trouble.as_ref(),
            };
            log(id, &progress);
            on_progress(&progress);
        }
    }

    async fn look(&self, operation: &Operation, id: &ResourceId, api_version: &str) -> Step {
        let request = match &operation.poll {
            Poll::AzureAsyncOperation(url) | Poll::Location(url) => {
                Request::follow(self.endpoint(), url)
            }
            Poll::ProvisioningState => Request::to(self.endpoint(), Method::GET, id, api_version),
        };
        let Ok(request) = request else {
            return Step::Forgotten;
        };
        match self.attempt(&request, 1).await {
            Ok(response) => operation.step(&response).of_request(&request),
            Err(error) => Step::Unclear(error.of_request(request.subject())),
        }
    }

    /// Reads the resource after its operation succeeded, when a passing trouble must not lose hours of work.
    async fn get_patiently(&self, id: &ResourceId, api_version: &str) -> Result<Json, Error> {
        loop {
            match self.get(id, api_version).await {
                Err(error) if error.is_transient() => {
                    tracing::warn!(%id, %error, "cannot read the finished resource yet");
                    self.sleep(self.pacing().poll_interval).await?;
                }
                other => return other,
            }
        }
    }

    /// The interval stays as it is until ARM names another; a resumed operation starts without one.
    fn interval_after(&self, interval: Duration) -> Duration {
        match interval.is_zero() {
            true => self.pacing().poll_interval,
            false => interval,
        }
    }
}

impl Step {
    fn of_request(self, request: &Request) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(error.of_request(request.subject())),
            Self::Missing(error) => Self::Missing(error.of_request(request.subject())),
            Self::Unclear(error) => Self::Unclear(error.of_request(request.subject())),
            other => other,
        }
    }
}

fn still_running(stopped: Error, id: &ResourceId, status: &Status) -> Error {
    if !stopped.is_timeout() {
        return stopped;
    }
    let state = match status.state.as_str() {
        "" => String::new(),
        state => format!(", which is {state}"),
    };
    Error::timed_out(format!("waiting for the operation on {id}{state}"))
}

fn log(id: &ResourceId, progress: &Progress<'_>) {
    let elapsed_s = progress.elapsed.as_secs();
    let state = progress.state;
    match progress.trouble {
        None => tracing::info!(%id, state, elapsed_s, percent = progress.percent, "still running"),
        Some(error) => tracing::info!(%id, state, elapsed_s, %error, "cannot ask; going on"),
    }
}
