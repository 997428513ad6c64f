//! The rule `network-ports`: what the network security groups of the subnets close of the guide's table.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfplugin_framework::diagnostics::Severity;

use super::facts::Facts;
use super::finding::Finding;
use super::network::Subnet;
use crate::arm::ResourceId;
use crate::azure::subnet::{prefixes, route_table_id, security_group_id};
use crate::validate::network::addresses::Span;
use crate::validate::network::flows::{ClosedFlow, ClosedRow, closed_flows};
use crate::validate::network::openings::{Opening, openings};
use crate::validate::network::routes::{Rerouted, RouteTable};
use crate::validate::network::rules::{SecurityGroup, SecurityRule};
use crate::validate::network::table::{
    AccessEndpoint, Direction, Form, INTERNET, Narrow, Ports, VIRTUAL_NETWORK,
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
    let tables = facts.tables();
    let endpoint = facts.subject.access_endpoint;
    // What each group closes, and of which subnet.
    let mut closed: Vec<Vec<(&Subnet, ClosedFlow<'_>)>> = vec![Vec::new(); groups.len()];
    for (subnet, body) in facts.network.known() {
        let Some(id) = security_group_id(body) else {
            continue;
        };
        let Some(place) = groups.iter().position(|(known, _)| **known == id) else {
            continue;
        };
        let (_, group) = &groups[place];
        let own = prefixes(body).into_iter().map(Span::from).collect();
        let rerouted = rerouted(&tables, body);
        let near = Near {
            addresses: &own,
            rerouted: &rerouted,
        };
        let flows = closed_flows(group, &near, &surroundings, endpoint).into_iter();
        closed[place].extend(flows.map(|flow| (subnet, flow)));
    }
    let mut findings = Vec::new();
    for ((_, group), closed) in groups.iter().zip(&closed) {
        let flows: Vec<_> = closed.iter().map(|(_, flow)| flow).collect();
        for ((subnet, flow), opening) in closed.iter().zip(openings(group, &flows)) {
            let message = message(group, flow, endpoint);
            findings.push(finding(subnet, flow).explained(message, remedy(flow, &opening)));
        }
    }
    findings.sort_by_key(|finding| finding.index);
    findings
}

/// What the routes of a subnet do to tags. A subnet without a table has none that do anything.
fn rerouted(tables: &[(&ResourceId, RouteTable)], subnet: &Json) -> Rerouted {
    if subnet["properties"]["routeTable"].is_null() {
        return Rerouted::default();
    }
    let id = route_table_id(subnet);
    let known = tables.iter().find(|(known, _)| Some(*known) == id.as_ref());
    known.map_or(Rerouted::Unknown, |(_, table)| table.rerouted())
}

fn finding(subnet: &Subnet, flow: &ClosedFlow<'_>) -> Finding {
    let finding = Finding::of_subnet(subnet, problem(flow)).in_parts(parts(flow));
    match flow.is_grave {
        true => Finding {
            severity: Severity::Error,
            ..finding
        },
        false => finding.advice(),
    }
}

/// What the group does to it.
fn problem(flow: &ClosedFlow<'_>) -> String {
    let traffic = traffic(flow.direction, &flow.ports, flow.tag);
    match flow.verdict {
        Verdict::Unknown(_) => format!("may close {traffic}{}", later_closed(flow)),
        Verdict::InPart => format!("closes a part of {traffic}{}", later_closed(flow)),
        // Where all has to be open, some that is closed is enough.
        _ if flow.ports.contains(&Ports::ALL) => format!("does not open {traffic}"),
        Verdict::Open | Verdict::Closed => format!("closes {traffic}"),
    }
}

/// The same of each row and port by itself.
fn parts(flow: &ClosedFlow<'_>) -> Vec<String> {
    let rows = flow.rows.iter();
    let single = rows.flat_map(|closed| closed.ports.iter().map(move |port| (closed, port)));
    let part = |(closed, port): (&ClosedRow, &Ports)| {
        let is_later_closed = closed.later_closed.contains(port);
        let problem = problem(&ClosedFlow {
            rows: vec![ClosedRow {
                row: closed.row,
                ports: vec![*port],
                later_closed: is_later_closed.then_some(*port).into_iter().collect(),
            }],
            ports: vec![*port],
            ..flow.clone()
        });
        format!("{problem} ({})", closed.row.purpose)
    };
    single.map(part).collect()
}

/// The far ends of the later page to which nothing passes, where they are others than the guide's.
fn later_closed(flow: &ClosedFlow<'_>) -> String {
    let mut closed: BTreeMap<&str, Vec<Ports>> = BTreeMap::new();
    for row in &flow.rows {
        let forms = AccessEndpoint::ALL.map(|endpoint| row.row.narrow.of(endpoint));
        for form in forms.into_iter().flatten() {
            let ports = row.later_closed.iter().filter(|it| form.ports.contains(it));
            let known = closed.entry(form.tag).or_default();
            known.extend(ports);
            known.sort_unstable();
            known.dedup();
        }
    }
    let others = closed
        .iter()
        .filter(|(tag, ports)| **tag != flow.tag && !ports.is_empty());
    others
        .map(|(tag, ports)| format!(" and all of {}", traffic(flow.direction, ports, tag)))
        .collect()
}

/// What is closed, as a noun.
fn traffic(direction: Direction, ports: &[Ports], tag: &str) -> String {
    let ports = show_ports(ports);
    match direction {
        Direction::Inbound => format!("{ports} to {tag}"),
        Direction::Outbound => format!("the way to {ports} of {tag}"),
    }
}

fn message(
    group: &SecurityGroup,
    flow: &ClosedFlow<'_>,
    endpoint: Option<AccessEndpoint>,
) -> String {
    let closing = closing(group, flow);
    let how_much = match flow.verdict {
        Verdict::Closed | Verdict::Open => String::new(),
        Verdict::InPart => ", though not all of it".to_owned(),
        Verdict::Unknown(doubt) => format!(", perhaps: {}", why(doubt)),
    };
    let rows = flow.rows.iter();
    let as_good_as_closed = rows
        .clone()
        .filter(|closed| !closed.later_closed.is_empty());
    let purposes: Vec<_> = as_good_as_closed.map(|closed| closed.row.purpose).collect();
    let lead = match purposes.is_empty() {
        true => String::new(),
        false => format!(
            "nothing passes of what Microsoft's later page names for {}, so take that for closed: ",
            purposes.join(" and ")
        ),
    };
    let rows = rows.map(|closed| show_row(closed, flow.direction, endpoint));
    format!(
        "{lead}{closing}{how_much}. It is needed for:{}",
        rows.collect::<String>()
    )
}

/// How many rules are named.
const MOST_RULES: usize = 4;

/// The rules that close it, as a sentence.
fn closing(group: &SecurityGroup, flow: &ClosedFlow<'_>) -> String {
    let of_group = format!("of its network security group {:?}", group.name);
    let rules = flow.closed_by.iter().take(MOST_RULES);
    let rules: Vec<_> = rules.map(|rule| show_rule(rule)).collect();
    let more = match flow.closed_by.len().saturating_sub(MOST_RULES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match rules.as_slice() {
        [] => format!("no rule {of_group} allows it"),
        [one] => format!("the rule {one} {of_group} denies it"),
        several => format!("the rules {}{more} {of_group} deny it", several.join(", ")),
    }
}

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
fn show_row(closed: &ClosedRow, direction: Direction, endpoint: Option<AccessEndpoint>) -> String {
    let row = closed.row;
    let broad = show_form(&row.broad, direction);
    let narrow = show_narrow(&row.narrow, direction, endpoint);
    let forms = match broad == narrow {
        true => broad,
        false => format!("{broad} in Microsoft's guide, {narrow} on its later page"),
    };
    let later = match closed.later_closed.as_slice() {
        [] => String::new(),
        ports => format!(
            " At {}, nothing passes of what the later page names.",
            show_ports(ports)
        ),
    };
    format!(
        "\n  - {} ({forms}). Without it, {}.{later}",
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
    format!("{:?} (priority {})", rule.name, rule.priority)
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
