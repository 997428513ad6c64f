//! What is said of networks and of their subnets.

use maud::{Markup, html};

use crate::core::json::{Json, list, text};
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;

pub(in crate::page) const KIND: &str = "Microsoft.Network/virtualNetworks";
pub(super) const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";

/// Where a subnet names its security group and its route table.
pub(in crate::page) const RULES: &str = "properties/networkSecurityGroup/id";
pub(in crate::page) const ROUTES: &str = "properties/routeTable/id";

/// A subnet in a row: its range, who holds it, and what lies on it.
pub(super) fn subnet(scene: &Scene<'_>, subnet: &Stored) -> Markup {
    html! {
        code { (ranges(&subnet.body)) } " · " (held(scene, subnet))
        (attached(scene, subnet))
    }
}

/// The address space of a network.
pub(in crate::page) fn space(network: &Stored) -> String {
    texts(list(
        &network.body,
        "properties/addressSpace/addressPrefixes",
    ))
}

/// The environment or other service that holds a subnet, and when it lets go.
fn held(scene: &Scene<'_>, subnet: &Stored) -> Markup {
    let holders = scene.holders(subnet);
    let release = scene.release_of(subnet);
    let is_gone = release.as_ref().is_some_and(|release| release.is_gone);
    html! {
        @if holders.is_empty() { span.free { "free" } } @else { "held by " }
        @for holder in &holders {
            span.holder { (holder.name()) @if is_gone { " " span.in { "deleted" } } } " "
        }
        @if let Some(release) = release {
            (parts::badge("Releasing")) " "
            span.left { "in " (words::azure_span(release.left)) (parts::in_reality(scene, release.left)) }
        }
    }
}

/// The security group, the route table and the delegation of a subnet.
fn attached(scene: &Scene<'_>, subnet: &Stored) -> Markup {
    let delegations = list(&subnet.body, "properties/delegations");
    let delegations = delegations
        .iter()
        .filter_map(|one| text(one, "properties/serviceName"));
    let attached = [("rules", RULES), ("routes", ROUTES)];
    let attached = attached.map(|(word, member)| Some((word, parts::reference(subnet, member)?)));
    let attached: Vec<_> = attached.into_iter().flatten().collect();
    let delegations: Vec<_> = delegations.collect();
    html! {
        @if !(attached.is_empty() && delegations.is_empty()) {
            p.attached {
                @for (place, (word, id)) in attached.iter().enumerate() {
                    @if place > 0 { " · " }
                    (word) " " (parts::link(scene, id, id.name()))
                }
                @for (place, service) in delegations.iter().enumerate() {
                    @if place + attached.len() > 0 { " · " }
                    "delegated to " (service)
                }
            }
        }
    }
}

pub(in crate::page) fn ranges(body: &Json) -> String {
    match text(body, "properties/addressPrefix") {
        Some(one) => one.to_owned(),
        None => texts(list(body, "properties/addressPrefixes")),
    }
}

fn texts(values: &[Json]) -> String {
    let texts: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
    texts.join(", ")
}
