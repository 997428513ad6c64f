//! A picture of what holds what: networks with their subnets, environments in them, and what lives in those.

mod draw;

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::networks::{self, ROUTES, RULES, ranges};
use super::{ACCOUNTS, WORKFLOWS, environments};
use crate::core::id::ResourceId;
use crate::core::json::{list, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::{Holder, Scene};
use crate::page::words;
use crate::types::TABLE;

/// How much is drawn: a picture of everything is none. What is left out is in the tables.
const MOST_CLUSTERS: usize = 6;
const MOST_SUBNETS: usize = 12;
const MOST_INSIDE: usize = 8;
const MOST_PEERINGS: usize = 6;

/// A network and the environments in it; or what has no network here.
struct Cluster<'a> {
    network: Option<Network<'a>>,
    boxes: Vec<Container<'a>>,
}

struct Network<'a> {
    stored: &'a Stored,
    state: &'a str,
    subnets: Vec<Subnet<'a>>,
    left_out: usize,
    peerings: Vec<Peering<'a>>,
}

/// What a network is connected with.
struct Peering<'a> {
    stored: &'a Stored,
    remote: String,
    state: String,
}

struct Subnet<'a> {
    stored: &'a Stored,
    state: &'a str,
    range: String,
    /// The security group and the route table, each with what it is.
    attached: Vec<(&'static str, ResourceId)>,
    /// The key of the environment that holds it.
    holder: Option<String>,
    /// Whether it is being let go.
    is_leaving: bool,
    /// What is said of it besides.
    note: String,
}

/// An environment and what lives in it, or everything that lives in none.
struct Container<'a> {
    environment: Option<&'a Stored>,
    state: &'a str,
    percent: Option<u8>,
    facts: String,
    inside: Vec<&'a Stored>,
    left_out: usize,
}

/// The picture; none while there is nothing to draw.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Option<Markup> {
    let clusters = clusters(scene);
    if clusters.is_empty() {
        return None;
    }
    let drawn = clusters.iter().take(MOST_CLUSTERS);
    let content = html! {
        div.picture {
            @for (place, cluster) in drawn.enumerate() { (draw::cluster(scene, cluster, place)) }
        }
        @if clusters.len() > MOST_CLUSTERS {
            p.nothing { (clusters.len() - MOST_CLUSTERS) " more are not drawn; they are in the tables below." }
        }
    };
    Some(html! {
        section #picture aria-labelledby="picture-title" {
            h2 #picture-title tabindex="-1" { "What holds what" }
            (content)
        }
    })
}

fn clusters<'a>(scene: &Scene<'a>) -> Vec<Cluster<'a>> {
    let mut rest: Vec<&Stored> = scene.of_type(environments::KIND);
    let mut clusters = Vec::new();
    for network in scene.of_type(networks::KIND) {
        let key = network.id.key();
        let (own, others): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|environment| network_of(environment).as_ref() == Some(&key));
        rest = others;
        clusters.push(Cluster {
            network: Some(self::network(scene, network)),
            boxes: own.into_iter().map(|one| container(scene, one)).collect(),
        });
    }
    let mut alone: Vec<Container<'_>> = rest.into_iter().map(|one| container(scene, one)).collect();
    alone.extend(outside(scene));
    if !alone.is_empty() {
        clusters.push(Cluster {
            network: None,
            boxes: alone,
        });
    }
    clusters
}

/// The key of the network that an environment lies in.
fn network_of(environment: &Stored) -> Option<String> {
    let first = list(&environment.body, "properties/networkConfiguration/subnets").first()?;
    Some(ResourceId::parse(text(first, "id")?)?.root().key())
}

fn network<'a>(scene: &Scene<'a>, stored: &'a Stored) -> Network<'a> {
    let all: Vec<&Stored> = scene
        .world
        .resources
        .children(&stored.id, "subnets")
        .collect();
    // Those that something holds are what the picture is about.
    let mut sorted: Vec<Subnet<'_>> = all.iter().map(|one| subnet(scene, one)).collect();
    sorted.sort_by_key(|subnet| subnet.holder.is_none());
    sorted.truncate(MOST_SUBNETS);
    Network {
        stored,
        state: state(stored),
        left_out: all.len() - sorted.len(),
        subnets: sorted,
        peerings: peerings(scene, stored).take(MOST_PEERINGS).collect(),
    }
}

fn peerings<'a>(scene: &Scene<'a>, network: &Stored) -> impl Iterator<Item = Peering<'a>> {
    let world = scene.world;
    let own = world
        .resources
        .children(&network.id, "virtualNetworkPeerings");
    own.map(|stored| {
        let shown = render::resource(&TABLE, world, stored);
        let remote = text(&shown, "properties/remoteVirtualNetwork/id").and_then(ResourceId::parse);
        Peering {
            stored,
            remote: remote.map(|id| id.name().to_owned()).unwrap_or_default(),
            state: text(&shown, "properties/peeringState")
                .unwrap_or("Unknown")
                .to_owned(),
        }
    })
}

fn subnet<'a>(scene: &Scene<'a>, stored: &'a Stored) -> Subnet<'a> {
    let attached = [("rules", RULES), ("routes", ROUTES)];
    let attached = attached
        .into_iter()
        .filter_map(|(word, member)| Some((word, parts::reference(stored, member)?)));
    let holders = scene.holders(stored);
    let release = scene.release_of(stored);
    let is_gone = release.as_ref().is_some_and(|release| release.is_gone);
    let mut notes = Vec::new();
    let mut holder = None;
    for held in &holders {
        match held {
            Holder::Resource(id) if !is_gone && scene.world.resources.has(id) => {
                holder = Some(id.key());
            }
            Holder::Resource(id) => notes.push(format!("held by {}, deleted", id.name())),
            Holder::Service(name) => notes.push(format!("held by {name}")),
        }
    }
    notes.extend(
        release
            .as_ref()
            .map(|release| format!("free in {}", words::azure_span(release.left))),
    );
    if holders.is_empty() {
        notes.push("free".to_owned());
    }
    Subnet {
        stored,
        state: state(stored),
        range: ranges(&stored.body),
        attached: attached.collect(),
        holder,
        is_leaving: release.is_some(),
        note: notes.join(" · "),
    }
}

fn container<'a>(scene: &Scene<'a>, environment: &'a Stored) -> Container<'a> {
    let body = &environment.body;
    let running = scene.running(&environment.id);
    let key = environment.id.key();
    let (inside, left_out) = inside(scene, Some(&key));
    let endpoint = text(body, "properties/networkConfiguration/accessEndpoint/type");
    let facts = [
        text(body, "sku/name").map(str::to_owned),
        Some(environments::capacity(body)),
        endpoint.map(str::to_owned),
    ];
    Container {
        environment: Some(environment),
        state: running.map_or_else(
            || state(environment),
            |operation| environments::doing(environment, operation),
        ),
        percent: running.map(|operation| parts::percent(scene, operation)),
        facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        inside,
        left_out,
    }
}

/// The accounts and workflows that live in no environment, if there are any.
fn outside<'a>(scene: &Scene<'a>) -> Option<Container<'a>> {
    let (inside, left_out) = inside(scene, None);
    (!inside.is_empty()).then(|| Container {
        environment: None,
        state: "",
        percent: None,
        facts: "Accounts and workflows of the public cloud".to_owned(),
        inside,
        left_out,
    })
}

/// The accounts and then the workflows that live in an environment, and how many more there are. What refers to an
/// environment that is gone counts as living in none.
fn inside<'a>(scene: &Scene<'a>, key: Option<&str>) -> (Vec<&'a Stored>, usize) {
    let there: BTreeSet<String> = scene
        .of_type(environments::KIND)
        .iter()
        .map(|one| one.id.key())
        .collect();
    let all = [ACCOUNTS, WORKFLOWS]
        .into_iter()
        .flat_map(|kind| scene.of_type(kind));
    let mut inside: Vec<&Stored> = all
        .filter(|one| {
            let own = scene.environment_of(one).filter(|own| there.contains(own));
            own.as_deref() == key
        })
        .collect();
    let number = inside.len();
    inside.truncate(MOST_INSIDE);
    (inside, number.saturating_sub(MOST_INSIDE))
}

/// How far a resource is.
fn state(stored: &Stored) -> &str {
    text(&stored.body, "properties/provisioningState").unwrap_or("Unknown")
}
