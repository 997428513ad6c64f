//! The small parts that sections are made of.

use maud::{Markup, html};

use super::scene::Scene;
use super::words;
use crate::core::id::ResourceId;
use crate::core::json::text;
use crate::core::operations::Operation;
use crate::core::store::Stored;

/// How many rows a section shows at most: the page stays quick when there are thousands.
pub(super) const MOST_ROWS: usize = 100;

/// A section with its heading and how many things it is about.
pub(super) fn section(id: &str, title: &str, number: usize, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) " " span.count { (number) } }
            (content)
        }
    }
}

/// A section that is a table with a row for each resource; what it is comes first, and on a narrow screen alone.
pub(super) fn table(
    id: &str,
    title: &str,
    nothing: &str,
    columns: &[&str],
    all: &[&Stored],
    row: impl Fn(&Stored) -> Markup,
) -> Markup {
    let content = html! {
        @if all.is_empty() { (self::nothing(nothing)) } @else {
            table.stacks {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody {
                    @for stored in all.iter().take(MOST_ROWS) { tr data-key=(stored.id) { (row(stored)) } }
                }
            }
            (more(all.len(), MOST_ROWS))
        }
    };
    section(id, title, all.len(), &content)
}

/// What stands in an empty section.
pub(super) fn nothing(why: &str) -> Markup {
    html! { p.nothing { (why) } }
}

/// Says how many of the rows are left out when there are more than are shown.
pub(super) fn more(number: usize, most: usize) -> Markup {
    html! {
        @if number > most {
            p.nothing {
                (number - most) " more are not shown; "
                a href="/_emulator/resources" { "everything as JSON" }
            }
        }
    }
}

/// The name of a resource, with what tells it from others of the same name.
pub(super) fn name(id: &ResourceId) -> Markup {
    html! {
        b.name title=(id) { (id.names()) }
        @if let Some(group) = &id.group { " " span.in { "in " (group) } }
    }
}

/// A state as a word with a colour.
pub(super) fn badge(state: &str) -> Markup {
    let mood = match state {
        "Succeeded" | "Enabled" => "good",
        "Failed" => "bad",
        "Disabled" | "NotSpecified" | "Unknown" => "off",
        _ => "busy",
    };
    html! { span class={ "badge " (mood) } { (state) } }
}

/// The provisioning state of a resource, and how far the operation on it is.
pub(super) fn state(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let state = text(&stored.body, "properties/provisioningState");
    html! {
        @if let Some(state) = state { (badge(state)) }
        @if let Some(operation) = scene.running(&stored.id) { (progress(scene, operation, "Progress")) }
    }
}

/// How far an operation is, in Azure's time and in ours.
pub(super) fn progress(scene: &Scene<'_>, operation: &Operation, label: &str) -> Markup {
    let left = operation.ends - scene.world.now;
    let percent = percent(scene, operation);
    html! {
        div.progress {
            progress max="100" value=(percent) aria-label={ (label) ": " (operation.target.name()) } {}
            span.percent { (percent) " %" }
            span.left { (words::azure_span(left)) " left" (in_reality(scene, left)) }
        }
    }
}

/// How many percent of an operation are done.
pub(super) fn percent(scene: &Scene<'_>, operation: &Operation) -> u8 {
    words::percent(
        scene.world.now - operation.started,
        operation.ends - operation.started,
    )
}

/// How long a span of Azure's time takes here, where that is not the same.
pub(super) fn in_reality(scene: &Scene<'_>, span: jiff::SignedDuration) -> Markup {
    let clock = &scene.world.clock;
    html! {
        @if (clock.scale() - 1.0).abs() > f64::EPSILON {
            " (" (words::span(clock.real(span))) " real)"
        }
    }
}

/// The name of the resource that a member of a body refers to.
pub(super) fn reference(stored: &Stored, path: &str) -> Option<String> {
    let id = text(&stored.body, path)?;
    Some(ResourceId::parse(id).map_or_else(|| id.to_owned(), |id| id.name().to_owned()))
}
