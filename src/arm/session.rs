//! The client as one operation uses it, up to a deadline.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value as Json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::error::Error;
use super::lock::{self, LockGuard};
use super::operation::{Intent, Operation};
use super::request::Request;
use super::resource_id::ResourceId;

#[cfg(test)]
mod tests;

/// A cheap handle to the client, bounded by a deadline and by cancellation.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) client: Client,
    pub(super) deadline: Instant,
    pub(super) cancel: CancellationToken,
}

/// A write that ARM took.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// 200, 201, 202 or 204; 404 for a DELETE of what was gone already.
    pub status: u16,
    /// Whether ARM may have carried it out before, when it was sent and no answer came.
    pub is_outcome_unknown: bool,
    /// The answer's body, if it had one and it arrived.
    pub body: Option<Json>,
    /// What there is to wait for with [`Api::wait`](super::Api::wait).
    pub operation: Option<Operation>,
}

impl Accepted {
    /// Whether a PUT wrote over an object that had been there before: ARM answers 201 to the one that creates it.
    pub fn wrote_over(&self) -> bool {
        self.status == StatusCode::OK.as_u16() && !self.is_outcome_unknown
    }
}

impl Session {
    /// Waits until no other operation of this process holds this ID.
    pub async fn lock(&self, id: &ResourceId) -> Result<LockGuard, Error> {
        self.unless_stopped(lock::lock(id), || {
            format!("waiting for another write in {id}")
        })
        .await
    }

    /// Waits, unless the operation is stopped before.
    pub async fn sleep(&self, duration: Duration) -> Result<(), Error> {
        self.unless_stopped(tokio::time::sleep(duration), || "waiting".to_owned())
            .await
    }

    /// An error if the operation has been stopped, or has used up its time.
    pub fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        if self.remaining().is_zero() {
            return Err(Error::timed_out("getting there"));
        }
        Ok(())
    }

    /// The time left until the deadline.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

impl Client {
    /// The client for one operation: every request and wait ends at the deadline, or when the token is cancelled.
    pub fn bounded(&self, deadline: Instant, cancel: CancellationToken) -> Session {
        Session::new(self.clone(), deadline, cancel)
    }
}

impl Session {
    fn new(client: Client, deadline: Instant, cancel: CancellationToken) -> Self {
        Self {
            client,
            deadline,
            cancel,
        }
    }

    pub(super) async fn read(&self, request: &Request) -> Result<Json, Error> {
        let response = self.send(request).await?;
        let unreadable = |why| self.with_request(Error::unreadable(why), request);
        response.content().cloned().map_err(unreadable)
    }

    pub(super) async fn write(
        &self,
        request: Request,
        id: &ResourceId,
        intent: Intent,
    ) -> Result<Accepted, Error> {
        let response = self.send(&request).await?;
        Ok(Accepted {
            status: response.status.as_u16(),
            is_outcome_unknown: response.is_outcome_unknown,
            body: response.json().ok().filter(|body| !body.is_null()).cloned(),
            operation: Operation::started(intent, id, &response),
        })
    }
}
