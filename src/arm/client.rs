//! The ARM client: one per provider configuration, and a [`Session`] of it per operation.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::Json;
use super::cloud::Cloud;
use super::credentials::{self, Credential};
use super::error::Error;
use super::lock::{self, Guard};
use super::operation::{Intent, Operation};
use super::request::{PutOptions, Request};
use super::resource_id::ResourceId;
use super::response::Response;
use super::retry::{self, Attempt, Backoff};
use super::transport::Transport;
use super::user_agent::user_agent;

/// What a provider configuration says about ARM.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where ARM and its sign-in are.
    pub cloud: Cloud,
    /// How to sign in.
    pub credentials: credentials::Settings,
    /// Whom Microsoft shall attribute the usage to.
    pub partner_id: Option<String>,
    /// Leaves out the id that ties together all requests of one run.
    pub disable_correlation_request_id: bool,
}

/// Speaks to ARM for one provider configuration. Cheap to clone, and nothing is opened or read before the first request.
#[derive(Clone, Debug)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    endpoint: Url,
    transport: Arc<Transport>,
    credential: Credential,
    correlation_id: Option<HeaderValue>,
    pacing: Pacing,
}

/// All the times that are ours to choose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pacing {
    pub(crate) backoff: Backoff,
    /// Between two looks at an operation whose service names no interval.
    pub(crate) poll_interval: Duration,
    /// How long an answer may take. ARM itself gives a resource provider 60 seconds.
    pub(crate) answer_timeout: Duration,
    /// How long a stopped write waits for its answer: a stopped call has five seconds in all.
    pub(crate) write_grace: Duration,
}

const PACING: Pacing = Pacing {
    backoff: Backoff {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(30),
    },
    poll_interval: Duration::from_secs(10),
    answer_timeout: Duration::from_secs(100),
    write_grace: Duration::from_secs(4),
};

impl Client {
    /// A client for these settings.
    pub fn new(settings: Settings) -> Self {
        Self::with_pacing(settings, PACING)
    }

    pub(crate) fn with_pacing(settings: Settings, pacing: Pacing) -> Self {
        let Settings {
            cloud, partner_id, ..
        } = settings;
        let user_agent = user_agent(partner_id.as_deref());
        let transport = Transport::new(user_agent, cloud.is_local(), pacing.answer_timeout);
        let transport = Arc::new(transport);
        let endpoint = cloud.resource_manager_endpoint.clone();
        let correlation_id = (!settings.disable_correlation_request_id).then(new_id);
        Self(Arc::new(Shared {
            endpoint,
            credential: Credential::new(settings.credentials, cloud, Arc::clone(&transport)),
            transport,
            correlation_id,
            pacing,
        }))
    }

    /// The client for one operation: every request and wait ends at the deadline, or when the token is cancelled.
    pub fn bounded(&self, deadline: Instant, cancel: CancellationToken) -> Session {
        Session {
            client: self.clone(),
            deadline,
            cancel,
        }
    }
}

/// The client as one operation uses it.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    deadline: Instant,
    cancel: CancellationToken,
}

/// A write that ARM took.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// 200, 201, 202 or 204; 404 for a DELETE of what was gone already.
    pub status: u16,
    /// The answer's body, if it had one and it arrived.
    pub body: Option<Json>,
    /// What there is to wait for with [`Session::wait`].
    pub operation: Option<Operation>,
}

impl Session {
    /// Reads an object.
    pub async fn get(&self, id: &ResourceId, api_version: &str) -> Result<Json, Error> {
        let request = Request::to(self.endpoint(), Method::GET, id, api_version)?;
        self.read(request).await
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
        self.read(request).await
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
            let mut page = self.read(request).await?;
            if let Json::Array(page) = page["value"].take() {
                items.extend(page);
            }
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
    pub(crate) fn endpoint(&self) -> &Url {
        &self.client.0.endpoint
    }

    pub(crate) fn pacing(&self) -> &Pacing {
        &self.client.0.pacing
    }

    async fn read(&self, request: Request) -> Result<Json, Error> {
        let response = self.send(&request).await?;
        let unreadable = |why| Error::unreadable(why).of_request(request.subject());
        response.json().cloned().map_err(unreadable)
    }

    async fn write(
        &self,
        request: Request,
        id: &ResourceId,
        intent: Intent,
    ) -> Result<Accepted, Error> {
        let response = self.send(&request).await?;
        let wait = self.pacing().poll_interval;
        Ok(Accepted {
            status: response.status.as_u16(),
            body: response.json().ok().filter(|body| !body.is_null()).cloned(),
            operation: Operation::started(intent, id, &response, wait),
        })
    }

    /// Sends a request until it succeeds or the retry policy gives up.
    async fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut in_doubt = false;
        let mut number = 0;
        loop {
            number += 1;
            let error = match self.attempt(request, number).await {
                Ok(response) if is_usable(request, &response) => return Ok(response),
                Ok(response) if response.is_success() => {
                    Error::unreadable(response.json().err().unwrap_or_default())
                }
                Ok(response) => Error::from_answer(&response),
                Err(error) => error,
            };
            let unsure = request.is_write() && retry::leaves_doubt(&error.outcome());
            in_doubt |= unsure || error.may_have_been_sent();
            let wait = self.wait_before_next(request, number, &error);
            let error = error.of_request(request.subject()).in_doubt(in_doubt);
            let Some(wait) = wait else {
                return Err(error);
            };
            tracing::debug!(request = request.subject(), attempt = number, wait_ms = millis(wait), %error, "will retry");
            if let Err(stopped) = self.sleep(wait).await {
                let stopped = stopped.of_request(request.subject()).in_doubt(in_doubt);
                return Err(stopped.caused_by(error));
            }
        }
    }

    fn wait_before_next(&self, request: &Request, number: u32, error: &Error) -> Option<Duration> {
        let attempt = Attempt {
            number,
            idempotent: request.is_idempotent(),
            outcome: error.outcome(),
            remaining: self.remaining(),
            jitter: random_fraction(),
        };
        retry::wait_before_next(&attempt, self.pacing().backoff)
    }

    /// Sends a request once, or twice if ARM refuses the token.
    pub(crate) async fn attempt(&self, request: &Request, number: u32) -> Result<Response, Error> {
        let credential = &self.client.0.credential;
        let mut renewed = false;
        loop {
            let token = self
                .unless_stopped(credential.token(), || "signing in".to_owned())
                .await??;
            let started = Instant::now();
            let answer = self.exchange(request, &token).await;
            log(request, number, started.elapsed(), &answer);
            let response = answer?;
            if renewed || !refuses_token(&response) {
                return Ok(response);
            }
            credential.refused(&token).await;
            renewed = true;
        }
    }

    /// One request and its answer. A read is dropped when the operation is stopped; a write that is on its way gets a
    /// little more time, because its answer decides whether there is something to remember.
    async fn exchange(&self, request: &Request, token: &Secret) -> Result<Response, Error> {
        self.check()?;
        let request_value = self.http_request(request, token)?;
        let exchange = self.client.0.transport.send(request_value);
        tokio::pin!(exchange);
        tokio::select! {
            biased;
            answer = &mut exchange => answer,
            stopped = self.stopped() => {
                let stopped = stopped(format!("waiting for the answer to {}", request.subject()));
                if !request.is_write() {
                    return Err(stopped);
                }
                let grace = self.pacing().write_grace;
                let late = tokio::time::timeout(grace, exchange).await;
                late.unwrap_or_else(|_| Err(stopped.in_doubt(true)))
            }
        }
    }

    fn http_request(&self, request: &Request, token: &Secret) -> Result<reqwest::Request, Error> {
        let mut http = reqwest::Request::new(request.method.clone(), request.url.clone());
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
            .map_err(|_| {
                Error::credential("the access token has characters that no header can carry")
            })?;
        authorization.set_sensitive(true);
        let headers = http.headers_mut();
        headers.extend(request.headers.clone());
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("x-ms-client-request-id", new_id());
        if let Some(id) = &self.client.0.correlation_id {
            headers.insert("x-ms-correlation-request-id", id.clone());
        }
        *http.body_mut() = request.body.clone().map(reqwest::Body::from);
        Ok(http)
    }

    /// Resolves when the operation is to end, to what then is the error of one who was `doing` something.
    async fn stopped(&self) -> fn(String) -> Error {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => |_| Error::cancelled(),
            () = tokio::time::sleep_until(self.deadline) => |doing| Error::timed_out(doing),
        }
    }

    async fn unless_stopped<T>(
        &self,
        future: impl Future<Output = T>,
        doing: impl Fn() -> String,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            stopped = self.stopped() => Err(stopped(doing())),
            done = future => Ok(done),
        }
    }
}

/// A write that was accepted is never sent again, even if the body of its answer is lost; a read is nothing without it.
fn is_usable(request: &Request, response: &Response) -> bool {
    response.is_success() && (request.is_write() || response.json().is_ok())
}

fn refuses_token(response: &Response) -> bool {
    response.status == StatusCode::UNAUTHORIZED
        && matches!(
            response.error_body().code.as_deref(),
            Some("ExpiredAuthenticationToken" | "InvalidAuthenticationToken")
        )
}

fn log(request: &Request, attempt: u32, took: Duration, answer: &Result<Response, Error>) {
    let method = request.method.as_str();
    let path = request.url.path();
    let duration_ms = millis(took);
    match answer {
        Ok(response) => {
            let status = response.status.as_u16();
            tracing::debug!(method, path, status, duration_ms, attempt, "ARM request");
        }
        Err(error) => tracing::debug!(method, path, %error, duration_ms, attempt, "ARM request"),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn new_id() -> HeaderValue {
    HeaderValue::from_str(&Uuid::new_v4().to_string())
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A version 4 UUID is random but for six bits near its middle.
fn random_fraction() -> f64 {
    let bits = u32::from_be_bytes([0, 1, 2, 3].map(|index| Uuid::new_v4().as_bytes()[index]));
    f64::from(bits) / f64::from(u32::MAX)
}
