//! Whether security rules and routes let traffic of a subnet through. A place in the network is judged by its addresses.
//! The addresses of Azure's services are not known here, so those are judged by service tag: of address ranges only such
//! count for them that are everything together.

use std::net::Ipv4Addr;

use ipnetwork::{IpNetwork, Ipv4Network};

use super::address::prefixes;
use super::ranges::{Part, contains, halves, overlap, part};
use super::{network_security_groups, route_tables};
use crate::core::definition::TypeDefinition;
use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;

/// One end of traffic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End<'a> {
    /// Addresses in the network.
    Range(IpNetwork),
    /// A service outside, by its tag.
    Tag(&'a str),
}

/// TCP traffic between a subnet and another end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow<'a> {
    pub(crate) inbound: bool,
    pub(crate) port: u16,
    pub(crate) other: End<'a>,
}

/// Every address.
const EVERYTHING: IpNetwork = match Ipv4Network::new_checked(Ipv4Addr::UNSPECIFIED, 0) {
    Some(everything) => IpNetwork::V4(everything),
    None => unreachable!(),
};

/// The ports that a client speaks from.
const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// Whether the subnet's security group and route table let the flow through, from and to each of its addresses.
pub(crate) fn allows(world: &World, subnet: &Stored, flow: &Flow<'_>) -> bool {
    let attached = |definition: &TypeDefinition, path: &str| {
        let stored = world
            .resources
            .get(&ResourceId::parse(text(&subnet.body, path)?)?)?;
        Some(render::of(definition, world, stored))
    };
    let group = attached(
        &network_security_groups::DEFINITION,
        "properties/networkSecurityGroup/id",
    );
    let table = attached(&route_tables::DEFINITION, "properties/routeTable/id");
    let rules = group.is_none_or(|group| {
        let rules = rules(&group, flow);
        ranges_of(subnet)
            .into_iter()
            .all(|own| decide(&rules, End::Range(own), flow.other))
    });
    // Routes only lead out.
    let routes = flow.inbound
        || table.is_none_or(|table| {
            let routes = routes(&table);
            match flow.other {
                End::Tag(tag) => leads_out(&routes, tag),
                End::Range(range) => stays_inside(&routes, &spaces_of(world, subnet), range),
            }
        });
    rules && routes
}

/// The IPv4 ranges of a subnet.
pub(crate) fn ranges_of(subnet: &Stored) -> Vec<IpNetwork> {
    let own = prefixes(&subnet.id, &subnet.body).unwrap_or_default();
    own.into_iter().filter(IpNetwork::is_ipv4).collect()
}

fn spaces_of(world: &World, subnet: &Stored) -> Vec<IpNetwork> {
    let network = world.resources.get(&subnet.id.root());
    let prefixes =
        network.map(|network| list(&network.body, "properties/addressSpace/addressPrefixes"));
    let prefixes = prefixes.into_iter().flatten().filter_map(Json::as_str);
    prefixes.filter_map(|prefix| prefix.parse().ok()).collect()
}

/// A security rule that is about a flow's direction, protocol and port.
struct Rule<'a> {
    allow: bool,
    own: Vec<&'a str>,
    other: Vec<&'a str>,
}

/// The rules of a group that a flow meets, in the order in which they are asked.
fn rules<'a>(group: &'a Json, flow: &Flow<'_>) -> Vec<Rule<'a>> {
    let own = list(group, "properties/securityRules").iter();
    let mut rules: Vec<&Json> = own
        .chain(list(group, "properties/defaultSecurityRules"))
        .map(|rule| &rule["properties"])
        .filter(|rule| concerns(rule, flow))
        .collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    let (own, other) = if flow.inbound {
        ("destinationAddressPrefix", "sourceAddressPrefix")
    } else {
        ("sourceAddressPrefix", "destinationAddressPrefix")
    };
    let read = |rule: &'a Json| Rule {
        allow: text(rule, "access").is_some_and(|access| is(access, "Allow")),
        own: values(rule, own).collect(),
        other: values(rule, other).collect(),
    };
    rules.into_iter().map(read).collect()
}

fn concerns(rule: &Json, flow: &Flow<'_>) -> bool {
    let direction = if flow.inbound { "Inbound" } else { "Outbound" };
    text(rule, "direction").is_some_and(|one| is(one, direction))
        && text(rule, "protocol").is_some_and(|one| one == "*" || is(one, "Tcp"))
        && values(rule, "destinationPortRange")
            .any(|range| has_ports(range, (flow.port, flow.port)))
        && values(rule, "sourcePortRange").any(|range| has_ports(range, EPHEMERAL))
}

/// Asks the rules in order. Where a rule is about a part of an end only, the halves of that end are asked one by one.
fn decide(rules: &[Rule<'_>], own: End<'_>, other: End<'_>) -> bool {
    for (number, rule) in rules.iter().enumerate() {
        let rest = &rules[number..];
        match (named(&rule.own, own), named(&rule.other, other)) {
            (Part::None, _) | (_, Part::None) => {}
            (Part::All, Part::All) => return rule.allow,
            (Part::Some, _) => {
                return split(own).into_iter().all(|half| decide(rest, half, other));
            }
            (Part::All, Part::Some) => {
                return split(other).into_iter().all(|half| decide(rest, own, half));
            }
        }
    }
    false
}

fn split(end: End<'_>) -> Vec<End<'_>> {
    let halves = match end {
        End::Range(range) => halves(range),
        End::Tag(_) => None,
    };
    halves.into_iter().flatten().map(End::Range).collect()
}

/// How much of an end the prefixes of a rule name.
fn named(prefixes: &[&str], end: End<'_>) -> Part {
    let whole = prefixes.iter().any(|prefix| match end {
        End::Range(_) => is_any(prefix) || is(prefix, "VirtualNetwork"),
        End::Tag(tag) => is_any(prefix) || covers(prefix, tag),
    });
    let ranges: Vec<IpNetwork> = prefixes
        .iter()
        .filter_map(|prefix| prefix.parse().ok())
        .collect();
    match end {
        _ if whole => Part::All,
        End::Range(range) => part(&ranges, range),
        End::Tag(_) if part(&ranges, EVERYTHING) == Part::All => Part::All,
        End::Tag(_) => Part::None,
    }
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

fn has_ports(range: &str, (first, last): (u16, u16)) -> bool {
    let bound = |text: &str| text.trim().parse::<u16>().ok();
    let bounds = match range.split_once('-') {
        Some((from, to)) => bound(from).zip(bound(to)),
        None => bound(range).map(|port| (port, port)),
    };
    range == "*" || bounds.is_some_and(|(from, to)| from <= first && last <= to)
}

/// Whether a tag in a rule takes in what another names. Azure's services are on the Internet, and a tag may be narrowed
/// to a region after a dot: which one is not asked.
fn covers(prefix: &str, tag: &str) -> bool {
    let general = prefix.split('.').next().unwrap_or(prefix);
    (is(general, tag) && general.chars().all(char::is_alphabetic))
        || is(prefix, "Internet")
        || (is(general, "AzureCloud") && !is(tag, "Internet"))
}

fn is_any(prefix: &str) -> bool {
    prefix == "*" || is(prefix, "any")
}

/// Prefix and next hop of each route of a table.
fn routes(table: &Json) -> Vec<(&str, &str)> {
    let routes = list(table, "properties/routes").iter();
    let read = |route| {
        let prefix = text(route, "properties/addressPrefix")?;
        Some((prefix, text(route, "properties/nextHopType")?))
    };
    routes.filter_map(read).collect()
}

/// Whether routes lead traffic to a service straight out, as an environment needs it. The narrowest that is known to be
/// about it decides: its own tag, all of Azure's, ranges that are everything together, everything.
fn leads_out(routes: &[(&str, &str)], tag: &str) -> bool {
    let general = |prefix: &str| prefix.split('.').next().unwrap_or(prefix).to_owned();
    let out = |hop: &str| is(hop, "Internet");
    for wanted in [tag, "AzureCloud"] {
        let mut about = routes
            .iter()
            .filter(|(prefix, _)| is(&general(prefix), wanted))
            .peekable();
        if about.peek().is_some() {
            return about.all(|(_, hop)| out(hop));
        }
    }
    let ranges = |narrow: bool| {
        let read = routes
            .iter()
            .filter_map(|(prefix, hop)| Some((prefix.parse::<IpNetwork>().ok()?, *hop)));
        read.filter(move |(range, _)| (range.prefix() > 0) == narrow)
            .collect::<Vec<_>>()
    };
    let narrow = ranges(true);
    let all: Vec<IpNetwork> = narrow.iter().map(|(range, _)| *range).collect();
    let decisive = match part(&all, EVERYTHING) {
        Part::All => narrow,
        _ => ranges(false),
    };
    decisive.iter().all(|(_, hop)| out(hop))
}

/// Whether routes leave traffic inside the network where it is: by the network's own route, or by way of an appliance.
fn stays_inside(routes: &[(&str, &str)], spaces: &[IpNetwork], range: IpNetwork) -> bool {
    let own = spaces.iter().filter(|space| contains(**space, range));
    let own = own.map(IpNetwork::prefix).max().unwrap_or_default();
    let stays = |hop: &str| is(hop, "VnetLocal") || is(hop, "VirtualAppliance");
    let near: Vec<(IpNetwork, &str)> = routes
        .iter()
        .filter_map(|(prefix, hop)| Some((prefix.parse().ok()?, *hop)))
        .filter(|(other, _)| overlap(*other, range))
        .collect();
    let around = near
        .iter()
        .filter(|(other, _)| contains(*other, range) && other.prefix() >= own);
    around
        .max_by_key(|(other, _)| other.prefix())
        .is_none_or(|(_, hop)| stays(hop))
        && near
            .iter()
            .filter(|(other, _)| other.prefix() > range.prefix())
            .all(|(_, hop)| stays(hop))
}

fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    fn range(text: &str) -> IpNetwork {
        text.parse().expect("a range")
    }

    /// Whether rules (access, own prefixes, other prefixes), and then the default ones, let a flow out of 10.0.1.0/27.
    fn goes(rules: &[(bool, &[&str], &[&str])], other: End<'_>) -> bool {
        let default: [(bool, &[&str], &[&str]); 3] = [
            (true, &["VirtualNetwork"], &["VirtualNetwork"]),
            (true, &["*"], &["Internet"]),
            (false, &["*"], &["*"]),
        ];
        let rules: Vec<Rule<'_>> = rules
            .iter()
            .chain(&default)
            .map(|(allow, own, other)| Rule {
                allow: *allow,
                own: own.to_vec(),
                other: other.to_vec(),
            })
            .collect();
        decide(&rules, End::Range(range("10.0.1.0/27")), other)
    }

    #[test]
    fn rules_are_judged_by_address() {
        let inside = End::Range(range("10.0.2.0/27"));
        let (storage, sql) = (End::Tag("Storage"), End::Tag("Sql"));
        let all: &[&str] = &["*"];
        for (rules, other, expected) in [
            (&[][..], inside, true),
            (&[(false, all, &["10.0.0.0/8"][..])], inside, false),
            (&[(false, all, &["10.0.0.0/8"])], storage, true),
            (&[(false, all, &["10.0.3.0/24"])], inside, true),
            // A part of either end is enough to break it, unless an earlier rule lets just that part through.
            (&[(false, all, &["10.0.2.16/28"])], inside, false),
            (&[(false, &["10.0.1.4"][..], all)], storage, false),
            (
                &[
                    (true, &["10.0.1.0/28"], all),
                    (false, &["10.0.1.0/28"], all),
                ],
                storage,
                true,
            ),
            (
                &[
                    (true, &["10.0.1.0/28"], all),
                    (false, &["10.0.1.0/27"], all),
                ],
                storage,
                false,
            ),
            (
                &[
                    (true, &["10.0.1.0/28", "10.0.1.16/28"], all),
                    (false, all, all),
                ],
                storage,
                true,
            ),
            (&[(false, &["10.9.0.0/16"], all)], storage, true),
            (&[(false, all, &["VirtualNetwork"])], inside, false),
            (&[(false, all, &["Internet"])], inside, true),
            (&[(false, all, &["Internet"])], storage, false),
            (
                &[
                    (true, all, &["Storage.WestEurope"]),
                    (false, all, &["Internet"]),
                ],
                storage,
                true,
            ),
            (
                &[
                    (true, all, &["Storage.WestEurope"]),
                    (false, all, &["Internet"]),
                ],
                sql,
                false,
            ),
            (
                &[(true, all, &["AzureCloud"]), (false, all, &["0.0.0.0/0"])],
                sql,
                true,
            ),
            // Which addresses a service has is not known: only everything is.
            (&[(false, all, &["20.0.0.0/6"])], sql, true),
            (&[(false, all, &["0.0.0.0/1", "128.0.0.0/1"])], sql, false),
        ] {
            assert_eq!(goes(rules, other), expected, "{rules:?} {other:?}");
        }
    }

    #[test]
    fn rules_concern_ports_protocols_and_directions() {
        let flow = Flow {
            inbound: false,
            port: 443,
            other: End::Tag("Sql"),
        };
        let rule = json!({"direction": "Outbound", "protocol": "Tcp", "sourcePortRange": "*", "destinationPortRange": "443"});
        for (member, value, expected) in [
            ("protocol", "*", true),
            ("protocol", "Udp", false),
            ("direction", "Inbound", false),
            ("destinationPortRange", "440-450", true),
            ("destinationPortRange", "80", false),
            ("sourcePortRange", "0-65535", true),
            ("sourcePortRange", "443", false),
        ] {
            let mut rule = rule.clone();
            rule[member] = json!(value);
            assert_eq!(concerns(&rule, &flow), expected, "{member} {value}");
        }
        let mut several = rule;
        several["destinationPortRange"] = Json::Null;
        several["destinationPortRanges"] = json!(["80", "443"]);
        assert!(concerns(&several, &flow));
    }

    #[test]
    fn routes_lead_out_by_the_narrowest() {
        for (routes, expected) in [
            (&[][..], true),
            (&[("0.0.0.0/0", "Internet")], true),
            (&[("0.0.0.0/0", "VirtualAppliance")], false),
            (
                &[("0.0.0.0/0", "VirtualAppliance"), ("Storage", "Internet")],
                true,
            ),
            (
                &[
                    ("0.0.0.0/0", "VirtualAppliance"),
                    ("Storage.WestEurope", "Internet"),
                ],
                true,
            ),
            (&[("0.0.0.0/0", "None"), ("AzureCloud", "Internet")], true),
            (
                &[
                    ("0.0.0.0/0", "Internet"),
                    ("0.0.0.0/1", "None"),
                    ("128.0.0.0/1", "None"),
                ],
                false,
            ),
            (&[("0.0.0.0/0", "None"), ("20.0.0.0/8", "Internet")], false),
            (&[("10.0.0.0/8", "None")], true),
        ] {
            assert_eq!(leads_out(routes, "Storage"), expected, "{routes:?}");
        }
    }

    #[test]
    fn routes_inside_the_network_are_those_that_are_narrower_than_its_own() {
        let spaces = [range("10.0.0.0/16")];
        for (routes, expected) in [
            (&[][..], true),
            (&[("0.0.0.0/0", "None")], true),
            (&[("10.0.0.0/8", "None")], true),
            (&[("10.0.0.0/16", "None")], false),
            (&[("10.0.0.0/16", "VirtualAppliance")], true),
            (
                &[("10.0.0.0/16", "None"), ("10.0.2.0/24", "VnetLocal")],
                true,
            ),
            (&[("10.0.2.16/28", "Internet")], false),
            (&[("10.0.3.0/24", "None")], true),
        ] {
            assert_eq!(
                stays_inside(routes, &spaces, range("10.0.2.0/27")),
                expected,
                "{routes:?}"
            );
        }
    }
}
