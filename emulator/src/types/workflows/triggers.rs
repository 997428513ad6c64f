//! The triggers of a workflow, as its definition gives them.

use super::{callback, shown};
use crate::core::call::{Call, Reply};
use crate::core::definition::unknown_below;
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// Answers what lies below `triggers`.
pub(crate) fn serve(
    world: &World,
    call: &Call,
    stored: &Stored,
    tail: &[&str],
) -> Result<Reply, ArmError> {
    let none = serde_json::Map::new();
    let triggers = at(&stored.body, "properties/definition/triggers")
        .and_then(Json::as_object)
        .unwrap_or(&none);
    let [name, action @ ..] = tail else {
        if call.method != "GET" {
            return Err(ArmError::method(&call.method));
        }
        let value: Vec<Json> = triggers
            .iter()
            .map(|(name, trigger)| show(world, stored, name, trigger))
            .collect();
        return Ok(Reply::json(200, json!({ "value": value })));
    };
    let found = triggers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((name, trigger)) = found else {
        let message = format!(
            "The workflow '{}' trigger '{name}' could not be found.",
            stored.id.name()
        );
        return Err(ArmError::new(404, "WorkflowTriggerNotFound", message));
    };
    let is = |word: &str| matches!(action, [one] if one.eq_ignore_ascii_case(word));
    match call.method.as_str() {
        "GET" if action.is_empty() => Ok(Reply::json(200, show(world, stored, name, trigger))),
        "POST" if is("listCallbackUrl") => callback::of_trigger(stored, name, trigger),
        "POST" if is("run") => Ok(Reply::empty(202)),
        // Triggers keep no state of their own here: there is nothing to forget or to take over.
        "POST" if is("reset") => Ok(Reply::empty(200)),
        "POST" if is("setState") => {
            check_source(world, &call.json()?)?;
            Ok(Reply::empty(200))
        }
        _ => Err(unknown_below(stored, &["triggers"])),
    }
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
