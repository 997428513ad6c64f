//! Microsoft.Network/routeTables and their routes.

use ipnetwork::IpNetwork;

use super::attached::{Attachable, Child};
use super::{PROVIDER, VERSIONS};
use crate::core::definition::{Naming, TypeDefinition};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set, set_default, text};
use crate::core::store::Stored;

/// Route tables.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Network { least: 1, most: 80 },
    ..TypeDefinition::new("Microsoft.Network/routeTables", &PROVIDER, &TABLE)
};

/// Routes.
pub(crate) static ROUTES: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    naming: Naming::Network { least: 1, most: 80 },
    ..TypeDefinition::new("Microsoft.Network/routeTables/routes", &PROVIDER, &ROUTE)
};

static TABLE: Attachable = Attachable {
    member: "routeTable",
    children: &ROUTES,
    child: &ROUTE,
    defaults: &[("properties/disableBgpRoutePropagation", Json::Bool(false))],
    show: |_, _| {},
    in_use: |id, users| errors::in_use_route_table_cannot_be_deleted(id, users),
    put: "PutRouteTableOperation",
    delete: "DeleteRouteTableOperation",
};

static ROUTE: Child = Child {
    complete: complete_route,
    put: "PutRouteOperation",
    delete: "DeleteRouteOperation",
};

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
