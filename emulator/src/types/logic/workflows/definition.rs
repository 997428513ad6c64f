//! The definition of a workflow: what makes it valid, and the form in which the service gives it back.

use serde_json::Map;

use super::parameters::{canonical_type, invalid_template};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, at, ordered, text};
use crate::core::store::Stored;

/// The members of a definition in the service's order.
const ORDER: &[&str] = &[
    "$schema",
    "contentVersion",
    "parameters",
    "staticResults",
    "triggers",
    "actions",
    "outputs",
];
const TRIGGER_ORDER: &[&str] = &[
    "recurrence",
    "evaluatedRecurrence",
    "splitOn",
    "type",
    "kind",
    "inputs",
];

/// Checks what the service checks when it reads a definition.
pub(crate) fn check(body: &Json) -> Result<(), ArmError> {
    let Some(definition) = at(body, "properties/definition") else {
        return Err(missing("definition", "properties", body.get("properties")));
    };
    for member in ["$schema", "contentVersion"] {
        if text(definition, member).is_none() {
            return Err(missing(member, "properties.definition", Some(definition)));
        }
    }
    for (name, trigger) in objects(definition, "triggers") {
        if text(trigger, "type").is_none() {
            return Err(missing(
                "type",
                &format!("properties.definition.triggers.{name}"),
                Some(trigger),
            ));
        }
    }
    check_actions(definition.get("actions"), "properties.definition.actions")
}

/// Puts members in the service's order and adds what it works out by itself.
pub(crate) fn normalise(mut definition: Json) -> Json {
    if let Some(Json::Object(parameters)) = definition.get_mut("parameters") {
        for parameter in parameters.values_mut() {
            if let Some(kind) = text(parameter, "type").and_then(canonical_type) {
                parameter["type"] = kind.into();
            }
        }
    }
    if let Some(Json::Object(triggers)) = definition.get_mut("triggers") {
        for trigger in triggers.values_mut() {
            if let Some(recurrence) = trigger.get("recurrence").cloned() {
                trigger["evaluatedRecurrence"] = recurrence;
            }
            *trigger = ordered(trigger.take(), TRIGGER_ORDER);
        }
    }
    for member in ["parameters", "triggers", "actions", "outputs"] {
        // azurerm sends null where it has no parameters, and cannot read one back.
        if at(&definition, member).is_none() {
            definition[member] = Json::Object(Map::new());
        }
    }
    ordered(definition, ORDER)
}

/// A trigger of a workflow as it is.
pub(super) fn trigger<'a>(
    workflow: &'a Stored,
    name: &str,
) -> Result<(&'a str, &'a Json), ArmError> {
    trigger_of(workflow, &workflow.body["properties"], name)
}

/// A trigger of a workflow or of one of its versions, by its properties.
pub(super) fn trigger_of<'a>(
    workflow: &Stored,
    properties: &'a Json,
    name: &str,
) -> Result<(&'a str, &'a Json), ArmError> {
    let triggers = at(properties, "definition/triggers").and_then(Json::as_object);
    let mut triggers = triggers.into_iter().flatten();
    let found = triggers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    let found = found.map(|(name, trigger)| (name.as_str(), trigger));
    found.ok_or_else(|| errors::workflow_trigger_not_found(workflow.id.name(), name))
}

/// Actions need a type, and wait only for actions beside them; scopes, conditions and loops hold more actions.
fn check_actions(actions: Option<&Json>, path: &str) -> Result<(), ArmError> {
    let Some(Json::Object(actions)) = actions else {
        return Ok(());
    };
    for (name, action) in actions {
        let path = format!("{path}.{name}");
        if text(action, "type").is_none() {
            return Err(missing("type", &path, Some(action)));
        }
        for (waited, _) in objects(action, "runAfter") {
            if !actions.contains_key(waited) {
                return Err(invalid_template(&format!(
                    "The action(s) '{waited}' referenced by 'runAfter' in action '{name}' are not defined in the template."
                )));
            }
        }
        check_actions(action.get("actions"), &path)?;
        check_actions(at(action, "else/actions"), &path)?;
        check_actions(at(action, "default/actions"), &path)?;
        for (_, case) in objects(action, "cases") {
            check_actions(case.get("actions"), &path)?;
        }
    }
    Ok(())
}

fn objects<'a>(
    value: &'a Json,
    member: &str,
) -> impl Iterator<Item = (&'a String, &'a Json)> + use<'a> {
    value
        .get(member)
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
}

/// The text with which the service's reader refuses; the position is that of the end of the object, on one line.
fn missing(member: &str, path: &str, object: Option<&Json>) -> ArmError {
    let position = object.map_or(0, |object| object.to_string().len());
    errors::invalid_request_content(format!(
        "Required property '{member}' not found in JSON. Path '{path}', line 1, position {position}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    fn body(definition: Json) -> Json {
        json!({"properties": {"definition": definition}})
    }

    #[test]
    fn definitions_are_checked() {
        let act = |more: Json| json!({"$schema": "s", "contentVersion": "1", "actions": more});
        for (definition, code) in [
            (json!({"contentVersion": "1"}), "InvalidRequestContent"),
            (json!({"$schema": "s"}), "InvalidRequestContent"),
            (
                json!({"$schema": "s", "contentVersion": "1", "triggers": {"t": {}}}),
                "InvalidRequestContent",
            ),
            (act(json!({"a": {}})), "InvalidRequestContent"),
            (
                act(json!({"a": {"type": "Compose", "runAfter": {"b": ["Succeeded"]}}})),
                "InvalidTemplate",
            ),
            (
                act(json!({"a": {"type": "If", "else": {"actions": {"b": {}}}}})),
                "InvalidRequestContent",
            ),
            (
                act(json!({"a": {"type": "Switch", "cases": {"c": {"actions": {"b": {}}}}}})),
                "InvalidRequestContent",
            ),
        ] {
            assert_eq!(
                check(&body(definition.clone())).map_err(|error| error.code),
                Err(code.into()),
                "{definition}"
            );
        }
        let fine = act(
            json!({"a": {"type": "Compose"}, "b": {"type": "Compose", "runAfter": {"a": ["Succeeded"]}}}),
        );
        assert_eq!(check(&body(fine)), Ok(()));
    }

    #[test]
    fn definitions_come_back_in_the_services_form() {
        let normalised = normalise(json!({
            "triggers": {"t": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}},
            "parameters": {"p": {"type": "bool"}},
            "contentVersion": "1.0.0.0",
            "$schema": "s",
            "actions": null
        }));
        let expected = r#"{"$schema":"s","contentVersion":"1.0.0.0","parameters":{"p":{"type":"Bool"}},"triggers":{"t":{"recurrence":{"frequency":"Day","interval":1},"evaluatedRecurrence":{"frequency":"Day","interval":1},"type":"Recurrence"}},"actions":{},"outputs":{}}"#;
        assert_eq!(normalised.to_string(), expected);
    }
}
