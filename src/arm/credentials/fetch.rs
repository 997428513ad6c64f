//! Requests to those who vouch for us, and to clouds about themselves: what they answer in words, and when they are asked again.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::mask::mask;
use super::method::{Context, LONGEST_PAUSE, Patience};
use crate::arm::arguments::Argument;
use crate::arm::error::Error;
use crate::arm::response::Response;
use crate::arm::stranger::sanitised;
use crate::arm::transport::{Route, Transport, is_of_tls};

/// How often something is asked in all.
const MOST_ATTEMPTS: u32 = 5;

/// How many characters of an answer are shown.
const LONGEST_WORDS: usize = 800;

/// What most of them are asked for.
pub(super) const TOKEN: &str = "a token";

/// Sends such requests.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    transport: Arc<Transport>,
    patience: Patience,
    route: Route,
    /// Whether 404 and 410 pass, as the documentation of the machine's own service has it.
    is_imds: bool,
    /// What is shown to it, and to nobody else.
    hidden: Option<Secret>,
}

impl Fetch {
    /// Through a proxy, if there is one for the URL.
    pub(super) fn new(context: &Context<'_>) -> Self {
        Self::with(context.transport, context.patience)
    }

    /// The same, where nobody signs in.
    pub(crate) fn with(transport: &Arc<Transport>, patience: &Patience) -> Self {
        Self {
            transport: Arc::clone(transport),
            patience: patience.clone(),
            route: Route::PerUrl,
            is_imds: false,
            hidden: None,
        }
    }

    /// With a secret, of which nothing is told that is answered.
    pub(super) fn hiding(mut self, secret: &Secret) -> Self {
        self.hidden = Some(secret.clone());
        self
    }

    /// To a service of this machine, to which no proxy leads.
    pub(super) fn on_this_machine(mut self) -> Self {
        self.route = Route::Direct;
        self
    }

    /// As IMDS wants to be asked.
    pub(super) fn of_imds(mut self) -> Self {
        self.is_imds = true;
        self.on_this_machine()
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    /// The JSON that is answered; the error is a clause with what came back instead.
    pub(super) async fn json(
        &self,
        request: impl Fn() -> Result<Request, String>,
        whom: &str,
    ) -> Result<Json, String> {
        let response = self.response(request, whom).await?;
        self.content(&response, whom, TOKEN).cloned()
    }

    /// The JSON of an answer, which is to be `what`; the error is a clause with what it is instead.
    pub(crate) fn content<'r>(
        &self,
        response: &'r Response,
        whom: &str,
        what: &str,
    ) -> Result<&'r Json, String> {
        if !response.is_success() {
            return Err(self.refusal(response, whom));
        }
        let unreadable = |why| {
            format!(
                "{whom} answered something else than {what}: {why}{}",
                self.words(response)
            )
        };
        response.content().map_err(unreadable)
    }

    /// The answer, once it is one that asking again would not change.
    pub(crate) async fn response(
        &self,
        request: impl Fn() -> Result<Request, String>,
        whom: &str,
    ) -> Result<Response, String> {
        let mut attempts = self.attempts();
        loop {
            let answer = self.once(request()?).await;
            if !attempts.again(&answer, whom).await {
                return answer.map_err(|error| lost(&error, whom));
            }
        }
    }

    /// The answer to one request. One that broke off is none: nobody has it.
    pub(super) async fn once(&self, request: Request) -> Result<Response, Error> {
        let longest = self.patience.answer;
        let sent = self.transport.send_by(self.route, request);
        let too_late = |_| Err(Error::answer_lost(format!("nothing within {longest:?}")));
        let answer = tokio::time::timeout(longest, sent).await;
        let answer = answer.unwrap_or_else(too_late)?;
        match answer.is_whole() {
            true => Ok(answer),
            false => Err(Error::answer_lost(format!(
                "the connection broke before the answer was complete (HTTP {})",
                answer.status
            ))),
        }
    }

    /// Before the first of several attempts.
    pub(super) fn attempts(&self) -> Attempts<'_> {
        let now = Instant::now();
        Attempts {
            fetch: self,
            started: now,
            since: now,
            failures: 0,
            pause: self.patience.first_pause,
            update_pause: self.patience.first_pause,
        }
    }

    /// What came back instead of a token.
    pub(super) fn refusal(&self, response: &Response, whom: &str) -> String {
        format!(
            "{whom} answered HTTP {}{}",
            response.status,
            self.words(response)
        )
    }

    /// What an answer in JSON gives as the reason, if it gives one.
    pub(super) fn explanation(&self, response: &Response) -> Option<String> {
        let json = response.json().ok()?;
        let members = ["error_description", "message", "error"];
        let nested = || json["error"]["message"].as_str();
        let found = members.iter().find_map(|name| json[*name].as_str());
        let words = self.harmless(found.or_else(nested)?);
        (!words.is_empty()).then_some(words)
    }

    /// What an answer says, in whatever form: never a token.
    fn words(&self, response: &Response) -> String {
        // JSON without a reason may hold what nobody is to see.
        let foreign = || response.json().is_err().then(|| response.first_words());
        let told = self
            .explanation(response)
            .or_else(|| Some(self.harmless(&foreign()?)));
        match told.filter(|text| !text.is_empty()) {
            Some(text) => format!(": {text}"),
            None => String::new(),
        }
    }

    /// In one line, without what is hidden and what a terminal would obey.
    fn harmless(&self, text: &str) -> String {
        let masked = match &self.hidden {
            Some(hidden) => mask(text, hidden.secret()),
            None => text.to_owned(),
        };
        let words: Vec<_> = masked.split_whitespace().collect();
        sanitised(&words.join(" "), LONGEST_WORDS)
    }

    /// Whether an answer may be another one later.
    fn passes(&self, response: &Response) -> bool {
        match response.status.as_u16() {
            408 | 429 | 500.. => true,
            404 | 410 => self.is_imds,
            _ => false,
        }
    }
}

/// Decides whether something is asked again.
pub(super) struct Attempts<'f> {
    fetch: &'f Fetch,
    started: Instant,
    /// Since when anything failed: an update that was announced before takes nothing of the patience with that.
    since: Instant,
    failures: u32,
    /// The next one after a failure.
    pause: Duration,
    /// The next one in an update.
    update_pause: Duration,
}

impl Attempts<'_> {
    /// Waits until it may be asked again after this answer; or not, if that would change nothing or takes more patience than there is.
    pub(super) async fn again(&mut self, answer: &Result<Response, Error>, whom: &str) -> bool {
        let passes = match answer {
            Ok(response) => self.fetch.passes(response),
            // Whoever has no certificate that is trusted will have none in a second.
            Err(error) => !is_of_tls(error),
        };
        let is_updating = matches!(answer, Ok(response) if response.status.as_u16() == 410);
        let asked = answer.as_ref().ok().and_then(Response::retry_after);
        let wait = match is_updating {
            true => self.before_end_of_update(asked),
            false => self.after_failure(asked),
        };
        let Some(wait) = wait.filter(|_| passes) else {
            return false;
        };
        let failures = self.failures;
        tracing::debug!(whom, failures, wait_ms = wait.as_millis(), "will ask again");
        tokio::time::sleep(wait).await;
        if is_updating {
            self.since = Instant::now();
        }
        true
    }

    /// The last time is at the end of what an update may take.
    fn before_end_of_update(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let left = self.fetch.patience.update;
        let left = left.saturating_sub(self.started.elapsed());
        let wait = asked.unwrap_or_else(|| left.min(next(&mut self.update_pause)));
        (!left.is_zero() && wait <= left).then_some(wait)
    }

    fn after_failure(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.failures += 1;
        let wait = asked.unwrap_or_else(|| next(&mut self.pause));
        let ends = self.since.elapsed().saturating_add(wait);
        (self.failures < MOST_ATTEMPTS && ends < self.fetch.patience.longest).then_some(wait)
    }
}

/// The pause, after which the next one is twice as long.
fn next(pause: &mut Duration) -> Duration {
    let doubled = pause.saturating_mul(2).min(LONGEST_PAUSE);
    std::mem::replace(pause, doubled)
}

/// That nothing was answered, in a clause.
pub(super) fn lost(error: &Error, whom: &str) -> String {
    let error = error.to_string();
    let why = error.strip_prefix("no answer: ").unwrap_or(&error);
    format!("{whom} gave no answer: {why}")
}

/// Adds a bearer token.
pub(super) fn bearer(
    headers: &mut HeaderMap,
    token: &Secret,
    argument: &Argument,
) -> Result<(), String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
        .map_err(|_| format!("{argument} has characters that no header can carry"))?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(())
}
