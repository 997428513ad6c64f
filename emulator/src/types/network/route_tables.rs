//! Microsoft.Network/routeTables and their routes.

use ipnetwork::IpNetwork;

use super::attached::{attached_subnets, check_detached, replace_children};
use super::{PROVIDER, VERSIONS, removal, work};
use crate::core::definition::{Behaviour, Deletion, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set, set_default, take, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;

/// Route tables.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Network { least: 1, most: 80 },
    ..TypeDefinition::new("Microsoft.Network/routeTables", &PROVIDER, &Tables)
};

/// Routes.
pub(crate) static ROUTES: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    naming: Naming::Network { least: 1, most: 80 },
    ..TypeDefinition::new("Microsoft.Network/routeTables/routes", &PROVIDER, &Routes)
};

struct Tables;
struct Routes;

impl Behaviour for Tables {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let inline = take(&mut write.body, "properties/routes");
        replace_children(world, &write, &ROUTES, inline, &complete_route)?;
        let guid = world.random.guid();
        set_default(&mut write.body, "properties/resourceGuid", json!(guid));
        set_default(
            &mut write.body,
            "properties/disableBgpRoutePropagation",
            json!(false),
        );
        set(
            &mut write.body,
            "properties/provisioningState",
            json!("Updating"),
        );
        Ok(Written {
            body: write.body,
            hidden: Json::Null,
            work: Some(work("PutRouteTableOperation")),
        })
    }

    fn may_delete(&self, world: &World, stored: &Stored) -> Result<(), ArmError> {
        check_detached(world, stored, "routeTable", |id, users| {
            errors::in_use_route_table_cannot_be_deleted(id, users)
        })
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal("DeleteRouteTableOperation", 8))
    }

    fn render(&self, world: &World, stored: &Stored, body: &mut Json) {
        let routes = world
            .resources
            .children(&stored.id, "routes")
            .map(|route| render::of(&ROUTES, world, route));
        set(body, "properties/routes", routes.collect());
        let subnets = attached_subnets(world, &stored.id, "routeTable");
        if !subnets.is_empty() {
            set(
                body,
                "properties/subnets",
                subnets
                    .into_iter()
                    .map(|id| json!({"id": id.to_string()}))
                    .collect(),
            );
        }
    }
}

impl Behaviour for Routes {
    fn put(&self, world: &mut World, write: Write<'_>) -> Result<Written, ArmError> {
        let parent = write.id.root();
        let others: Vec<Stored> = world
            .resources
            .children(&parent, "routes")
            .filter(|other| !other.id.same(write.id))
            .cloned()
            .collect();
        let body = complete_route(write.id, write.body, &others)?;
        Ok(Written {
            body,
            hidden: Json::Null,
            work: Some(work("PutRouteOperation")),
        })
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal("DeleteRouteOperation", 4))
    }
}

/// Checks and completes a route among the others of its table.
fn complete_route(id: &ResourceId, mut body: Json, others: &[Stored]) -> Result<Json, ArmError> {
    let hop = text(&body, "properties/nextHopType").unwrap_or_default();
    if (hop == "VirtualAppliance")
        != text(&body, "properties/nextHopIpAddress").is_some_and(|address| !address.is_empty())
    {
        return Err(errors::invalid_next_hop_ip_address(id));
    }
    let prefix = text(&body, "properties/addressPrefix").unwrap_or_default();
    // What does not look like an address is a service tag.
    let addressed = prefix.is_empty()
        || prefix.starts_with(|first: char| first.is_ascii_digit())
        || prefix.contains(':');
    if addressed
        && !prefix
            .parse::<IpNetwork>()
            .is_ok_and(|network| network.ip() == network.network())
    {
        return Err(errors::invalid_address_prefix_format(prefix, id));
    }
    if let Some(rival) = others
        .iter()
        .find(|other| text(&other.body, "properties/addressPrefix") == Some(prefix))
    {
        return Err(errors::route_conflict(id.name(), rival.id.name(), prefix));
    }
    set_default(&mut body, "properties/hasBgpOverride", json!(false));
    set(
        &mut body,
        "properties/provisioningState",
        json!("Succeeded"),
    );
    Ok(body)
}
