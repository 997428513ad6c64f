//! The rule `network-ports`: what the network security groups of the subnets close of the guide's table.

use tfplugin_framework::diagnostics::Severity;

use super::facts::Facts;
use super::finding::Finding;
use super::network::{Found, Network, Subnet};
use crate::azure::subnet::{prefixes, route_table_id, security_group_id};
use crate::validate::network::addresses::{Addresses, Span};
use crate::validate::network::flows::{ClosedFlow, closed_flows, free_priority};
use crate::validate::network::routes::RouteTable;
use crate::validate::network::rules::{SecurityGroup, SecurityRule};
use crate::validate::network::table::{
    AccessEndpoint, Direction, Form, Ports, Row, VIRTUAL_NETWORK,
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
    let mut findings = Vec::new();
    for (subnet, body) in facts.network.known() {
        let Some(id) = security_group_id(body) else {
            continue;
        };
        let Some((_, group)) = groups.iter().find(|(known, _)| **known == id) else {
            continue;
        };
        let own = prefixes(body).into_iter().map(Span::from).collect();
        let rerouted = rerouted(facts.network, body);
        let near = Near {
            addresses: &own,
            rerouted: &rerouted,
        };
        let endpoint = facts.subject.access_endpoint;
        let closed = closed_flows(group, &near, &surroundings, endpoint);
        let closed = closed.iter();
        findings.extend(closed.map(|flow| finding(subnet, group, flow, endpoint)));
    }
    findings
}

/// Which addresses the routes of a subnet take from the tag `Internet`, perhaps: all, where its table is not known.
fn rerouted(network: &Network, subnet: &serde_json::Value) -> Addresses {
    if subnet["properties"]["routeTable"].is_null() {
        return Addresses::default();
    }
    let id = route_table_id(subnet);
    let mut tables = network.route_tables.iter();
    let table = tables.find(|table| Some(&table.id) == id.as_ref());
    match table.map(|table| (&table.id, &table.found)) {
        Some((id, Found::Known(body))) => RouteTable::read(id.name(), body).rerouted(),
        _ => [Span::EVERYTHING].into_iter().collect(),
    }
}

fn finding(
    subnet: &Subnet,
    group: &SecurityGroup,
    flow: &ClosedFlow<'_>,
    endpoint: AccessEndpoint,
) -> Finding {
    let traffic = traffic(flow);
    let problem = match flow.verdict {
        Verdict::Unknown(_) => format!("may close {traffic}"),
        Verdict::InPart => format!("closes a part of {traffic}"),
        // Where all has to be open, some that is closed is enough.
        _ if flow.ports.contains(&Ports::ALL) => format!("does not open {traffic}"),
        Verdict::Open | Verdict::Closed => format!("closes {traffic}"),
    };
    let finding = Finding::of_subnet(subnet, problem);
    let finding = finding.explained(message(group, flow, endpoint), remedy(group, flow));
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

fn message(group: &SecurityGroup, flow: &ClosedFlow<'_>, endpoint: AccessEndpoint) -> String {
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
        Verdict::Closed | Verdict::Open => "",
        Verdict::InPart => ", though not all of it",
        Verdict::Unknown(doubt) => why(doubt),
    };
    let rows = flow
        .rows
        .iter()
        .map(|(row, _)| show_row(row, flow.direction, endpoint));
    format!(
        "{by}{how_much}. It is needed for:{}",
        rows.collect::<String>()
    )
}

/// How many rules are named besides the first.
const MOST_RULES: usize = 3;

fn why(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Service => {
            ", perhaps: it is about addresses of the service or about others, and which ones the service has is known to Azure alone"
        }
        Doubt::Members => {
            ", perhaps: it depends on the members of an application security group, which are not known here"
        }
        Doubt::Connected => {
            ", perhaps: it depends on what is connected with the virtual network, which is not known here"
        }
        Doubt::Routes => {
            ", perhaps: the route table of the subnet has a route that changes which addresses outside the tags VirtualNetwork and \
             Internet stand for"
        }
        Doubt::Pieces => ", perhaps: its rules are too many and too narrow to be judged",
    }
}

/// A row in both of its forms, and what becomes of an environment without it.
fn show_row(row: &Row, direction: Direction, endpoint: AccessEndpoint) -> String {
    let broad = show_form(&row.broad, direction);
    let narrow = row.narrow.of(endpoint).iter();
    let narrow: Vec<_> = narrow.map(|form| show_form(form, direction)).collect();
    let narrow = narrow.join(" and ");
    let forms = match broad == narrow {
        true => broad,
        false => format!("{broad} in Microsoft's guide, {narrow} on its later page"),
    };
    format!(
        "\n  - {} ({forms}). Without it, {}.",
        row.purpose, row.closed
    )
}

fn show_form(form: &Form, direction: Direction) -> String {
    let ports = show_ports(form.ports);
    match direction {
        Direction::Inbound => format!("{ports} from {}", form.tag),
        Direction::Outbound => format!("{ports} to {}", form.tag),
    }
}

fn remedy(group: &SecurityGroup, flow: &ClosedFlow<'_>) -> String {
    let (source, destination) = match flow.direction {
        Direction::Inbound => (flow.tag, VIRTUAL_NETWORK),
        Direction::Outbound => (VIRTUAL_NETWORK, flow.tag),
    };
    let protocol = match flow.ports.contains(&Ports::ALL) {
        true => "any protocol",
        false => "protocol Tcp",
    };
    let direction = flow.direction.name().to_lowercase();
    let rule = format!(
        "access Allow, {protocol}, source {source}, any source port, destination {destination}, destination {}",
        show_ports(&flow.ports)
    );
    match free_priority(group, flow.direction, &flow.closed_by) {
        Some(priority) => format!("a rule that opens it: {direction}, priority {priority}, {rule}"),
        None => format!(
            "a rule that opens it: {direction}, {rule}; no priority before the rules that close it is free, so give them others first"
        ),
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
