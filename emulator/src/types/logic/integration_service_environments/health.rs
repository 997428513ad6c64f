//! What an environment depends on in its network, and whether security rules and routes let it through.

use std::sync::LazyLock;

use serde::Deserialize;

use super::short;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, list, text};
use crate::core::operations::Failure;
use crate::core::store::Stored;
use crate::core::world::World;
use crate::types::network::traffic::{self, End, Flow};

/// A group of addresses that the component in a subnet must reach.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    category: String,
    display_name: String,
    #[serde(flatten)]
    place: Place,
    domains: Vec<String>,
    ports: Vec<u16>,
}

/// Where a dependency is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Place {
    /// Outside, by the service tag with which security rules name it.
    Tag(String),
    /// In the subnet of that number of the same environment.
    Subnet(usize),
}

/// By the place of the subnet: the workflow engine, the connectors, their gateway, and the cache, which reports nothing.
static COMPONENTS: LazyLock<Vec<Vec<Dependency>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/dependencies.json")).unwrap_or_default()
});

/// The inbound ports without which connectors cannot be deployed, and the services that speak to them.
const DEPLOYMENT: [(&str, u16); 2] = [("AppServiceManagement", 454), ("ApiManagement", 3443)];

/// The report by subnet name.
pub(crate) fn report(world: &World, body: &Json) -> Json {
    let subnets = subnets(world, body);
    let report = COMPONENTS
        .iter()
        .enumerate()
        .filter_map(|(number, dependencies)| {
            let name = subnets.get(number)?.id.name().to_owned();
            Some((
                name,
                subnet_report(world, body, &subnets, number, dependencies),
            ))
        });
    Json::Object(report.collect())
}

/// Why a deployment fails, if its network blocks what it depends on.
pub(crate) fn blocked(world: &World, body: &Json) -> Option<Failure> {
    let subnets = subnets(world, body);
    for (number, (subnet, dependencies)) in subnets.iter().zip(COMPONENTS.iter()).enumerate() {
        let name = subnet.id.name();
        let closed = |(tag, port): &&(&str, u16)| {
            let flow = Flow {
                inbound: true,
                port: *port,
                other: End::Tag(tag),
            };
            !traffic::allows(world, subnet, &flow)
        };
        if let Some((_, port)) = DEPLOYMENT.iter().find(closed) {
            let why =
                format!("does not let port {port} in, which the deployment of connectors needs");
            return Some(errors::network_blocked(name, why).into());
        }
        let unreachable = |one: &&Dependency| {
            one.ports
                .iter()
                .any(|port| !reaches(world, &subnets, number, one, *port))
        };
        if let Some(unreachable) = dependencies.iter().find(unreachable) {
            let why = format!(
                "does not let out what its component needs: {}",
                unreachable.display_name
            );
            return Some(errors::network_blocked(name, why).into());
        }
    }
    None
}

fn subnets<'a>(world: &'a World, body: &Json) -> Vec<&'a Stored> {
    let ids = list(body, "properties/networkConfiguration/subnets").iter();
    ids.filter_map(|subnet| {
        world
            .resources
            .get(&ResourceId::parse(text(subnet, "id")?)?)
    })
    .collect()
}

/// Whether the component in a subnet gets through to what it depends on; in the network, that has to let it in as well.
fn reaches(
    world: &World,
    subnets: &[&Stored],
    number: usize,
    dependency: &Dependency,
    port: u16,
) -> bool {
    let allows = |subnet: &Stored, inbound: bool, other: End<'_>| {
        let flow = Flow {
            inbound,
            port,
            other,
        };
        traffic::allows(world, subnet, &flow)
    };
    let Some(subnet) = subnets.get(number) else {
        return false;
    };
    match &dependency.place {
        Place::Tag(tag) => allows(subnet, false, End::Tag(tag)),
        Place::Subnet(other) => subnets.get(*other).is_some_and(|other| {
            let theirs = traffic::ranges_of(other).into_iter().map(End::Range);
            let ours = traffic::ranges_of(subnet).into_iter().map(End::Range);
            theirs
                .into_iter()
                .all(|theirs| allows(subnet, false, theirs))
                && ours.into_iter().all(|ours| allows(other, true, ours))
        }),
    }
}

fn subnet_report(
    world: &World,
    body: &Json,
    subnets: &[&Stored],
    number: usize,
    dependencies: &[Dependency],
) -> Json {
    if dependencies.is_empty() {
        return json!({"networkDependencyHealthState": "Healthy"});
    }
    let id = text(body, "properties/integrationServiceEnvironmentId").unwrap_or_default();
    let region = text(body, "location").unwrap_or_default();
    let mut healthy = true;
    let mut shown = Vec::new();
    for dependency in dependencies {
        let open = dependency
            .ports
            .iter()
            .all(|port| reaches(world, subnets, number, dependency, *port));
        healthy &= open;
        let ports: Vec<String> = dependency.ports.iter().map(u16::to_string).collect();
        let endpoints = dependency.domains.iter().map(|domain| {
            json!({
                "domainName": domain.replace("{id}", short(id)).replace("{region}", region),
                "ports": ports,
                "accessibility": if open { "Available" } else { "NotAvailable" }
            })
        });
        shown.push(json!({
            "category": dependency.category, "displayName": dependency.display_name, "endpoints": endpoints.collect::<Vec<_>>()
        }));
    }
    let state = if healthy { "Healthy" } else { "Unhealthy" };
    // The model calls the first state an accessibility, Azure's own example says Healthy: so do we.
    json!({
        "networkDependencyHealthState": state,
        "outboundNetworkDependencies": shown,
        "outboundNetworkHealth": {"state": state}
    })
}
