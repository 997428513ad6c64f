//! A cluster as SVG, once for wide screens and once for narrow ones: the style sheet shows one of them.

use maud::{Markup, html};

use super::{Cluster, Container, Network, Peering, Subnet};
use crate::core::id::ResourceId;
use crate::core::json::text;
use crate::core::store::Stored;
use crate::page::parts::mood;
use crate::page::scene::Scene;
use crate::page::sections::WORKFLOWS;
use crate::page::sections::networks::space;
use crate::page::words::fit;

/// Where the two columns are. On a narrow screen environments stand below their network.
struct Plan {
    class: &'static str,
    width: i32,
    network: (i32, i32),
    boxes: (i32, i32),
    is_wide: bool,
}

const WIDE: Plan = Plan {
    class: "wide",
    width: 624,
    network: (1, 262),
    boxes: (323, 300),
    is_wide: true,
};
const NARROW: Plan = Plan {
    class: "narrow",
    width: 328,
    network: (19, 308),
    boxes: (35, 292),
    is_wide: false,
};

/// The heights of what is drawn, and the space around it.
const HEAD: i32 = 46;
const ROW: i32 = 26;
const NOTE: i32 = 16;
const PEERING: i32 = ROW + NOTE;
const BAR: i32 = 12;
const GAP: i32 = 18;
const INSET: i32 = 12;

/// How wide a character of a title, of a name and of a note is, roughly and rather too wide.
const TITLE_LETTER: i32 = 9;
const LETTER: i32 = 8;
const SMALL_LETTER: i32 = 7;

/// A rectangle on the drawing.
#[derive(Clone, Copy)]
struct Place {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

impl Place {
    fn right(self) -> i32 {
        self.x + self.width
    }
}

/// A cluster, in both forms.
pub(super) fn cluster(scene: &Scene<'_>, cluster: &Cluster<'_>, place: usize) -> Markup {
    html! {
        @for plan in [&WIDE, &NARROW] { (drawing(scene, cluster, plan, place)) }
    }
}

fn drawing(scene: &Scene<'_>, cluster: &Cluster<'_>, plan: &Plan, number: usize) -> Markup {
    let (x, width) = plan.network;
    let network = cluster.network.as_ref().map(|network| {
        let height = HEAD + network.subnets.iter().map(row_height).sum::<i32>() + end(network);
        let place = Place {
            x,
            y: 1,
            width,
            height,
        };
        (network, place)
    });
    let below = network.as_ref().map_or(0, |(_, place)| place.height);
    // Without a network there is nothing to stand beside.
    let column = if network.is_some() {
        plan.boxes
    } else {
        plan.network
    };
    let mut y = if plan.is_wide || network.is_none() {
        1
    } else {
        below + GAP
    };
    let mut boxes = Vec::new();
    for container in &cluster.boxes {
        let height = box_height(container);
        let (x, width) = column;
        let place = Place {
            x,
            y,
            width,
            height,
        };
        boxes.push((container, place));
        y += height + GAP;
    }
    let height = below.max(y - GAP).max(HEAD) + 2;
    let title = format!("picture-{number}-{}", plan.class);
    html! {
        svg class=(plan.class) role="group" aria-labelledby=(title) viewBox={ "0 0 " (plan.width) " " (height) }
            width=(plan.width) height=(height) data-key=(title) {
            title id=(title) { (summary(cluster)) }
            @if let Some((network, place)) = &network {
                (edges(network, *place, &boxes, plan))
                (network_box(scene, network, *place))
            }
            @for (container, place) in &boxes { (container_box(scene, container, *place)) }
        }
    }
}

/// What the picture shows, in a sentence.
fn summary(cluster: &Cluster<'_>) -> String {
    let names = cluster.boxes.iter().map(|container| {
        let name = container
            .environment
            .map_or("what lives in no environment", |one| one.id.name());
        format!("{name} {}", container.state.to_lowercase())
    });
    let names: Vec<String> = names.map(|name| name.trim_end().to_owned()).collect();
    match &cluster.network {
        Some(network) if names.is_empty() => format!("Network {}", network.stored.id.name()),
        Some(network) => format!(
            "Network {}, and in it {}",
            network.stored.id.name(),
            names.join(", ")
        ),
        None => format!("Outside of networks: {}", names.join(", ")),
    }
}

fn row_height(subnet: &Subnet<'_>) -> i32 {
    let lines = i32::from(!subnet.attached.is_empty()) + i32::from(!subnet.note.is_empty());
    ROW + lines * NOTE
}

/// The last lines of a network, if it has any.
fn end(network: &Network<'_>) -> i32 {
    let has_note = network.left_out > 0 || network.subnets.is_empty();
    let peerings = i32::try_from(network.peerings.len()).unwrap_or_default();
    peerings * PEERING + i32::from(has_note) * ROW
}

fn box_height(container: &Container<'_>) -> i32 {
    let rows = container.inside.len() + usize::from(container.left_out > 0);
    let bar = if container.percent.is_some() { BAR } else { 0 };
    HEAD + bar + i32::try_from(rows).unwrap_or_default() * ROW
}

/// The lines from subnets to the environments that hold them.
fn edges(
    network: &Network<'_>,
    place: Place,
    boxes: &[(&Container<'_>, Place)],
    plan: &Plan,
) -> Markup {
    let mut y = place.y + HEAD;
    let mut lines = Vec::new();
    for subnet in &network.subnets {
        let middle = y + 14;
        y += row_height(subnet);
        let holder = boxes.iter().find(|(container, _)| {
            let key = container.environment.map(|one| one.id.key());
            key.is_some() && key == subnet.holder
        });
        let Some((container, to)) = holder else {
            continue;
        };
        let line = if plan.is_wide {
            let (from, bend) = (place.right(), i32::midpoint(place.right(), to.x));
            let end = to.y + 20;
            format!(
                "M{from} {middle} C{bend} {middle} {bend} {end} {} {end}",
                to.x
            )
        } else {
            format!("M{} {middle} H7 V{} H{}", place.x, to.y + 20, to.x)
        };
        lines.push((line, mood(container.state), subnet.is_leaving));
    }
    html! {
        @for (line, mood, is_leaving) in lines {
            path class={ "edge " (mood) @if is_leaving { " leaving" } } d=(line) {}
        }
    }
}

/// The frame of a box: a stripe in the colour of its state.
fn frame(place: Place, state: &str) -> Markup {
    html! {
        rect.box x=(place.x) y=(place.y) width=(place.width) height=(place.height) rx="7" {}
        @if !state.is_empty() {
            rect class={ "stripe " (mood(state)) } x=(place.x) y={ (place.y + 6) } width="4" height={ (place.height - 12) } rx="2" {}
        }
    }
}

/// The name of a box at its left and its state at its right; what is said of both below them.
fn head(place: Place, name: &Markup, state: &str, facts: &str) -> Markup {
    html! {
        (name)
        text class={ "state " (mood(state)) } x={ (place.right() - INSET) } y={ (place.y + 19) } text-anchor="end" { (state) }
        text.note x={ (place.x + INSET) } y={ (place.y + 36) } { (fit(facts, letters(place.width - 2 * INSET, SMALL_LETTER))) }
    }
}

fn letters(width: i32, letter: i32) -> usize {
    usize::try_from(width / letter).unwrap_or_default().max(4)
}

/// A name that leads to its resource, so many pixels wide at most.
fn name(scene: &Scene<'_>, id: &ResourceId, (x, y): (i32, i32), width: i32, class: &str) -> Markup {
    let letter = if class == "title" {
        TITLE_LETTER
    } else {
        LETTER
    };
    html! {
        a href=(scene.view.of_resource(id)) {
            title { (id) }
            text class=(class) x=(x) y=(y) { (fit(id.name(), letters(width, letter))) }
        }
    }
}

fn network_box(scene: &Scene<'_>, network: &Network<'_>, place: Place) -> Markup {
    let space = space(network.stored);
    let title = name(
        scene,
        &network.stored.id,
        (place.x + INSET, place.y + 19),
        place.width - 110,
        "title",
    );
    let mut y = place.y + HEAD;
    let rows: Vec<(i32, &Subnet<'_>)> = network
        .subnets
        .iter()
        .map(|subnet| {
            let at = y;
            y += row_height(subnet);
            (at, subnet)
        })
        .collect();
    html! {
        g {
            (frame(place, network.state))
            (head(place, &title, network.state, &format!("Network · {space}")))
            @for (y, subnet) in rows { (subnet_row(scene, subnet, place, y)) }
            @if network.subnets.is_empty() {
                text.note x={ (place.x + INSET) } y={ (y + 16) } { "no subnets" }
            } @else if network.left_out > 0 {
                text.note x={ (place.x + INSET) } y={ (y + 16) } { "and " (network.left_out) " more subnets" }
            }
            @for (peering, below) in network.peerings.iter().rev().zip(1..) {
                (peering_row(scene, peering, place, place.y + place.height - below * PEERING))
            }
        }
    }
}

fn peering_row(scene: &Scene<'_>, peering: &Peering<'_>, place: Place, y: i32) -> Markup {
    let (left, right) = (place.x + INSET, place.right() - INSET);
    let mood = mood(&peering.state);
    html! {
        g {
            line.rule x1=(place.x) x2=(place.right()) y1=(y) y2=(y) {}
            circle class={ "dot " (mood) } cx={ (left + 3) } cy={ (y + 14) } r="3.5" {}
            a href=(scene.view.of_resource(&peering.stored.id)) {
                title { (peering.stored.id) }
                text.name x={ (left + 13) } y={ (y + 18) } {
                    (fit(&peering.remote, letters(place.width - 130, LETTER)))
                }
            }
            text.note x={ (left + 13) } y={ (y + 18 + NOTE) } { "peered by " (fit(peering.stored.id.name(), 20)) }
            text class={ "state " (mood) } x=(right) y={ (y + 18) } text-anchor="end" { (peering.state) }
        }
    }
}

fn subnet_row(scene: &Scene<'_>, subnet: &Subnet<'_>, place: Place, y: i32) -> Markup {
    let (left, right) = (place.x + INSET, place.right() - INSET);
    let is_settled = subnet.state == "Succeeded";
    let after = if subnet.attached.is_empty() { 0 } else { NOTE };
    html! {
        g {
            line.rule x1=(place.x) x2=(place.right()) y1=(y) y2=(y) {}
            circle class={ "dot " (mood(subnet.state)) } cx={ (left + 3) } cy={ (y + 14) } r="3.5" {}
            (name(scene, &subnet.stored.id, (left + 13, y + 18), place.width - 150, "name"))
            text.range x=(right) y={ (y + 18) } text-anchor="end" { (fit(&subnet.range, 20)) }
            @if !subnet.attached.is_empty() {
                text.note x={ (left + 13) } y={ (y + 18 + NOTE) } {
                    @for (place, (word, id)) in subnet.attached.iter().enumerate() {
                        @if place > 0 { " · " }
                        a href=(scene.view.of_resource(id)) { title { (id) } (word) " " (fit(id.name(), 14)) }
                    }
                }
            }
            @if !subnet.note.is_empty() {
                text.note x={ (left + 13) } y={ (y + 18 + NOTE + after) } {
                    @if !is_settled { (subnet.state) " · " }
                    (fit(&subnet.note, letters(place.width - 2 * INSET - 13, SMALL_LETTER)))
                }
            } @else if !is_settled {
                title { (subnet.state) }
            }
        }
    }
}

fn container_box(scene: &Scene<'_>, container: &Container<'_>, place: Place) -> Markup {
    let at = (place.x + INSET, place.y + 19);
    let title = match container.environment {
        Some(environment) => name(scene, &environment.id, at, place.width - 136, "title"),
        None => html! { text.title x=(at.0) y=(at.1) { "In no environment" } },
    };
    let bar = Place {
        x: place.x + INSET,
        y: place.y + HEAD - 2,
        width: place.width - 2 * INSET,
        height: 6,
    };
    let rows = place.y + HEAD + if container.percent.is_some() { BAR } else { 0 };
    let row = |place: usize| rows + i32::try_from(place).unwrap_or_default() * ROW;
    let state = match container.percent {
        Some(percent) => format!("{} {percent} %", container.state),
        None => container.state.to_owned(),
    };
    html! {
        g {
            (frame(place, container.state))
            (head(place, &title, &state, &container.facts))
            @if let Some(percent) = container.percent {
                rect.lane x=(bar.x) y=(bar.y) width=(bar.width) height=(bar.height) rx="3" {}
                rect.span.busy x=(bar.x) y=(bar.y) width={ (bar.width * i32::from(percent) / 100) } height=(bar.height) rx="3" {}
            }
            @for (number, stored) in container.inside.iter().enumerate() { (inside_row(scene, stored, place, row(number))) }
            @if container.left_out > 0 {
                line.rule x1=(place.x) x2=(place.right()) y1=(row(container.inside.len())) y2=(row(container.inside.len())) {}
                text.note x={ (place.x + INSET) } y={ (row(container.inside.len()) + 17) } { "and " (container.left_out) " more" }
            }
        }
    }
}

fn inside_row(scene: &Scene<'_>, stored: &Stored, place: Place, y: i32) -> Markup {
    let is_workflow = stored.id.type_name().eq_ignore_ascii_case(WORKFLOWS);
    let (kind, state) = if is_workflow {
        (
            "workflow",
            text(&stored.body, "properties/state").unwrap_or("Unknown"),
        )
    } else {
        ("account", "")
    };
    html! {
        g {
            line.rule x1=(place.x) x2=(place.right()) y1=(y) y2=(y) {}
            text.note x={ (place.x + INSET) } y={ (y + 17) } { (kind) }
            (name(scene, &stored.id, (place.x + INSET + 66, y + 17), place.width - 170, "name"))
            text class={ "state " (mood(state)) } x={ (place.right() - INSET) } y={ (y + 17) } text-anchor="end" { (state) }
        }
    }
}
