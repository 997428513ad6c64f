//! Read–modify–write: the one way in which an object that is there is changed.

use reqwest::Method;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Api;
use super::error::Error;
use super::exchange::random_fraction;
use super::lock::LockGuard;
use super::operation::Intent;
use super::request::PutOptions;
use super::resource_id::ResourceId;
use super::session::Accepted;

/// How often an object is read and written while others get in between each time: more than a minute with our pauses.
const MOST_ATTEMPTS: u32 = 10;

/// What a read–modify–write sends.
#[derive(Clone, Debug)]
pub enum Sending {
    /// The whole object, with the changes in it.
    Put(Json),
    /// The members that change.
    Patch(Json),
    /// Nothing, for there is nothing to change.
    Nothing,
}

/// How a read–modify–write ended.
#[derive(Debug)]
pub struct Modified<T> {
    /// ARM's answer; none if nothing was sent.
    pub accepted: Option<Accepted>,
    /// What was found out about what was sent, each thing once or more.
    pub findings: Vec<T>,
    /// Keeps other writes of this process out, for as long as it is held.
    pub guard: Option<LockGuard>,
}

impl Api<'_> {
    /// Reads an object, changes what was read, and writes it: over this version of it only, where it has an `etag`.
    ///
    /// When somebody else has written in between, all of it is done again, after a pause in which what is `locked` is free
    /// for others. What `change` refuses is not sent.
    pub async fn modify<T: Send, E: From<Error>>(
        self,
        id: &ResourceId,
        locked: Option<&ResourceId>,
        mut change: impl FnMut(Json) -> Result<(Sending, Vec<T>), E> + Send,
    ) -> Result<Modified<T>, E> {
        let started = Instant::now();
        let mut findings = Vec::new();
        let mut outcome_unknown = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let guard = match locked {
                Some(locked) => Some(self.session.lock(locked).await?),
                None => None,
            };
            let body = self.get(id).await;
            let body = body.map_err(|error| error.outcome_unknown(outcome_unknown))?;
            let etag = body["etag"].as_str().map(str::to_owned);
            let (sending, found) = change(body)?;
            let error = match self.send_change(id, sending, etag).await {
                Ok(accepted) => {
                    findings.extend(found);
                    return Ok(Modified {
                        accepted,
                        findings,
                        guard,
                    });
                }
                Err(error) => error,
            };
            // An attempt whose answer was lost may be the very one that got in between.
            if error.may_have_been_applied() {
                outcome_unknown = true;
                findings.extend(found);
            }
            let error = error.outcome_unknown(outcome_unknown);
            if !error.is_precondition_failed() {
                return Err(error.into());
            }
            drop(guard);
            if attempts == MOST_ATTEMPTS {
                let took = started.elapsed().as_secs();
                return Err(error.with_note(format!(
                    "Somebody else changed it each time between our reading and writing it: {attempts} attempts in {took} s."
                )).into());
            }
            let pause = self
                .session
                .timing()
                .backoff
                .after(attempts, random_fraction());
            tracing::debug!(%id, attempts, "changed by somebody else meanwhile: will read and write again");
            let sleep = tokio::time::sleep(pause);
            let doing =
                || format!("writing {id}, which others had changed at each of {attempts} attempts");
            let slept = self.session.unless_stopped(sleep, doing).await;
            slept.map_err(|stopped| stopped.outcome_unknown(outcome_unknown).caused_by(error))?;
        }
    }

    async fn send_change(
        self,
        id: &ResourceId,
        sending: Sending,
        etag: Option<String>,
    ) -> Result<Option<Accepted>, Error> {
        let (method, body) = match sending {
            Sending::Put(body) => (Method::PUT, body),
            Sending::Patch(body) => (Method::PATCH, body),
            Sending::Nothing => return Ok(None),
        };
        let options = PutOptions {
            if_match: etag,
            ..PutOptions::default()
        };
        let request = self
            .request(method, id)
            .await?
            .with_json(&body)?
            .with_options(&options)?;
        self.session
            .write(request, id, Intent::Write)
            .await
            .map(Some)
    }
}

#[cfg(test)]
mod tests;
