//! How resources go and operations end.

use super::definition::Table;
use super::errors;
use super::id::ResourceId;
use super::json::text;
use super::locks::{self, Intent};
use super::operations::{Ending, Progress};
use super::store::Stored;
use super::world::World;

/// Takes a resource away and lets its type clean up.
pub(crate) fn remove(types: &Table, world: &mut World, id: &ResourceId) {
    world.abandon(id);
    let Some(stored) = world.resources.remove(id) else {
        return;
    };
    world.metrics.remove(id);
    if let Some(definition) = types.find(&id.type_name()) {
        definition.behaviour.removed(world, &stored);
    }
}

/// Lets the operation of that name end.
pub(crate) fn finish(types: &Table, world: &mut World, name: &str) {
    let failure = world
        .operations
        .get(name)
        .and_then(|operation| operation.failure.clone());
    let progress = failure.map_or(Progress::Succeeded, Progress::Failed);
    // An abandoned operation has its end already.
    let Some(operation) = world.operations.end(name, progress) else {
        return;
    };
    let failed = operation.failure.is_some();
    match operation.ending {
        Ending::Remove if !failed => remove(types, world, &operation.target),
        Ending::Settle | Ending::Remove => settle_states(world, &operation.target, failed),
        Ending::Empty if !failed => empty(types, world, &operation.target, name),
        Ending::Empty => world.resources.set_state(&operation.target, "Succeeded"),
        Ending::ByType => {
            if let Some(definition) = types.find(&operation.target.type_name()) {
                definition.behaviour.finished(world, &operation);
            }
        }
    }
    notice(types, world, Some(&operation.target));
}

/// Tells the types that watch a resource that something has changed; none is everything.
pub(crate) fn notice(types: &Table, world: &mut World, changed: Option<&ResourceId>) {
    let kind = changed.map(ResourceId::type_name);
    for definition in types.all() {
        let mut watched = definition.watches.iter();
        let concerned = kind
            .as_ref()
            .map_or(!definition.watches.is_empty(), |kind| {
                watched.any(|watched| watched.eq_ignore_ascii_case(kind))
            });
        if concerned {
            definition.behaviour.noticed(world, changed);
        }
    }
}

/// Makes the states of a resource and of what is below it final.
fn settle_states(world: &mut World, target: &ResourceId, failed: bool) {
    let state = if failed { "Failed" } else { "Succeeded" };
    let moving: Vec<ResourceId> = world
        .resources
        .family(target)
        .filter(|stored| is_moving(stored))
        .map(|stored| stored.id.clone())
        .collect();
    for id in moving {
        world.resources.set_state(&id, state);
    }
}

fn is_moving(stored: &Stored) -> bool {
    matches!(
        text(&stored.body, "properties/provisioningState"),
        Some("Updating" | "Deleting" | "InProgress")
    )
}

/// Deletes a group with what is in it, in rounds, since one resource may wait for another to go first. What refuses to go
/// stays, and so does the group.
fn empty(types: &Table, world: &mut World, group: &ResourceId, operation: &str) {
    while delete_round(types, world, group) {}
    // What Microsoft.Authorization gave to the group goes with it.
    let left = world.resources.in_group(group);
    let left: Vec<String> = left
        .filter(|stored| stored.id.group.is_some() && stored.id.pairs.len() == 1)
        .map(|stored| format!("{}/{}", stored.id.type_name(), stored.id.name()))
        .collect();
    if left.is_empty() {
        world.resources.remove(group);
        return;
    }
    world.resources.set_state(group, "Succeeded");
    let failure = errors::resource_group_deletion_blocked(group.name(), left.join(","));
    world.operations.fail(operation, failure.into());
}

/// Deletes everything in the group that may be deleted now; whether anything was.
fn delete_round(types: &Table, world: &mut World, group: &ResourceId) -> bool {
    let mut any = false;
    let top: Vec<Stored> = world
        .resources
        .in_group(group)
        .filter(|stored| stored.id.pairs.len() == 1)
        .cloned()
        .collect();
    for stored in top {
        let Some(definition) = types.find(&stored.id.type_name()) else {
            continue;
        };
        let is_free = world.resources.has(&stored.id)
            && locks::check(world, &stored.id, Intent::Delete).is_ok();
        if is_free && definition.behaviour.may_delete(world, &stored).is_ok() {
            remove(types, world, &stored.id);
            any = true;
        }
    }
    any
}
