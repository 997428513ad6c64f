//! Answers of something on the way to ARM, such as a proxy or a captive portal: told in words, and believed in nothing.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use url::Url;

use super::response::Response;

/// How many characters of its text are shown.
const LONGEST: usize = 120;

/// No token is shorter, and no word of a sentence as long.
const SHORTEST_TOKEN: usize = 20;

/// An answer that is not ARM's, as far as it is told.
pub(super) struct Stranger {
    pub(super) status: StatusCode,
    content_type: Option<String>,
    /// Where it sends us.
    host: Option<String>,
    words: String,
    /// How long it asks to wait.
    pub(super) retry_after: Option<Duration>,
}

impl Stranger {
    pub(super) fn read(response: &Response) -> Self {
        let told = |name| response.header(name).map(|it| sanitised(it, LONGEST));
        let host = response.header("location").and_then(|location| {
            let url = Url::parse(location).ok()?;
            url.host_str().map(str::to_owned)
        });
        Self {
            status: response.status,
            content_type: told("content-type").filter(|kind| !kind.is_empty()),
            host,
            words: sanitised(&response.first_words(), LONGEST),
            retry_after: response.retry_after(),
        }
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the request was answered by something that is not Azure Resource Manager, such as a proxy or a captive portal: HTTP {}",
            self.status
        )?;
        match &self.content_type {
            Some(content_type) => write!(f, ", {content_type}")?,
            None => f.write_str(", of no content type")?,
        }
        if let Some(host) = &self.host {
            write!(f, ", a redirect to {host}")?;
        }
        match self.words.as_str() {
            "" => f.write_str(", without a text"),
            words => write!(f, ", which begins {words:?}"),
        }
    }
}

/// The beginning of a stranger's text, without anything that a terminal would obey.
pub(super) fn sanitised(text: &str, longest: usize) -> String {
    // It may hold our own request against us, and with it our token, which is a JWT; or an answer of ARM, and with it the
    // signature of a URL.
    let lower = text.to_ascii_lowercase();
    let bearer = lower.match_indices("bearer ").find(|(at, bearer)| {
        let word = lower[at + bearer.len()..].split_whitespace().next();
        word.is_some_and(|word| word.len() >= SHORTEST_TOKEN)
    });
    let secrets = ["eyj", "sig=", "\"sig\"", "sig%3d"].map(|secret| lower.find(secret));
    let secrets = secrets.into_iter().flatten();
    let end = bearer.map(|(at, _)| at).into_iter().chain(secrets);
    let text = &text[..end.min().unwrap_or(text.len())];
    let plain = text.chars().filter(|it| !it.is_control());
    plain.take(longest).collect()
}
