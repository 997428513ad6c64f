//! The last requests, the newest first. A client that polls asks the same again and again: that is one row.

use maud::{Markup, html};

use crate::control::requests::{Entry, Messages};
use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::view::View;
use crate::page::words;

/// How many rows are shown.
const SHOWN: usize = 40;

/// Among how many of the rows above it a reading may find its like: clients poll beside one another.
const NEAR: usize = 8;

/// From when on it is said how long a request took.
const SLOW: u64 = 50;

/// What rows can be restricted to: by value and in words.
const STATUSES: [(&str, &str); 6] = [
    ("", "any status"),
    ("failed", "failed"),
    ("2xx", "2xx"),
    ("4xx", "4xx"),
    ("5xx", "5xx"),
    ("fault", "met a fault"),
];
const METHODS: [&str; 7] = ["", "GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"];

/// Requests that are alike.
struct Run<'a> {
    first: &'a Entry,
    last: &'a Entry,
    times: usize,
}

/// The last requests.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let view = scene.view;
    let requests = scene.state.requests.latest();
    let number = requests.len();
    let wanted = requests
        .filter(|entry| view.before.is_none_or(|before| entry.number < before))
        .filter(|entry| fits(view, entry));
    let (runs, older) = runs(wanted);
    let content = html! {
        @if number > 0 { (filters(view)) }
        @if runs.is_empty() {
            (parts::nothing(if number == 0 { "No requests yet. Point a client at this address." } else { "No request is like that." }))
        } @else {
            table.requests {
                thead { tr {
                    th.time scope="col" { "Time" } th.method scope="col" { "Method" } th scope="col" { "What" }
                    th.number.answered scope="col" { "Status" }
                } }
                tbody { @for run in &runs { (row(scene, run)) } }
            }
            p.pages {
                @if view.before.is_some() { a href={ (view.but(|view| view.before = None)) "#requests" } { "Newest" } }
                @if let Some(older) = older { a href={ (view.but(|view| view.before = Some(older))) "#requests" } { "Older" } }
            }
        }
        @if number > 0 {
            div.actions {
                form method="post" action="/_emulator/page/requests/clear" data-key="clear" {
                    button.small data-done="The requests are forgotten." { "Clear requests" }
                }
                a href="/_emulator/requests?last=100" { "The last 100 as JSON" }
            }
        }
    };
    parts::section("requests", "Requests", number, &content)
}

/// A form that needs no script: its fields are the address.
fn filters(view: &View) -> Markup {
    html! {
        form.filters method="get" action="/" role="search" aria-label="Requests" {
            @for (name, value) in view.pairs(&["words", "method", "status", "before"]) { input type="hidden" name=(name) value=(value); }
            input type="search" name="words" value=(view.words) placeholder="Search paths and ids" aria-label="What requests have in their path, query or correlation id" autocomplete="off";
            select name="method" aria-label="Method" {
                @for method in METHODS {
                    option value=(method) selected[method == view.method] { @if method.is_empty() { "any method" } @else { (method) } }
                }
            }
            select name="status" aria-label="Status" {
                @for (status, shown) in STATUSES { option value=(status) selected[status == view.status] { (shown) } }
            }
            button.small { "Filter" }
            @if view.is_filtered() {
                a href={ (view.but(|view| { view.words.clear(); view.method.clear(); view.status.clear(); view.before = None; })) "#requests" } { "Show all" }
            }
        }
    }
}

fn fits(view: &View, entry: &Entry) -> bool {
    let status = entry.status;
    let is_status = match view.status.as_str() {
        "" => true,
        "failed" => status.is_none_or(|status| status >= 400),
        "fault" => entry.fault.is_some(),
        "2xx" => matches!(status, Some(200..300)),
        "4xx" => matches!(status, Some(400..500)),
        "5xx" => matches!(status, Some(500..)),
        other => status.is_some_and(|status| status.to_string() == other),
    };
    is_status
        && (view.method.is_empty() || view.method.eq_ignore_ascii_case(&entry.method))
        && (view.words.is_empty() || has(entry, &view.words.to_lowercase()))
}

fn has(entry: &Entry, words: &str) -> bool {
    let known = [
        entry.path.as_str(),
        entry.query.as_str(),
        entry.correlation_id.as_deref().unwrap_or_default(),
    ];
    known.iter().any(|text| text.to_lowercase().contains(words))
}

/// The rows, and the number before which older ones begin.
fn runs<'a>(latest: impl Iterator<Item = &'a Entry>) -> (Vec<Run<'a>>, Option<u64>) {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for request in latest {
        // A write beside readings is a row of its own at its own place.
        let near = if request.method == "GET" { NEAR } else { 1 };
        let known = runs.iter_mut().rev().take(near);
        let mut known = known.take_while(|run| near == 1 || run.last.method == "GET");
        if let Some(run) = known.find(|run| shared(run.last) == shared(request)) {
            run.first = request;
            run.times += 1;
        } else if runs.len() == SHOWN {
            return (runs, Some(request.number + 1));
        } else {
            runs.push(Run {
                first: request,
                last: request,
                times: 1,
            });
        }
    }
    (runs, None)
}

/// What is the same for all requests that share a row.
fn shared(request: &Entry) -> impl PartialEq {
    let answered = (request.status, request.fault);
    (&request.method, &request.path, &request.query, answered)
}

fn row(scene: &Scene<'_>, run: &Run<'_>) -> Markup {
    let request = run.last;
    let (main, place) = shorten(&request.path);
    let is_open = scene.view.request == Some(request.number);
    html! {
        tr data-key=(run.first.number) {
            td.time { (request.time().get(11..19).unwrap_or_default()) }
            td.method { (request.method) }
            td.path {
                a href=(scene.view.of_request(request.number)) title=(request.path) aria-current=[is_open.then_some("true")] {
                    @for segment in main.split_inclusive('/') { (words::fit(segment, 40)) wbr; }
                }
                @if run.times > 1 { " " span.times title={ "since " (run.first.time().get(11..19).unwrap_or_default()) } { "×" (run.times) } }
                @if let Some(fault) = request.fault { " " span.badge.busy { "fault " (fault) } }
                @if request.duration_ms >= SLOW { " " span.in { (words::span(std::time::Duration::from_millis(request.duration_ms))) } }
                @if let Some(place) = place { p.place { (place) } }
                @if let Some((code, message)) = error(&request.messages()) {
                    p class={ "failure " (mood(request.status)) } title=(message) { b { (code) } " " (message) }
                }
            }
            td.number.answered { (answered(request.status)) }
        }
    }
}

/// The status, or that there was none.
pub(super) fn answered(status: Option<u16>) -> Markup {
    html! {
        span class={ "status " (mood(status)) } {
            @match status { Some(status) => (status), None => "none" }
        }
    }
}

/// The colour of a status: clients ask for what is not there, and that is nothing bad.
pub(super) fn mood(status: Option<u16>) -> &'static str {
    match status {
        Some(..400) => "good",
        Some(400..500) => "warn",
        _ => "bad",
    }
}

/// The part of a path that differs from request to request, and where it lies.
fn shorten(path: &str) -> (String, Option<String>) {
    let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
    let is = |place: usize, word: &str| {
        segments
            .get(place)
            .is_some_and(|segment| segment.eq_ignore_ascii_case(word))
    };
    if !is(0, "subscriptions") || segments.len() < 3 {
        return (path.to_owned(), None);
    }
    let (group, rest) = if is(2, "resourceGroups") && segments.len() > 4 {
        (Some(segments[3]), 4)
    } else {
        (None, 2)
    };
    let has_provider = is(rest, "providers") && segments.len() > rest + 2;
    let namespace = has_provider.then(|| segments[rest + 1]);
    let main = segments[if has_provider { rest + 2 } else { rest }..].join("/");
    let place = match (namespace, group) {
        (Some(namespace), Some(group)) => Some(format!("{namespace} in {group}")),
        (Some(namespace), None) => Some(namespace.to_owned()),
        (None, Some(group)) => Some(format!("in {group}")),
        (None, None) => None,
    };
    (main, place)
}

/// Why a request failed, as ARM says it or as the token endpoint does: code and message.
pub(super) fn error(messages: &Messages) -> Option<(String, String)> {
    let body = messages.response_body.as_ref()?.get();
    if !body.contains(r#""error""#) {
        return None;
    }
    let body: Json = serde_json::from_str(body).ok()?;
    let code = text(&body, "error/code").or_else(|| text(&body, "error"))?;
    let message = text(&body, "error/message").or_else(|| text(&body, "error_description"))?;
    // Some services say there what is the matter.
    let details = list(&body, "error/details").iter();
    let details = details.filter_map(|detail| text(detail, "message"));
    let message: Vec<&str> = [message].into_iter().chain(details).collect();
    Some((code.to_owned(), message.join(" ")))
}

/// The pattern by which a fault meets requests like one: on the same resource, in whatever version.
pub(super) fn pattern(request: &Entry) -> String {
    let resource = ResourceId::parse(&request.path);
    // Without the subscription: the same rule then serves elsewhere.
    let path = match request.path.match_indices('/').nth(2) {
        Some((at, _)) if request.path.to_lowercase().starts_with("/subscriptions/") => {
            &request.path[at..]
        }
        _ => request.path.as_str(),
    };
    match resource {
        // Only it, not what lies below: its query follows.
        Some(_) => format!("*{path}?*"),
        None => format!("*{path}*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_comes_first_and_where_it_lies_after_it() {
        for (path, main, place) in [
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a",
                "virtualNetworks/v/subnets/a",
                Some("Microsoft.Network in g"),
            ),
            (
                "/subscriptions/s/resourceGroups/g",
                "resourceGroups/g",
                None,
            ),
            (
                "/subscriptions/s/resourcegroups/g/resources",
                "resources",
                Some("in g"),
            ),
            (
                "/subscriptions/s/providers/Microsoft.Logic/workflows",
                "workflows",
                Some("Microsoft.Logic"),
            ),
            (
                "/subscriptions/s/providers/Microsoft.Logic",
                "providers/Microsoft.Logic",
                None,
            ),
            ("/subscriptions/s", "/subscriptions/s", None),
            ("/t/oauth2/v2.0/token", "/t/oauth2/v2.0/token", None),
        ] {
            let (main_is, place_is) = shorten(path);
            assert_eq!((main_is.as_str(), place_is.as_deref()), (main, place));
        }
    }
}
