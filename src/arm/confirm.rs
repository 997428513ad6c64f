//! Writes that count once ARM shows them. An answer is a promise: it may be a stranger's, or nothing may come of it.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::api::Api;
use super::error::Error;
use super::operation::{Intent, Operation, provisioning_state};
use super::request::PutOptions;
use super::resource_id::ResourceId;
use super::session::{Accepted, Session};
use super::wait::FinalStatus;

/// How often a write is sent of which nothing comes.
const MOST_SENDS: u32 = 3;

/// How often ARM is asked what came of a write: a replica may be behind.
const LOOKS: u32 = 3;

/// The status of a request that ARM has not begun yet.
const ACCEPTED: u16 = 202;

/// What ARM shows of a creation of which nothing came.
const NOT_THERE: &str = "there is no such object";

/// What came of a creation.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// This is the object, at the end of all there was to wait for.
    New(Json),
    /// ARM took the creation for a change of an object that had come to be in the moment before.
    WroteOver,
}

/// A stopped operation has two seconds to come back.
const GRACE: Duration = Duration::from_millis(1500);

impl Api<'_> {
    /// Creates an object, waits for all there is to wait for, and gives it as ARM shows it.
    pub async fn create(
        self,
        id: &ResourceId,
        body: &impl Serialize,
        options: PutOptions,
    ) -> Result<Created, Error> {
        let only_new = options.if_none_match.is_some();
        let (mut send, mut may_show_late) = (0, false);
        loop {
            send += 1;
            let sent = self.put(id, body, options.clone()).await;
            let accepted = match sent {
                Ok(accepted) => accepted,
                // The one before may have come to something after all.
                Err(error) if send > 1 => {
                    let error = error.after_acceptance();
                    return self.created_all_the_same(error, false, id).await;
                }
                Err(error) if error.is_from_stranger() && error.may_have_been_applied() => {
                    // A gateway may have given up before ARM did.
                    let is_over = !error.is_of_gateway();
                    return self.created_all_the_same(error, is_over, id).await;
                }
                Err(error) => return Err(error),
            };
            let status = accepted.status;
            // ARM's replicas may be far behind its answer, and what it accepts may begin later than anybody looks.
            let is_told = accepted.body.as_ref().is_some_and(|body| shows(body, id));
            may_show_late |= is_told || status == ACCEPTED;
            if send == 1 && !only_new && accepted.wrote_over() {
                match self.find_written(id).await {
                    Ok(None) => {}
                    Ok(Some(_)) | Err(_) => return Ok(Created::WroteOver),
                }
                self.count("PUT", send, status, NOT_THERE, id)?;
                continue;
            }
            let shown = self.shown(accepted, id).await;
            if let Some(body) = shown.map_err(Error::after_acceptance)? {
                return Ok(Created::New(body));
            }
            let counted = self.count("PUT", send, status, NOT_THERE, id);
            counted.map_err(|error| match may_show_late {
                true => error.after_acceptance(),
                false => error,
            })?;
        }
    }

    /// Deletes an object, and comes back once ARM says that it is gone; one that is gone already is no error.
    pub async fn delete_for_good(self, id: &ResourceId) -> Result<(), Error> {
        let (mut send, mut was_accepted) = (0, false);
        loop {
            send += 1;
            let (status, error) = match self.delete_and_wait(id).await {
                Ok(status) => (status, None),
                Err(error) if is_open(&error) => (0, Some(error)),
                Err(error) => return Err(error),
            };
            let is_gone = match self.is_gone(id).await {
                Err(stopped) if stopped.is_cancelled() || stopped.is_timeout() => {
                    let found = self
                        .grace_session()
                        .of(self.resource_type)
                        .get_optional(id)
                        .await;
                    found
                        .ok()
                        .filter(Option::is_none)
                        .ok_or(stopped)
                        .map(|_| true)
                }
                told => told,
            };
            match is_gone {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(unread) => return Err(error.unwrap_or(unread.after_acceptance())),
            }
            if let Some(error) = error {
                return Err(error);
            }
            // What ARM has accepted may begin later than anybody looked.
            was_accepted |= status == ACCEPTED;
            let counted = self.count("DELETE", send, status, "the object is still there", id);
            counted.map_err(|error| match was_accepted {
                true => error.after_acceptance(),
                false => error,
            })?;
        }
    }

    /// Runs an action that is as good twice as once, such as `enable`, until the object shows it, and gives the object.
    ///
    /// `missing` says what it does not show yet.
    pub async fn post_until(
        self,
        id: &ResourceId,
        action: &str,
        is_shown: impl Fn(&Json) -> bool + Send + Sync,
        missing: &str,
    ) -> Result<Json, Error> {
        let mut send = 0;
        loop {
            send += 1;
            let (status, error) = match self.post(id, action, None).await {
                Ok(accepted) => (accepted.status, None),
                Err(error) if is_open(&error) => (0, Some(error)),
                Err(error) => return Err(error),
            };
            let body = self.get(id).await.map_err(Error::after_acceptance)?;
            if let (body, true) = self.until_shown(id, body, &is_shown).await? {
                return Ok(body);
            }
            match error {
                Some(error) if send >= MOST_SENDS => return Err(error),
                Some(error) => tracing::warn!(%id, action, %error, "sending the action again"),
                None => self.count("POST", send, status, missing, id)?,
            }
        }
    }

    /// The object as soon as it shows what was written, with whether it does; that may take a replica a moment.
    pub async fn until_shown(
        self,
        id: &ResourceId,
        mut body: Json,
        is_shown: impl Fn(&Json) -> bool + Send,
    ) -> Result<(Json, bool), Error> {
        for look in 1..LOOKS {
            if is_shown(&body) {
                return Ok((body, true));
            }
            self.session
                .sleep(self.pause(look))
                .await
                .map_err(Error::after_acceptance)?;
            let found = self.get(id).await;
            body = found.map_err(Error::after_acceptance)?;
        }
        let is_shown = is_shown(&body);
        Ok((body, is_shown))
    }

    /// What ARM shows of an object that was just written; nothing if it stays missing.
    pub async fn find_written(self, id: &ResourceId) -> Result<Option<Json>, Error> {
        for look in 1.. {
            let found = self.get_optional(id).await?;
            if found.is_some() || look == LOOKS {
                return Ok(found);
            }
            self.session.sleep(self.pause(look)).await?;
        }
        Ok(None)
    }

    /// Fails once a write, of which nothing came again, has been sent often enough.
    pub fn count(
        self,
        method: &str,
        sent: u32,
        status: u16,
        finding: &str,
        id: &ResourceId,
    ) -> Result<(), Error> {
        tracing::warn!(method, %id, status, sent, "nothing came of a request: {finding}");
        match sent < MOST_SENDS {
            true => Ok(()),
            false => Err(Error::without_effect(format!(
                "Azure answered the {method} with HTTP {status} each of the {sent} times it was sent, and {finding}: {id}"
            ))),
        }
    }

    /// An object whose creation ended in an error; that, if it is not there. It leaves no doubt then if nothing of the
    /// creation can be on its way.
    async fn created_all_the_same(
        self,
        error: Error,
        is_over: bool,
        id: &ResourceId,
    ) -> Result<Created, Error> {
        match self.find_written(id).await {
            Ok(Some(_)) => {
                let operation = Operation::on_resource(Intent::Write);
                let ended = self.wait(&operation, id).await;
                let body = ended.and_then(FinalStatus::into_result);
                body.map(Created::New).map_err(Error::after_acceptance)
            }
            Ok(None) if is_over => Err(error.without_doubt()),
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// What an accepted PUT came to; nothing if there is no object.
    async fn shown(self, accepted: Accepted, id: &ResourceId) -> Result<Option<Json>, Error> {
        let Some(operation) = accepted.operation else {
            let found = self.find_written(id).await;
            // Where there is no time to ask, the answer itself is ARM's word.
            let told = accepted.body.filter(|body| shows(body, id));
            return found.or_else(|error| told.map(Some).ok_or(error));
        };
        match self.wait(&operation, id).await {
            Ok(ended) => ended.into_result().map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn delete_and_wait(self, id: &ResourceId) -> Result<u16, Error> {
        let accepted = self.delete(id).await?;
        if let Some(operation) = accepted.operation {
            let ended = self.wait(&operation, id).await;
            let ended = ended.map_err(Error::after_acceptance)?;
            ended.into_result()?;
        }
        Ok(accepted.status)
    }

    async fn is_gone(self, id: &ResourceId) -> Result<bool, Error> {
        for look in 1..=LOOKS {
            let Some(body) = self.get_optional(id).await? else {
                return Ok(true);
            };
            if provisioning_state(&body).is_some_and(|it| it.eq_ignore_ascii_case("Deleting")) {
                let operation = Operation::on_resource(Intent::Delete);
                self.wait(&operation, id).await?;
                return Ok(self.get_optional(id).await?.is_none());
            }
            if look < LOOKS {
                self.session.sleep(self.pause(look)).await?;
            }
        }
        Ok(false)
    }

    /// For a last short look of an operation that was stopped.
    fn grace_session(self) -> Session {
        let deadline = Instant::now() + GRACE;
        self.session
            .client
            .bounded(deadline, CancellationToken::new())
    }

    /// Before the next look.
    fn pause(self, looks: u32) -> Duration {
        self.session.timing().backoff.after(looks, 1.0)
    }
}

/// Whether a body is that of the object.
pub fn shows(body: &Json, id: &ResourceId) -> bool {
    let shown = body["id"].as_str().map(ResourceId::parse);
    shown.is_some_and(|shown| shown.as_ref() == Ok(id))
}

/// Whether ARM alone can tell what came of the request, and is still to be asked.
fn is_open(error: &Error) -> bool {
    error.may_have_been_applied() && !error.is_cancelled() && !error.is_timeout()
}

#[cfg(test)]
mod tests;
