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
    let region = region_of(world, subnet);
    let rules = group.is_none_or(|group| {
        let rules = Rules {
            region,
            all: rules(&group, flow),
        };
        ranges_of(subnet)
            .into_iter()
            .all(|own| rules.decide(0, End::Range(own), flow.other))
    });
    // Routes only lead out.
    let routes = flow.inbound
        || table.is_none_or(|table| {
            let routes = routes(&table);
            match flow.other {
                End::Tag(tag) => has_endpoint(subnet, tag) || leads_out(&routes, tag, region),
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

/// The region of the network, in which an environment and its services are.
fn region_of<'a>(world: &'a World, subnet: &Stored) -> &'a str {
    let network = world.resources.get(&subnet.id.root());
    let region = network.and_then(|network| text(&network.body, "location"));
    region.unwrap_or_default()
}

/// Service endpoints lead to these services, whatever the routes say.
const ENDPOINTS: [(&str, &str); 4] = [
    ("Storage", "Microsoft.Storage"),
    ("Storage", "Microsoft.Storage.Global"),
    ("Sql", "Microsoft.Sql"),
    ("EventHub", "Microsoft.EventHub"),
];

fn has_endpoint(subnet: &Stored, tag: &str) -> bool {
    let mut endpoints = list(&subnet.body, "properties/serviceEndpoints")
        .iter()
        .filter_map(|endpoint| text(endpoint, "service"));
    endpoints.any(|endpoint| {
        let mut known = ENDPOINTS.iter().filter(|(_, name)| is(name, endpoint));
        known.any(|(service, _)| is(service, tag))
    })
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

/// A client speaks from any of its ports: to stop some of them is enough to break the flow, and to let it through, a rule
/// has to be about all.
fn concerns(rule: &Json, flow: &Flow<'_>) -> bool {
    let denies = text(rule, "access").is_some_and(|access| is(access, "Deny"));
    let speaks_from = |range: &str| match denies {
        true => meets_ports(range, EPHEMERAL),
        false => has_ports(range, EPHEMERAL),
    };
    let direction = if flow.inbound { "Inbound" } else { "Outbound" };
    text(rule, "direction").is_some_and(|one| is(one, direction))
        && text(rule, "protocol").is_some_and(|one| one == "*" || is(one, "Tcp"))
        && values(rule, "destinationPortRange")
            .any(|range| has_ports(range, (flow.port, flow.port)))
        && values(rule, "sourcePortRange").any(speaks_from)
}

/// The rules that a flow meets, and the region in which its services are.
struct Rules<'a> {
    region: &'a str,
    all: Vec<Rule<'a>>,
}

impl Rules<'_> {
    /// Asks the rules in order, from a place on. Where a rule is about a part of an end only, the halves of that end are
    /// asked one by one.
    fn decide(&self, from: usize, own: End<'_>, other: End<'_>) -> bool {
        for (number, rule) in self.all.iter().enumerate().skip(from) {
            let named = |prefixes: &[&str], end| named(prefixes, end, self.region);
            match (named(&rule.own, own), named(&rule.other, other)) {
                (Part::None, _) | (_, Part::None) => {}
                (Part::All, Part::All) => return rule.allow,
                (Part::Some, _) => {
                    let mut halves = split(own).into_iter();
                    return halves.all(|half| self.decide(number, half, other));
                }
                (Part::All, Part::Some) => {
                    let mut halves = split(other).into_iter();
                    return halves.all(|half| self.decide(number, own, half));
                }
            }
        }
        false
    }
}

fn split(end: End<'_>) -> Vec<End<'_>> {
    let halves = match end {
        End::Range(range) => halves(range),
        End::Tag(_) => None,
    };
    halves.into_iter().flatten().map(End::Range).collect()
}

/// How much of an end the prefixes of a rule name.
fn named(prefixes: &[&str], end: End<'_>, region: &str) -> Part {
    let whole = prefixes.iter().any(|prefix| match end {
        End::Range(_) => is_any(prefix) || is(prefix, "VirtualNetwork"),
        End::Tag(tag) => is_any(prefix) || covers(prefix, tag, region),
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
    bounds(range).is_some_and(|(from, to)| from <= first && last <= to)
}

fn meets_ports(range: &str, (first, last): (u16, u16)) -> bool {
    bounds(range).is_some_and(|(from, to)| from <= last && first <= to)
}

fn bounds(range: &str) -> Option<(u16, u16)> {
    let bound = |text: &str| text.trim().parse::<u16>().ok();
    match range.split_once('-') {
        _ if range == "*" => Some((0, u16::MAX)),
        Some((from, to)) => bound(from).zip(bound(to)),
        None => bound(range).map(|port| (port, port)),
    }
}

/// Whether a tag in a rule takes in what another names. Azure's services are on the Internet, and a tag that is narrowed to
/// a region after a dot is about that one only.
fn covers(prefix: &str, tag: &str, region: &str) -> bool {
    let Some(general) = about(prefix, region) else {
        return false;
    };
    is(general, tag)
        || is(prefix, "Internet")
        || (is(general, "AzureCloud") && !is(tag, "Internet"))
}

/// The tag without its region, unless that is another one.
fn about<'a>(prefix: &'a str, region: &str) -> Option<&'a str> {
    match prefix.split_once('.') {
        Some((general, own)) => is(own, region).then_some(general),
        None => Some(prefix),
    }
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
/// about it decides: its own tag, all of Azure's, each with a region before that without one, ranges that are everything
/// together, everything.
fn leads_out(routes: &[(&str, &str)], tag: &str, region: &str) -> bool {
    let out = |hop: &str| is(hop, "Internet");
    // Not all of the Internet is Azure.
    let azure = (!is(tag, "Internet")).then_some("AzureCloud");
    for wanted in std::iter::once(tag).chain(azure) {
        for narrowed in [true, false] {
            let decisive = routes.iter().find(|(prefix, _)| {
                prefix.contains('.') == narrowed
                    && about(prefix, region).is_some_and(|general| is(general, wanted))
            });
            if let Some((_, hop)) = decisive {
                return out(hop);
            }
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
        let rules = Rules {
            region: "westeurope",
            all: rules,
        };
        rules.decide(0, End::Range(range("10.0.1.0/27")), other)
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
            // Another region is another's matter.
            (&[(false, all, &["Storage.NorthEurope"])], storage, true),
            (
                &[
                    (true, all, &["Storage.NorthEurope"]),
                    (false, all, &["Internet"]),
                ],
                storage,
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
        // A part of the ports from which a client speaks is enough to stop it, and not enough to let it through.
        for (access, ports, expected) in [
            ("Deny", "50000-60000", true),
            ("Allow", "50000-60000", false),
            ("Deny", "443", false),
        ] {
            let mut rule = rule.clone();
            rule["access"] = json!(access);
            rule["sourcePortRange"] = json!(ports);
            assert_eq!(concerns(&rule, &flow), expected, "{access} {ports}");
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
                    ("0.0.0.0/0", "VirtualAppliance"),
                    ("Storage.NorthEurope", "Internet"),
                ],
                false,
            ),
            (
                &[("Storage", "None"), ("Storage.WestEurope", "Internet")],
                true,
            ),
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
            assert_eq!(
                leads_out(routes, "Storage", "westeurope"),
                expected,
                "{routes:?}"
            );
        }
        let azure = [
            ("0.0.0.0/0", "VirtualAppliance"),
            ("AzureCloud", "Internet"),
        ];
        assert!(
            !leads_out(&azure, "Internet", "westeurope"),
            "not all of the Internet is Azure"
        );
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
