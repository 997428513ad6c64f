//! The scopes of Microsoft.Authorization's objects: subscriptions, groups and resources. What is given to a scope is
//! stored below it and goes with it.

use super::definition::Request;
use super::error::ArmError;
use super::errors;
use super::id::ResourceId;
use super::json::{Json, json};
use super::presence;
use super::store::Stored;
use super::world::World;

/// The namespace of everything that is given to scopes.
pub(crate) const NAMESPACE: &str = "Microsoft.Authorization";

/// The scope of a path, which is all but so many segments at its end, if it is there: in the casing of its creation.
pub(crate) fn asked(request: &Request<'_>, below: usize) -> Result<ResourceId, ArmError> {
    let segments = request.call.target.segments();
    let scope = &segments[..segments.len() - below];
    if let [_, subscription] = scope {
        return Ok(whole(subscription));
    }
    let id = ResourceId::of_segments(scope);
    let id = id.ok_or_else(|| errors::no_route(format!("/{}", scope.join("/"))))?;
    presence::existing(request.types, request.world, &id).map(|stored| stored.id.clone())
}

/// A scope and every one above it.
pub(crate) fn with_above(id: &ResourceId) -> Vec<ResourceId> {
    let mut scopes = vec![whole(&id.subscription)];
    scopes.extend(id.group_id());
    for depth in 1..=id.pairs.len() {
        let mut scope = id.clone();
        scope.pairs.truncate(depth);
        scopes.push(scope);
    }
    scopes
}

/// The objects of one kind that a scope has itself.
pub(crate) fn of<'a>(
    world: &'a World,
    scope: &ResourceId,
    kind: &str,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    world.resources.authorizations_of(scope, kind)
}

/// The id of an object of a scope.
pub(crate) fn object(scope: &ResourceId, kind: &str, name: &str) -> ResourceId {
    holder(scope).child(kind, name)
}

/// The scope that an object is of.
pub(crate) fn scope_of(object: &ResourceId) -> String {
    let mut scope = object.clone();
    scope.pairs.truncate(object.pairs.len().saturating_sub(2));
    scope.to_string()
}

/// Stores an object in place of any of the same id, and gives its body with what every object has.
pub(crate) fn store(world: &mut World, id: ResourceId, kind: &str, properties: Json) -> Json {
    let old = world.resources.get(&id);
    let id = old.map_or(id, |old| old.id.clone());
    let created = old.map_or(world.now, |old| old.created);
    let body = json!({
        "properties": properties, "id": id.to_string(), "type": format!("{NAMESPACE}/{kind}"), "name": id.name()
    });
    world.resources.insert(Stored {
        id,
        etag: String::new(),
        body: body.clone().into(),
        created,
        changed: world.now,
        hidden: Json::Null.into(),
    });
    body
}

/// A subscription as a scope.
pub(crate) fn whole(subscription: &str) -> ResourceId {
    ResourceId {
        pairs: Vec::new(),
        ..ResourceId::of_group(subscription, "")
    }
}

/// What the objects of a scope are stored below.
fn holder(scope: &ResourceId) -> ResourceId {
    scope.child("providers", NAMESPACE)
}
