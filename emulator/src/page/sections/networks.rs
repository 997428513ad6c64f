//! The networks, their subnets, and who holds them.

use maud::{Markup, html};

use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;
use crate::types::network::subnets::{ASSOCIATION_LINKS, HOLDER, RESOURCE_LINKS};

pub(super) const KIND: &str = "Microsoft.Network/virtualNetworks";
pub(super) const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";

/// Fewer than of anything else: a network is a table of its own.
const MOST_NETWORKS: usize = 25;
const MOST_SUBNETS: usize = 40;

/// All networks.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let all = scene.of_type(KIND);
    let content = html! {
        @if all.is_empty() {
            (parts::nothing("No network. An environment needs one, with four subnets of its own."))
        }
        @for stored in all.iter().take(MOST_NETWORKS) { (network(scene, stored)) }
        (parts::more(all.len(), MOST_NETWORKS))
    };
    parts::section("networks", "Networks", all.len(), &content)
}

fn network(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let subnets: Vec<&Stored> = scene
        .world
        .resources
        .children(&stored.id, "subnets")
        .collect();
    html! {
        article.network data-key=(stored.id) {
            header {
                h3 { (parts::name(&stored.id)) }
                (parts::state(scene, stored))
            }
            p.place {
                (text(&stored.body, "location").unwrap_or_default()) " · "
                code { (texts(list(&stored.body, "properties/addressSpace/addressPrefixes"))) }
            }
            @if subnets.is_empty() {
                (parts::nothing("No subnets."))
            } @else {
                table.subnets {
                    thead { tr { th scope="col" { "Subnet" } th scope="col" { "Range" } th scope="col" { "Held by" } } }
                    tbody {
                        @for subnet in subnets.iter().take(MOST_SUBNETS) { (row(scene, subnet)) }
                    }
                }
                (parts::more(subnets.len(), MOST_SUBNETS))
            }
        }
    }
}

fn row(scene: &Scene<'_>, subnet: &Stored) -> Markup {
    let state = text(&subnet.body, "properties/provisioningState").unwrap_or_default();
    html! {
        tr data-key=(subnet.id) {
            td {
                b.name title=(subnet.id) { (subnet.id.name()) }
                @if state != "Succeeded" { " " (parts::state(scene, subnet)) }
                (attached(subnet))
            }
            td.range { code { (ranges(&subnet.body)) } }
            td { (held(scene, subnet)) }
        }
    }
}

/// The environment or other service that holds a subnet, and when it lets go.
fn held(scene: &Scene<'_>, subnet: &Stored) -> Markup {
    let holders = holders(subnet);
    let release = text(&subnet.hidden, HOLDER).and_then(|holder| scene.release(holder));
    let is_gone = release.as_ref().is_some_and(|release| release.is_gone);
    html! {
        @if holders.is_empty() { span.free { "free" } }
        @for holder in &holders {
            span.holder { (holder) @if is_gone { " " span.in { "deleted" } } }
        }
        @if let Some(release) = release {
            (parts::badge("Releasing")) " "
            span.left { "in " (words::azure_span(release.left)) (parts::in_reality(scene, release.left)) }
        }
    }
}

/// What the links of a subnet lead to. The cache of an environment is the environment's own.
fn holders(subnet: &Stored) -> Vec<String> {
    let associations = list(&subnet.body, ASSOCIATION_LINKS);
    let navigations: &[Json] = if associations.is_empty() {
        list(&subnet.body, RESOURCE_LINKS)
    } else {
        &[]
    };
    let links = associations.iter().chain(navigations);
    links
        .map(|link| {
            let target = text(link, "properties/link").and_then(ResourceId::parse);
            let named =
                || text(link, "properties/linkedResourceType").or_else(|| text(link, "name"));
            target.map_or_else(
                || named().unwrap_or("a service").to_owned(),
                |id| id.names(),
            )
        })
        .collect()
}

/// The security group, the route table and the delegation of a subnet.
fn attached(subnet: &Stored) -> Markup {
    let delegations = list(&subnet.body, "properties/delegations");
    let delegations = delegations
        .iter()
        .filter_map(|one| text(one, "properties/serviceName"));
    let parts: Vec<String> = [
        parts::reference(subnet, "properties/networkSecurityGroup/id")
            .map(|name| format!("rules {name}")),
        parts::reference(subnet, "properties/routeTable/id").map(|name| format!("routes {name}")),
    ]
    .into_iter()
    .flatten()
    .chain(delegations.map(|service| format!("delegated to {service}")))
    .collect();
    html! {
        @if !parts.is_empty() { span.attached { (parts.join(" · ")) } }
    }
}

fn ranges(body: &Json) -> String {
    match text(body, "properties/addressPrefix") {
        Some(one) => one.to_owned(),
        None => texts(list(body, "properties/addressPrefixes")),
    }
}

fn texts(values: &[Json]) -> String {
    let texts: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
    texts.join(", ")
}
