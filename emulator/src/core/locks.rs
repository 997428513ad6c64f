//! Microsoft.Authorization/locks on subscriptions, groups and resources. A lock is stored below its scope and goes with it.

use super::call::{Call, Reply};
use super::error::ArmError;
use super::id::ResourceId;
use super::json::{Json, json, text};
use super::paging;
use super::resource;
use super::store::Stored;
use super::versions;
use super::world::World;

const NAMESPACE: &str = "Microsoft.Authorization";
const KIND: &str = "Microsoft.Authorization/locks";
const LEVELS: [&str; 3] = ["NotSpecified", "CanNotDelete", "ReadOnly"];
const LONGEST_NOTES: usize = 512;

/// What a request is about to do to a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Intent {
    Write,
    Delete,
}

/// The scope (segments below the subscription) and the lock that a path is about; the name is empty for the list.
pub(crate) fn split<'a, 'b>(rest: &'a [&'b str]) -> Option<(&'a [&'b str], Option<&'b str>)> {
    let is_locks = |words: &[&str]| {
        words[0].eq_ignore_ascii_case("providers")
            && words[1].eq_ignore_ascii_case(NAMESPACE)
            && words[2].eq_ignore_ascii_case("locks")
    };
    match rest {
        [scope @ .., providers, namespace, kind, name]
            if is_locks(&[providers, namespace, kind]) =>
        {
            Some((scope, Some(name)))
        }
        [scope @ .., providers, namespace, kind] if is_locks(&[providers, namespace, kind]) => {
            Some((scope, None))
        }
        _ => None,
    }
}

/// Answers a request for the locks of a scope or for one of them.
pub(crate) fn serve(
    world: &mut World,
    call: &Call,
    subscription: &str,
    scope: &[&str],
    name: Option<&str>,
) -> Result<Reply, ArmError> {
    versions::check_locks(call.api_version()?)?;
    let scope = existing_scope(world, subscription, scope)?;
    let Some(name) = name else {
        return match call.method.as_str() {
            "GET" => list(world, call, &scope),
            method => Err(ArmError::method(method)),
        };
    };
    let id = holder(&scope).child("locks", name);
    match (call.method.as_str(), world.resources.get(&id)) {
        ("GET", Some(stored)) => Ok(Reply::json(200, stored.body.clone())),
        ("GET", None) => Err(ArmError::gateway(
            404,
            "LockNotFound",
            format!("The lock '{name}' could not be found."),
        )),
        ("PUT", _) => put(world, call, &scope, id),
        ("DELETE", Some(_)) => {
            world.resources.remove(&id);
            Ok(Reply::empty(200))
        }
        ("DELETE", None) => Ok(Reply::empty(204)),
        (method, _) => Err(ArmError::method(method)),
    }
}

/// Refuses what a lock on the scope or above it forbids, and a deletion that a lock below it forbids.
pub(crate) fn check(world: &World, id: &ResourceId, intent: Intent) -> Result<(), ArmError> {
    let forbids = |lock: &&Stored| match text(&lock.body, "properties/level") {
        Some("ReadOnly") => true,
        Some("CanNotDelete") => intent == Intent::Delete,
        _ => false,
    };
    let above = scopes(id);
    let mut locked: Vec<String> = above
        .iter()
        .flat_map(|scope| of_scope(world, scope))
        .filter(forbids)
        .map(|lock| scope_of(&lock.id))
        .collect();
    if intent == Intent::Delete {
        let below = world
            .resources
            .in_group(id)
            .filter(|stored| is_lock(stored));
        locked.extend(below.filter(forbids).map(|lock| scope_of(&lock.id)));
    }
    if locked.is_empty() {
        return Ok(());
    }
    locked.sort_unstable();
    locked.dedup();
    let verb = match intent {
        Intent::Write => "write",
        Intent::Delete => "delete",
    };
    Err(ArmError::gateway(
        409,
        "ScopeLocked",
        format!(
            "The scope '{id}' cannot perform {verb} operation because following scope(s) are locked: '{}'. \
             Please remove the lock and try again.",
            locked.join(",")
        ),
    ))
}

fn put(
    world: &mut World,
    call: &Call,
    scope: &ResourceId,
    id: ResourceId,
) -> Result<Reply, ArmError> {
    let body = call.json()?;
    let properties = &body["properties"];
    let Some(level) = text(properties, "level").and_then(|level| {
        LEVELS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(level))
    }) else {
        return Err(invalid(
            "The lock level must be 'CanNotDelete' or 'ReadOnly'.",
        ));
    };
    let mut shown = json!({ "level": level });
    if let Some(notes) = text(properties, "notes") {
        if notes.chars().count() > LONGEST_NOTES {
            return Err(invalid("The notes of a lock have at most 512 characters."));
        }
        shown["notes"] = json!(notes);
    }
    if let Some(owners) = properties.get("owners").filter(|owners| owners.is_array()) {
        shown["owners"] = owners.clone();
    }
    if let Some(group) = group_of(scope) {
        resource::check_stays(world, &group)?;
    }
    let old = world.resources.get(&id);
    let id = old.map_or(id, |old| old.id.clone());
    let created = old.map_or(world.now, |old| old.created);
    let status = if old.is_some() { 200 } else { 201 };
    let body: Json =
        json!({"properties": shown, "id": id.to_string(), "type": KIND, "name": id.name()});
    world.resources.insert(Stored {
        id,
        etag: String::new(),
        body: body.clone(),
        created,
        changed: world.now,
        hidden: Json::Null,
    });
    Ok(Reply::json(status, body))
}

/// The locks at a scope and below it, or at it and above it when only those are asked for.
fn list(world: &World, call: &Call, scope: &ResourceId) -> Result<Reply, ArmError> {
    let at_scope = call
        .query("$filter")
        .is_some_and(|filter| filter.trim().eq_ignore_ascii_case("atScope()"));
    let locks: Vec<Json> = if at_scope {
        scopes(scope)
            .iter()
            .flat_map(|scope| of_scope(world, scope))
            .map(|lock| lock.body.clone())
            .collect()
    } else {
        world
            .resources
            .in_group(scope)
            .filter(|stored| is_lock(stored))
            .map(|lock| lock.body.clone())
            .collect()
    };
    paging::page(call, locks)
}

/// The id of a scope that is there, in the casing of its creation.
fn existing_scope(
    world: &World,
    subscription: &str,
    scope: &[&str],
) -> Result<ResourceId, ArmError> {
    if scope.is_empty() {
        return Ok(whole(subscription));
    }
    let path = format!("/subscriptions/{subscription}/{}", scope.join("/"));
    let id = ResourceId::parse(&path).ok_or_else(|| {
        ArmError::gateway(
            404,
            "NotFound",
            format!("No resource matches the path '{path}'."),
        )
    })?;
    resource::existing(world, &id).map(|stored| stored.id.clone())
}

/// A scope and every one above it.
fn scopes(id: &ResourceId) -> Vec<ResourceId> {
    let mut scopes = vec![whole(&id.subscription)];
    scopes.extend(id.group_id());
    for depth in 1..=id.pairs.len() {
        let mut scope = id.clone();
        scope.pairs.truncate(depth);
        scopes.push(scope);
    }
    scopes
}

fn of_scope<'a>(
    world: &'a World,
    scope: &ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    world.resources.children(&holder(scope), "locks")
}

/// What locks are stored below.
fn holder(scope: &ResourceId) -> ResourceId {
    scope.child("providers", NAMESPACE)
}

/// A subscription as a scope.
fn whole(subscription: &str) -> ResourceId {
    ResourceId {
        pairs: Vec::new(),
        ..ResourceId::of_group(subscription, "")
    }
}

fn group_of(scope: &ResourceId) -> Option<ResourceId> {
    scope
        .group_id()
        .or_else(|| (!scope.pairs.is_empty()).then(|| scope.clone()))
}

fn is_lock(stored: &Stored) -> bool {
    text(&stored.body, "type") == Some(KIND)
}

fn scope_of(lock: &ResourceId) -> String {
    let mut scope = lock.clone();
    scope.pairs.truncate(lock.pairs.len().saturating_sub(2));
    scope.to_string()
}

fn invalid(message: &str) -> ArmError {
    ArmError::gateway(400, "InvalidRequestContent", message)
}
