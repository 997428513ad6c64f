//! The addresses of networks and subnets: how they are written, and where they may lie.

use ipnetwork::IpNetwork;

use super::ranges::{contains, overlap};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, list};

/// The spaces that no virtual network may have.
const FORBIDDEN: [&str; 5] = [
    "224.0.0.0/4",
    "255.255.255.255/32",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "168.63.129.16/32",
];

/// Checks the address space of a virtual network.
pub(crate) fn spaces(id: &ResourceId, body: &Json) -> Result<Vec<IpNetwork>, ArmError> {
    let prefixes = list(body, "properties/addressSpace/addressPrefixes");
    if prefixes.is_empty()
        && at(body, "properties/addressSpace/ipamPoolPrefixAllocations").is_none()
    {
        return Err(errors::missing_json_reference_id("addressSpace", id));
    }
    let mut spaces: Vec<IpNetwork> = Vec::new();
    for prefix in prefixes {
        let space = prefix_of(id, prefix.as_str().unwrap_or_default())?;
        let forbidden = FORBIDDEN
            .iter()
            .filter_map(|text| text.parse::<IpNetwork>().ok())
            .find(|known| overlap(*known, space));
        if let Some(forbidden) = forbidden {
            return Err(errors::address_prefix_reserved(space, id, forbidden));
        }
        if spaces.iter().any(|other| overlap(*other, space)) {
            return Err(errors::vnet_address_spaces_overlap(id));
        }
        spaces.push(space);
    }
    Ok(spaces)
}

/// Reads an address prefix, which must be its own network's address.
pub(crate) fn prefix_of(id: &ResourceId, prefix: &str) -> Result<IpNetwork, ArmError> {
    let network = prefix
        .split_once('/')
        .and_then(|_| prefix.parse::<IpNetwork>().ok())
        .ok_or_else(|| errors::invalid_address_prefix_format(prefix, id))?;
    if network.ip() == network.network() {
        return Ok(network);
    }
    let own = format!("{}/{}", network.network(), network.prefix());
    Err(errors::invalid_cidr_notation(prefix, id, own))
}

/// The address prefixes of a subnet, in whichever member they are.
pub(crate) fn prefixes(id: &ResourceId, body: &Json) -> Result<Vec<IpNetwork>, ArmError> {
    let one = at(body, "properties/addressPrefix");
    let given = one.map_or_else(
        || list(body, "properties/addressPrefixes"),
        std::slice::from_ref,
    );
    let texts: Vec<&str> = given
        .iter()
        .map(|prefix| prefix.as_str().unwrap_or_default())
        .collect();
    if texts.is_empty() || texts.contains(&"") {
        return Err(errors::address_prefix_string_cannot_be_null_or_empty(id));
    }
    let networks: Vec<IpNetwork> = texts
        .into_iter()
        .map(|prefix| prefix_of(id, prefix))
        .collect::<Result<_, _>>()?;
    for network in &networks {
        let why = match network {
            IpNetwork::V4(network) if !(2..=29).contains(&network.prefix()) => {
                "a subnet is between /2 and /29"
            }
            IpNetwork::V6(network) if network.prefix() != 64 => "an IPv6 subnet is a /64",
            _ => continue,
        };
        return Err(errors::netcfg_invalid_subnet(
            id.name(),
            why,
            id.root().name(),
        ));
    }
    Ok(networks)
}

/// Whether the subnet lies inside the space of its network.
pub(crate) fn check_inside(
    id: &ResourceId,
    body: &Json,
    spaces: &[IpNetwork],
) -> Result<(), ArmError> {
    let inside = |prefix: &IpNetwork| spaces.iter().any(|space| contains(*space, *prefix));
    if prefixes(id, body)?.iter().all(inside) {
        return Ok(());
    }
    Err(errors::netcfg_subnet_range_outside_vnet(
        id.name(),
        id.root().name(),
    ))
}
