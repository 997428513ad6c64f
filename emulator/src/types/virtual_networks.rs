//! Microsoft.Network/virtualNetworks. Its subnets are resources of their own, shown inside it.

use std::collections::HashMap;

use ipnetwork::IpNetwork;
use time::Duration;

use super::attached::inline_children;
use super::ranges::overlap;
use super::{addresses, subnets};
use crate::core::call::{Call, Reply};
use crate::core::definition::{
    Behaviour, Deletion, Naming, Style, TypeDefinition, Work, Write, Written, unknown_below,
};
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, list, set, set_default, take};
use crate::core::operations::Ending;
use crate::core::render;
use crate::core::store::Stored;
use crate::core::versions;
use crate::core::world::World;

/// Virtual networks.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    name: "Microsoft.Network/virtualNetworks",
    more_versions: versions::NETWORK,
    located: true,
    naming: Naming::Network { least: 2, most: 64 },
    behaviour: &VirtualNetworks,
};

struct VirtualNetworks;

/// The spaces that no virtual network may have.
const FORBIDDEN: [&str; 5] = [
    "224.0.0.0/4",
    "255.255.255.255/32",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "168.63.129.16/32",
];

impl Behaviour for VirtualNetworks {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let spaces = spaces(write.id, &write.body)?;
        let inline = take(&mut write.body, "properties/subnets");
        // Newer versions keep the subnets when a request does not speak of them (an assumption about Azure).
        let keeps = inline.is_none() && write.api_version >= "2025-01-01";
        let before: Vec<Stored> = world
            .resources
            .children(write.id, "subnets")
            .cloned()
            .collect();
        let after = if keeps {
            before
                .iter()
                .try_for_each(|subnet| subnets::check_inside(&subnet.id, &subnet.body, &spaces))?;
            None
        } else {
            Some(wanted_subnets(world, &write, &spaces, &before, inline)?)
        };
        if let Some(after) = after {
            let names = after.iter().map(|subnet| subnet.id.name().to_lowercase());
            write.hidden = json!({ ORDER: names.collect::<Vec<_>>() });
            for gone in before
                .iter()
                .filter(|old| !after.iter().any(|new| new.id.same(&old.id)))
            {
                world.resources.remove(&gone.id);
            }
            after
                .into_iter()
                .for_each(|subnet| world.resources.insert(subnet));
        }
        let body = &mut write.body;
        let guid = world.random.guid();
        set_default(body, "properties/resourceGuid", json!(guid));
        set_default(body, "properties/virtualNetworkPeerings", json!([]));
        set_default(body, "properties/enableDdosProtection", json!(false));
        set(body, "properties/provisioningState", json!("Updating"));
        Ok(Written {
            body: write.body,
            hidden: write.hidden,
            work: Some(work("PutVirtualNetworkOperation")),
        })
    }

    fn may_delete(&self, world: &World, stored: &Stored) -> Result<(), ArmError> {
        world
            .resources
            .children(&stored.id, "subnets")
            .try_for_each(subnets::check_unused)
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(Work {
            ending: Ending::Remove,
            lasts: Duration::seconds(8),
            ..work("DeleteVirtualNetworkOperation")
        })
    }

    fn render(&self, world: &World, stored: &Stored, body: &mut Json) {
        let order = list(&stored.hidden, ORDER).iter().filter_map(Json::as_str);
        let order: HashMap<&str, usize> = order.zip(0..).collect();
        let mut subnets: Vec<&Stored> = world.resources.children(&stored.id, "subnets").collect();
        subnets.sort_by_cached_key(|subnet| {
            let name = subnet.id.name().to_lowercase();
            order.get(name.as_str()).copied().unwrap_or(usize::MAX)
        });
        let subnets = subnets.into_iter();
        let subnets = subnets.map(|subnet| render::resource(world, subnet));
        set(body, "properties/subnets", subnets.collect());
    }

    fn below(
        &self,
        world: &mut World,
        call: &Call,
        stored: &Stored,
        tail: &[&str],
    ) -> Result<Reply, ArmError> {
        match tail {
            [one] if call.method == "GET" && one.eq_ignore_ascii_case("usages") => {
                addresses::usages(world, stored)
            }
            [one]
                if call.method == "GET"
                    && one.eq_ignore_ascii_case("CheckIPAddressAvailability") =>
            {
                addresses::availability(world, call, stored)
            }
            _ => Err(unknown_below(stored, tail)),
        }
    }
}

/// Where a network keeps the names of its subnets in lower case, in the order in which it shows them.
const ORDER: &str = "order";

/// Puts a subnet at the end of the order that its network knows.
pub(crate) fn append(hidden: &mut Json, subnet: &str) {
    let name = json!(subnet.to_lowercase());
    let mut names = list(hidden, ORDER).to_vec();
    names.retain(|known| *known != name);
    names.push(name);
    set(hidden, ORDER, names.into());
}

/// The operation that a network write starts.
pub(crate) fn work(kind: &'static str) -> Work {
    Work {
        kind,
        lasts: Duration::seconds(4),
        ending: Ending::Settle,
        style: Style::Network,
    }
}

/// Checks the address space of a virtual network.
pub(crate) fn spaces(id: &ResourceId, body: &Json) -> Result<Vec<IpNetwork>, ArmError> {
    let prefixes = list(body, "properties/addressSpace/addressPrefixes");
    if prefixes.is_empty()
        && at(body, "properties/addressSpace/ipamPoolPrefixAllocations").is_none()
    {
        let message =
            format!("Required parameter addressSpace of resource {id} is missing (null).");
        return Err(ArmError::new(400, "MissingJsonReferenceId", message));
    }
    let mut spaces: Vec<IpNetwork> = Vec::new();
    for prefix in prefixes {
        let space = prefix_of(id, prefix.as_str().unwrap_or_default())?;
        let forbidden = FORBIDDEN
            .iter()
            .filter_map(|text| text.parse::<IpNetwork>().ok())
            .find(|known| overlap(*known, space));
        if let Some(forbidden) = forbidden {
            let message = format!(
                "Address prefix {space} of virtual network {id} overlaps with the reserved range {forbidden}."
            );
            return Err(ArmError::new(400, "AddressPrefixReserved", message));
        }
        if spaces.iter().any(|other| overlap(*other, space)) {
            let message =
                format!("Address prefixes of virtual network {id} overlap with one another.");
            return Err(ArmError::new(400, "VnetAddressSpacesOverlap", message));
        }
        spaces.push(space);
    }
    Ok(spaces)
}

/// Reads an address prefix, which must be its own network's address.
pub(crate) fn prefix_of(id: &ResourceId, prefix: &str) -> Result<IpNetwork, ArmError> {
    let network = prefix.split_once('/').and_then(|_| prefix.parse::<IpNetwork>().ok()).ok_or_else(|| {
        ArmError::new(
            400,
            "InvalidAddressPrefixFormat",
            format!(
                "Address prefix {prefix} of resource {id} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24."
            ),
        )
    })?;
    if network.ip() == network.network() {
        return Ok(network);
    }
    let own = format!("{}/{}", network.network(), network.prefix());
    Err(ArmError::new(
        400,
        "InvalidCIDRNotation",
        format!(
            "The address prefix {prefix} in resource {id} has an invalid CIDR notation. \
             For the given prefix length, the address prefix should be {own}."
        ),
    ))
}

/// The subnets that a request for the whole network asks for, completed.
fn wanted_subnets(
    world: &World,
    write: &Write<'_>,
    spaces: &[IpNetwork],
    before: &[Stored],
    inline: Option<Json>,
) -> Result<Vec<Stored>, ArmError> {
    let mut after: Vec<Stored> = Vec::new();
    for (name, wanted) in inline_children(write.id, inline)? {
        subnets::DEFINITION.naming.check(&name)?;
        let mut id = write.id.child("subnets", &name);
        let old = before.iter().find(|old| old.id.same(&id));
        if let Some(old) = old {
            id = old.id.clone();
        }
        let body = subnets::complete(world, &id, wanted, old, spaces, &after)?;
        let hidden = old.map(|old| old.hidden.clone()).unwrap_or_default();
        let created = old.map_or(world.now, |old| old.created);
        after.push(Stored {
            id,
            etag: write.etag.to_owned(),
            body: body.into(),
            created,
            changed: world.now,
            hidden,
        });
    }
    before
        .iter()
        .filter(|old| !after.iter().any(|new| new.id.same(&old.id)))
        .try_for_each(subnets::check_unused)?;
    Ok(after)
}
