//! The client as one operation uses it: reading, writing, listing and waiting, up to a deadline.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Json;
use super::client::Client;
use super::error::Error;
use super::lock::{self, Guard};
use super::operation::{self, Intent, Operation};
use super::request::{PutOptions, Request};
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
    pub is_in_doubt: bool,
    /// The answer's body, if it had one and it arrived.
    pub body: Option<Json>,
    /// What there is to wait for with [`Session::wait`].
    pub operation: Option<Operation>,
}

impl Accepted {
    /// Whether a PUT wrote over an object that had been there before: ARM answers 201 to the one that creates it.
    pub fn wrote_over(&self) -> bool {
        self.status == StatusCode::OK.as_u16() && !self.is_in_doubt
    }
}

impl Session {
    /// Reads an object.
    pub async fn get(&self, id: &ResourceId, api_version: &str) -> Result<Json, Error> {
        let request = Request::to(self.endpoint(), Method::GET, id, api_version)?;
        let body = self.read(&request).await?;
        match operation::is_resource(&body) {
            true => Ok(body),
            false => Err(self.blame(Error::unreadable(operation::NO_RESOURCE), &request)),
        }
    }

    /// Reads an object that may be gone: `None` if it is.
    pub async fn get_optional(
        &self,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Option<Json>, Error> {
        match self.get(id, api_version).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads what a resource shows below it, such as `health/network`.
    pub async fn get_below(
        &self,
        id: &ResourceId,
        path: &str,
        api_version: &str,
    ) -> Result<Json, Error> {
        let request = Request::below(self.endpoint(), Method::GET, id, path, api_version)?;
        self.read(&request).await
    }

    /// Reads all pages of a collection below a scope, such as `subnets` or `providers/Microsoft.Logic/workflows`.
    pub async fn list(
        &self,
        scope: &ResourceId,
        path: &str,
        api_version: &str,
    ) -> Result<Vec<Json>, Error> {
        let mut request = Request::below(self.endpoint(), Method::GET, scope, path, api_version)?;
        let mut items = Vec::new();
        loop {
            let here = request.url.clone();
            let mut page = self.read(&request).await?;
            // An empty collection is a finding that deletions rely on: it must not be mistaken.
            let Some(Json::Array(values)) = page.get_mut("value").map(Json::take) else {
                return Err(Error::unreadable(
                    "the answer is not a page of a collection",
                ));
            };
            items.extend(values);
            let next = page["nextLink"].as_str().filter(|link| !link.is_empty());
            let Some(next) = next else {
                return Ok(items);
            };
            request = Request::follow(self.endpoint(), next)?;
            if request.url == here {
                return Err(Error::unreadable("a page names itself as the next one"));
            }
        }
    }

    /// Creates an object, or replaces it as a whole.
    pub async fn put(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &impl Serialize,
        options: PutOptions,
    ) -> Result<Accepted, Error> {
        let request = Request::to(self.endpoint(), Method::PUT, id, api_version)?
            .with_json(body)?
            .with_options(&options)?;
        self.write(request, id, Intent::Write).await
    }

    /// Changes the members that the body names.
    pub async fn patch(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &impl Serialize,
    ) -> Result<Accepted, Error> {
        let request =
            Request::to(self.endpoint(), Method::PATCH, id, api_version)?.with_json(body)?;
        self.write(request, id, Intent::Write).await
    }

    /// Runs an action of a resource, such as `restart`.
    pub async fn post(
        &self,
        id: &ResourceId,
        action: &str,
        api_version: &str,
        body: Option<&Json>,
    ) -> Result<Accepted, Error> {
        let mut request = Request::below(self.endpoint(), Method::POST, id, action, api_version)?;
        if let Some(body) = body {
            request = request.with_json(body)?;
        }
        self.write(request, id, Intent::Action).await
    }

    /// Deletes an object; one that is gone already is no error.
    pub async fn delete(&self, id: &ResourceId, api_version: &str) -> Result<Accepted, Error> {
        let request = Request::to(self.endpoint(), Method::DELETE, id, api_version)?;
        match self.write(request, id, Intent::Delete).await {
            Err(error) if error.is_not_found() => Ok(Accepted {
                status: StatusCode::NOT_FOUND.as_u16(),
                is_in_doubt: false,
                body: None,
                operation: None,
            }),
            other => other,
        }
    }

    /// Waits until no other operation of this process holds this ID.
    pub async fn lock(&self, id: &ResourceId) -> Result<Guard, Error> {
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

impl Session {
    pub(super) fn new(client: Client, deadline: Instant, cancel: CancellationToken) -> Self {
        Self {
            client,
            deadline,
            cancel,
        }
    }

    async fn read(&self, request: &Request) -> Result<Json, Error> {
        let response = self.send(request).await?;
        let unreadable = |why| self.blame(Error::unreadable(why), request);
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
            is_in_doubt: response.is_in_doubt,
            body: response.json().ok().filter(|body| !body.is_null()).cloned(),
            operation: Operation::started(intent, id, &response),
        })
    }
}
