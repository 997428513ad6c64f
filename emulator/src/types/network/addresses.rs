//! Which addresses of a virtual network are taken: those that the platform reserves in each subnet. The addresses that
//! an environment takes are not known, and not counted.

use std::net::IpAddr;

use ipnetwork::{IpNetwork, NetworkSize};

use super::address::prefixes;
use crate::core::call::{Outcome, Reply};
use crate::core::definition::Request;
use crate::core::errors;
use crate::core::json::{Json, json};
use crate::core::store::Stored;

/// The network's own address, its gateway and two for names, at the start of a subnet.
const RESERVED: usize = 4;
/// How many other addresses are named when one is taken.
const OTHERS: usize = 5;

/// How full the subnets of a network are.
pub(super) fn usages(request: &mut Request<'_>, network: &Stored, _: &[&str]) -> Outcome {
    let world = &*request.world;
    let mut value: Vec<Json> = Vec::new();
    for subnet in world.resources.children(&network.id, "subnets") {
        let limit: f64 = prefixes(&subnet.id, &subnet.body)?
            .iter()
            .map(|prefix| usable(*prefix))
            .sum();
        // A gateway's subnet is not counted.
        let (used, limit) = match subnet.id.name() {
            "GatewaySubnet" => (-1.0, -1.0),
            _ => (0.0, limit),
        };
        value.push(json!({
            "currentValue": used,
            "id": subnet.id.to_string(),
            "limit": limit,
            "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
            "unit": "Count"
        }));
    }
    Ok(Reply::json(200, json!({ "value": value })))
}

/// Whether an address of a network can be given to something.
pub(super) fn availability(request: &mut Request<'_>, network: &Stored, _: &[&str]) -> Outcome {
    let world = &*request.world;
    let asked = request.call.query("ipAddress").unwrap_or_default();
    let address: IpAddr = asked
        .parse()
        .map_err(|_| errors::invalid_ip_address(asked))?;
    for subnet in world.resources.children(&network.id, "subnets") {
        let own = prefixes(&subnet.id, &subnet.body)?;
        let Some(prefix) = own.into_iter().find(|prefix| prefix.contains(address)) else {
            continue;
        };
        if !is_reserved(prefix, address) {
            return Ok(Reply::json(
                200,
                json!({"available": true, "availableIPAddresses": []}),
            ));
        }
        let others = prefix.iter().filter(|other| !is_reserved(prefix, *other));
        let others: Vec<String> = others.take(OTHERS).map(|other| other.to_string()).collect();
        return Ok(Reply::json(
            200,
            json!({"available": false, "availableIPAddresses": others, "isPlatformReserved": true}),
        ));
    }
    Err(errors::private_ip_address_not_in_any_subnet(
        address,
        &network.id,
    ))
}

fn is_reserved(prefix: IpNetwork, address: IpAddr) -> bool {
    address == prefix.broadcast() || prefix.iter().take(RESERVED).any(|first| first == address)
}

#[expect(clippy::cast_precision_loss, reason = "the published type is a double")]
fn usable(prefix: IpNetwork) -> f64 {
    let size = match prefix.size() {
        NetworkSize::V4(size) => f64::from(size),
        NetworkSize::V6(size) => size as f64,
    };
    (size - 5.0).max(0.0)
}
