//! Random networks: security groups, routes and service endpoints in front of four subnets.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use provider_ise::validate::network::requirements::{ServiceTags, requirements};
use provider_ise::validate::network::table::AccessEndpoint;
use serde_json::{Value as Json, json};

/// What is around each of the four subnets, as it is written to ARM.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) subnets: Vec<Around>,
}

/// What is around one.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    /// The rules of its security group, if it has one.
    pub(crate) rules: Option<Vec<Json>>,
    /// The routes of its table, if it has one.
    pub(crate) routes: Option<Vec<Json>>,
    pub(crate) service_endpoints: Vec<&'static str>,
}

/// The prefix of a subnet.
pub(crate) fn prefix(number: usize) -> String {
    format!("10.0.{}.0/27", number + 1)
}

const PORTS: [&str; 12] = [
    "443",
    "80",
    "1433",
    "1886",
    "454",
    "3443",
    "6380",
    "5672",
    "400-500",
    "1000-7000",
    "*",
    "0-65535",
];

const SOURCE_PORTS: [&str; 6] = ["*", "*", "*", "0-65535", "443", "50000-60000"];

const PROTOCOLS: [&str; 4] = ["Tcp", "*", "*", "Udp"];

/// Whom a rule names on the other side: one, or many with commas.
const FAR: [&str; 30] = [
    "*",
    "*",
    "0.0.0.0/0",
    "0.0.0.0/1,128.0.0.0/1",
    "Internet",
    "Internet",
    "VirtualNetwork",
    "AzureLoadBalancer",
    "AzureCloud",
    "AzureCloud.WestEurope",
    "AzureCloud.northeurope",
    "Storage",
    "Storage.WestEurope",
    "Storage.NorthEurope",
    "Sql",
    "Sql.westeurope",
    "AzureActiveDirectory",
    "AzureMonitor",
    "EventHub",
    "AppServiceManagement",
    "ApiManagement",
    "ApiManagement.NorthEurope",
    "AzureTrafficManager",
    "10.0.0.0/8",
    "10.0.3.0/27",
    "10.0.4.0/28",
    "10.0.4.16/28,10.0.1.4",
    "10.0.1.0/27,10.0.2.0/27",
    "20.0.0.0/6",
    "192.168.0.0/16",
];

/// And on its own.
const NEAR: [&str; 10] = [
    "*",
    "*",
    "*",
    "VirtualNetwork",
    "VirtualNetwork",
    "10.0.0.0/8",
    "10.0.1.0/27",
    "10.0.3.0/28",
    "10.0.4.4",
    "Internet",
];

const ROUTES: [&str; 15] = [
    "0.0.0.0/0",
    "0.0.0.0/0",
    "AzureCloud",
    "AzureCloud.westeurope",
    "Storage",
    "Storage.WestEurope",
    "Storage.NorthEurope",
    "Sql",
    "AzureMonitor",
    "AzureActiveDirectory",
    "10.0.0.0/8",
    "10.0.0.0/16",
    "10.0.3.0/27",
    "10.0.4.16/28",
    "20.0.0.0/8",
];

const HOPS: [&str; 6] = [
    "Internet",
    "Internet",
    "VirtualAppliance",
    "VirtualNetworkGateway",
    "VnetLocal",
    "None",
];

const ENDPOINTS: [&str; 3] = ["Microsoft.Storage", "Microsoft.Sql", "Microsoft.KeyVault"];

/// Where rules begin, and how far they are from one another: with and without room for what would open what they close.
const PLACES: [(usize, usize); 4] = [(100, 1), (101, 1), (101, 2), (500, 1)];

/// Any network.
pub(crate) fn any() -> impl Strategy<Value = Network> {
    vec(around(), 4).prop_map(|subnets| Network { subnets })
}

fn around() -> impl Strategy<Value = Around> {
    let rules = prop_oneof![2 => Just(None), 3 => rules().prop_map(Some)];
    let routes = prop_oneof![4 => Just(None), 1 => routes().prop_map(Some)];
    let endpoints = prop_oneof![3 => Just(Vec::new()), 1 => vec(select(&ENDPOINTS[..]), 1..3)];
    (rules, routes, endpoints).prop_map(|(rules, routes, mut service_endpoints)| {
        service_endpoints.sort_unstable();
        service_endpoints.dedup();
        Around {
            rules,
            routes,
            service_endpoints,
        }
    })
}

/// Some rules, and in most groups the table's behind them.
fn rules() -> impl Strategy<Value = Vec<Json>> {
    let table = prop_oneof![
        1 => Just(None),
        4 => Just(Some(ServiceTags::Broad)),
        4 => Just(Some(ServiceTags::Narrow)),
    ];
    let is_last = proptest::bool::ANY;
    let places = select(&PLACES[..]);
    (vec(rule(), 0..4), table, is_last, places).prop_map(|(mut rules, table, denies_the_rest, (first, step))| {
        for (place, rule) in rules.iter_mut().enumerate() {
            rule["name"] = json!(format!("random-{place}"));
            rule["properties"]["priority"] = json!(first + step * place);
        }
        if let Some(tags) = table {
            let table = requirements(AccessEndpoint::Internal, tags, 1000).unwrap_or_default();
            rules.extend(table.iter().map(|rule| {
                json!({ "name": rule.name, "properties": {
                    "priority": rule.priority, "direction": rule.direction.name(), "access": "Allow", "protocol": rule.protocol,
                    "sourcePortRange": "*", "destinationPortRanges": rule.destination_port_ranges,
                    "sourceAddressPrefix": rule.source_address_prefix,
                    "destinationAddressPrefix": rule.destination_address_prefix } })
            }));
        }
        if denies_the_rest {
            for direction in ["Inbound", "Outbound"] {
                rules.push(json!({ "name": format!("rest-{direction}"), "properties": {
                    "priority": 4096, "direction": direction, "access": "Deny", "protocol": "*", "sourcePortRange": "*",
                    "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*" } }));
            }
        }
        rules
    })
}

fn rule() -> impl Strategy<Value = Json> {
    let words = (
        select(&["Inbound", "Outbound"][..]),
        select(&["Allow", "Deny", "Deny"][..]),
        select(&PROTOCOLS[..]),
    );
    let numbers = (select(&SOURCE_PORTS[..]), vec(select(&PORTS[..]), 1..3));
    (words, numbers, select(&NEAR[..]), select(&FAR[..])).prop_map(
        |((direction, access, protocol), (source_ports, ports), near, far)| {
            let (source, destination) = match direction {
                "Inbound" => (far, near),
                _ => (near, far),
            };
            let mut properties = json!({
                "direction": direction, "access": access, "protocol": protocol, "sourcePortRange": source_ports });
            match ports.as_slice() {
                [one] => properties["destinationPortRange"] = json!(one),
                many if many.contains(&"*") => properties["destinationPortRange"] = json!("*"),
                many => properties["destinationPortRanges"] = json!(many),
            }
            named(&mut properties, "source", source);
            named(&mut properties, "destination", destination);
            json!({ "properties": properties })
        },
    )
}

fn named(properties: &mut Json, side: &str, text: &str) {
    let many: Vec<_> = text.split(',').collect();
    match many.as_slice() {
        [one] => properties[format!("{side}AddressPrefix")] = json!(one),
        many => properties[format!("{side}AddressPrefixes")] = json!(many),
    }
}

/// A table has each prefix once.
fn routes() -> impl Strategy<Value = Vec<Json>> {
    vec((select(&ROUTES[..]), select(&HOPS[..])), 0..4).prop_map(|routes| {
        let mut known = Vec::new();
        let mut all = Vec::new();
        for (prefix, hop) in routes {
            if known.contains(&prefix) {
                continue;
            }
            known.push(prefix);
            let mut properties = json!({ "addressPrefix": prefix, "nextHopType": hop });
            if hop == "VirtualAppliance" {
                properties["nextHopIpAddress"] = json!("10.0.9.4");
            }
            all.push(json!({ "name": format!("route-{}", known.len()), "properties": properties }));
        }
        all
    })
}
