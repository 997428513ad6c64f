//! Microsoft.Network/virtualNetworks/subnets.

use ipnetwork::IpNetwork;

use super::address::{check_inside, prefixes as prefixes_of, spaces};
use super::ranges::overlap;
use super::{JOIN_GROUP, JOIN_TABLE, PROVIDER, VERSIONS, delegations, removal, work};
use crate::core::call::{Outcome, Reply};
use crate::core::definition::{
    Behaviour, Deletion, Naming, Request, TypeDefinition, Write, Written,
};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, list, set, set_default, take, text};
use crate::core::render;
use crate::core::route::route;
use crate::core::store::Stored;
use crate::core::world::World;
use crate::documents;

/// Subnets.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    naming: Naming::Network { least: 1, most: 80 },
    links: &[
        ("properties/networkSecurityGroup/id", JOIN_GROUP),
        ("properties/routeTable/id", JOIN_TABLE),
    ],
    below: &[
        route("GET", "serviceAssociationLinks", |request, subnet, _| {
            links(request, subnet, ASSOCIATION_LINKS)
        }),
        route("GET", "resourceNavigationLinks", |request, subnet, _| {
            links(request, subnet, RESOURCE_LINKS)
        }),
    ],
    ..TypeDefinition::new(
        "Microsoft.Network/virtualNetworks/subnets",
        &PROVIDER,
        &Subnets,
    )
};

/// Where a subnet keeps its service association links.
pub(crate) const ASSOCIATION_LINKS: &str = "properties/serviceAssociationLinks";
/// The hidden member with the own id of the environment that holds a subnet.
pub(crate) const HOLDER: &str = "environment";
/// Where a subnet keeps its resource navigation links.
pub(crate) const RESOURCE_LINKS: &str = "properties/resourceNavigationLinks";

/// Where a network keeps the names of its subnets in lower case, in the order in which it shows them.
pub(super) const ORDER: &str = "order";

/// Puts a subnet at the end of the order that its network knows.
fn append(hidden: &mut Json, subnet: &str) {
    let name = json!(subnet.to_lowercase());
    let mut names = list(hidden, ORDER).to_vec();
    names.retain(|known| *known != name);
    names.push(name);
    set(hidden, ORDER, names.into());
}

struct Subnets;

impl Behaviour for Subnets {
    fn put(&self, world: &mut World, write: Write<'_>) -> Result<Written, ArmError> {
        let Some(network) = write
            .id
            .parent()
            .and_then(|parent| world.resources.get(&parent))
        else {
            return Err(errors::parent_resource_not_found(write.id.root().names()));
        };
        let spaces = spaces(&network.id, &network.body)?;
        let others: Vec<Stored> = world
            .resources
            .children(&network.id, "subnets")
            .filter(|other| !other.id.same(write.id))
            .cloned()
            .collect();
        let body = complete(
            world,
            write.id,
            write.body,
            write.existing,
            &spaces,
            &others,
        )?;
        if write.existing.is_none()
            && let Some(network) = world.resources.get_mut(&write.id.root())
        {
            append(&mut network.hidden, write.id.name());
        }
        Ok(Written {
            body,
            hidden: write.hidden,
            work: Some(work("PutSubnetOperation")),
        })
    }

    fn may_delete(&self, _world: &World, stored: &Stored) -> Result<(), ArmError> {
        check_unused(stored)
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal("DeleteSubnetOperation", 8))
    }

    fn render(&self, _world: &World, stored: &Stored, body: &mut Json) {
        let etag = json!(stored.etag);
        for member in [
            "delegations",
            "serviceAssociationLinks",
            "resourceNavigationLinks",
        ] {
            let Some(Json::Array(children)) = body["properties"].get_mut(member) else {
                continue;
            };
            let base = format!("{}/{member}", stored.id);
            children
                .iter_mut()
                .for_each(|child| *child = show_child(child, &base, member, &etag));
        }
    }
}

/// The links of one kind that a subnet is held by.
fn links(request: &Request<'_>, subnet: &Stored, path: &str) -> Outcome {
    let shown = render::of(&DEFINITION, request.world, subnet);
    Ok(Reply::json(200, json!({"value": list(&shown, path)})))
}

/// Checks and completes the body of a subnet among the others of its network.
pub(crate) fn complete(
    world: &World,
    id: &ResourceId,
    mut body: Json,
    old: Option<&Stored>,
    spaces: &[IpNetwork],
    others: &[Stored],
) -> Result<Json, ArmError> {
    for member in ["id", "name", "type", "etag"] {
        take(&mut body, member);
    }
    if let Some(old) = old {
        documents::keep_own(DEFINITION.name, &old.body, &mut body);
    }
    // Of both forms Azure takes the single one, whatever the other says.
    if at(&body, "properties/addressPrefix").is_some() {
        take(&mut body, "properties/addressPrefixes");
    }
    let prefixes = prefixes_of(id, &body)?;
    check_inside(id, &body, spaces)?;
    for other in others {
        let theirs = prefixes_of(&other.id, &other.body)?;
        if prefixes
            .iter()
            .any(|ours| theirs.iter().any(|theirs| overlap(*ours, *theirs)))
        {
            return Err(errors::netcfg_subnet_ranges_overlap(
                id.name(),
                id.root().name(),
            ));
        }
    }
    check_references(world, id, &body)?;
    complete_delegations(&mut body)?;
    if let Some(old) = old.filter(|old| holder(old).is_some()) {
        check_held(old, &body, &prefixes)?;
    }
    set_default(&mut body, "properties/delegations", json!([]));
    set_default(
        &mut body,
        "properties/privateEndpointNetworkPolicies",
        json!("Disabled"),
    );
    set_default(
        &mut body,
        "properties/privateLinkServiceNetworkPolicies",
        json!("Enabled"),
    );
    if let Some(Json::Array(endpoints)) = body["properties"].get_mut("serviceEndpoints") {
        for endpoint in endpoints {
            endpoint["provisioningState"] = json!("Succeeded");
            // Which regions of a service an endpoint reaches is not known here: all of them.
            set_default(endpoint, "locations", json!(["*"]));
        }
    }
    set(&mut body, "properties/provisioningState", json!("Updating"));
    Ok(body)
}

/// Refuses the deletion of a subnet in use. The status really is 400.
pub(crate) fn check_unused(stored: &Stored) -> Result<(), ArmError> {
    let Some(user) = holder(stored) else {
        return Ok(());
    };
    Err(errors::in_use_subnet_cannot_be_deleted(
        stored.id.name(),
        user,
    ))
}

/// What uses a subnet: a link or an address of a network interface.
pub(crate) fn holder(stored: &Stored) -> Option<String> {
    let link = |path: &str| {
        let kind = path.rsplit('/').next().unwrap_or_default();
        let name = text(list(&stored.body, path).first()?, "name").unwrap_or_default();
        Some(format!("{}/{kind}/{name}", stored.id))
    };
    let address = || {
        Some(
            text(
                list(&stored.body, "properties/ipConfigurations").first()?,
                "id",
            )?
            .to_owned(),
        )
    };
    link(ASSOCIATION_LINKS)
        .or_else(|| link(RESOURCE_LINKS))
        .or_else(address)
}

/// What a subnet refers to must be there.
fn check_references(world: &World, id: &ResourceId, body: &Json) -> Result<(), ArmError> {
    let kinds = [
        (
            "properties/networkSecurityGroup/id",
            "Microsoft.Network/networkSecurityGroups",
        ),
        ("properties/routeTable/id", "Microsoft.Network/routeTables"),
    ];
    for (path, kind) in kinds {
        let Some(reference) = text(body, path) else {
            continue;
        };
        let target = ResourceId::parse(reference)
            .filter(|target| target.type_name().eq_ignore_ascii_case(kind));
        let home = world
            .resources
            .get(&id.root())
            .and_then(|network| text(&network.body, "location"));
        let found = target
            .and_then(|target| world.resources.get(&target))
            .and_then(|stored| text(&stored.body, "location"));
        // A network that is only being created has no location yet to compare with.
        if found.is_none() || home.is_some_and(|home| found != Some(home)) {
            return Err(errors::invalid_resource_reference(reference, id));
        }
    }
    Ok(())
}

/// Fills in what the service says of a delegation.
fn complete_delegations(body: &mut Json) -> Result<(), ArmError> {
    let Some(Json::Array(delegations)) = body["properties"].get_mut("delegations") else {
        return Ok(());
    };
    if delegations.len() > 1 {
        return Err(errors::subnet_multiple_delegations_not_allowed());
    }
    for delegation in delegations {
        let Some(service) = text(delegation, "properties/serviceName") else {
            return Err(errors::delegation_without_service());
        };
        let actions = delegations::actions(service);
        set(delegation, "properties/actions", actions);
        set(
            delegation,
            "properties/provisioningState",
            json!("Succeeded"),
        );
    }
    Ok(())
}

/// What cannot change while the subnet is in use.
fn check_held(old: &Stored, body: &Json, prefixes: &[IpNetwork]) -> Result<(), ArmError> {
    let id = &old.id;
    let user = holder(old).unwrap_or_default();
    if prefixes_of(id, &old.body)? != prefixes {
        return Err(errors::in_use_subnet_cannot_be_updated(id.name(), user));
    }
    let (before, after) = (services(&old.body), services(body));
    if before == after {
        return Ok(());
    }
    if after.is_empty() {
        let services = before.join(", ");
        return Err(errors::subnet_missing_required_delegation(
            id, services, user,
        ));
    }
    // The text is Azure's; its code was never seen, so this one is ours.
    Err(errors::subnet_delegations_cannot_be_changed(
        id,
        before.join(", "),
        after.join(", "),
        user,
    ))
}

/// The services to which a subnet is delegated.
pub(crate) fn services(body: &Json) -> Vec<String> {
    let delegations = list(body, "properties/delegations").iter();
    delegations
        .filter_map(|delegation| text(delegation, "properties/serviceName"))
        .map(str::to_lowercase)
        .collect()
}

/// A delegation or link with the members that every child of a subnet shows.
fn show_child(child: &Json, base: &str, kind: &str, etag: &Json) -> Json {
    let name = text(child, "name").unwrap_or_default();
    json!({
        "name": name,
        "id": format!("{base}/{name}"),
        "etag": etag,
        "properties": child["properties"],
        "type": format!("Microsoft.Network/virtualNetworks/subnets/{kind}")
    })
}
