//! What is under way on Azure's clock, what has ended and what is to come; and a way to move the time there.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::environments;
use crate::core::clock::plus;
use crate::core::id::ResourceId;
use crate::core::operations::{Due, Operation, Progress};
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;

/// How many are shown of what runs, of what has ended and of what is to come.
const MOST_RUNNING: usize = 12;
const MOST_ENDED: usize = 5;
const MOST_COMING: usize = 6;

/// Now is a quarter from the left, so a third of what is shown ahead is shown behind.
const NOW: f64 = 25.0;

/// How far is shown ahead, where nothing is to come.
const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// How far is shown at least, and how far time can be moved at once at least.
const LEAST: SignedDuration = SignedDuration::from_mins(1);
const LEAST_MOVE: SignedDuration = SignedDuration::from_hours(24);

/// A row: what it is about, its words and its bar.
struct Row<'a> {
    key: String,
    id: &'a ResourceId,
    state: &'static str,
    what: String,
    note: String,
    from: Timestamp,
    to: Timestamp,
}

/// The timeline.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let now = scene.world.now;
    let (running, ended) = operations(scene);
    let coming = coming(scene);
    let next = running.iter().chain(&coming).map(|row| row.to).max();
    let ahead = next.map_or(IDLE, |last| last - now).max(LEAST);
    let number = running.len() + coming.len();
    let content = html! {
        @if number == 0 {
            (parts::nothing("Nothing is under way. Whatever a request starts stands here until it ends."))
        }
        @if number + ended.len() > 0 {
            (axis(now, ahead))
            ol.rows {
                @for row in running.iter().take(MOST_RUNNING) { (show_row(scene, row, ahead)) }
                @for row in coming.iter().take(MOST_COMING) { (show_row(scene, row, ahead)) }
                @for row in ended.iter().take(MOST_ENDED) { (show_row(scene, row, ahead)) }
            }
        }
        (parts::more(running.len(), MOST_RUNNING))
        (slider(now, next.map_or(LEAST_MOVE, |last| last - now).max(LEAST)))
    };
    parts::section("timeline", "Timeline", number, &content)
}

/// What runs, the first to end first, and what has ended, the last one first.
fn operations<'a>(scene: &Scene<'a>) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let all = scene.world.operations.values();
    let (mut running, mut ended): (Vec<&Operation>, Vec<&Operation>) =
        all.partition(|operation| operation.progress == Progress::Running);
    running.sort_by_key(|operation| operation.ends);
    ended.sort_by_key(|operation| std::cmp::Reverse(operation.ends));
    ended.truncate(MOST_ENDED);
    let rows = |operations: Vec<&'a Operation>| {
        operations
            .into_iter()
            .map(|operation| row(scene, operation))
            .collect()
    };
    (rows(running), rows(ended))
}

fn row<'a>(scene: &Scene<'_>, operation: &'a Operation) -> Row<'a> {
    let now = scene.world.now;
    let left = words::azure_span(operation.ends - now);
    let ago = words::azure_span(now - operation.ends);
    let (state, note) = match &operation.progress {
        Progress::Running => ("Running", format!("{left} left")),
        Progress::Succeeded => ("Succeeded", format!("{ago} ago")),
        Progress::Failed(failure) => ("Failed", format!("{ago} ago: {}", failure.code)),
    };
    Row {
        key: format!("o-{}", operation.name),
        id: &operation.target,
        state,
        what: what(scene, operation),
        note,
        from: operation.started,
        to: operation.ends,
    }
}

/// What an operation does: to an environment in words, to others by Azure's own name of it.
fn what(scene: &Scene<'_>, operation: &Operation) -> String {
    match scene.world.resources.get(&operation.target) {
        Some(stored)
            if is_environment(&operation.target) && operation.progress == Progress::Running =>
        {
            environments::doing(stored, operation).to_owned()
        }
        _ => operation.kind.to_string(),
    }
}

fn is_environment(id: &ResourceId) -> bool {
    id.type_name().eq_ignore_ascii_case(environments::KIND)
}

/// What falls due besides the ends of operations.
fn coming<'a>(scene: &Scene<'a>) -> Vec<Row<'a>> {
    let now = scene.world.now;
    let coming = scene.world.agenda.coming();
    coming
        .enumerate()
        .filter_map(|(place, (at, due))| {
            let (id, what) = match due {
                Due::Finish(_) => return None,
                // An environment asks for nothing else.
                Due::Wake { id, .. } if is_environment(id) => (id, "Its subnets come free"),
                Due::Wake { id, .. } => (id, "It is looked at again"),
            };
            Some(Row {
                key: format!("d-{place}"),
                id,
                state: "Waiting",
                what: what.to_owned(),
                note: format!("in {}", words::azure_span(at - now)),
                from: now,
                to: at,
            })
        })
        .collect()
}

/// The times above the bars: now, and three more to the right of it.
fn axis(now: Timestamp, ahead: SignedDuration) -> Markup {
    html! {
        ol.axis aria-hidden="true" {
            li { }
            li { "now" }
            @for third in 1..=2 { li { (words::short_time(plus(now, ahead * third / 3), now)) } }
        }
    }
}

fn show_row(scene: &Scene<'_>, row: &Row<'_>, ahead: SignedDuration) -> Markup {
    let now = scene.world.now;
    let left = row.to - now;
    // A part of a second is a second: what falls due within it has to be over.
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    let place = |at: Timestamp| {
        let share = (at - now).as_secs_f64() / ahead.as_secs_f64();
        (NOW + share * (100.0 - NOW)).clamp(0.0, 100.0)
    };
    let (start, end) = (place(row.from), place(row.to));
    let past = end.min(NOW);
    html! {
        li data-key=(row.key) {
            div.told {
                span.what { (parts::link(scene, row.id, &row.id.names())) " " (row.what) }
                (parts::badge(row.state))
                span.left { (row.note) @if seconds > 0 { (parts::in_reality(scene, left)) } }
                @if seconds > 0 {
                    form method="post" action="/_emulator/page/clock" {
                        button.small name="advance" value=(seconds) aria-label={ "Move Azure's time to the end: " (row.id.name()) ", " (row.what) }
                            data-done="Azure's time has moved on to its end." { "To its end" }
                    }
                }
            }
            // What is over long ago lies left of what is shown.
            @if end > 0.0 { svg.bar aria-hidden="true" width="100%" height="8" {
                rect.lane x="0" y="0" width="100%" height="8" rx="4" {}
                @if start < past { rect class={ "span " (parts::mood(row.state)) } x={ (percent(start)) } y="0" width={ (percent((past - start).max(1.0))) } height="8" {} }
                @if end > NOW { rect class={ "span ahead " (parts::mood(row.state)) } x={ (percent(start.max(NOW))) } y="0" width={ (percent((end - start.max(NOW)).max(0.5))) } height="8" {} }
                line.now x1={ (percent(NOW)) } x2={ (percent(NOW)) } y1="0" y2="8" {}
            } }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// Moves the time as far as one likes: the script shows to when.
fn slider(now: Timestamp, furthest: SignedDuration) -> Markup {
    let most = furthest.as_secs().max(1) + 1;
    // About two hundred steps, each of a length that people count in.
    let step = [1, 5, 15, 60, 300, 900, 3600]
        .into_iter()
        .find(|step| most / step <= 200)
        .unwrap_or(86_400);
    // The last step has to reach the end.
    let most = (most + step - 1) / step * step;
    let end = plus(now, SignedDuration::from_secs(most));
    html! {
        form.travel method="post" action="/_emulator/page/clock" aria-label="Move the time" data-now=(now.as_second()) {
            label for="travel" { "Move the time" }
            input #travel type="range" name="advance" min="0" max=(most) step=(step) value="0" data-travel="";
            output for="travel" data-own="" { "up to " (words::short_time(end, now)) " UTC" }
            button data-done="Azure's time has moved on." { "Move" }
        }
    }
}
