//! Microsoft.Network/virtualNetworks. Its subnets are resources of their own, shown inside it.

use std::collections::HashMap;

use ipnetwork::IpNetwork;

use super::address::{check_inside, spaces};
use super::attached::inline_children;
use super::{
    JOIN_GROUP, JOIN_TABLE, PROVIDER, VERSIONS, addresses, peerings, removal, subnets, work,
};
use crate::core::definition::{Behaviour, Deletion, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::json::{Json, json, list, set, set_default, take};
use crate::core::render;
use crate::core::route::route;
use crate::core::store::Stored;
use crate::core::world::World;

/// Virtual networks.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Network { least: 2, most: 64 },
    links: &[
        (
            "properties/subnets/*/properties/networkSecurityGroup/id",
            JOIN_GROUP,
        ),
        ("properties/subnets/*/properties/routeTable/id", JOIN_TABLE),
    ],
    below: &[
        route("GET", "usages", addresses::usages),
        route("GET", "CheckIPAddressAvailability", addresses::availability),
    ],
    ..TypeDefinition::new(
        "Microsoft.Network/virtualNetworks",
        &PROVIDER,
        &VirtualNetworks,
    )
};

struct VirtualNetworks;

impl Behaviour for VirtualNetworks {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let spaces = spaces(write.id, &write.body)?;
        let peerings = take(&mut write.body, "properties/virtualNetworkPeerings");
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
                .try_for_each(|subnet| check_inside(&subnet.id, &subnet.body, &spaces))?;
            None
        } else {
            Some(wanted_subnets(world, &write, &spaces, &before, inline)?)
        };
        if let Some(after) = after {
            let names = after.iter().map(|subnet| subnet.id.name().to_lowercase());
            write.hidden = json!({ subnets::ORDER: names.collect::<Vec<_>>() });
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
        // A network that is written without them keeps its peerings (an assumption about Azure).
        if let Some(peerings) = peerings {
            peerings::replace(world, &write, peerings, &spaces)?;
        }
        let body = &mut write.body;
        let guid = world.random.guid();
        set_default(body, "properties/resourceGuid", json!(guid));
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
        Deletion::Later(removal("DeleteVirtualNetworkOperation", 8))
    }

    fn render(&self, world: &World, stored: &Stored, body: &mut Json) {
        let order = list(&stored.hidden, subnets::ORDER)
            .iter()
            .filter_map(Json::as_str);
        let order: HashMap<&str, usize> = order.zip(0..).collect();
        let mut subnets: Vec<&Stored> = world.resources.children(&stored.id, "subnets").collect();
        subnets.sort_by_cached_key(|subnet| {
            let name = subnet.id.name().to_lowercase();
            order.get(name.as_str()).copied().unwrap_or(usize::MAX)
        });
        let subnets = subnets.into_iter();
        let subnets = subnets.map(|subnet| render::of(&subnets::DEFINITION, world, subnet));
        set(body, "properties/subnets", subnets.collect());
        let peerings = world.resources.children(&stored.id, peerings::KIND);
        let peerings = peerings.map(|peering| render::of(&peerings::DEFINITION, world, peering));
        set(
            body,
            "properties/virtualNetworkPeerings",
            peerings.collect(),
        );
    }
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
