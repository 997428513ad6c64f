//! What network types have in common: children shown inside, and subnets that refer to a security group or route table.

use std::collections::HashSet;

use crate::core::definition::{TypeDefinition, Write};
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, take, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// The subnets that refer to a resource by a member of their properties.
pub(crate) fn attached_subnets(world: &World, id: &ResourceId, member: &str) -> Vec<ResourceId> {
    let path = format!("properties/{member}/id");
    let key = id.key();
    let subnets = world
        .resources
        .of_type("Microsoft.Network/virtualNetworks/subnets");
    subnets
        .filter(|subnet| {
            text(&subnet.body, &path).is_some_and(|reference| reference.to_lowercase() == key)
        })
        .map(|subnet| subnet.id.clone())
        .collect()
}

/// Refuses the deletion of what a subnet refers to.
pub(crate) fn check_detached(
    world: &World,
    stored: &Stored,
    member: &str,
    refusal: fn(&ResourceId, String) -> ArmError,
) -> Result<(), ArmError> {
    let subnets = attached_subnets(world, &stored.id, member);
    if subnets.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = subnets.iter().map(ResourceId::to_string).collect();
    Err(refusal(&stored.id, ids.join(", ")))
}

/// The children that a request for their parent has in it, with their names.
pub(crate) fn inline_children(
    parent: &ResourceId,
    inline: Option<Json>,
) -> Result<Vec<(String, Json)>, ArmError> {
    let children = inline.as_ref().and_then(Json::as_array).cloned();
    let named = children.unwrap_or_default().into_iter().map(|child| {
        let name = text(&child, "name").unwrap_or_default().to_owned();
        (name, child)
    });
    let named: Vec<(String, Json)> = named.collect();
    let mut seen = HashSet::new();
    let twice = named
        .iter()
        .find(|(name, _)| !seen.insert(name.to_lowercase()));
    if let Some((name, _)) = twice {
        let why = format!("Resource {parent} has two child resources with the same name ({name}).");
        return Err(ArmError::unreadable("DuplicateResourceName", why));
    }
    Ok(named)
}

/// How a child is checked and completed among its siblings.
pub(crate) type CompleteChild<'a> =
    &'a dyn Fn(&ResourceId, Json, &[Stored]) -> Result<Json, ArmError>;

/// Puts the children that a request for the parent gives in the place of those that are there.
pub(crate) fn replace_children(
    world: &mut World,
    write: &Write<'_>,
    definition: &TypeDefinition,
    inline: Option<Json>,
    complete: CompleteChild<'_>,
) -> Result<(), ArmError> {
    let kind = definition.kind();
    let before: Vec<Stored> = world.resources.children(write.id, kind).cloned().collect();
    let mut after: Vec<Stored> = Vec::new();
    for (name, mut body) in inline_children(write.id, inline)? {
        definition.naming.check(&name)?;
        for member in ["id", "name", "type", "etag"] {
            take(&mut body, member);
        }
        let wanted = write.id.child(kind, &name);
        let old = before.iter().find(|old| old.id.same(&wanted));
        let id = old.map_or(wanted, |old| old.id.clone());
        let body = complete(&id, body, &after)?;
        let created = old.map_or(world.now, |old| old.created);
        after.push(Stored {
            id,
            etag: write.etag.to_owned(),
            body: body.into(),
            created,
            changed: world.now,
            hidden: Json::Null.into(),
        });
    }
    for old in before {
        world.resources.remove(&old.id);
    }
    after
        .into_iter()
        .for_each(|child| world.resources.insert(child));
    Ok(())
}
