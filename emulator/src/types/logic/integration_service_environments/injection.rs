//! The four subnets of an environment: what they must be, and how the platform holds them. Every code here is ours,
//! since none is published.

use ipnetwork::IpNetwork;

use super::short;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, list, set, take, text};
use crate::core::store::Stored;
use crate::core::world::World;
use crate::types::network::prefixes;
use crate::types::network::ranges::overlap;
use crate::types::network::subnets::{self, ASSOCIATION_LINKS, HOLDER, RESOURCE_LINKS};

/// The type to which a subnet of an environment may be delegated.
const SERVICE: &str = "microsoft.logic/integrationserviceenvironments";

/// The largest prefix length: a /27 has the 32 addresses that each subnet needs.
const LONGEST_PREFIX: u8 = 27;

/// Where no subnet of an environment may lie.
const RESERVED: [&str; 5] = [
    "0.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
];

/// A subnet that an environment may have.
pub(crate) struct Subnet {
    pub(crate) id: ResourceId,
    pub(crate) prefix: IpNetwork,
}

/// Checks the subnets of a new environment, or of one that holds them from a failed deployment.
pub(crate) fn check(
    world: &World,
    body: &Json,
    own: Option<&str>,
) -> Result<Vec<Subnet>, ArmError> {
    let wanted = list(body, "properties/networkConfiguration/subnets");
    if wanted.len() != 4 {
        return Err(errors::invalid_subnet_count(format!(
            "needs exactly four subnets, but {} were given",
            wanted.len()
        )));
    }
    let ids: Vec<ResourceId> = wanted.iter().map(subnet_id).collect::<Result<_, _>>()?;
    for (number, id) in ids.iter().enumerate() {
        if ids[..number].iter().any(|other| other.same(id)) {
            return Err(errors::duplicate_subnet(format!(
                "needs four different subnets, but '{id}' was given twice"
            )));
        }
        if id
            .parent()
            .is_none_or(|network| !ids[0].parent().is_some_and(|first| first.same(&network)))
        {
            return Err(errors::subnets_in_different_virtual_networks(
                "needs subnets of one virtual network",
            ));
        }
    }
    check_region(world, body, &ids[0])?;
    let checked: Vec<Subnet> = ids
        .iter()
        .map(|id| check_one(world, id, own))
        .collect::<Result<_, _>>()?;
    let delegated = checked
        .iter()
        .filter(|subnet| is_delegated(world, &subnet.id))
        .count();
    if delegated > 1 {
        return Err(errors::subnet_delegation_invalid(format!(
            "may have one subnet that is delegated to it, but {delegated} are"
        )));
    }
    Ok(checked)
}

/// Holds the subnets for an environment: each by an association link, the last also by the link of its cache.
pub(crate) fn hold(world: &mut World, environment: &ResourceId, own: &str, subnets: &[Subnet]) {
    for (number, subnet) in subnets.iter().enumerate() {
        let Some(stored) = world.resources.get_mut(&subnet.id) else {
            continue;
        };
        stored.hidden = json!({ HOLDER: own }).into();
        // The names of the links are assumptions; that each environment has them is not.
        let association = json!([{
            "name": "integrationServiceEnvironments",
            "properties": {
                "provisioningState": "Succeeded",
                "linkedResourceType": "Microsoft.Logic/integrationServiceEnvironments",
                "link": environment.to_string(),
                "allowDelete": false,
                "locations": []
            }
        }]);
        set(&mut stored.body, ASSOCIATION_LINKS, association);
        if number == 3 {
            let cache = format!("flow{}", short(own));
            let group = environment.group.as_deref().unwrap_or_default();
            let link = format!(
                "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Cache/Redis/{cache}",
                environment.subscription
            );
            let navigation = json!([{
                "name": format!("redisCache_{cache}"),
                "properties": {"provisioningState": "Succeeded", "linkedResourceType": "Microsoft.Cache/redis", "link": link}
            }]);
            set(&mut stored.body, RESOURCE_LINKS, navigation);
        }
    }
}

/// Drops every link of an environment from the subnets that it holds.
pub(crate) fn release(world: &mut World, environment: &ResourceId, holder: &str) {
    let owner = environment.to_string();
    let is_own = |link: &Json| {
        text(link, "properties/link").is_some_and(|id| id.eq_ignore_ascii_case(&owner))
    };
    let held: Vec<ResourceId> = world
        .resources
        .of_type(subnets::DEFINITION.name)
        .filter(|stored| text(&stored.hidden, HOLDER) == Some(holder))
        .map(|stored| stored.id.clone())
        .collect();
    for id in held {
        let Some(subnet) = world.resources.get_mut(&id) else {
            continue;
        };
        subnet.hidden = Json::Null.into();
        take(&mut subnet.body, RESOURCE_LINKS);
        let mut foreign = list(&subnet.body, ASSOCIATION_LINKS).to_vec();
        foreign.retain(|link| !is_own(link));
        take(&mut subnet.body, ASSOCIATION_LINKS);
        if !foreign.is_empty() {
            set(&mut subnet.body, ASSOCIATION_LINKS, foreign.into());
        }
    }
}

fn subnet_id(reference: &Json) -> Result<ResourceId, ArmError> {
    let id = text(reference, "id").unwrap_or_default();
    ResourceId::parse(id)
        .filter(|id| {
            id.type_name()
                .eq_ignore_ascii_case(subnets::DEFINITION.name)
        })
        .ok_or_else(|| {
            errors::subnet_not_found(format!("refers to '{id}', which is not the id of a subnet"))
        })
}

fn check_region(world: &World, body: &Json, id: &ResourceId) -> Result<(), ArmError> {
    let location = text(body, "location").unwrap_or_default();
    let network = world.resources.get(&id.root());
    let network = network.ok_or_else(|| {
        errors::subnet_not_found(format!("refers to '{}', which does not exist", id))
    })?;
    let home = text(&network.body, "location").unwrap_or_default();
    if home != location {
        return Err(errors::subnet_region_mismatch(format!(
            "lies in '{location}', but its virtual network lies in '{home}'"
        )));
    }
    Ok(())
}

fn check_one(world: &World, id: &ResourceId, own: Option<&str>) -> Result<Subnet, ArmError> {
    let stored = world.resources.get(id);
    let stored = stored.ok_or_else(|| {
        errors::subnet_not_found(format!("refers to '{id}', which does not exist"))
    })?;
    let id = &stored.id;
    let named = id
        .name()
        .chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_');
    if !named {
        let why = format!(
            "cannot use the subnet '{}': its name must start with a letter or an underscore",
            id.name()
        );
        return Err(errors::subnet_name_invalid(why));
    }
    let own_prefixes = prefixes(id, &stored.body)?;
    let Some(prefix) = own_prefixes
        .iter()
        .copied()
        .find(|prefix| prefix.is_ipv4() && prefix.prefix() <= LONGEST_PREFIX)
    else {
        let why = format!(
            "cannot use the subnet '{}': it needs at least 32 addresses, a /{LONGEST_PREFIX}",
            id.name()
        );
        return Err(errors::subnet_too_small(why));
    };
    let mut reserved = RESERVED.iter().filter_map(|range| range.parse().ok());
    if let Some(range) =
        reserved.find(|range| own_prefixes.iter().any(|prefix| overlap(*range, *prefix)))
    {
        let why = format!(
            "cannot use the subnet '{}': it overlaps with the reserved range {range}",
            id.name()
        );
        return Err(errors::subnet_reserved_range(why));
    }
    let held_by_us = own.is_some() && text(&stored.hidden, HOLDER) == own;
    if let Some(user) = subnets::holder(stored).filter(|_| !held_by_us) {
        return Err(errors::subnet_in_use(format!(
            "cannot use the subnet '{}': it is in use by '{user}'",
            id.name()
        )));
    }
    if let Some(service) = subnets::services(&stored.body)
        .into_iter()
        .find(|service| service != SERVICE)
    {
        let why = format!(
            "cannot use the subnet '{}': it is delegated to '{service}'",
            id.name()
        );
        return Err(errors::subnet_delegation_invalid(why));
    }
    Ok(Subnet {
        id: id.clone(),
        prefix,
    })
}

fn is_delegated(world: &World, id: &ResourceId) -> bool {
    world
        .resources
        .get(id)
        .is_some_and(|stored: &Stored| !subnets::services(&stored.body).is_empty())
}
