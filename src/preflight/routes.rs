//! The rule `network-routes`: what the route tables of the subnets lead elsewhere than where it has to go.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::finding::Finding;
use super::network::Subnet;
use crate::azure::subnet::route_table_id;
use crate::validate::network::flows::{LedElsewhere, led_elsewhere};
use crate::validate::network::routes::{Course, RouteTable, ServiceEndpoints, service_endpoint};
use crate::validate::network::table::{INTERNET, VIRTUAL_NETWORK};

/// A subnet without a table goes by Azure's own routes and by what a gateway has learnt; one whose table nobody knows says
/// nothing.
pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let surroundings = facts.surroundings();
    let tables = facts.tables();
    let none = RouteTable::none();
    let mut findings = Vec::new();
    for (subnet, body) in facts.network.known() {
        let has_none = body["properties"]["routeTable"].is_null();
        let id = route_table_id(body);
        let known = tables.iter().find(|(known, _)| Some(*known) == id.as_ref());
        let table = match known {
            Some((_, table)) => table,
            None if has_none => &none,
            None => continue,
        };
        let led = led_elsewhere(table, &ServiceEndpoints::read(body), &surroundings);
        let table = (!has_none).then_some(table);
        findings.extend(led.iter().map(|led| finding(subnet, table, led)));
    }
    findings
}

fn finding(subnet: &Subnet, table: Option<&RouteTable>, led: &LedElsewhere<'_>) -> Finding {
    let problem = |tags: &str| match led.course {
        Course::Elsewhere => format!("sends traffic to {tags} elsewhere"),
        Course::Straight | Course::Perhaps | Course::Learnt | Course::WithoutEndpoint => {
            format!("may send traffic to {tags} elsewhere")
        }
    };
    let found = Finding::of_subnet(subnet, problem(&led.tags.join(", "))).advice();
    let rows = led.rows.iter();
    let parts = rows.map(|row| format!("{} ({})", problem(row.broad.tag), row.purpose));
    let found = found.in_parts(parts);
    found.explained(message(table, led), remedy(table, led))
}

fn message(table: Option<&RouteTable>, led: &LedElsewhere<'_>) -> String {
    let routes = led
        .routes
        .iter()
        .map(|route| format!("{:?} ({} to {})", route.name, route.text, route.next_hop));
    let routes: Vec<_> = routes.collect();
    let routes = routes.join(", ");
    let name = table.map_or("", |table| table.name.as_str());
    let learnt = "what the network's gateway may have learnt by BGP, which is not known here";
    let how = match led.course {
        Course::Learnt if table.is_none() => {
            format!("it has no route table, and so takes over {learnt}")
        }
        Course::Learnt => {
            format!("its route table {name:?} has no default route and takes over {learnt}")
        }
        Course::WithoutEndpoint => format!(
            "its route table {name:?} leads it elsewhere, unless a service endpoint leads there, and those of the subnet are not all \
             known yet: {routes}"
        ),
        Course::Perhaps => {
            format!("its route table {name:?} leads some of it elsewhere, or perhaps all: {routes}")
        }
        Course::Straight | Course::Elsewhere => {
            format!("its route table {name:?} leads it elsewhere: {routes}")
        }
    };
    let fails: BTreeSet<_> = led.rows.iter().map(|row| row.purpose).collect();
    let fails: Vec<_> = fails.into_iter().collect();
    format!(
        "{how}. That is the way of: {}. An answer that comes back another way is dropped, and what an appliance or a gateway does not \
         let out is lost: the deployment of the environment fails, or the environment stops working",
        fails.join("; ")
    )
}

fn remedy(table: Option<&RouteTable>, led: &LedElsewhere<'_>) -> String {
    let services: Vec<_> = led
        .tags
        .iter()
        .copied()
        .filter(|tag| ![INTERNET, VIRTUAL_NETWORK].contains(tag))
        .collect();
    let mut cures = Vec::new();
    if led.tags.contains(&VIRTUAL_NETWORK) {
        cures.push("lead the network's own addresses to VnetLocal".to_owned());
    }
    if led.course == Course::Learnt && table.is_none() {
        cures.push(
            "link it with a route table in which the propagation of gateway routes is off, or which has a route 0.0.0.0/0 with next \
             hop Internet"
                .to_owned(),
        );
    } else if led.course == Course::Learnt {
        cures.push("turn the propagation of gateway routes off in the table, or add a route 0.0.0.0/0 with next hop Internet".to_owned());
    } else if led.tags.contains(&INTERNET) {
        cures.push(
            "lead 0.0.0.0/0 to Internet, or make sure that the appliance lets it out".to_owned(),
        );
    }
    if !services.is_empty() && led.course != Course::Learnt {
        let mut cure = format!(
            "add routes with next hop Internet for the service tags {}",
            services.join(", ")
        );
        let endpoints: Vec<_> = services
            .iter()
            .filter_map(|tag| service_endpoint(tag))
            .collect();
        if !endpoints.is_empty() {
            cure.push_str(&format!(
                " (or service endpoints: {})",
                endpoints.join(", ")
            ));
        }
        cures.push(cure);
    }
    cures.join("; ")
}
