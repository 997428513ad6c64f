//! Moves of resources from one group to another. Only what refers to others by its own body is moved: workflows and
//! integration accounts. Networks and environments stay where they are.

use jiff::SignedDuration;

use super::asynchronous;
use super::call::{Outcome, Reply};
use super::definition::Request;
use super::error::ArmError;
use super::errors;
use super::id::{GROUP, ResourceId};
use super::json::{Json, json, list, take, text};
use super::locks::{self, Intent};
use super::operations::{Ending, Operation, Work};
use super::presence::{self, MOVING};
use super::versions;
use super::world::World;

/// The kinds of the two operations.
pub(crate) const MOVE: &str = "MoveResources";
pub(crate) const VALIDATE: &str = "ValidateMoveResources";

/// How long each takes (an assumption).
const LASTS: SignedDuration = SignedDuration::from_mins(1);

/// Starts a move out of a group, or only checks it.
pub(crate) fn start(request: &mut Request<'_>, at: &[&str], for_real: bool) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let source = ResourceId::of_group(at[0], at[1]);
    let source = presence::existing_group(request.world, &source)?.id.clone();
    let asked = request.call.json()?;
    let (ids, target) = check(request, &source, &asked)?;
    if for_real {
        let ids: Vec<String> = ids.iter().map(ResourceId::to_string).collect();
        let plan = json!({"resources": ids, "target": target.to_string()});
        for (group, plan) in [(&source, plan), (&target, json!({}))] {
            if let Some(stored) = request.world.resources.get_mut(group) {
                stored.hidden = json!({ MOVING: plan }).into();
            }
        }
    }
    let work = Work {
        kind: if for_real { MOVE } else { VALIDATE },
        lasts: LASTS,
        ending: Ending::ByType,
    };
    let provider = request.types.provider(&source.namespace);
    let provider = provider.ok_or_else(|| errors::no_route(&request.call.path))?;
    Ok(asynchronous::start(
        request,
        provider,
        work,
        &source,
        Reply::empty(202),
    ))
}

/// Ends a move: what is still there gets its new id, here and in whatever refers to it.
pub(crate) fn finish(world: &mut World, operation: &Operation) {
    if operation.kind != MOVE {
        return;
    }
    let source = &operation.target;
    let Some(plan) = world
        .resources
        .get_mut(source)
        .and_then(|group| take(&mut group.hidden, MOVING))
    else {
        return;
    };
    let Some(target) = text(&plan, "target").and_then(ResourceId::parse) else {
        return;
    };
    if let Some(group) = world.resources.get_mut(&target) {
        take(&mut group.hidden, MOVING);
    }
    if operation.failure.is_some() {
        return;
    }
    let ids = list(&plan, "resources").iter().filter_map(Json::as_str);
    for from in ids.filter_map(ResourceId::parse) {
        let to = moved(&from, &target);
        world.resources.rename(&from, &to);
        world.resources.redirect(&from, &to);
    }
}

/// The resources to move and where to, if that can be. The codes are ours, but for unknown groups and resources.
fn check(
    request: &Request<'_>,
    source: &ResourceId,
    asked: &Json,
) -> Result<(Vec<ResourceId>, ResourceId), ArmError> {
    let (types, world) = (request.types, &*request.world);
    let target = text(asked, "targetResourceGroup").and_then(ResourceId::parse);
    let target = target.filter(|id| id.type_name() == GROUP).ok_or_else(|| {
        errors::invalid_content("'targetResourceGroup' is not the id of a resource group.")
    })?;
    let target = presence::existing_group(world, &target)?.id.clone();
    if target.same(source) {
        return Err(errors::resource_move_same_group());
    }
    let wanted = list(asked, "resources");
    if wanted.is_empty() {
        return Err(errors::invalid_content("'resources' names no resource."));
    }
    let mut ids = Vec::new();
    for wanted in wanted {
        let wanted = wanted.as_str().unwrap_or_default();
        let id = ResourceId::parse(wanted).filter(|id| {
            id.pairs.len() == 1 && id.group_id().is_some_and(|group| group.same(source))
        });
        let Some(id) = id else {
            return Err(errors::resource_move_not_in_group(wanted, source.name()));
        };
        let id = presence::existing(types, world, &id)?.id.clone();
        let kind = id.type_name();
        let movable = types
            .find(&kind)
            .is_some_and(|known| known.behaviour.may_move());
        if !movable {
            return Err(errors::resource_move_not_supported(kind));
        }
        if world.resources.has(&moved(&id, &target)) {
            let (group, name) = (target.name(), id.name());
            return Err(errors::resource_move_target_exists(group, kind, name));
        }
        locks::check(world, &id, Intent::Delete)?;
        ids.push(id);
    }
    for group in [source, &target] {
        locks::check(world, group, Intent::Write)?;
        presence::check_stays(world, group)?;
    }
    Ok((ids, target))
}

/// The id of a resource in another group.
fn moved(id: &ResourceId, target: &ResourceId) -> ResourceId {
    ResourceId {
        subscription: target.subscription.clone(),
        group: Some(target.name().to_owned()),
        ..id.clone()
    }
}
