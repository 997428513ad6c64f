//! One request, all of it that is remembered: how to send it again, and a fault like it.

use std::time::Duration as RealDuration;

use maud::{Markup, html};
use serde_json::value::RawValue;

use super::needed;
use super::requests::{answered, error, mood};
use crate::control::requests::{Entry, Messages};
use crate::core::json::Json;
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;

/// How much of a body is shown.
const MOST_BYTES: usize = 64 * 1024;

/// Headers that belong to a connection, or that a client makes up by itself.
const OWN: [&str; 8] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "expect",
    "authorization",
    "user-agent",
];

/// The request that is looked into, if one is.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Option<Markup> {
    let number = scene.view.request?;
    let close = format!("{}#requests", scene.view.but(|view| view.request = None));
    let Some(request) = scene.state.requests.get(number) else {
        return Some(html! {
            section.inspector #request aria-labelledby="request-title" data-key="gone" {
                header { h2 #request-title tabindex="-1" { "A request that is forgotten" } (parts::close(&close, "the request")) }
                (parts::nothing("Only the last requests are remembered, and those were cleared or are too many."))
            }
        });
    };
    let messages = request.messages();
    Some(html! {
        section.inspector #request aria-labelledby="request-title" data-key={ "request-" (number) } {
            header {
                h2 #request-title tabindex="-1" { (request.method) " " (answered(request.status)) }
                (parts::close(&close, "the request"))
            }
            p.address { code { (request.path) @if !request.query.is_empty() { "?" (request.query) } } }
            (facts(request))
            @if let Some((code, message)) = error(&messages) { p class={ "failure " (mood(request.status)) } { b { (code) } " " (message) }
                @if let Some(needed) = needed::show(scene, request, &code, &message) { (needed) }
            }
            div.actions {
                a.button href={ (scene.view.but(|view| view.fault = Some(number))) "#faults" } { "Make a fault of this" }
            }
            h3 { "As curl" }
            (parts::copyable("the request as curl", &curl(scene.base, request, &messages)))
            (message("Request", messages.headers.as_deref(), messages.body.as_deref()))
            (message("Answer", messages.response_headers.as_deref(), messages.response_body.as_deref()))
        }
    })
}

fn facts(request: &Entry) -> Markup {
    let took = RealDuration::from_millis(request.duration_ms);
    html! {
        dl.facts {
            div { dt { "Time" } dd { (request.time()) } }
            div { dt { "Took" } dd { (words::span(took)) } }
            @if let Some(id) = &request.correlation_id { div { dt { "Correlation id" } dd { code { (id) } } } }
            @if let Some(fault) = request.fault { div { dt { "Fault" } dd { (fault) } } }
            @if request.status.is_none() { div.wide { dt { "Answer" } dd { "none came" } } }
        }
    }
}

/// The headers and the body of a request or of an answer.
fn message(title: &str, headers: Option<&RawValue>, body: Option<&RawValue>) -> Markup {
    let headers = pairs(headers);
    html! {
        h3 { (title) }
        @if !headers.is_empty() {
            details {
                summary { (words::count(headers.len(), "header")) }
                table.headers { tbody { @for (name, value) in &headers { tr { th scope="row" { (name) } td { code { (value) } } } } } }
            }
        }
        @match body {
            Some(body) => (parts::copyable(&format!("the body of the {}", title.to_lowercase()), &pretty(body))),
            None => p.nothing { "No body." },
        }
    }
}

fn pairs(headers: Option<&RawValue>) -> Vec<(String, String)> {
    let read = headers.and_then(|headers| serde_json::from_str::<Json>(headers.get()).ok());
    let Some(Json::Object(members)) = read else {
        return Vec::new();
    };
    let text = |value: Json| value.as_str().map(str::to_owned).unwrap_or_default();
    members
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

/// JSON as people read it, as far as it is shown.
fn pretty(body: &RawValue) -> String {
    let read: Option<Json> = serde_json::from_str(body.get()).ok();
    let text = read.and_then(|body| serde_json::to_string_pretty(&body).ok());
    let text = text.unwrap_or_else(|| body.get().to_owned());
    if text.len() <= MOST_BYTES {
        return text;
    }
    let shown = &text[..text.floor_char_boundary(MOST_BYTES)];
    let left = text.len() - shown.len();
    format!("{shown}\n… {left} bytes more: see /_emulator/requests")
}

/// A command that sends the request again; the token is the caller's own.
fn curl(base: &str, request: &Entry, messages: &Messages) -> String {
    let query = if request.query.is_empty() {
        String::new()
    } else {
        format!("?{}", request.query)
    };
    let address = quoted(&format!("{base}{}{query}", request.path));
    let headers = pairs(messages.headers.as_deref());
    let mut command = format!("curl -X {} {address}", request.method);
    if headers.iter().any(|(name, _)| name == "authorization") {
        command.push_str(" \\\n  -H \"Authorization: Bearer $TOKEN\"");
    }
    for (name, value) in &headers {
        if !OWN.contains(&name.as_str()) {
            command.push_str(&format!(
                " \\\n  -H {}",
                quoted(&format!("{name}: {value}"))
            ));
        }
    }
    let is_form = headers
        .iter()
        .any(|(name, value)| name == "content-type" && value.contains("form-urlencoded"));
    if let Some(body) = &messages.body {
        for data in data(body, is_form) {
            command.push_str(&format!(" \\\n  {data}"));
        }
    }
    command
}

/// A form was remembered as its fields.
fn data(body: &RawValue, is_form: bool) -> Vec<String> {
    if !is_form {
        return vec![format!("--data-raw {}", quoted(body.get()))];
    }
    let fields = pairs(Some(body));
    fields
        .iter()
        .map(|(name, value)| format!("--data-urlencode {}", quoted(&format!("{name}={value}"))))
        .collect()
}

/// A word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_ends_a_quoted_word_but_its_end() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $(x)"), r"'it'\''s $(x)'");
    }
}
