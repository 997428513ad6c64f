//! The last requests, the newest first. A client that polls asks the same again and again: that is one row.

use std::time::Duration;

use maud::{Markup, html};

use crate::control::requests::Entry;
use crate::core::json::{Json, text};
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;

/// How many rows are shown.
const SHOWN: usize = 60;

/// How long a part of a path may be to be shown in full: a name may have 80 characters, the ids of operations are longer.
const LONG: usize = 80;

/// Requests that came one after another and are alike.
struct Run<'a> {
    first: &'a Entry,
    last: &'a Entry,
    times: usize,
}

/// The last requests.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let requests = scene.state.requests.latest();
    let number = requests.len();
    let content = html! {
        div.actions {
            form method="post" action="/_emulator/page/requests/clear" data-key="clear" {
                button data-done="The requests are forgotten." { "Clear requests" }
            }
            a href="/_emulator/requests" { "All as JSON, with bodies" }
        }
        @if number == 0 {
            (parts::nothing("No requests yet."))
        } @else {
            table.requests {
                thead { tr {
                    th.time scope="col" { "Time" } th.method scope="col" { "Method" } th scope="col" { "Path and correlation id" }
                    th.number.answered scope="col" { "Status" } th.number.took scope="col" { "Took" }
                } }
                tbody { @for run in &runs(requests) { (row(run)) } }
            }
        }
    };
    parts::section("requests", "Requests", number, &content)
}

fn runs<'a>(latest: impl Iterator<Item = &'a Entry>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for request in latest {
        let is_alike = |run: &&mut Run<'_>| shared(run.last) == shared(request);
        let is_full = runs.len() == SHOWN;
        match runs.last_mut().filter(is_alike) {
            Some(run) => {
                run.first = request;
                run.times += 1;
            }
            None if is_full => break,
            None => runs.push(Run {
                first: request,
                last: request,
                times: 1,
            }),
        }
    }
    runs
}

/// What is the same for all requests that share a row.
fn shared(request: &Entry) -> impl PartialEq {
    let answered = (request.status, &request.correlation_id, request.fault);
    (&request.method, &request.path, &request.query, answered)
}

fn row(run: &Run<'_>) -> Markup {
    let request = run.last;
    let took = Duration::from_millis(request.duration_ms);
    let (start, end) = shorten(&request.path);
    let mut notes = vec![
        ("fault ", request.fault.unwrap_or_default()),
        ("?", request.query.as_str()),
        ("", request.correlation_id.as_deref().unwrap_or_default()),
    ];
    notes.retain(|(_, note)| !note.is_empty());
    html! {
        tr data-key=(run.first.time) {
            td.time { (request.time.get(11..19).unwrap_or_default()) }
            td.method { (request.method) }
            td.path {
                code title=(request.path) {
                    @if !start.is_empty() { span.start { (start) } }
                    @for segment in end.split_inclusive('/') {
                        @if segment.len() > LONG { span.cut { (segment) } } @else { (segment) }
                        wbr;
                    }
                }
                @if run.times > 1 { " " span.times { "×" (run.times) } }
                @if let Some(error) = error(request) { p class={ "failure " (mood(request.status)) } { (error) } }
                p.correlation {
                    @for (place, (lead, note)) in notes.iter().enumerate() {
                        @if place > 0 { " · " }
                        @if lead.is_empty() { span.id { (note) } } @else { (lead) (note) }
                    }
                }
            }
            td.number.answered { (answered(request.status)) }
            td.number.took { (words::span(took)) }
        }
    }
}

/// The status, or that there was none.
fn answered(status: Option<u16>) -> Markup {
    html! {
        span class={ "status " (mood(status)) } {
            @match status { Some(status) => (status), None => "none" }
        }
    }
}

/// The colour of a status: clients ask for what is not there, and that is nothing bad.
fn mood(status: Option<u16>) -> &'static str {
    match status {
        Some(..400) => "good",
        Some(400..500) => "warn",
        _ => "bad",
    }
}

/// The path in two parts: where every one begins, and where they differ.
fn shorten(path: &str) -> (&str, &str) {
    const GROUPS: &str = "/resourcegroups/";
    let lower = path.to_ascii_lowercase();
    match lower.find(GROUPS) {
        Some(at) if lower.starts_with("/subscriptions/") => path.split_at(at + GROUPS.len()),
        _ => ("", path),
    }
}

/// Why a request failed, as ARM says it or as the token endpoint does.
fn error(request: &Entry) -> Option<String> {
    let body = request.response_body.as_ref()?.get();
    if !body.contains(r#""error""#) {
        return None;
    }
    let body: Json = serde_json::from_str(body).ok()?;
    let code = text(&body, "error/code").or_else(|| text(&body, "error"))?;
    let message = text(&body, "error/message").or_else(|| text(&body, "error_description"))?;
    Some(format!("{code}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn paths_are_cut_where_they_begin_to_differ() {
        for (path, parts) in [
            (
                "/subscriptions/s/resourceGroups/g/x",
                ("/subscriptions/s/resourceGroups/", "g/x"),
            ),
            (
                "/subscriptions/s/providers",
                ("", "/subscriptions/s/providers"),
            ),
            ("/t/oauth2/v2.0/token", ("", "/t/oauth2/v2.0/token")),
            ("/x/resourceGroups/g", ("", "/x/resourceGroups/g")),
        ] {
            assert_eq!(shorten(path), parts);
        }
    }
}
