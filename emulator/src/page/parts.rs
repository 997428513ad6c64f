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
            h2 id={ (id) "-title" } tabindex="-1" { (title) " " span.count { (number) } }
            (content)
        }
    }
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

/// The name of a resource, which leads to it, with what tells it from others of the same name.
pub(super) fn name(scene: &Scene<'_>, id: &ResourceId) -> Markup {
    html! {
        (link(scene, id, &id.names()))
        @if let Some(group) = &id.group { " " span.in { "in " (group) } }
    }
}

/// A link to a resource.
pub(super) fn link(scene: &Scene<'_>, id: &ResourceId, name: &str) -> Markup {
    html! { a.name href=(scene.view.of_resource(id)) title=(id) { (name) } }
}

/// Whether a state is good, bad, on its way or of no account: its colour.
pub(super) fn mood(state: &str) -> &'static str {
    match state {
        "Succeeded" | "Enabled" | "Completed" | "Connected" => "good",
        "Failed" | "Disconnected" => "bad",
        "Disabled" | "NotSpecified" | "Unknown" | "–" => "off",
        _ => "busy",
    }
}

/// A state as a word with a colour.
pub(super) fn badge(state: &str) -> Markup {
    html! { span class={ "badge " (mood(state)) } { (state) } }
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

/// The id that a member of a body refers to.
pub(super) fn reference(stored: &Stored, path: &str) -> Option<ResourceId> {
    ResourceId::parse(text(&stored.body, path)?)
}

/// A text that can be copied: the script shows the button.
pub(super) fn copyable(what: &str, text: &str) -> Markup {
    html! {
        div.copyable {
            button.copy type="button" hidden data-copy="" data-own="" aria-label={ "Copy " (what) } { "Copy" }
            // What is wider than the page is scrolled to, with the keyboard too.
            pre tabindex="0" role="region" aria-label=(what) { code { (text) } }
        }
    }
}

/// A way to leave what is looked into.
pub(super) fn close(address: &str, what: &str) -> Markup {
    html! { a.close href=(address) aria-label={ "Close " (what) } { "Close" } }
}
