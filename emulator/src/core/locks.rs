//! Microsoft.Authorization/locks on subscriptions, groups and resources. A lock is stored below its scope and goes with it.

use super::call::{Call, Outcome, Reply};
use super::definition::Request;
use super::error::ArmError;
use super::errors;
use super::filter::Filter;
use super::id::ResourceId;
use super::json::text;
use super::paging;
use super::presence;
use super::scope;
use super::store::Stored;
use super::versions;
use super::world::World;

const KIND: &str = "Microsoft.Authorization/locks";
const LONGEST_NOTES: usize = 512;
const LONGEST_NAME: usize = 260;

/// What a request is about to do to a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Intent {
    Write,
    Delete,
}

/// Answers a request for one lock.
pub(crate) fn one(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    versions::check_locks(request.call.api_version()?)?;
    let (scope, name) = (scope::asked(request, 4)?, at[1]);
    let id = scope::object(&scope, "locks", name);
    let found = request.world.resources.get(&id);
    match (request.call.method.as_str(), found) {
        ("GET", Some(stored)) => Ok(Reply::json(200, stored.body.to_json())),
        ("PUT", _) => put(request.world, request.call, &scope, id),
        ("DELETE", Some(_)) => {
            request.world.resources.remove(&id);
            Ok(Reply::empty(200))
        }
        ("DELETE", None) => Ok(Reply::empty(204)),
        _ => Err(errors::lock_not_found(name)),
    }
}

/// Refuses what a lock on the scope or above it forbids, and a deletion that a lock below it forbids.
pub(crate) fn check(world: &World, id: &ResourceId, intent: Intent) -> Result<(), ArmError> {
    if !world.resources.has_authorizations() {
        return Ok(());
    }
    let forbids = |lock: &&Stored| match text(&lock.body, "properties/level") {
        Some("ReadOnly") => true,
        Some("CanNotDelete") => intent == Intent::Delete,
        _ => false,
    };
    let above = scope::with_above(id);
    let mut locked: Vec<String> = above
        .iter()
        .flat_map(|scope| scope::of(world, scope, "locks"))
        .filter(forbids)
        .map(|lock| scope::scope_of(&lock.id))
        .collect();
    if intent == Intent::Delete {
        let below = world
            .resources
            .authorizations_below(id)
            .filter(|stored| is_lock(stored));
        locked.extend(below.filter(forbids).map(|lock| scope::scope_of(&lock.id)));
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
    Err(errors::scope_locked(id, verb, locked.join(",")))
}

fn put(world: &mut World, call: &Call, scope: &ResourceId, id: ResourceId) -> Outcome {
    check_name(id.name())?;
    let shown = call.json()?["properties"].take();
    let notes = text(&shown, "notes").unwrap_or_default();
    if notes.chars().count() > LONGEST_NOTES {
        return Err(errors::invalid_content(
            "The notes of a lock have at most 512 characters.",
        ));
    }
    if let Some(group) = group_of(scope) {
        presence::check_stays(world, &group)?;
    }
    let status = if world.resources.has(&id) { 200 } else { 201 };
    let body = scope::store(world, id, "locks", shown);
    Ok(Reply::json(status, body))
}

/// The published rule for names; the code is ours.
fn check_name(name: &str) -> Result<(), ArmError> {
    let is_forbidden = |character: char| "<>%&:\\?/".contains(character) || character.is_control();
    let is_fine = !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    if is_fine && !name.contains(is_forbidden) {
        return Ok(());
    }
    Err(errors::invalid_lock_name(name))
}

/// The locks at a scope and below it, or at it and above it when only those are asked for.
pub(crate) fn list(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    versions::check_locks(request.call.api_version()?)?;
    let (scope, world) = (&scope::asked(request, 3)?, &*request.world);
    // The only filter that is documented.
    let at_scope = Filter::of(request.call, &["atScope"])?.is_some();
    let locks: Vec<&Stored> = if at_scope {
        scope::with_above(scope)
            .iter()
            .flat_map(|scope| scope::of(world, scope, "locks"))
            .collect()
    } else {
        world
            .resources
            .authorizations_below(scope)
            .filter(|stored| is_lock(stored))
            .collect()
    };
    paging::page_of(request.call, locks, |lock| lock.body.to_json())
}

fn group_of(scope: &ResourceId) -> Option<ResourceId> {
    scope
        .group_id()
        .or_else(|| (!scope.pairs.is_empty()).then(|| scope.clone()))
}

fn is_lock(stored: &Stored) -> bool {
    text(&stored.body, "type") == Some(KIND)
}
