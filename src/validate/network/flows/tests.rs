use serde_json::{Value as Json, json};

use super::super::addresses::{Addresses, Span};
use super::super::requirements::{ServiceTags, requirements};
use super::super::routes::{Rerouted, ServiceEndpoints};
use super::*;

fn addresses(texts: &[&str]) -> Addresses {
    let read = |text: &&str| Span::read(text).expect(text);
    texts.iter().map(read).collect()
}

fn surroundings() -> Surroundings {
    let space = addresses(&["10.0.0.0/16"]);
    Surroundings {
        region: "westeurope".to_owned(),
        subnets: addresses(&["10.0.1.0/25"]),
        blocks: space.spans().collect(),
        space: Some(space),
        has_gateway: false,
    }
}

fn rule(
    name: &str,
    priority: i64,
    direction: &str,
    access: &str,
    source: &str,
    destination: &str,
    ports: &[&str],
) -> Json {
    json!({ "name": name, "properties": {
        "priority": priority, "direction": direction, "access": access, "protocol": "*", "sourcePortRange": "*",
        "sourceAddressPrefix": source, "destinationAddressPrefix": destination, "destinationPortRanges": ports,
    } })
}

fn group(custom: &[Json]) -> SecurityGroup {
    let all = &["0-65535"];
    let default = [
        rule(
            "AllowVnetInBound",
            65000,
            "Inbound",
            "Allow",
            "VirtualNetwork",
            "VirtualNetwork",
            all,
        ),
        rule(
            "AllowAzureLoadBalancerInBound",
            65001,
            "Inbound",
            "Allow",
            "AzureLoadBalancer",
            "*",
            all,
        ),
        rule("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*", all),
        rule(
            "AllowVnetOutBound",
            65000,
            "Outbound",
            "Allow",
            "VirtualNetwork",
            "VirtualNetwork",
            all,
        ),
        rule(
            "AllowInternetOutBound",
            65001,
            "Outbound",
            "Allow",
            "*",
            "Internet",
            all,
        ),
        rule("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*", all),
    ];
    let body =
        json!({ "properties": { "securityRules": custom, "defaultSecurityRules": default } });
    SecurityGroup::read("nsg", &body)
}

/// Direction, ports and tag of what a group closes, with `!` where that is grave, and the rules that do it.
fn closed(custom: &[Json], endpoint: AccessEndpoint) -> Vec<String> {
    let group = group(custom);
    let none = Rerouted::default();
    let near = Near {
        addresses: &addresses(&["10.0.1.0/27"]),
        rerouted: &none,
    };
    let flows = closed_flows(&group, &near, &surroundings(), Some(endpoint));
    let show = |flow: &ClosedFlow<'_>| {
        let ports: Vec<_> = flow.ports.iter().map(Ports::to_string).collect();
        let rules: Vec<_> = flow
            .closed_by
            .iter()
            .map(|rule| rule.name.as_str())
            .collect();
        let grave = if flow.is_grave { "!" } else { "?" };
        format!(
            "{}{grave} {} {} {}",
            flow.direction.name(),
            ports.join(","),
            flow.tag,
            rules.join(",")
        )
    };
    flows.iter().map(show).collect()
}

fn deny(direction: &str, source: &str, destination: &str, ports: &[&str]) -> Json {
    rule("deny", 200, direction, "Deny", source, destination, ports)
}

fn allow(priority: i64, direction: &str, source: &str, destination: &str, ports: &[&str]) -> Json {
    rule(
        &format!("allow-{priority}"),
        priority,
        direction,
        "Allow",
        source,
        destination,
        ports,
    )
}

use AccessEndpoint::{External, Internal};

#[test]
fn azures_own_rules_close_what_the_services_ask() {
    let always = [
        "Inbound! 443 AzureTrafficManager DenyAllInBound",
        "Inbound! 454,3443 Internet DenyAllInBound",
        "Inbound! 454,455 AppServiceManagement DenyAllInBound",
        "Inbound! 3443 ApiManagement DenyAllInBound",
    ];
    assert_eq!(closed(&[], Internal), always);
    let mut with_calls = vec!["Inbound? 443 Internet DenyAllInBound"];
    with_calls.extend(always);
    assert_eq!(closed(&[], External), with_calls);
}

#[test]
fn the_rules_of_the_table_open_everything() {
    for endpoint in AccessEndpoint::ALL {
        for tags in ServiceTags::ALL {
            let rules = requirements(endpoint, tags, 100).expect("rules");
            let mut custom: Vec<_> = rules
                .iter()
                .map(|it| {
                    let ports: Vec<_> = it
                        .destination_port_ranges
                        .iter()
                        .map(String::as_str)
                        .collect();
                    let (source, destination) =
                        (it.source_address_prefix, it.destination_address_prefix);
                    rule(
                        &it.name,
                        it.priority,
                        it.direction.name(),
                        "Allow",
                        source,
                        destination,
                        &ports,
                    )
                })
                .collect();
            custom.push(rule(
                "rest-in",
                4000,
                "Inbound",
                "Deny",
                "*",
                "*",
                &["0-65535"],
            ));
            custom.push(rule(
                "rest-out",
                4000,
                "Outbound",
                "Deny",
                "*",
                "*",
                &["0-65535"],
            ));
            let left = closed(&custom, endpoint);
            // Broad, the network may call an Internal endpoint too: the row about communication inside the subnets lets it.
            assert_eq!(left, [""; 0], "{endpoint:?} {tags:?}");
        }
    }
}

/// Opens all that Azure's own rules close.
fn open() -> Vec<Json> {
    vec![
        allow(100, "Inbound", "AzureTrafficManager", "*", &["443", "454"]),
        allow(101, "Inbound", "AppServiceManagement", "*", &["454", "455"]),
        allow(102, "Inbound", "LogicApps", "*", &["454"]),
        allow(103, "Inbound", "LogicAppsManagement", "*", &["454"]),
        allow(104, "Inbound", "AzureConnectors", "*", &["454"]),
        allow(105, "Inbound", "ApiManagement", "*", &["3443"]),
    ]
}

#[test]
fn either_form_is_enough() {
    assert_eq!(closed(&open(), Internal), [""; 0]);
    for (without, expected) in [
        (0, "Inbound! 443 AzureTrafficManager DenyAllInBound"),
        (2, "Inbound? 454 Internet DenyAllInBound"),
        // Other services may speak to the port: the guide's form is closed in part only.
        (4, "Inbound? 454 Internet DenyAllInBound"),
        (
            5,
            "Inbound! 3443 Internet DenyAllInBound; Inbound! 3443 ApiManagement DenyAllInBound",
        ),
    ] {
        let mut rules = open();
        rules.remove(without);
        assert_eq!(closed(&rules, Internal).join("; "), expected);
    }
    // The broad form of one row, the narrow one of all others.
    let mut rules = open();
    rules.remove(4);
    rules.push(allow(104, "Inbound", "Internet", "*", &["454"]));
    assert_eq!(closed(&rules, Internal), [""; 0]);
    // Traffic Manager asks at one port or the other.
    rules[0] = allow(100, "Inbound", "AzureTrafficManager", "*", &["454"]);
    assert_eq!(closed(&rules, Internal), [""; 0]);
    assert_eq!(closed(&rules, External).len(), 2);
}

/// Storage may speak to the port: neither is the guide's form closed, nor is the later page's open.
#[test]
fn a_row_is_not_closed_while_a_part_of_either_form_passes() {
    let mut rules = open();
    rules[4] = allow(104, "Inbound", "Storage", "*", &["454"]);
    let group = group(&rules);
    let own = addresses(&["10.0.1.0/27"]);
    let none = Rerouted::default();
    let near = Near {
        addresses: &own,
        rerouted: &none,
    };
    let closed = closed_flows(&group, &near, &surroundings(), Some(Internal));
    let told: Vec<_> = closed
        .iter()
        .map(|it| {
            (
                it.rows[0].row.name,
                it.verdict,
                it.rows[0].later_closed == it.ports,
                it.is_grave,
            )
        })
        .collect();
    let expected = ("connector-deployment", Verdict::InPart, true, false);
    assert_eq!(told, [expected]);
}

#[test]
fn outbound_rows() {
    for (rule, expected) in [
        (
            deny("Outbound", "*", "Internet", &["1433"]),
            "Outbound! 1433 Sql deny",
        ),
        (
            deny("Outbound", "*", "Sql", &["0-65535"]),
            "Outbound? 80,443 Internet deny; Outbound! 1433 Sql deny",
        ),
        (
            deny("Outbound", "*", "Sql.NorthEurope", &["0-65535"]),
            "Outbound? 80,443 Internet deny",
        ),
        (
            deny("Outbound", "*", "20.0.0.0/8", &["1433"]),
            "Outbound? 1433 Sql deny",
        ),
        (
            deny("Outbound", "*", "*", &["1886"]),
            "Outbound! 0-65535 VirtualNetwork deny; Outbound! 1886 Internet deny",
        ),
        (
            deny("Outbound", "*", "AzureActiveDirectory", &["80"]),
            "Outbound? 80 Internet deny; Outbound! 80 AzureActiveDirectory deny",
        ),
    ] {
        let mut rules = open();
        rules.push(rule);
        assert_eq!(closed(&rules, Internal).join("; "), expected);
    }
}

/// One rule closes one far end: one finding, whatever else the rows have in the later form.
#[test]
fn one_cause_is_told_once() {
    for (rule, expected) in [
        (
            deny("Outbound", "*", "AppService", &["443"]),
            "Outbound? 443 Internet deny",
        ),
        (
            deny("Inbound", "AzureConnectors", "*", &["454"]),
            "Inbound? 454 Internet deny",
        ),
    ] {
        let mut rules = vec![allow(300, "Inbound", "*", "*", &["0-65535"])];
        rules.push(rule);
        assert_eq!(closed(&rules, Internal), [expected]);
    }
}

#[test]
fn inside_the_subnets_every_port_counts() {
    let mut rules = open();
    rules.push(deny("Inbound", "10.0.1.64/27", "*", &["8443"]));
    let closed = closed(&rules, Internal);
    assert_eq!(closed, ["Inbound! 0-65535 VirtualNetwork deny"]);
}

fn led(routes: &[(&str, &str)], endpoints: &[&str]) -> Vec<String> {
    let routes = routes.iter().map(|(prefix, hop)| {
        json!({ "name": prefix, "properties": { "addressPrefix": prefix, "nextHopType": hop } })
    });
    let body = json!({ "properties": { "routes": routes.collect::<Vec<_>>() } });
    let table = RouteTable::read("rt", &body);
    let endpoints = ServiceEndpoints {
        names: endpoints.iter().map(|it| (*it).to_owned()).collect(),
        may_be_more: false,
    };
    let led = led_elsewhere(&table, &endpoints, &surroundings());
    let show = |one: &LedElsewhere<'_>| {
        let routes: Vec<_> = one.routes.iter().map(|route| route.text.as_str()).collect();
        format!("{} by {}", one.tags.join(","), routes.join(","))
    };
    led.iter().map(show).collect()
}

#[test]
fn forced_tunnelling_leads_management_astray() {
    let tunnel = ("0.0.0.0/0", "VirtualAppliance");
    assert_eq!(led(&[], &[]), [""; 0]);
    assert_eq!(led(&[("0.0.0.0/0", "Internet")], &[]), [""; 0]);
    assert_eq!(
        led(&[tunnel], &["Microsoft.Sql"]),
        [
            "Internet,AzureActiveDirectory,Storage,AzureMonitor,AzureTrafficManager,AppServiceManagement,ApiManagement,EventHub by 0.0.0.0/0"
        ]
    );
    let mut routes = vec![tunnel];
    for tag in [
        "AzureActiveDirectory",
        "AzureMonitor",
        "AzureTrafficManager",
        "AppServiceManagement",
        "ApiManagement",
        "AppService",
    ] {
        routes.push((tag, "Internet"));
    }
    let endpoints = ["Microsoft.Storage", "Microsoft.Sql", "Microsoft.EventHub"];
    assert_eq!(led(&routes, &endpoints), ["Internet by 0.0.0.0/0"]);
    assert_eq!(
        led(&[("10.0.1.0/24", "None")], &[]),
        ["VirtualNetwork by 10.0.1.0/24"]
    );
}

#[test]
fn of_two_verdicts_the_less_certain_one_holds_for_both() {
    let unknown = Verdict::Unknown(Doubt::Service);
    for (one, other, expected) in [
        (Verdict::Closed, Verdict::Closed, Verdict::Closed),
        (Verdict::Closed, Verdict::InPart, Verdict::InPart),
        (Verdict::Closed, unknown, unknown),
        (Verdict::InPart, Verdict::InPart, Verdict::InPart),
        (Verdict::InPart, unknown, unknown),
        (unknown, unknown, unknown),
    ] {
        assert_eq!(milder(one, other), expected, "{one:?} {other:?}");
        assert_eq!(milder(other, one), expected, "{other:?} {one:?}");
    }
}

/// Traffic Manager asks at port 454 with an Internal endpoint, and at 443 with an External one.
#[test]
fn with_either_endpoint_only_what_holds_for_both_is_certain() {
    use Verdict::{Closed, InPart, Unknown};
    let manager = "AzureTrafficManager";
    let some = |ports| {
        let mut some = allow(100, "Inbound", manager, "*", ports);
        some["properties"]["sourcePortRange"] = json!("50000-60000");
        some
    };
    let all = |ports| allow(100, "Inbound", manager, "*", ports);
    let not_closed = None;
    let in_part = |is_later_closed| Some((InPart, is_later_closed, false));
    let closed = Some((Closed, false, true));
    let external = Doubt::AccessEndpoint(External);
    for (first, with_internal, with_external, with_either) in [
        (None, closed, closed, closed),
        (Some(all(&["443"])), not_closed, not_closed, not_closed),
        (
            Some(all(&["454"])),
            not_closed,
            closed,
            Some((Unknown(external), false, false)),
        ),
        (
            Some(some(&["443"])),
            in_part(true),
            in_part(false),
            in_part(false),
        ),
        (Some(some(&["454"])), in_part(false), closed, in_part(false)),
    ] {
        let mut rules = open();
        rules.remove(0);
        rules.extend(first);
        let group = group(&rules);
        let near = Near {
            addresses: &addresses(&["10.0.1.0/27"]),
            rerouted: &Rerouted::default(),
        };
        let of = |endpoint| {
            let flows = closed_flows(&group, &near, &surroundings(), endpoint);
            let found = flows.into_iter().find(|flow| flow.tag == manager);
            found.map(|it| {
                let is_later_closed = !it.rows[0].later_closed.is_empty();
                (it.verdict, is_later_closed, it.is_grave)
            })
        };
        assert_eq!(of(Some(Internal)), with_internal, "{rules:?}");
        assert_eq!(of(Some(External)), with_external, "{rules:?}");
        assert_eq!(of(None), with_either, "{rules:?}");
    }
}
