//! The triggers of a workflow, as its definition gives them.

use super::{callback, documents, runs, shown};
use crate::core::call::{Call, Reply};
use crate::core::clock::timestamp;
use crate::core::definition::unknown_below;
use crate::core::error::ArmError;
use crate::core::filter::Filter;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, text};
use crate::core::paging;
use crate::core::store::Stored;
use crate::core::world::World;

/// Answers what lies below `triggers`.
pub(crate) fn serve(
    world: &mut World,
    call: &Call,
    stored: &Stored,
    tail: &[&str],
) -> Result<Reply, ArmError> {
    let [name, action @ ..] = tail else {
        return list(world, call, stored);
    };
    let (name, trigger) = find(stored, &stored.body["properties"], name)?;
    let lower: Vec<String> = action.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    match (call.method.as_str(), lower.as_slice()) {
        ("GET", []) => Ok(Reply::json(200, show(world, stored, name, trigger))),
        ("POST", ["listcallbackurl"]) => callback::of_trigger(stored, name, trigger),
        ("POST", ["run"]) => runs::start(world, stored, name),
        (_, ["histories", ..]) => runs::histories(world, call, stored, name, &action[1..]),
        ("GET", ["schemas", "json"]) => {
            callback::check_callable(stored, name, trigger)?;
            Ok(documents::schema(name, trigger))
        }
        // Triggers keep no state of their own here: there is nothing to forget or to take over.
        ("POST", ["reset"]) => Ok(Reply::empty(200)),
        ("POST", ["setstate"]) => {
            check_source(world, &call.json()?)?;
            Ok(Reply::empty(200))
        }
        _ => Err(unknown_below(stored, &["triggers"])),
    }
}

/// A trigger of a workflow or of one of its versions, by its properties.
pub(super) fn find<'a>(
    stored: &Stored,
    properties: &'a Json,
    name: &str,
) -> Result<(&'a str, &'a Json), ArmError> {
    let triggers = at(properties, "definition/triggers").and_then(Json::as_object);
    let mut triggers = triggers.into_iter().flatten();
    let found = triggers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found
        .map(|(name, trigger)| (name.as_str(), trigger))
        .ok_or_else(|| {
            let message = format!(
                "The workflow '{}' trigger '{name}' could not be found.",
                stored.id.name()
            );
            ArmError::new(404, "WorkflowTriggerNotFound", message)
        })
}

fn list(world: &World, call: &Call, stored: &Stored) -> Result<Reply, ArmError> {
    let triggers = at(&stored.body, "properties/definition/triggers").and_then(Json::as_object);
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
        return Err(ArmError::request_content(
            "Required property 'source' not found in JSON. Path ''.",
        ));
    };
    let id = ResourceId::parse(&format!("/{}", source.trim_start_matches('/')));
    let found = id.filter(|id| {
        let workflow = world.resources.get(&id.root());
        let triggers = workflow.and_then(|one| at(&one.body, "properties/definition/triggers"));
        triggers.and_then(Json::as_object).is_some_and(|triggers| {
            triggers
                .keys()
                .any(|name| name.eq_ignore_ascii_case(id.name()))
        })
    });
    match found {
        Some(_) => Ok(()),
        None => Err(ArmError::new(
            404,
            "WorkflowTriggerNotFound",
            format!("The workflow trigger '{source}' could not be found."),
        )),
    }
}

fn show(world: &World, stored: &Stored, name: &str, trigger: &Json) -> Json {
    let workflow = shown(world, stored);
    let version = text(&workflow, "properties/version").unwrap_or_default();
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
