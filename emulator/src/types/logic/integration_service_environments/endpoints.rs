//! The addresses of an environment: its own subnets' and public ones.

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use crate::core::json::{Json, json};
use crate::core::random::Random;

/// The addresses from which workflows and connectors speak and at which they are reached.
pub(crate) fn configuration(random: &mut Random, subnets: &[IpNetwork], internal: bool) -> Json {
    let ranges: Vec<String> = subnets
        .iter()
        .map(|subnet| format!("{}/{}", subnet.network(), subnet.prefix()))
        .collect();
    let range = |number: usize| ranges.get(number).cloned().unwrap_or_default();
    let inside = subnets.first().and_then(|subnet| host(*subnet, 6));
    let public = public(random);
    let access = inside
        .filter(|_| internal)
        .unwrap_or_else(|| public[0].clone());
    json!({
        "workflow": {
            "outgoingIpAddresses": addresses(&[public[1].clone(), range(0)]),
            "accessEndpointIpAddresses": addresses(&[access])
        },
        "connector": {"outgoingIpAddresses": addresses(&[public[2].clone(), public[3].clone(), range(1), range(2)])}
    })
}

/// Four public addresses out of a range that is kept for documentation, so that they are nobody's.
pub(crate) fn public(random: &mut Random) -> [String; 4] {
    let start = random.below(60);
    std::array::from_fn(|number| {
        format!(
            "203.0.113.{}",
            1 + start * 4 + u64::try_from(number).unwrap_or_default()
        )
    })
}

/// Addresses in the form of the model.
pub(crate) fn addresses(addresses: &[String]) -> Json {
    addresses
        .iter()
        .map(|address| json!({ "address": address }))
        .collect()
}

fn host(network: IpNetwork, number: usize) -> Option<String> {
    match network.network() {
        IpAddr::V4(_) => network
            .iter()
            .nth(number)
            .map(|address| address.to_string()),
        IpAddr::V6(_) => None,
    }
}
