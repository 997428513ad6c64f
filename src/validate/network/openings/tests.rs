use serde_json::{Value as Json, json};

use super::super::addresses::{Addresses, Span};
use super::super::flows::closed_flows;
use super::super::routes::{Rerouted, RouteTable};
use super::super::surroundings::Surroundings;
use super::super::table::AccessEndpoint;
use super::super::traffic::{Near, Verdict};
use super::*;

fn addresses(texts: &[&str]) -> Addresses {
    let read = |text: &&str| Span::read(text).expect(text);
    texts.iter().map(read).collect()
}

fn rule(priority: i64, words: &str) -> Json {
    let words: Vec<_> = words.split(' ').collect();
    let [direction, access, protocol, source, destination, ports] = words.as_slice() else {
        panic!("{words:?}");
    };
    json!({ "name": format!("rule-{priority}"), "properties": {
        "priority": priority, "direction": direction, "access": access, "protocol": protocol, "sourcePortRange": "*",
        "sourceAddressPrefix": source, "destinationAddressPrefix": destination, "destinationPortRange": ports } })
}

/// The rules that every group has.
fn azures_own() -> Vec<Json> {
    [
        (65000, "Inbound Allow * VirtualNetwork VirtualNetwork *"),
        (65001, "Inbound Allow * AzureLoadBalancer * *"),
        (65500, "Inbound Deny * * * *"),
        (65000, "Outbound Allow * VirtualNetwork VirtualNetwork *"),
        (65001, "Outbound Allow * * Internet *"),
        (65500, "Outbound Deny * * * *"),
    ]
    .map(|(priority, words)| rule(priority, words))
    .to_vec()
}

fn group(rules: &[Json]) -> SecurityGroup {
    let body =
        json!({ "properties": { "securityRules": rules, "defaultSecurityRules": azures_own() } });
    SecurityGroup::read("nsg", &body)
}

fn surroundings() -> Surroundings {
    Surroundings {
        region: "westeurope".to_owned(),
        subnets: addresses(&["10.0.1.0/25"]),
        space: Some(addresses(&["10.0.0.0/16"])),
        ..Surroundings::default()
    }
}

/// What a group closes, and what is advised against each of it.
fn advised(
    group: &SecurityGroup,
    rerouted: &Rerouted,
    endpoint: Option<AccessEndpoint>,
) -> Vec<(Verdict, Opening)> {
    let own = addresses(&["10.0.1.0/27"]);
    let near = Near {
        addresses: &own,
        rerouted,
    };
    let flows = closed_flows(group, &near, &surroundings(), endpoint);
    let openings = openings(group, &flows.iter().collect::<Vec<_>>());
    let verdicts = flows.iter().map(|flow| flow.verdict);
    verdicts.zip(openings).collect()
}

/// An opening as it is written into the group.
fn written(opening: &Opening) -> Json {
    let (source, destination) = match opening.direction {
        Direction::Inbound => (opening.far, "VirtualNetwork"),
        Direction::Outbound => ("VirtualNetwork", opening.far),
    };
    let ports: Vec<_> = opening.ports.iter().map(Ports::to_string).collect();
    let mut rule = rule(
        opening.priority.unwrap_or_default(),
        &format!(
            "{} Allow {} {source} {destination} -",
            opening.direction.name(),
            opening.protocol
        ),
    );
    rule["properties"]["destinationPortRanges"] = json!(ports);
    rule
}

/// Whatever closes the table: when all that is advised is added, nothing is closed any more, nor in doubt.
#[test]
fn what_is_advised_opens_everything() {
    let groups: [&[(i64, &str)]; 8] = [
        &[],
        &[
            (110, "Inbound Deny * * * *"),
            (110, "Outbound Deny Tcp * * *"),
        ],
        &[
            (110, "Outbound Deny * * Internet *"),
            (100, "Outbound Allow Udp * * *"),
            (101, "Outbound Allow Icmp * * *"),
        ],
        &[
            (200, "Inbound Deny Tcp * 10.0.1.4 *"),
            (201, "Outbound Deny Tcp 10.0.1.4 * *"),
        ],
        &[
            (110, "Inbound Allow Tcp Storage * 454"),
            (120, "Inbound Deny Tcp Internet * *"),
            (130, "Outbound Deny Tcp * 20.0.0.0/8 *"),
        ],
        &[
            (110, "Outbound Allow * VirtualNetwork VirtualNetwork *"),
            (120, "Outbound Deny * * * 80"),
        ],
        &[(120, "Inbound Deny * VirtualNetwork * *")],
        &[(4096, "Outbound Deny * * AzureCloud *")],
    ];
    let tables: [&[(&str, &str)]; 4] = [
        &[],
        &[("0.0.0.0/0", "Internet")],
        &[("Storage", "Internet")],
        &[("20.0.0.0/8", "VirtualAppliance")],
    ];
    let mut count = 0;
    for rules in groups {
        for routes in tables {
            for endpoint in [
                Some(AccessEndpoint::Internal),
                Some(AccessEndpoint::External),
                None,
            ] {
                let routes = routes.iter().map(|(prefix, hop)| {
                    json!({ "name": prefix, "properties": { "addressPrefix": prefix, "nextHopType": hop } })
                });
                let body = json!({ "properties": { "routes": routes.collect::<Vec<_>>() } });
                let rerouted = RouteTable::read("rt", &body).rerouted();
                let mut all: Vec<_> = rules
                    .iter()
                    .map(|(place, words)| rule(*place, words))
                    .collect();
                let before = advised(&group(&all), &rerouted, endpoint);
                count += before.len();
                let mut places: Vec<_> = all
                    .iter()
                    .map(|rule| {
                        let of = &rule["properties"];
                        (of["direction"].to_string(), of["priority"].as_i64())
                    })
                    .collect();
                for (_, opening) in &before {
                    assert!(opening.priority.is_some(), "{rules:?} {opening:?}");
                    let rule = written(opening);
                    let direction = rule["properties"]["direction"].to_string();
                    places.push((direction, opening.priority));
                    all.push(rule);
                }
                let advised_once = places.len();
                places.sort();
                places.dedup();
                assert_eq!(places.len(), advised_once, "{rules:?} {places:?}");
                let after = advised(&group(&all), &rerouted, endpoint);
                assert_eq!(after, [], "{rules:?} {body} {endpoint:?}");
            }
        }
    }
    assert!(count > 300, "{count}");
}

/// As long as nobody knows the routes, only they may be in doubt afterwards.
#[test]
fn what_is_advised_opens_everything_but_unknown_routes() {
    let closed = group(&[rule(110, "Inbound Deny * * * *")]);
    let mut all = vec![rule(110, "Inbound Deny * * * *")];
    let endpoint = Some(AccessEndpoint::Internal);
    let before = advised(&closed, &Rerouted::Unknown, endpoint);
    assert!(
        before
            .iter()
            .any(|(verdict, _)| *verdict == Verdict::Closed)
    );
    all.extend(before.iter().map(|(_, opening)| written(opening)));
    assert_eq!(advised(&group(&all), &Rerouted::Unknown, endpoint), []);
}

/// Its priority is nobody's, not even a rule's about another protocol.
#[test]
fn a_rule_that_would_open_it_comes_before_those_that_close_it() {
    let group = group(&[
        rule(100, "Inbound Allow Tcp Storage * 1"),
        rule(101, "Inbound Deny Udp * * *"),
        rule(102, "Inbound Deny Tcp * * 455"),
        rule(104, "Inbound Deny Tcp * * 3443"),
        rule(110, "Inbound Allow Tcp * * *"),
    ]);
    let endpoint = Some(AccessEndpoint::Internal);
    let advised = advised(&group, &Rerouted::default(), endpoint);
    let told = advised.iter().map(|(_, it)| {
        let ports: Vec<_> = it.ports.iter().map(Ports::to_string).collect();
        (ports.join(","), it.far, it.priority)
    });
    let told: Vec<_> = told.collect();
    let all = "0-65535".to_owned();
    assert_eq!(
        told,
        [
            (all.clone(), "VirtualNetwork", None),
            ("455".to_owned(), "AppServiceManagement", None),
            ("3443".to_owned(), "Internet", Some(103)),
            ("3443".to_owned(), "ApiManagement", None),
            (all, "AzureLoadBalancer", None),
        ]
    );
}

/// The rows of flows, each with a way, a port and what is advised about it.
fn advised_rows(
    custom: &[Json],
    rerouted: &Rerouted,
) -> Vec<((&'static str, Direction, Ports), Opening)> {
    let group = group(custom);
    let own = addresses(&["10.0.1.0/27"]);
    let near = Near {
        addresses: &own,
        rerouted,
    };
    let flows = closed_flows(
        &group,
        &near,
        &surroundings(),
        Some(AccessEndpoint::Internal),
    );
    let openings = openings(&group, &flows.iter().collect::<Vec<_>>());
    let mut all = Vec::new();
    for (flow, opening) in flows.iter().zip(openings) {
        for closed in &flow.rows {
            let ports = closed.ports.iter();
            let places = ports.map(|ports| (closed.row.name, flow.direction, *ports));
            all.extend(places.map(|place| (place, opening.clone())));
        }
    }
    all
}

/// Where routes decide which of two tags an address has, a rule about either may close what is asked for.
#[test]
fn what_is_advised_comes_before_what_closes_it_by_any_meaning_of_the_tags() {
    let groups: [&[(i64, &str)]; 5] = [
        &[(100, "Inbound Deny Tcp VirtualNetwork * 3443")],
        &[(100, "Inbound Deny * VirtualNetwork * *")],
        &[
            (100, "Inbound Deny Tcp VirtualNetwork * 454"),
            (300, "Inbound Deny Tcp 203.0.113.0/24 * 454"),
            (400, "Inbound Allow Tcp Internet * 454"),
        ],
        &[(102, "Inbound Deny Tcp VirtualNetwork * 3443")],
        &[
            (100, "Outbound Deny Tcp * VirtualNetwork 443"),
            (200, "Outbound Deny Tcp * AppService 443"),
        ],
    ];
    let by_default = RouteTable::read(
        "rt",
        &json!({ "properties": { "routes": [
            { "name": "tunnel", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance" } } ] } }),
    );
    let (mut with, mut without) = (0, 0);
    for rules in groups {
        for rerouted in [by_default.rerouted(), Rerouted::Unknown] {
            let mut all: Vec<_> = rules
                .iter()
                .map(|(place, words)| rule(*place, words))
                .collect();
            let before = advised_rows(&all, &rerouted);
            let mut written_already = Vec::new();
            for (_, opening) in &before {
                if opening.priority.is_some() && !written_already.contains(opening) {
                    all.push(written(opening));
                    written_already.push(opening.clone());
                }
            }
            let after = advised_rows(&all, &rerouted);
            for (place, opening) in &before {
                match opening.priority {
                    Some(_) => with += 1,
                    None => without += 1,
                }
                let is_closed = after.iter().any(|(left, _)| left == place);
                assert!(
                    !is_closed || opening.priority.is_none(),
                    "{rules:?} {rerouted:?} {place:?} {opening:?}"
                );
            }
        }
    }
    assert!(with > 20 && without > 5, "{with} {without}");
}

/// What has least room is served first.
#[test]
fn a_free_priority_goes_to_what_no_other_one_serves() {
    let rules = [
        rule(100, "Inbound Allow Tcp Storage * 1"),
        rule(102, "Inbound Deny Tcp AzureLoadBalancer * *"),
        rule(3000, "Inbound Deny Tcp Internet * 454"),
    ];
    let advised = advised_rows(&rules, &Rerouted::default());
    for ((row, ..), opening) in &advised {
        assert!(opening.priority.is_some(), "{row} {opening:?}");
    }
    let balancer = advised
        .iter()
        .find(|((row, ..), _)| *row == "load-balancer");
    let (_, opening) = balancer.expect("a row");
    assert_eq!(opening.priority, Some(101));
}
