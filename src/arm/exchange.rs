//! Sending: attempts, retries, tokens, and what stopping means for a request that is on its way.

use std::time::Duration;

use azure_core::credentials::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::client::{Timing, new_id};
use super::error::Error;
use super::request::Request;
use super::response::Response;
use super::retry::{self, Attempt};
use super::session::Session;
use super::stranger::sanitised;

/// How many characters of a challenge are shown.
const LONGEST_CLAIMS: usize = 200;

/// The header of the tokens of further tenants.
const AUXILIARY: &str = "x-ms-authorization-auxiliary";

/// What one request shows.
struct Tokens {
    token: Secret,
    auxiliary: Vec<Secret>,
}

impl Session {
    /// Where ARM is.
    pub(super) async fn endpoint(&self) -> Result<&Url, Error> {
        let cloud = self.unless_stopped(self.client.cloud(), || "signing in".to_owned());
        Ok(&cloud.await??.resource_manager_endpoint)
    }

    pub(super) fn timing(&self) -> &Timing {
        &self.client.0.timing
    }

    /// Sends a request until it succeeds or the retry policy gives up.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut outcome_unknown = false;
        // Whether a refused attempt may have been carried out all the same: then its object is no other one's.
        let mut may_be_done = false;
        let (mut number, mut failures) = (0, 0);
        loop {
            number += 1;
            let attempt = self.attempt(request, number).await;
            let error = match attempt.and_then(|response| usable(request, response)) {
                Ok(mut response) => {
                    response.is_outcome_unknown = outcome_unknown || may_be_done;
                    return Ok(response);
                }
                Err(error) => error,
            };
            let unsure = request.is_write() && retry::leaves_outcome_unknown(&error.outcome());
            outcome_unknown |= unsure || error.may_have_been_applied();
            outcome_unknown |= may_be_done && error.is_precondition_failed();
            may_be_done |= request.is_write() && error.status().is_some_and(|it| it >= 500);
            // Refusals that ask for patience may come as often as they like.
            failures += u32::from(!retry::asks_for_patience(&error.outcome()));
            let wait = self.wait_before_next(request, number, failures, &error);
            let error = self
                .with_request(error, request)
                .outcome_unknown(outcome_unknown);
            let Some(wait) = wait else {
                return Err(error);
            };
            tracing::debug!(request = request.subject(), attempt = number, wait_ms = millis(wait), %error, "will retry");
            if let Err(stopped) = self.sleep(wait).await {
                let stopped = self
                    .with_request(stopped, request)
                    .outcome_unknown(outcome_unknown);
                return Err(stopped.caused_by(error));
            }
        }
    }

    /// Puts the request into an error.
    pub(super) fn with_request(&self, error: Error, request: &Request) -> Error {
        let sent = self.client.0.correlation_id.as_ref();
        let correlation_id = sent.and_then(|id| id.to_str().ok());
        error.of_request(request.subject(), correlation_id)
    }

    fn wait_before_next(
        &self,
        request: &Request,
        number: u32,
        failures: u32,
        error: &Error,
    ) -> Option<Duration> {
        let attempt = Attempt {
            number,
            failures,
            idempotent: request.is_idempotent(),
            outcome: error.outcome(),
            remaining: self.remaining(),
            jitter: random_fraction(),
        };
        retry::wait_before_next(&attempt, self.timing().backoff)
    }

    /// Sends a request once, or twice if ARM refuses the token.
    pub(super) async fn attempt(&self, request: &Request, number: u32) -> Result<Response, Error> {
        let credential = &self.client.0.credential;
        let mut renewed = false;
        loop {
            let tokens = self.tokens().await?;
            let started = Instant::now();
            let answer = self.exchange(request, &tokens).await;
            log(request, number, started.elapsed(), &answer);
            let response = answer?;
            if !response.is_of_arm() {
                return Err(Error::stranger(&response));
            }
            if renewed || !refuses_token(&response) {
                return Ok(response);
            }
            credential.refused(&tokens.token, &tokens.auxiliary);
            renewed = true;
        }
    }

    async fn tokens(&self) -> Result<Tokens, Error> {
        let credential = &self.client.0.credential;
        let tokens = async {
            let cloud = self.client.cloud().await?;
            Ok(Tokens {
                token: credential.token(cloud).await?,
                auxiliary: credential.auxiliary_tokens(cloud).await?,
            })
        };
        self.unless_stopped(tokens, || "signing in".to_owned())
            .await?
    }

    /// Signs in, if that has not been done yet; the error tells of each way and why it did not serve.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.tokens().await.map(drop)
    }

    /// One request and its answer. A read is dropped when the operation is stopped; a write that is on its way gets a
    /// little more time, because its answer decides whether there is something to remember.
    async fn exchange(&self, request: &Request, tokens: &Tokens) -> Result<Response, Error> {
        self.check()?;
        let request_value = self.http_request(request, tokens)?;
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
                let grace = self.timing().write_grace;
                let late = tokio::time::timeout(grace, exchange).await;
                late.unwrap_or_else(|_| Err(stopped.outcome_unknown(true)))
            }
        }
    }

    fn http_request(&self, request: &Request, tokens: &Tokens) -> Result<reqwest::Request, Error> {
        let mut http = reqwest::Request::new(request.method.clone(), request.url.clone());
        let headers = http.headers_mut();
        headers.extend(request.headers.clone());
        headers.insert(AUTHORIZATION, bearers([&tokens.token])?);
        if !tokens.auxiliary.is_empty() {
            headers.insert(AUXILIARY, bearers(&tokens.auxiliary)?);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("x-ms-client-request-id", new_id());
        if let Some(id) = &self.client.0.correlation_id {
            headers.insert("x-ms-correlation-request-id", id.clone());
        }
        if let Some(trace) = &self.client.0.trace {
            headers.insert("traceparent", trace.request()?);
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

    /// What the future gives, unless the operation ends before; `doing` completes "the time ran out while …".
    pub(crate) async fn unless_stopped<T>(
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

/// A success. A write that was accepted is never sent again, even if the body of its answer is lost; a read is nothing
/// without it.
fn usable(request: &Request, response: Response) -> Result<Response, Error> {
    if !response.is_success() {
        let error = Error::from_answer(&response);
        return Err(match claims_challenge(&response) {
            Some(challenge) => error.with_note(challenge),
            None => error,
        });
    }
    if !request.is_write() {
        response.content().map_err(Error::unreadable)?;
    }
    Ok(response)
}

/// Tokens as a header has them.
fn bearers<'t>(tokens: impl IntoIterator<Item = &'t Secret>) -> Result<HeaderValue, Error> {
    let tokens = tokens.into_iter();
    let tokens: Vec<_> = tokens.map(|it| format!("Bearer {}", it.secret())).collect();
    let mut value = HeaderValue::from_str(&tokens.join(", ")).map_err(|_| {
        Error::credential("the access token has characters that no header can carry")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a challenge for further claims means, in words: a token that is fetched in the same way has no more of them.
fn claims_challenge(response: &Response) -> Option<String> {
    let header = response.header(WWW_AUTHENTICATE.as_str())?;
    let (_, claims) = header.split_once("claims=\"")?;
    let claims = claims.split('"').next()?;
    let decoded = STANDARD
        .decode(claims)
        .or_else(|_| URL_SAFE_NO_PAD.decode(claims));
    let decoded = decoded.map(|bytes| sanitised(&String::from_utf8_lossy(&bytes), LONGEST_CLAIMS));
    Some(format!(
        "Azure challenges for further claims ({}), which a policy of Conditional Access or continuous access evaluation asks for. An \
         application or a managed identity cannot answer that: take it out of the policy, or sign in from where the policy allows it. With \
         the Azure CLI, sign in anew by az logout and az login.",
        decoded.as_deref().unwrap_or("unreadable ones")
    ))
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

/// A version 4 UUID is random but for six bits near its middle.
pub(super) fn random_fraction() -> f64 {
    let bits = u32::from_be_bytes([0, 1, 2, 3].map(|index| Uuid::new_v4().as_bytes()[index]));
    f64::from(bits) / f64::from(u32::MAX)
}
