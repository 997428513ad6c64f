//! Documents that are made of a workflow's definition: its interface, and itself under another schema.

use super::callback::is_request;
use crate::core::call::{Outcome, Reply};
use crate::core::definition::Request;
use crate::core::errors;
use crate::core::json::{Json, at, json, text};
use crate::core::store::Stored;

/// The versions of the definition language, oldest first.
const SCHEMAS: [&str; 3] = ["2014-12-01-preview", "2015-08-01-preview", "2016-06-01"];

/// What every call of a trigger needs beside its body.
const QUERIES: [(&str, &str); 4] = [
    ("api-version", "The version of the interface."),
    ("sp", "What the signature permits."),
    ("sv", "The version of the signature."),
    ("sig", "The signature."),
];

/// The interface of the Request triggers, in Swagger's words.
pub(super) fn swagger(stored: &Stored) -> Reply {
    let endpoint = text(&stored.body, "properties/accessEndpoint").unwrap_or_default();
    let address = endpoint.trim_start_matches("https://");
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let triggers = at(&stored.body, "properties/definition/triggers").and_then(Json::as_object);
    let triggers = triggers.into_iter().flatten();
    let paths = triggers.filter(|(_, trigger)| is_request(trigger)).map(|(name, trigger)| {
        let mut parameters: Vec<Json> = QUERIES
            .iter()
            .map(|(name, description)| {
                json!({"name": name, "in": "query", "description": description, "required": true, "type": "string"})
            })
            .collect();
        if let Some(schema) = at(trigger, "inputs/schema") {
            parameters.push(json!({"name": "body", "in": "body", "description": "The body of the call.", "schema": schema}));
        }
        let method = text(trigger, "inputs/method").unwrap_or("POST").to_lowercase();
        let relative = text(trigger, "inputs/relativePath").unwrap_or_default();
        let relative = relative.trim_start_matches('/');
        let slash = if relative.is_empty() { "" } else { "/" };
        let operation = json!({
            "description": "Starts a run of the logic app.",
            "operationId": format!("{name}-invoke"),
            "parameters": parameters,
            "responses": {"default": {"description": "What the logic app answers.", "schema": {"type": "object"}}}
        });
        (format!("/{name}/paths/invoke{slash}{relative}"), json!({method: operation}))
    });
    let paths: serde_json::Map<String, Json> = paths.collect();
    let body = json!({
        "swagger": "2.0",
        "info": {"title": stored.id.name(), "description": "Azure Logic App.", "version": "1.0.0.0"},
        "host": host,
        "basePath": format!("/{path}/triggers"),
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths
    });
    Reply::json(200, body)
}

/// The definition under a newer schema. What changed between schemas is not translated.
pub(super) fn upgraded(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let asked = request.call.json()?;
    let target = text(&asked, "targetSchemaVersion").unwrap_or_default();
    let Some(rank) = SCHEMAS.iter().position(|known| *known == target) else {
        return Err(errors::invalid_request_content(format!(
            "The schema version '{target}' is not one of '{}'. Path 'targetSchemaVersion'.",
            SCHEMAS.join("', '")
        )));
    };
    let mut definition = stored.body["properties"]["definition"].clone();
    let schema = text(&definition, "$schema").unwrap_or_default().to_owned();
    let current = SCHEMAS.iter().position(|known| schema.contains(known));
    if current.is_some_and(|current| current > rank) {
        return Err(errors::invalid_request_content(format!(
            "The definition has a newer schema than '{target}'. Path 'targetSchemaVersion'."
        )));
    }
    definition["$schema"] = json!(format!(
        "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/{target}/workflowdefinition.json#"
    ));
    Ok(Reply::json(200, definition))
}

/// The JSON schema that a Request trigger asks of the bodies of its calls.
pub(super) fn schema(name: &str, trigger: &Json) -> Reply {
    let schema = at(trigger, "inputs/schema").map_or_else(|| "{}".to_owned(), Json::to_string);
    Reply::json(200, json!({"title": name, "content": schema}))
}
