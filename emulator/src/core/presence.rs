//! Whether a resource is there, and whether its group lets anything happen to it.

use super::definition::Table;
use super::error::ArmError;
use super::errors;
use super::id::ResourceId;
use super::json::{Json, text};
use super::store::Stored;
use super::world::World;

/// The hidden member of a group with the move that it takes part in.
pub(crate) const MOVING: &str = "moving";

/// The resource of that id, or what ARM says when it, its parent or its group is missing.
pub(crate) fn existing<'a>(
    types: &Table,
    world: &'a World,
    id: &ResourceId,
) -> Result<&'a Stored, ArmError> {
    if let Some(group) = id.group_id() {
        existing_group(world, &group)?;
    }
    let missing = |id: &ResourceId| {
        let definition = types.find(&id.type_name());
        definition.map_or_else(
            || errors::not_found(id),
            |definition| definition.not_found(id),
        )
    };
    if let Some(parent) = id.parent().filter(|parent| !world.resources.has(parent)) {
        return Err(missing(&parent.root()));
    }
    world.resources.get(id).ok_or_else(|| missing(id))
}

/// The group of that id.
pub(crate) fn existing_group<'a>(
    world: &'a World,
    id: &ResourceId,
) -> Result<&'a Stored, ArmError> {
    let found = world.resources.get(id);
    found.ok_or_else(|| errors::resource_group_not_found(id.name()))
}

/// Refuses a write in a group that is being deleted or moves resources.
pub(crate) fn check_stays(world: &World, group: &ResourceId) -> Result<(), ArmError> {
    check_settled(world, group)?;
    match world.resources.get(group) {
        Some(stored) if text(&stored.body, "properties/provisioningState") == Some("Deleting") => {
            Err(errors::resource_group_being_deleted(stored.id.name()))
        }
        _ => Ok(()),
    }
}

/// Refuses what a group cannot do while it takes part in a move.
pub(crate) fn check_settled(world: &World, group: &ResourceId) -> Result<(), ArmError> {
    let stored = world.resources.get(group);
    let plan = stored.and_then(|group| group.hidden.get(MOVING));
    match plan.map(Json::is_null) {
        Some(false) => Err(errors::resources_being_moved(group.name())),
        _ => Ok(()),
    }
}
