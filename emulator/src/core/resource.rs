//! The verbs on a resource, the same for every type.

use std::collections::HashSet;

use super::asynchronous::{announce, name, network_urls};
use super::call::{Call, Reply};
use super::definition::{Deletion, TypeDefinition, Work, Write, Written};
use super::error::ArmError;
use super::filter::Filter;
use super::id::{GROUP, ResourceId, normalise_location};
use super::json::{Json, at, json, take, text};
use super::locks::{self, Intent};
use super::moving;
use super::operations::Operation;
use super::paging;
use super::providers;
use super::regions;
use super::render;
use super::store::Stored;
use super::versions;
use super::world::World;
use crate::documents;

/// What a request is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) definition: &'static TypeDefinition,
    pub(crate) id: &'a ResourceId,
}

/// Answers a request for a resource.
pub(crate) fn serve(
    world: &mut World,
    call: &Call,
    subject: Subject<'_>,
) -> Result<Reply, ArmError> {
    let version = call.api_version()?;
    let location = world
        .resources
        .get(subject.id)
        .and_then(|stored| text(&stored.body, "location"))
        .unwrap_or_default();
    versions::check(subject.definition, version, location)?;
    match call.method.as_str() {
        "GET" => get(world, subject.id),
        "HEAD" => Ok(Reply::empty(if world.resources.has(subject.id) {
            204
        } else {
            404
        })),
        "PUT" => put(world, call, subject),
        "PATCH" => patch(world, call, subject),
        "DELETE" => delete(world, call, subject),
        method => Err(ArmError::method(method)),
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
    world: &World,
    call: &Call,
    definition: &'static TypeDefinition,
    within: Scope<'_>,
) -> Result<Reply, ArmError> {
    versions::check(definition, call.api_version()?, "")?;
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
        stored.map_or(Json::Null, |stored| render::resource(world, stored))
    })
}

/// The resource of that id, or what ARM says when it or its group is missing.
pub(crate) fn existing<'a>(world: &'a World, id: &ResourceId) -> Result<&'a Stored, ArmError> {
    if let Some(group) = id.group_id().filter(|group| !world.resources.has(group)) {
        return Err(ArmError::group_not_found(group.name()));
    }
    if let Some(parent) = id.parent().filter(|parent| !world.resources.has(parent)) {
        return Err(ArmError::not_found(&parent.root()));
    }
    world.resources.get(id).ok_or_else(|| {
        let definition = world.types.find(&id.type_name());
        definition.map_or_else(
            || ArmError::not_found(id),
            |definition| definition.behaviour.not_found(id),
        )
    })
}

fn get(world: &World, id: &ResourceId) -> Result<Reply, ArmError> {
    let stored = existing(world, id)?;
    Ok(with_etag(
        Reply::json(200, render::resource(world, stored)),
        world,
        stored,
    ))
}

fn put(world: &mut World, call: &Call, subject: Subject<'_>) -> Result<Reply, ArmError> {
    let id = writable(world, subject)?;
    providers::check_registered(world, &id)?;
    locks::check(world, &id, Intent::Write)?;
    subject.definition.naming.check(id.name())?;
    let old = world.resources.get(&id).cloned();
    let shown = || old.as_ref().map(|old| render::resource(world, old));
    let mut wanted = call.json_beside(shown)?;
    preconditions(call, subject.definition, &id, old.as_ref())?;
    may_write(world, call, subject.definition, &id)?;
    for member in ["id", "name", "type", "etag"] {
        take(&mut wanted, member);
    }
    check_tags(&wanted)?;
    locate(subject.definition, &id, old.as_ref(), &mut wanted)?;
    if let Some(old) = &old {
        documents::keep_own(subject.definition.name, &old.body, &mut wanted);
    }
    write(world, call, subject.definition, &id, old, wanted)
}

fn patch(world: &mut World, call: &Call, subject: Subject<'_>) -> Result<Reply, ArmError> {
    // What has no location has no tags of its own either, and no PATCH.
    if !subject.definition.located {
        return Err(ArmError::method(&call.method));
    }
    let old = existing(world, subject.id)?.clone();
    locks::check(world, &old.id, Intent::Write)?;
    let patch = if call.body.is_empty() && subject.definition.behaviour.patch_may_be_empty() {
        json!({})
    } else {
        call.json_beside(|| Some(render::resource(world, &old)))?
    };
    let definition = subject.definition;
    preconditions(call, definition, &old.id, Some(&old))?;
    may_write(world, call, definition, &old.id)?;
    let id = writable(world, subject)?;
    let mut body = definition.behaviour.patch(&old, &patch)?;
    drop_null_tags(&mut body, &patch);
    check_tags(&body)?;
    if definition.behaviour.patch_is_put() {
        return write(world, call, definition, &id, Some(old), body);
    }
    let changed = world.now;
    world.resources.insert(Stored {
        body: body.into(),
        changed,
        ..old
    });
    touch(world, definition, &id);
    get(world, &id)
}

fn delete(world: &mut World, call: &Call, subject: Subject<'_>) -> Result<Reply, ArmError> {
    let Some(stored) = world.resources.get(subject.id).cloned() else {
        return match subject.id.group_id() {
            Some(group) if world.resources.has(&group) => Ok(Reply::empty(204)),
            Some(group) => Err(ArmError::group_not_found(group.name())),
            None => Err(ArmError::not_found(subject.id)),
        };
    };
    let definition = subject.definition;
    let group = stored.id.group_id();
    moving::check_settled(world, group.as_ref().unwrap_or(&stored.id))?;
    locks::check(world, &stored.id, Intent::Delete)?;
    preconditions(call, definition, &stored.id, Some(&stored))?;
    may_write(world, call, definition, &stored.id)?;
    definition.behaviour.may_delete(world, &stored)?;
    match definition.behaviour.deletion() {
        Deletion::AtOnce => {
            world.remove(&stored.id);
            Ok(Reply::empty(200))
        }
        Deletion::Later(work) => {
            world.resources.set_state(&stored.id, "Deleting");
            definition.behaviour.deleting(world, &stored.id);
            let operation = start(world, work, &stored.id);
            Ok(announce(
                Reply::empty(202),
                call,
                world,
                &operation,
                work.style,
            ))
        }
    }
}

/// Lets the type complete the body, stores it and starts the operation.
fn write(
    world: &mut World,
    call: &Call,
    definition: &'static TypeDefinition,
    id: &ResourceId,
    old: Option<Stored>,
    body: Json,
) -> Result<Reply, ArmError> {
    let etag = format!("W/\"{}\"", world.random.guid());
    let hidden = old.as_ref().map_or(Json::Null, |old| old.hidden.to_json());
    let version = call.query("api-version").unwrap_or_default();
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
    let mut reply = get(world, id)?;
    reply.status = status;
    let Some(work) = work else { return Ok(reply) };
    let operation = start(world, work, id);
    Ok(announce(reply, call, world, &operation, work.style))
}

fn start(world: &mut World, work: Work, id: &ResourceId) -> Operation {
    let name = name(world, work.style, work.kind, id);
    world.start(name, work.kind, id, work.lasts, work.ending)
}

/// Gives a whole family of network resources the new etag: a parent and its children share one.
fn touch(world: &mut World, definition: &TypeDefinition, id: &ResourceId) {
    if !definition.has_etags() {
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

fn with_etag(reply: Reply, world: &World, stored: &Stored) -> Reply {
    let has_etags = world
        .types
        .find(&stored.id.type_name())
        .is_some_and(TypeDefinition::has_etags);
    if has_etags {
        reply.header("ETag", stored.etag.clone())
    } else {
        reply
    }
}

/// The id under which a write goes, once its group and its parent are known to be there.
fn writable(world: &World, subject: Subject<'_>) -> Result<ResourceId, ArmError> {
    let id = subject.id;
    let group = id.group_id();
    if let Some(group) = group.as_ref().filter(|group| !world.resources.has(group)) {
        return Err(ArmError::group_not_found(group.name()));
    }
    check_stays(world, group.as_ref().unwrap_or(id))?;
    if let Some(stored) = world.resources.get(id) {
        return Ok(stored.id.clone());
    }
    let kind = subject
        .definition
        .name
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if let Some(parent) = id.parent() {
        let stored = world
            .resources
            .get(&parent)
            .ok_or_else(|| ArmError::parent_not_found(&parent))?;
        return Ok(stored.id.child(kind, id.name()));
    }
    let mut canonical = id.clone();
    canonical.namespace = subject.definition.namespace().to_owned();
    canonical.pairs = vec![(kind.to_owned(), id.name().to_owned())];
    if let Some(stored) = group.and_then(|group| world.resources.get(&group)) {
        canonical.subscription.clone_from(&stored.id.subscription);
        canonical.group = Some(stored.id.name().to_owned());
    }
    Ok(canonical)
}

/// Refuses a write in a group that is being deleted or moves resources.
pub(crate) fn check_stays(world: &World, group: &ResourceId) -> Result<(), ArmError> {
    moving::check_settled(world, group)?;
    match world.resources.get(group) {
        Some(stored) if text(&stored.body, "properties/provisioningState") == Some("Deleting") => {
            Err(being_deleted(stored.id.name()))
        }
        _ => Ok(()),
    }
}

fn being_deleted(group: &str) -> ArmError {
    ArmError::gateway(
        409,
        "ResourceGroupBeingDeleted",
        format!(
            "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
        ),
    )
}

/// Refuses a network write while another one runs in the same virtual network, group of rules or route table.
fn may_write(
    world: &World,
    call: &Call,
    definition: &TypeDefinition,
    id: &ResourceId,
) -> Result<(), ArmError> {
    if !definition.has_etags() {
        return Ok(());
    }
    let Some(running) = world.operations.running(&id.root()) else {
        return Ok(());
    };
    if call.method == "DELETE" {
        let (url, _) = network_urls(call, world, running);
        return Err(ArmError::new(
            409,
            "AnotherOperationInProgress",
            format!(
                "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: {url}."
            ),
        ));
    }
    let mut error = ArmError::new(
        429,
        "RetryableErrorDueToAnotherOperation",
        format!(
            "Operation on resource {id} is being retried later due to another operation {} ({}).",
            running.kind, running.name
        ),
    );
    error.retry_after = Some((running.ends - world.now).max(time::Duration::ZERO));
    Err(error)
}

fn preconditions(
    call: &Call,
    definition: &TypeDefinition,
    id: &ResourceId,
    old: Option<&Stored>,
) -> Result<(), ArmError> {
    if !definition.has_etags() {
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
        Err(ArmError::precondition(id))
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
        return Err(ArmError::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
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
        return ArmError::gateway(
            400,
            "LocationNotAvailableForResourceGroup",
            format!(
                "The provided location '{location}' is not available for resource group. List of available regions is '{regions}'."
            ),
        );
    }
    ArmError::gateway(
        400,
        "LocationNotAvailableForResourceType",
        format!(
            "The provided location '{location}' is not available for resource type '{}'. \
             List of available regions for the resource type is '{regions}'.",
            definition.name
        ),
    )
}

fn moved(definition: &TypeDefinition, id: &ResourceId, old: &str, new: &str) -> ArmError {
    if definition.name == GROUP {
        return ArmError::gateway(
            409,
            "InvalidResourceGroupLocation",
            format!(
                "Invalid resource group location '{new}'. The Resource group already exists in location '{old}'."
            ),
        );
    }
    ArmError::gateway(
        409,
        "InvalidResourceLocation",
        format!(
            "The resource '{}' already exists in location '{old}' in resource group '{}'. A resource with the same name cannot be \
             created in location '{new}'. Please select a new resource name.",
            id.name(),
            id.group.as_deref().unwrap_or_default()
        ),
    )
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
fn check_tags(body: &Json) -> Result<(), ArmError> {
    let Some(tags) = at(body, "tags").and_then(Json::as_object) else {
        return Ok(());
    };
    if tags.len() > 50 {
        let message = format!(
            "The resource has {} tags. The maximum number of tags is 50.",
            tags.len()
        );
        return Err(ArmError::gateway(400, "TooManyTags", message));
    }
    let mut seen = HashSet::new();
    for (name, value) in tags {
        // Names of tags have no case (that ARM refuses such a pair with this code is an assumption).
        if !seen.insert(name.to_lowercase()) {
            return Err(ArmError::gateway(
                400,
                "InvalidRequestContent",
                format!("The request content was invalid: the tag '{name}' is given twice."),
            ));
        }
        if name.chars().count() > 512 || name.contains(['<', '>', '%', '&', '\\', '?', '/']) {
            return Err(ArmError::gateway(
                400,
                "InvalidTagNameCharacters",
                format!("The tag name '{name}' is not valid."),
            ));
        }
        if value
            .as_str()
            .is_none_or(|value| value.chars().count() > 256)
        {
            return Err(ArmError::gateway(
                400,
                "InvalidTagValueLength",
                format!("The value of tag '{name}' is not valid."),
            ));
        }
    }
    Ok(())
}
