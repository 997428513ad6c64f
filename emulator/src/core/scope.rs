//! The scopes of Microsoft.Authorization's objects: subscriptions, groups and resources. What is given to a scope is
//! stored below it and goes with it.

use super::error::ArmError;
use super::id::ResourceId;
use super::json::{Json, json};
use super::resource;
use super::store::Stored;
use super::world::World;

/// The namespace of everything that is given to scopes.
pub(crate) const NAMESPACE: &str = "Microsoft.Authorization";

/// What a path below a subscription is about: an object of a scope, or the list of them.
pub(crate) struct Scoped<'a> {
    /// The segments below the subscription.
    pub(crate) scope: &'a [&'a str],
    pub(crate) kind: &'a str,
    /// None for the list.
    pub(crate) name: Option<&'a str>,
}

impl<'a> Scoped<'a> {
    /// Reads the segments below a subscription.
    pub(crate) fn read(rest: &'a [&'a str]) -> Option<Self> {
        let is_ours = |providers: &str, namespace: &str| {
            providers.eq_ignore_ascii_case("providers") && namespace.eq_ignore_ascii_case(NAMESPACE)
        };
        match rest {
            [scope @ .., providers, namespace, kind, name] if is_ours(providers, namespace) => {
                Some(Self {
                    scope,
                    kind,
                    name: Some(name),
                })
            }
            [scope @ .., providers, namespace, kind] if is_ours(providers, namespace) => {
                Some(Self {
                    scope,
                    kind,
                    name: None,
                })
            }
            _ => None,
        }
    }
}

/// The id of a scope that is there, in the casing of its creation.
pub(crate) fn existing(
    world: &World,
    subscription: &str,
    scope: &[&str],
) -> Result<ResourceId, ArmError> {
    if scope.is_empty() {
        return Ok(whole(subscription));
    }
    let path = format!("/subscriptions/{subscription}/{}", scope.join("/"));
    let id = ResourceId::parse(&path).ok_or_else(|| ArmError::no_route(&path))?;
    resource::existing(world, &id).map(|stored| stored.id.clone())
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
    world.resources.children(&holder(scope), kind)
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
