//! Requests to those who vouch for us: what they answer in words, and when they are asked again.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::method::{Context, Patience};
use crate::arm::arguments::Argument;
use crate::arm::error::Error;
use crate::arm::response::Response;
use crate::arm::stranger::sanitised;
use crate::arm::transport::{Route, Transport};

/// How often something is asked in all.
const MOST_ATTEMPTS: u32 = 5;

/// How long a pause becomes, whatever the service asks for: a person may be waiting.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How many characters of an answer are shown.
const LONGEST_WORDS: usize = 400;

/// Sends such requests.
#[derive(Clone)]
pub(super) struct Fetch {
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
        Self {
            transport: Arc::clone(context.transport),
            patience: context.patience.clone(),
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
        if !response.is_success() {
            return Err(self.refusal(&response, whom));
        }
        let unreadable = |why| {
            format!(
                "{whom} answered something else than a token: {why}{}",
                self.words(&response)
            )
        };
        response.content().cloned().map_err(unreadable)
    }

    /// The answer, once it is one that asking again would not change.
    pub(super) async fn response(
        &self,
        request: impl Fn() -> Result<Request, String>,
        whom: &str,
    ) -> Result<Response, String> {
        let started = Instant::now();
        let mut pause = self.patience.first_pause;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let answer = self.transport.send_by(self.route, request()?).await;
            let passes = match &answer {
                Ok(response) => self.passes(response),
                Err(_) => true,
            };
            let is_updating = matches!(&answer, Ok(response) if response.status.as_u16() == 410);
            let may_repeat = match is_updating {
                true => started.elapsed() < self.patience.update,
                false => attempts < MOST_ATTEMPTS,
            };
            if !passes || !may_repeat {
                return answer.map_err(|error| lost(&error, whom));
            }
            let asked = answer.as_ref().ok().and_then(Response::retry_after);
            let wait = asked.unwrap_or(pause).min(LONGEST_PAUSE);
            tracing::debug!(whom, attempts, wait_ms = wait.as_millis(), "will ask again");
            tokio::time::sleep(wait).await;
            pause *= 2;
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

    /// What an answer says, in whatever form: never a token.
    fn words(&self, response: &Response) -> String {
        let told = response.json().ok().and_then(|json| {
            let members = ["error_description", "message", "error"];
            let nested = || json["error"]["message"].as_str();
            let found = members.iter().find_map(|name| json[*name].as_str());
            found.or_else(nested).map(str::to_owned)
        });
        // JSON without such a member may hold what nobody is to see.
        let told = told.or_else(|| response.json().is_err().then(|| response.first_words()));
        let mut told = told.unwrap_or_default();
        if let Some(hidden) = self
            .hidden
            .as_ref()
            .map(Secret::secret)
            .filter(|it| !it.is_empty())
        {
            told = told.replace(hidden, "***");
        }
        match sanitised(&told, LONGEST_WORDS) {
            text if text.is_empty() => String::new(),
            text => format!(": {text}"),
        }
    }

    fn passes(&self, response: &Response) -> bool {
        match response.status.as_u16() {
            408 | 429 | 500.. => true,
            404 | 410 => self.is_imds,
            _ => false,
        }
    }
}

fn lost(error: &Error, whom: &str) -> String {
    format!("{whom} gave no answer: {error}")
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
