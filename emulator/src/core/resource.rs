//! The verbs on a resource, the same for every type.

use std::collections::HashSet;

use super::asynchronous::start;
use super::call::{Call, Outcome, Reply};
use super::definition::{Deletion, Request, TypeDefinition, Write, Written};
use super::ending;
use super::error::ArmError;
use super::errors;
use super::filter::Filter;
use super::id::{GROUP, ResourceId, normalise_location};
use super::json::{Json, at, json, take, text};
use super::locks::{self, Intent};
use super::paging;
use super::presence;
use super::providers;
use super::regions;
use super::render;
use super::store::Stored;
use super::world::World;
use crate::documents;

/// Answers a request for a resource.
pub(crate) fn serve(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    id: &ResourceId,
) -> Outcome {
    let call = request.call;
    let stored = request.world.resources.get(id);
    let location = stored
        .and_then(|stored| text(&stored.body, "location"))
        .unwrap_or_default();
    definition.check_version(call.api_version()?, location)?;
    match call.method.as_str() {
        "GET" => get(request, definition, id),
        "HEAD" => Ok(Reply::empty(if stored.is_some() { 204 } else { 404 })),
        "PUT" => put(request, definition, id),
        "PATCH" if definition.located => patch(request, definition, id),
        "DELETE" => delete(request, definition, id),
        method => Err(errors::method(method, definition.verbs())),
    }
}

/// What a list is restricted to.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    Subscription(&'a str),
    /// A resource group, or the parent of children.
    Below(&'a ResourceId),
}

impl Scope<'_> {
    /// What the keys of everything in it start with.
    pub(crate) fn prefix(self) -> String {
        match self {
            Self::Subscription(id) => format!("/subscriptions/{}/", id.to_lowercase()),
            Self::Below(id) => format!("{}/", id.key()),
        }
    }
}

/// Answers a request for the resources of one type, in a subscription, in a group or below a parent.
pub(crate) fn collection(
    request: &Request<'_>,
    definition: &'static TypeDefinition,
    within: Scope<'_>,
) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    definition.check_version(call.api_version()?, "")?;
    if call.method != "GET" {
        return Err(errors::method(&call.method, "GET"));
    }
    let fields = definition.behaviour.filters();
    let names: Vec<&'static str> = fields.iter().map(|(name, _)| *name).collect();
    // Lists without fields to filter by do not look at it.
    let filter = if fields.is_empty() {
        None
    } else {
        Filter::of(call, &names)?
    };
    let fits = |stored: &Stored| {
        let values = |field: &str| {
            let known = fields.iter().find(|(name, _)| *name == field);
            let value = known.and_then(|(_, place)| text(&stored.body, place));
            value.into_iter().collect()
        };
        filter
            .as_ref()
            .is_none_or(|filter| filter.accepts_resource(&stored.body, values))
    };
    let members = world
        .resources
        .keys_of_type(definition.name, within.prefix())
        .filter(|key| filter.is_none() || world.resources.at(key).is_some_and(fits));
    // Only what is on the page is looked up and shown.
    paging::page_of(call, members, |key| {
        let stored = world.resources.at(key);
        stored.map_or(Json::Null, |stored| render::of(definition, world, stored))
    })
}

fn get(request: &Request<'_>, definition: &TypeDefinition, id: &ResourceId) -> Outcome {
    let stored = presence::existing(request.types, request.world, id)?;
    let reply = Reply::json(200, render::of(definition, request.world, stored));
    Ok(if definition.provider.etags {
        reply.header("ETag", stored.etag.clone())
    } else {
        reply
    })
}

fn put(request: &mut Request<'_>, definition: &'static TypeDefinition, id: &ResourceId) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    let id = writable(world, definition, id)?;
    providers::check_registered(request.types, world, &id)?;
    locks::check(world, &id, Intent::Write)?;
    definition.naming.check(id.name())?;
    let old = world.resources.get(&id).cloned();
    let shown = || {
        let old = old.as_ref();
        old.map(|old| render::of(definition, world, old))
    };
    let mut wanted = call.json_beside(shown)?;
    preconditions(call, definition, &id, old.as_ref())?;
    may_write(world, call, definition, &id)?;
    for member in ["id", "name", "type", "etag"] {
        take(&mut wanted, member);
    }
    check_tags(&wanted)?;
    locate(definition, &id, old.as_ref(), &mut wanted)?;
    if let Some(old) = &old {
        documents::keep_own(definition.name, &old.body, &mut wanted);
    }
    write(request, definition, &id, old, wanted)
}

fn patch(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    id: &ResourceId,
) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    let old = presence::existing(request.types, world, id)?.clone();
    locks::check(world, &old.id, Intent::Write)?;
    let patch = if call.body.is_empty() && definition.behaviour.patch_may_be_empty() {
        json!({})
    } else {
        call.json_beside(|| Some(render::of(definition, world, &old)))?
    };
    preconditions(call, definition, &old.id, Some(&old))?;
    may_write(world, call, definition, &old.id)?;
    let id = writable(world, definition, id)?;
    let mut body = definition.behaviour.patch(&old, &patch)?;
    drop_null_tags(&mut body, &patch);
    check_tags(&body)?;
    if definition.behaviour.patch_is_put() {
        return write(request, definition, &id, Some(old), body);
    }
    let changed = world.now;
    request.world.resources.insert(Stored {
        body: body.into(),
        changed,
        ..old
    });
    touch(request.world, definition, &id);
    get(request, definition, &id)
}

fn delete(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    id: &ResourceId,
) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    let Some(stored) = world.resources.get(id).cloned() else {
        let group = id.group_id().ok_or_else(|| errors::not_found(id))?;
        return presence::existing_group(world, &group).map(|_| Reply::empty(204));
    };
    let group = stored.id.group_id();
    presence::check_settled(world, group.as_ref().unwrap_or(&stored.id))?;
    locks::check(world, &stored.id, Intent::Delete)?;
    preconditions(call, definition, &stored.id, Some(&stored))?;
    may_write(world, call, definition, &stored.id)?;
    definition.behaviour.may_delete(world, &stored)?;
    match definition.behaviour.deletion() {
        Deletion::AtOnce => {
            ending::remove(request.types, request.world, &stored.id);
            Ok(Reply::empty(200))
        }
        Deletion::Later(work) => {
            request.world.resources.set_state(&stored.id, "Deleting");
            definition.behaviour.deleting(request.world, &stored.id);
            Ok(start(
                request,
                definition.provider,
                work,
                &stored.id,
                Reply::empty(202),
            ))
        }
    }
}

/// Lets the type complete the body, stores it and starts the operation.
fn write(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    id: &ResourceId,
    old: Option<Stored>,
    body: Json,
) -> Outcome {
    let world = &mut *request.world;
    let etag = format!("W/\"{}\"", world.random.guid());
    let hidden = old.as_ref().map_or(Json::Null, |old| old.hidden.to_json());
    let version = request.call.query("api-version").unwrap_or_default();
    let asked = Write {
        id,
        existing: old.as_ref(),
        body,
        hidden,
        etag: &etag,
        api_version: version,
    };
    let Written { body, hidden, work } = definition.behaviour.put(world, asked)?;
    let (created, status) = old
        .as_ref()
        .map_or((world.now, 201), |old| (old.created, 200));
    world.resources.insert(Stored {
        id: id.clone(),
        etag,
        body: body.into(),
        created,
        changed: world.now,
        hidden: hidden.into(),
    });
    touch(world, definition, id);
    let mut reply = get(request, definition, id)?;
    reply.status = status;
    Ok(match work {
        Some(work) => start(request, definition.provider, work, id, reply),
        None => reply,
    })
}

/// Gives a whole family of network resources the new etag: a parent and its children share one.
fn touch(world: &mut World, definition: &TypeDefinition, id: &ResourceId) {
    if !definition.provider.etags {
        return;
    }
    let etag = format!("W/\"{}\"", world.random.guid());
    let family: Vec<ResourceId> = world
        .resources
        .family(&id.root())
        .map(|stored| stored.id.clone())
        .collect();
    for member in &family {
        if let Some(stored) = world.resources.get_mut(member) {
            stored.etag.clone_from(&etag);
        }
    }
}

/// The id under which a write goes, once its group and its parent are known to be there.
fn writable(
    world: &World,
    definition: &TypeDefinition,
    id: &ResourceId,
) -> Result<ResourceId, ArmError> {
    let group = id.group_id();
    if let Some(group) = &group {
        presence::existing_group(world, group)?;
    }
    presence::check_stays(world, group.as_ref().unwrap_or(id))?;
    if let Some(stored) = world.resources.get(id) {
        return Ok(stored.id.clone());
    }
    let kind = definition.kind();
    if let Some(parent) = id.parent() {
        let stored = world.resources.get(&parent);
        let stored = stored.ok_or_else(|| errors::parent_resource_not_found(parent.names()))?;
        return Ok(stored.id.child(kind, id.name()));
    }
    let mut canonical = id.clone();
    definition
        .provider
        .namespace
        .clone_into(&mut canonical.namespace);
    canonical.pairs = vec![(kind.to_owned(), id.name().to_owned())];
    if let Some(stored) = group.and_then(|group| world.resources.get(&group)) {
        canonical.subscription.clone_from(&stored.id.subscription);
        canonical.group = Some(stored.id.name().to_owned());
    }
    Ok(canonical)
}

/// Refuses a write while another one runs in the same top-level resource, where the namespace wants that.
fn may_write(
    world: &World,
    call: &Call,
    definition: &TypeDefinition,
    id: &ResourceId,
) -> Result<(), ArmError> {
    let Some(refuse) = definition.provider.busy else {
        return Ok(());
    };
    let running = world.operations.running(&id.root());
    running.map_or(Ok(()), |running| Err(refuse(world, call, id, running)))
}

fn preconditions(
    call: &Call,
    definition: &TypeDefinition,
    id: &ResourceId,
    old: Option<&Stored>,
) -> Result<(), ArmError> {
    if !definition.provider.etags {
        return Ok(());
    }
    let matches = |condition: &str| {
        old.is_some_and(|old| {
            condition
                .split(',')
                .map(str::trim)
                .any(|etag| etag == "*" || etag == old.etag)
        })
    };
    let fails = call
        .header("if-match")
        .is_some_and(|condition| !matches(condition))
        || call.header("if-none-match").is_some_and(matches);
    if fails {
        Err(errors::precondition_failed(id))
    } else {
        Ok(())
    }
}

/// Checks and normalises the location of a type that has one.
fn locate(
    definition: &TypeDefinition,
    id: &ResourceId,
    old: Option<&Stored>,
    wanted: &mut Json,
) -> Result<(), ArmError> {
    if !definition.located {
        return Ok(());
    }
    let Some(location) = text(wanted, "location").filter(|location| !location.is_empty()) else {
        return Err(errors::location_required());
    };
    let location = normalise_location(location);
    if let Some(old) = old
        .and_then(|old| text(&old.body, "location"))
        .filter(|old| *old != location)
    {
        return Err(moved(definition, id, old, &location));
    }
    if !regions::is_known(&location) {
        return Err(unavailable(definition, &location));
    }
    wanted["location"] = json!(location);
    Ok(())
}

fn unavailable(definition: &TypeDefinition, location: &str) -> ArmError {
    let regions: Vec<String> = regions::names()
        .into_iter()
        .map(normalise_location)
        .collect();
    let regions = regions.join(",");
    if definition.name == GROUP {
        return errors::location_not_available_for_resource_group(location, regions);
    }
    errors::location_not_available_for_resource_type(location, definition.name, regions)
}

fn moved(definition: &TypeDefinition, id: &ResourceId, old: &str, new: &str) -> ArmError {
    if definition.name == GROUP {
        return errors::invalid_resource_group_location(new, old);
    }
    errors::invalid_resource_location(id.name(), old, id.group.as_deref().unwrap_or_default(), new)
}

/// In a PATCH a null removes a tag, or all of them.
fn drop_null_tags(body: &mut Json, patch: &Json) {
    if patch.get("tags").is_some_and(Json::is_null) {
        take(body, "tags");
    } else if let Some(Json::Object(tags)) = body.get_mut("tags") {
        tags.retain(|_, value| !value.is_null());
    }
}

/// ARM's limits of tags, the same for every type.
pub(crate) fn check_tags(body: &Json) -> Result<(), ArmError> {
    let Some(tags) = at(body, "tags").and_then(Json::as_object) else {
        return Ok(());
    };
    if tags.len() > 50 {
        return Err(errors::too_many_tags(tags.len()));
    }
    let mut seen = HashSet::new();
    for (name, value) in tags {
        // Names of tags have no case (that ARM refuses such a pair with this code is an assumption).
        if !seen.insert(name.to_lowercase()) {
            return Err(errors::invalid_content(format!(
                "the tag '{name}' is given twice."
            )));
        }
        // Azure's own services put IDs into names such as `hidden-link:/subscriptions/…`.
        let is_hidden = name
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("hidden-"));
        let is_bad =
            |c: char| matches!(c, '<' | '>' | '%' | '&' | '\\' | '?') || (c == '/' && !is_hidden);
        if name.chars().count() > 512 || name.contains(is_bad) {
            return Err(errors::invalid_tag_name_characters(name));
        }
        if value
            .as_str()
            .is_none_or(|value| value.chars().count() > 256)
        {
            return Err(errors::invalid_tag_value_length(name));
        }
    }
    Ok(())
}
