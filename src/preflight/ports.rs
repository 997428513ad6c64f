//! The rule `network-ports`: what the network security groups of the subnets close of the guide's table.

use tfplugin_framework::diagnostics::Severity;

use super::facts::Facts;
use super::finding::Finding;
use super::network::{Found, Network, Subnet};
use crate::azure::subnet::{prefixes, route_table_id, security_group_id};
use crate::validate::network::addresses::Span;
use crate::validate::network::flows::{ClosedFlow, closed_flows};
use crate::validate::network::openings::{Opening, Openings};
use crate::validate::network::routes::{Rerouted, RouteTable};
use crate::validate::network::rules::{SecurityGroup, SecurityRule};
use crate::validate::network::table::{
    AccessEndpoint, Direction, Form, INTERNET, Narrow, Ports, Row, VIRTUAL_NETWORK,
};
use crate::validate::network::traffic::{Doubt, Near, Verdict};

/// A subnet without a group is open; one whose group nobody knows says nothing.
pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let surroundings = facts.surroundings();
    let groups: Vec<_> = facts
        .network
        .security_groups
        .iter()
        .filter_map(|seen| Some((&seen.id, SecurityGroup::read(seen.id.name(), seen.body()?))))
        .collect();
    let mut openings: Vec<_> = groups
        .iter()
        .map(|(_, group)| Openings::new(group))
        .collect();
    let mut findings = Vec::new();
    for (subnet, body) in facts.network.known() {
        let Some(id) = security_group_id(body) else {
            continue;
        };
        let Some(place) = groups.iter().position(|(known, _)| **known == id) else {
            continue;
        };
        let (_, group) = &groups[place];
        let own = prefixes(body).into_iter().map(Span::from).collect();
        let rerouted = rerouted(facts.network, body);
        let near = Near {
            addresses: &own,
            rerouted: &rerouted,
        };
        let endpoint = facts.subject.access_endpoint;
        for flow in closed_flows(group, &near, &surroundings, endpoint) {
            let message = message(group, &flow, endpoint);
            let remedy = remedy(&flow, &openings[place].of(&flow));
            findings.push(finding(subnet, &flow).explained(message, remedy));
        }
    }
    findings
}

/// What the routes of a subnet do to tags. A subnet without a table has none that do anything.
fn rerouted(network: &Network, subnet: &serde_json::Value) -> Rerouted {
    if subnet["properties"]["routeTable"].is_null() {
        return Rerouted::default();
    }
    let id = route_table_id(subnet);
    let mut tables = network.route_tables.iter();
    let table = tables.find(|table| Some(&table.id) == id.as_ref());
    match table.map(|table| (&table.id, &table.found)) {
        Some((id, Found::Known(body))) => RouteTable::read(id.name(), body).rerouted(),
        _ => Rerouted::Unknown,
    }
}

fn finding(subnet: &Subnet, flow: &ClosedFlow<'_>) -> Finding {
    let traffic = traffic(flow);
    let problem = match flow.verdict {
        Verdict::Unknown(_) => format!("may close {traffic}"),
        Verdict::InPart => format!("closes a part of {traffic}"),
        // Where all has to be open, some that is closed is enough.
        _ if flow.ports.contains(&Ports::ALL) => format!("does not open {traffic}"),
        Verdict::Open | Verdict::Closed => format!("closes {traffic}"),
    };
    let finding = Finding::of_subnet(subnet, problem);
    match flow.is_grave {
        true => Finding {
            severity: Severity::Error,
            ..finding
        },
        false => finding.advice(),
    }
}

/// What is closed, as a noun.
fn traffic(flow: &ClosedFlow<'_>) -> String {
    let ports = show_ports(&flow.ports);
    match (flow.direction, flow.tag) {
        (Direction::Inbound, tag) => format!("{ports} to {tag}"),
        (Direction::Outbound, tag) => format!("the way to {ports} of {tag}"),
    }
}

fn message(
    group: &SecurityGroup,
    flow: &ClosedFlow<'_>,
    endpoint: Option<AccessEndpoint>,
) -> String {
    let rules: Vec<_> = flow.closed_by.iter().map(|rule| show_rule(rule)).collect();
    let by = match rules.as_slice() {
        [] => format!(
            "no rule of its network security group {:?} allows it",
            group.name
        ),
        [one] => format!(
            "{one} of its network security group {:?} denies it",
            group.name
        ),
        [first, rest @ ..] => {
            let others: Vec<_> = rest
                .iter()
                .take(MOST_RULES)
                .map(|rule| rule.replacen("the rule", "", 1))
                .collect();
            let more = match rest.len().saturating_sub(MOST_RULES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "{first},{}{more} of its network security group {:?} deny it",
                others.join(","),
                group.name
            )
        }
    };
    let how_much = match flow.verdict {
        Verdict::Closed | Verdict::Open => String::new(),
        Verdict::InPart => ", though not all of it".to_owned(),
        Verdict::Unknown(doubt) => format!(", perhaps: {}", why(doubt)),
    };
    let later = match flow.is_later_closed {
        true => "; nothing of what Microsoft's later page names passes",
        false => "",
    };
    let rows = flow
        .rows
        .iter()
        .map(|(row, _)| show_row(row, flow.direction, endpoint));
    format!(
        "{by}{how_much}{later}. It is needed for:{}",
        rows.collect::<String>()
    )
}

/// How many rules are named besides the first.
const MOST_RULES: usize = 3;

fn why(doubt: Doubt) -> String {
    let text = match doubt {
        Doubt::Service => {
            "it is about addresses of the service or about others, and which ones the service has is known to Azure alone"
        }
        Doubt::Members => {
            "it depends on the members of an application security group, which are not known here"
        }
        Doubt::Connected => {
            "it depends on what is connected with the virtual network, which is not known here"
        }
        Doubt::Routes => {
            "the route table of the subnet has a route that changes which addresses outside the tags VirtualNetwork and Internet \
             stand for"
        }
        Doubt::UnknownRoutes => {
            "the route table of the subnet is not known here, and a route in it may change which addresses outside the tags \
             VirtualNetwork and Internet stand for"
        }
        Doubt::AccessEndpoint(endpoint) => {
            return format!(
                "it matters with access_endpoint_type {}, and the type is not known yet",
                endpoint.name()
            );
        }
        Doubt::Pieces => "its rules are too many and too narrow to be judged",
    };
    text.to_owned()
}

/// A row in both of its forms, and what becomes of an environment without it.
fn show_row(row: &Row, direction: Direction, endpoint: Option<AccessEndpoint>) -> String {
    let broad = show_form(&row.broad, direction);
    let narrow = show_narrow(&row.narrow, direction, endpoint);
    let forms = match broad == narrow {
        true => broad,
        false => format!("{broad} in Microsoft's guide, {narrow} on its later page"),
    };
    format!(
        "\n  - {} ({forms}). Without it, {}.",
        row.purpose, row.closed
    )
}

/// The later form; of both access endpoints where nobody knows which one counts, and they differ.
fn show_narrow(narrow: &Narrow, direction: Direction, endpoint: Option<AccessEndpoint>) -> String {
    let show = |endpoint| {
        let forms = narrow.of(endpoint).iter();
        let forms: Vec<_> = forms.map(|form| show_form(form, direction)).collect();
        forms.join(" and ")
    };
    match endpoint {
        Some(endpoint) => show(endpoint),
        None if narrow.internal == narrow.external => show(AccessEndpoint::Internal),
        None => {
            let both = AccessEndpoint::ALL.map(|it| format!("{}: {}", it.name(), show(it)));
            both.join("; ")
        }
    }
}

fn show_form(form: &Form, direction: Direction) -> String {
    let ports = show_ports(form.ports);
    match direction {
        Direction::Inbound => format!("{ports} from {}", form.tag),
        Direction::Outbound => format!("{ports} to {}", form.tag),
    }
}

fn remedy(flow: &ClosedFlow<'_>, opening: &Opening) -> String {
    let (source, destination) = match opening.direction {
        Direction::Inbound => (opening.far, VIRTUAL_NETWORK),
        Direction::Outbound => (VIRTUAL_NETWORK, opening.far),
    };
    let protocol = match opening.protocol {
        "*" => "any protocol".to_owned(),
        protocol => format!("protocol {protocol}"),
    };
    let direction = opening.direction.name().to_lowercase();
    let rule = format!(
        "access Allow, {protocol}, source {source}, any source port, destination {destination}, destination {}",
        show_ports(&opening.ports)
    );
    let rule = match opening.priority {
        Some(priority) => format!("a rule that opens it: {direction}, priority {priority}, {rule}"),
        None => format!(
            "a rule that opens it: {direction}, {rule}; no priority before the rules that close it is free, so give them others first"
        ),
    };
    match flow.tag != opening.far {
        true => format!(
            "{rule} ({}: because of the routes, {INTERNET} may not stand for all that is meant)",
            opening.far
        ),
        false => rule,
    }
}

fn show_rule(rule: &SecurityRule) -> String {
    format!("the rule {:?} (priority {})", rule.name, rule.priority)
}

/// Ports in a sentence; all of them take in whatever else is named.
fn show_ports(ports: &[Ports]) -> String {
    if ports.contains(&Ports::ALL) {
        return "all ports".to_owned();
    }
    let texts: Vec<_> = ports.iter().map(Ports::to_string).collect();
    let noun = match ports {
        [one] if one.first == one.last => "port",
        _ => "ports",
    };
    match texts.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{noun} {} and {last}", rest.join(", ")),
        _ => format!("{noun} {}", texts.join("")),
    }
}
