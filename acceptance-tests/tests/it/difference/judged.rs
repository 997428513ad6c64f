//! What the preflight's engine makes of a network.

use std::ops::BitOrAssign;

use provider_ise::validate::network::addresses::{Addresses, Span};
use provider_ise::validate::network::flows::{closed_flows, led_elsewhere};
use provider_ise::validate::network::openings::{Opening, openings};
use provider_ise::validate::network::routes::{Course, Rerouted, RouteTable, ServiceEndpoints};
use provider_ise::validate::network::rules::SecurityGroup;
use provider_ise::validate::network::surroundings::{Far, Surroundings};
use provider_ise::validate::network::table::{
    AccessEndpoint, Direction, Ports, Row, VIRTUAL_NETWORK,
};
use provider_ise::validate::network::traffic::{Flow, Near, Verdict, judge};
use serde_json::{Value as Json, json};

use super::networks::{Around, Network, prefix};

/// The four subnets as the preflight sees them.
pub(crate) struct Judged {
    subnets: Vec<Subnet>,
    /// What is said about each.
    said: Vec<Said>,
}

/// A port of a row, one way.
type Traffic = (&'static str, Direction, Ports);

/// What is said about a subnet.
#[derive(Default)]
struct Said {
    /// The rows that are closed, the ports at which they are, and whether that is certain.
    closed: Vec<(&'static str, Vec<Ports>, bool)>,
    /// The rows that are led elsewhere, and whether that is certain.
    led: Vec<(&'static Row, bool)>,
    /// Whether it is about the ways inside the network.
    is_about_the_network: bool,
}

struct Subnet {
    own: Addresses,
    group: Option<SecurityGroup>,
    table: Option<RouteTable>,
    service_endpoints: ServiceEndpoints,
}

/// What is said about some traffic.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// Anything.
    pub(crate) is_told: bool,
    /// That all of it is closed or led elsewhere.
    pub(crate) is_certain: bool,
}

impl BitOrAssign for Told {
    fn bitor_assign(&mut self, other: Self) {
        self.is_told |= other.is_told;
        self.is_certain |= other.is_certain;
    }
}

impl Judged {
    pub(crate) fn of(network: &Network) -> Self {
        let subnets = network.subnets.iter().enumerate();
        let subnets = subnets.map(|(number, around)| Subnet {
            own: range(number),
            group: around.rules.as_ref().map(|rules| {
                let body = json!({ "properties": { "securityRules": rules, "defaultSecurityRules": default_rules() } });
                SecurityGroup::read("nsg", &body)
            }),
            table: around.routes.as_ref().map(|routes| {
                RouteTable::read("rt", &json!({ "properties": { "routes": routes } }))
            }),
            service_endpoints: ServiceEndpoints {
                names: around.service_endpoints.iter().map(|it| (*it).to_owned()).collect(),
                may_be_more: false,
            },
        });
        let subnets: Vec<Subnet> = subnets.collect();
        Self {
            said: subnets.iter().map(Subnet::said).collect(),
            subnets,
        }
    }

    /// What is said about a row of the table at a port.
    pub(crate) fn row(&self, number: usize, row: &str, port: u16) -> Told {
        let mut told = Told::default();
        let has_port = |ports: &Ports| (ports.first..=ports.last).contains(&port);
        for (name, ports, is_certain) in &self.said[number].closed {
            if *name == row && ports.iter().any(has_port) {
                told |= Told {
                    is_told: true,
                    is_certain: *is_certain,
                };
            }
        }
        for (known, is_certain) in &self.said[number].led {
            // Replies that are led astray are a warning, and the emulator asks for the way in only.
            if known.name == row && known.directions.contains(&Direction::Outbound) {
                told |= Told {
                    is_told: true,
                    is_certain: *is_certain,
                };
            }
        }
        told
    }

    /// What is said about the way from one subnet to another.
    pub(crate) fn inside(&self, from: usize, to: usize, port: u16) -> Told {
        let mut told = Told::default();
        let ports = Ports {
            first: port,
            last: port,
        };
        for (own, other, direction) in [
            (from, to, Direction::Outbound),
            (to, from, Direction::Inbound),
        ] {
            let subnet = &self.subnets[own];
            let around = surroundings(range(other));
            let flow = Flow {
                direction,
                ports,
                far: Far::Subnets,
            };
            let group = subnet.group.as_ref();
            let verdict = group
                .map(|group| judge(group, flow, &subnet.near(&subnet.rerouted()), &around).verdict);
            let mut course = Course::Straight;
            if let Some(table) = subnet
                .table
                .as_ref()
                .filter(|_| direction == Direction::Outbound)
            {
                course = table
                    .lead(Far::Subnets, &ServiceEndpoints::default(), &around)
                    .course;
            }
            let is_closed = verdict.is_some_and(|verdict| verdict != Verdict::Open)
                || course != Course::Straight;
            told |= Told {
                is_told: is_closed,
                is_certain: is_closed,
            };
        }
        told
    }

    /// The rows that are certainly closed somewhere.
    pub(crate) fn certain(&self) -> impl Iterator<Item = &'static str> {
        let closed = self.said.iter().flat_map(|said| &said.closed);
        closed
            .filter(|(_, _, is_certain)| *is_certain)
            .map(|(row, ..)| *row)
    }

    /// Whether the groups close anything, certainly or not.
    pub(crate) fn is_anything_closed(&self) -> bool {
        self.said.iter().any(|said| !said.closed.is_empty())
    }

    /// Whether each rule that is advised has a priority.
    pub(crate) fn has_room(&self) -> bool {
        let advised = self.subnets.iter().flat_map(Subnet::advised);
        advised
            .into_iter()
            .all(|(_, opening)| opening.priority.is_some())
    }

    /// The rows of which something is still closed that a rule was to open, once all such rules are there.
    pub(crate) fn still_closed(&self, cured: &Self) -> Vec<&'static str> {
        let mut left = Vec::new();
        for (before, after) in self.subnets.iter().zip(&cured.subnets) {
            let after = after.advised();
            let promised = before.advised().into_iter();
            let promised = promised.filter(|(_, opening)| opening.priority.is_some());
            let broken = promised.filter(|(traffic, _)| after.iter().any(|(it, _)| it == traffic));
            left.extend(broken.map(|((row, ..), _)| row));
        }
        left
    }

    /// The network with all the rules that are advised against what its groups close, where there is room for them.
    pub(crate) fn cured(&self, network: &Network) -> Network {
        let subnets = self.subnets.iter().zip(&network.subnets);
        let subnets = subnets.map(|(subnet, around)| {
            let rules = around.rules.as_ref().map(|rules| {
                // One rule may be the answer to several findings.
                let mut advised: Vec<Opening> = Vec::new();
                for (_, opening) in subnet.advised() {
                    if opening.priority.is_some() && !advised.contains(&opening) {
                        advised.push(opening);
                    }
                }
                let advised = advised.iter().enumerate();
                let advised = advised.map(|(place, opening)| written(place, opening));
                rules.iter().cloned().chain(advised).collect()
            });
            Around {
                rules,
                ..around.clone()
            }
        });
        Network {
            subnets: subnets.collect(),
        }
    }

    /// Whether a finding about a subnet is about the ways inside the network.
    pub(crate) fn tells_of_the_network(&self, number: usize) -> bool {
        self.said[number].is_about_the_network
    }
}

impl Subnet {
    fn near<'a>(&'a self, rerouted: &'a Rerouted) -> Near<'a> {
        Near {
            addresses: &self.own,
            rerouted,
        }
    }

    fn rerouted(&self) -> Rerouted {
        self.table
            .as_ref()
            .map(RouteTable::rerouted)
            .unwrap_or_default()
    }

    /// What its group closes, port by port, with the rule against each.
    fn advised(&self) -> Vec<(Traffic, Opening)> {
        let Some(group) = &self.group else {
            return Vec::new();
        };
        let rerouted = self.rerouted();
        let near = self.near(&rerouted);
        let endpoint = Some(AccessEndpoint::Internal);
        let flows = closed_flows(group, &near, &all_around(), endpoint);
        let openings = openings(group, &flows.iter().collect::<Vec<_>>());
        let mut advised = Vec::new();
        for (flow, opening) in flows.iter().zip(openings) {
            for closed in &flow.rows {
                let ports = closed.ports.iter();
                let traffic = ports.map(|ports| (closed.row.name, flow.direction, *ports));
                advised.extend(traffic.map(|traffic| (traffic, opening.clone())));
            }
        }
        advised
    }

    /// All that users would read.
    fn said(&self) -> Said {
        let mut said = Said::default();
        let around = all_around();
        if let Some(group) = &self.group {
            let rerouted = self.rerouted();
            let near = self.near(&rerouted);
            for flow in closed_flows(group, &near, &around, Some(AccessEndpoint::Internal)) {
                said.is_about_the_network |= flow.tag == VIRTUAL_NETWORK;
                let is_certain = flow.verdict == Verdict::Closed;
                let rows = flow.rows.into_iter();
                said.closed
                    .extend(rows.map(|closed| (closed.row.name, closed.ports, is_certain)));
            }
        }
        if let Some(table) = &self.table {
            for led in led_elsewhere(table, &self.service_endpoints, &around) {
                said.is_about_the_network |= led.tags.contains(&VIRTUAL_NETWORK);
                let is_certain = led.course == Course::Elsewhere;
                said.led
                    .extend(led.rows.into_iter().map(|row| (row, is_certain)));
            }
        }
        said
    }
}

/// A rule as a finding tells to write it.
fn written(place: usize, opening: &Opening) -> Json {
    let (source, destination) = match opening.direction {
        Direction::Inbound => (opening.far, VIRTUAL_NETWORK),
        Direction::Outbound => (VIRTUAL_NETWORK, opening.far),
    };
    let ports: Vec<_> = opening.ports.iter().map(Ports::to_string).collect();
    json!({ "name": format!("advised-{place}"), "properties": {
        "priority": opening.priority, "direction": opening.direction.name(), "access": "Allow",
        "protocol": opening.protocol, "sourcePortRange": "*", "destinationPortRanges": ports,
        "sourceAddressPrefix": source, "destinationAddressPrefix": destination } })
}

fn range(number: usize) -> Addresses {
    Span::read(&prefix(number)).into_iter().collect()
}

fn all_around() -> Surroundings {
    surroundings(
        (0..4)
            .filter_map(|number| Span::read(&prefix(number)))
            .collect(),
    )
}

fn surroundings(subnets: Addresses) -> Surroundings {
    let network =
        json!({ "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] } } });
    Surroundings::of_network(&network, "westeurope", subnets)
}

/// Azure's own rules.
fn default_rules() -> Json {
    let rule = |name: &str,
                priority: u32,
                direction: &str,
                access: &str,
                source: &str,
                destination: &str| {
        json!({ "name": name, "properties": {
            "priority": priority, "direction": direction, "access": access, "protocol": "*", "sourcePortRange": "*",
            "destinationPortRange": "*", "sourceAddressPrefix": source, "destinationAddressPrefix": destination } })
    };
    json!([
        rule(
            "AllowVnetInBound",
            65000,
            "Inbound",
            "Allow",
            "VirtualNetwork",
            "VirtualNetwork"
        ),
        rule(
            "AllowAzureLoadBalancerInBound",
            65001,
            "Inbound",
            "Allow",
            "AzureLoadBalancer",
            "*"
        ),
        rule("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"),
        rule(
            "AllowVnetOutBound",
            65000,
            "Outbound",
            "Allow",
            "VirtualNetwork",
            "VirtualNetwork"
        ),
        rule(
            "AllowInternetOutBound",
            65001,
            "Outbound",
            "Allow",
            "*",
            "Internet"
        ),
        rule("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"),
    ])
}
