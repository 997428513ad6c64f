//! Whether security rules and routes let traffic of a subnet through. Rules are judged by port, protocol, direction
//! and service tag; addresses in rules only match as `*` or as everything, since nobody here has an address.

use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;

/// TCP traffic between a subnet and a place that a service tag names.
pub(crate) struct Flow<'a> {
    inbound: bool,
    /// The other side.
    tag: &'a str,
    port: u16,
}

impl<'a> Flow<'a> {
    /// Traffic from the tag into the subnet.
    pub(crate) fn inbound(tag: &'a str, port: u16) -> Self {
        Self {
            inbound: true,
            tag,
            port,
        }
    }

    /// Traffic from the subnet to the tag.
    pub(crate) fn outbound(tag: &'a str, port: u16) -> Self {
        Self {
            inbound: false,
            tag,
            port,
        }
    }
}

/// Whether the subnet's security group and route table let the flow through.
pub(crate) fn allows(world: &World, subnet: &Stored, flow: &Flow<'_>) -> bool {
    let attached = |path: &str| {
        world
            .resources
            .get(&ResourceId::parse(text(&subnet.body, path)?)?)
    };
    let rules = attached("properties/networkSecurityGroup/id")
        .is_none_or(|group| rules_allow(world, group, flow));
    // Routes only lead out; what stays in the network has a route of its own.
    let routed = flow.inbound || is(flow.tag, "VirtualNetwork");
    let routes = routed
        || attached("properties/routeTable/id")
            .is_none_or(|table| routes_lead_out(world, table, flow.tag));
    rules && routes
}

fn rules_allow(world: &World, group: &Stored, flow: &Flow<'_>) -> bool {
    let shown = render::resource(world, group);
    let own = list(&shown, "properties/securityRules").iter();
    let mut rules: Vec<&Json> = own
        .chain(list(&shown, "properties/defaultSecurityRules"))
        .collect();
    rules.sort_by_key(|rule| rule["properties"]["priority"].as_u64());
    let decisive = rules
        .into_iter()
        .find(|rule| matches(&rule["properties"], flow));
    decisive.is_some_and(|rule| {
        text(rule, "properties/access").is_some_and(|access| is(access, "Allow"))
    })
}

fn matches(rule: &Json, flow: &Flow<'_>) -> bool {
    let direction = if flow.inbound { "Inbound" } else { "Outbound" };
    let (ours, theirs) = if flow.inbound {
        ("destination", "source")
    } else {
        ("source", "destination")
    };
    text(rule, "direction").is_some_and(|one| is(one, direction))
        && text(rule, "protocol").is_some_and(|one| one == "*" || is(one, "Tcp"))
        && values(rule, "destinationPortRange").any(|range| has_port(range, flow.port))
        && values(rule, &format!("{ours}AddressPrefix"))
            .any(|prefix| is_all(prefix) || is(prefix, "VirtualNetwork"))
        && values(rule, &format!("{theirs}AddressPrefix")).any(|prefix| covers(prefix, flow.tag))
}

/// The values of a member and of its plural.
fn values<'a>(rule: &'a Json, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let plural = if name.ends_with("Prefix") {
        format!("{name}es")
    } else {
        format!("{name}s")
    };
    text(rule, name)
        .into_iter()
        .chain(list(rule, &plural).iter().filter_map(Json::as_str))
}

fn has_port(range: &str, port: u16) -> bool {
    let bounds = |text: &str| text.trim().parse::<u16>().ok();
    match range.split_once('-') {
        Some((from, to)) => bounds(from)
            .zip(bounds(to))
            .is_some_and(|(from, to)| (from..=to).contains(&port)),
        None => range == "*" || bounds(range) == Some(port),
    }
}

/// Whether a prefix in a rule takes in what a service tag names. Azure's services are on the Internet, and a tag may be
/// narrowed to a region after a dot.
fn covers(prefix: &str, tag: &str) -> bool {
    let general = prefix.split('.').next().unwrap_or(prefix);
    is_all(prefix)
        || is(prefix, tag)
        || (is(general, tag) && general.chars().all(char::is_alphabetic))
        || (is(prefix, "Internet") && !is(tag, "VirtualNetwork"))
        || (is(prefix, "AzureCloud") && !is(tag, "VirtualNetwork") && !is(tag, "Internet"))
}

fn is_all(prefix: &str) -> bool {
    prefix == "*" || prefix == "0.0.0.0/0" || is(prefix, "any")
}

/// Whether a table leads traffic to Azure's services out: by its own default, or by a route to the Internet.
fn routes_lead_out(world: &World, table: &Stored, tag: &str) -> bool {
    let shown = render::resource(world, table);
    let hop = |wanted: &dyn Fn(&str) -> bool| {
        list(&shown, "properties/routes")
            .iter()
            .find(|route| text(route, "properties/addressPrefix").is_some_and(wanted))
            .and_then(|route| text(route, "properties/nextHopType"))
            .map(|hop| is(hop, "Internet"))
    };
    // The route of the service itself is narrower than the one of everything, so it decides.
    hop(&|prefix| is(prefix, tag))
        .or_else(|| hop(&is_all))
        .unwrap_or(true)
}

fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_cover_tags() {
        for (prefix, tag, expected) in [
            ("*", "Storage", true),
            ("0.0.0.0/0", "Sql", true),
            ("Internet", "Storage", true),
            ("Internet", "VirtualNetwork", false),
            ("Storage.WestEurope", "Storage", true),
            ("AzureCloud", "Sql", true),
            ("AzureCloud", "Internet", false),
            ("10.0.0.0/8", "Storage", false),
            ("Sql", "Storage", false),
        ] {
            assert_eq!(covers(prefix, tag), expected, "{prefix} {tag}");
        }
    }

    #[test]
    fn port_ranges_hold_ports() {
        for (range, port, expected) in [
            ("*", 1, true),
            ("443", 443, true),
            ("454-455", 455, true),
            ("80", 443, false),
            ("x", 1, false),
        ] {
            assert_eq!(has_port(range, port), expected, "{range} {port}");
        }
    }
}
