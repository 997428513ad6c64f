//! Requests to those who vouch for us: what they answer in words, and when they are asked again.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value as Json;
use tokio::time::Instant;
use url::form_urlencoded;

use super::method::{Context, Patience};
use crate::arm::arguments::Argument;
use crate::arm::error::Error;
use crate::arm::response::Response;
use crate::arm::stranger::sanitised;
use crate::arm::transport::{Route, Transport, is_of_tls};

/// How often something is asked in all.
const MOST_ATTEMPTS: u32 = 5;

/// How long a pause becomes, whatever the service asks for: a person may be waiting.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How many characters of an answer are shown.
const LONGEST_WORDS: usize = 800;

/// In the place of a secret.
const MASK: &str = "***";

/// Shorter beginnings of a secret tell nothing of it, and are in any text.
const SHORTEST_PART: usize = 4;

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
        self.token_json(&response, whom).cloned()
    }

    /// The JSON of an answer; the error is a clause with what it is instead.
    pub(super) fn token_json<'r>(
        &self,
        response: &'r Response,
        whom: &str,
    ) -> Result<&'r Json, String> {
        if !response.is_success() {
            return Err(self.refusal(response, whom));
        }
        let unreadable = |why| {
            format!(
                "{whom} answered something else than a token: {why}{}",
                self.words(response)
            )
        };
        response.content().map_err(unreadable)
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
            let sent = self.transport.send_by(self.route, request()?);
            let too_late = |_| {
                let longest = self.patience.answer;
                Err(Error::answer_lost(format!("nothing within {longest:?}")))
            };
            let answer = tokio::time::timeout(self.patience.answer, sent).await;
            let answer = answer.unwrap_or_else(too_late);
            let passes = match &answer {
                Ok(response) => self.passes(response),
                // Whoever has no certificate that is trusted will have none in a second.
                Err(error) => !is_of_tls(error),
            };
            let is_updating = matches!(&answer, Ok(response) if response.status.as_u16() == 410);
            let asked = answer.as_ref().ok().and_then(Response::retry_after);
            let wait = asked.unwrap_or(pause).min(LONGEST_PAUSE);
            let may_repeat = match is_updating {
                true => started.elapsed() < self.patience.update,
                false => {
                    attempts < MOST_ATTEMPTS && started.elapsed() + wait < self.patience.longest
                }
            };
            if !passes || !may_repeat {
                return answer.map_err(|error| lost(&error, whom));
            }
            tracing::debug!(whom, attempts, wait_ms = wait.as_millis(), "will ask again");
            tokio::time::sleep(wait).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
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

    fn passes(&self, response: &Response) -> bool {
        match response.status.as_u16() {
            408 | 429 | 500.. => true,
            404 | 410 => self.is_imds,
            _ => false,
        }
    }
}

/// The text without a secret, as it is or as a form holds it, and without the beginning of one where the text was cut.
fn mask(text: &str, secret: &str) -> String {
    if secret.is_empty() {
        return text.to_owned();
    }
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut masked = text.replace(secret, MASK).replace(&encoded, MASK);
    for secret in [secret, &encoded] {
        let bare = masked.trim_end_matches('…');
        let starts = secret.char_indices().map(|(at, _)| &secret[..at]);
        let mut cut = starts.filter(|start| start.len() >= SHORTEST_PART && bare.ends_with(start));
        if let Some(start) = cut.next_back() {
            masked = format!("{}{MASK}", &bare[..bare.len() - start.len()]);
        }
    }
    masked
}

fn lost(error: &Error, whom: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_each_form_and_where_a_text_was_cut() {
        for (text, expected) in [
            ("no s3cret+&x for you", "no *** for you"),
            ("client_secret=s3cret%2B%26x&y", "client_secret=***&y"),
            ("you sent s3cret…", "you sent ***"),
            ("you sent s3cret%2", "you sent ***"),
            ("nothing of it: s", "nothing of it: s"),
        ] {
            assert_eq!(mask(text, "s3cret+&x"), expected);
        }
        assert_eq!(mask("as it is", ""), "as it is");
    }
}
