//! The triggers of a workflow, as its definition gives them.

use super::definition::trigger;
use super::{callback, documents, runs};
use crate::core::call::{Outcome, Reply};
use crate::core::clock::timestamp;
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::filter::Filter;
use crate::core::id::ResourceId;
use crate::core::json::{self, Json, json, text};
use crate::core::paging;
use crate::core::store::Stored;
use crate::core::world::World;

/// One trigger.
pub(super) fn one(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (name, trigger) = trigger(workflow, at[0])?;
    Ok(Reply::json(
        200,
        show(request.world, workflow, name, trigger),
    ))
}

/// Lets a trigger fire.
pub(super) fn run(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (name, _) = trigger(workflow, at[0])?;
    runs::start(request.world, workflow, name)
}

/// Triggers keep no state of their own here: there is nothing to forget.
pub(super) fn reset(_: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    trigger(workflow, at[0]).map(|_| Reply::empty(200))
}

/// Nor is there anything to take over from another one.
pub(super) fn set_state(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    trigger(workflow, at[0])?;
    check_source(request.world, &request.call.json()?)?;
    Ok(Reply::empty(200))
}

/// What a trigger asks of the bodies of its calls.
pub(super) fn schema(_: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (name, trigger) = trigger(workflow, at[0])?;
    callback::check_callable(workflow, name, trigger)?;
    Ok(documents::schema(name, trigger))
}

/// The triggers.
pub(super) fn list(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    let triggers =
        json::at(&stored.body, "properties/definition/triggers").and_then(Json::as_object);
    let shown = triggers
        .into_iter()
        .flatten()
        .map(|(name, trigger)| show(world, stored, name, trigger));
    let mut shown: Vec<Json> = shown.collect();
    if let Some(filter) = Filter::of(call, &["state"])? {
        shown.retain(|one| filter.accepts(|_| text(one, "properties/state").into_iter().collect()));
    }
    paging::page(call, shown)
}

/// The trigger whose state is taken over must be there.
fn check_source(world: &World, body: &Json) -> Result<(), ArmError> {
    let Some(source) = text(body, "source/id") else {
        return Err(errors::invalid_request_content(
            "Required property 'source' not found in JSON. Path ''.",
        ));
    };
    let id = ResourceId::parse(&format!("/{}", source.trim_start_matches('/')));
    let found = id.filter(|id| {
        let workflow = world.resources.get(&id.root());
        let triggers =
            workflow.and_then(|one| json::at(&one.body, "properties/definition/triggers"));
        triggers.and_then(Json::as_object).is_some_and(|triggers| {
            triggers
                .keys()
                .any(|name| name.eq_ignore_ascii_case(id.name()))
        })
    });
    match found {
        Some(_) => Ok(()),
        None => Err(errors::trigger_source_not_found(source)),
    }
}

fn show(world: &World, stored: &Stored, name: &str, trigger: &Json) -> Json {
    let workflow = &stored.body;
    let version = text(workflow, "properties/version").unwrap_or_default();
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "createdTime": workflow["properties"]["createdTime"],
        "changedTime": workflow["properties"]["changedTime"],
        "state": workflow["properties"]["state"],
        "workflow": {"id": format!("{}/versions/{version}", stored.id), "name": version, "type": "Microsoft.Logic/workflows/versions"}
    });
    if let Some(fired) = runs::last_fired(world, stored, name) {
        properties["lastExecutionTime"] = json!(timestamp(fired));
    }
    if let Some(recurrence) = trigger.get("recurrence") {
        properties["recurrence"] = recurrence.clone();
    }
    json!({
        "properties": properties,
        "id": format!("{}/triggers/{name}", stored.id),
        "name": name,
        "type": "Microsoft.Logic/workflows/triggers"
    })
}
