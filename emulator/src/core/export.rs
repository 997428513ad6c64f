//! Templates of what lies in a resource group.

use std::collections::BTreeMap;

use serde_json::Map;

use super::call::{Outcome, Reply};
use super::definition::{Request, TypeDefinition};
use super::errors;
use super::id::ResourceId;
use super::json::{Json, json, list, ordered, take, text};
use super::presence;
use super::store::Stored;
use super::versions;
use crate::documents;

/// How a template is written.
#[derive(Clone, Copy)]
struct Options {
    /// Whether names are parameters.
    parameters: bool,
    /// Whether those have the present names as defaults.
    defaults: bool,
}

/// A template that would create the resources again.
pub(crate) fn template(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (types, world) = (request.types, &*request.world);
    versions::check_own(request.call.api_version()?)?;
    let group = presence::existing_group(world, &ResourceId::of_group(at[0], at[1]))?;
    let asked = request.call.json()?;
    if text(&asked, "outputFormat").is_some_and(|format| !format.eq_ignore_ascii_case("Json")) {
        return Err(errors::invalid_content(
            "Only the output format 'Json' is supported here.",
        ));
    }
    let listed = list(&asked, "resources").iter().filter_map(Json::as_str);
    let (every, single): (Vec<&str>, Vec<&str>) = listed.partition(|id| *id == "*");
    let mut wanted = Vec::new();
    for id in single {
        let known = ResourceId::parse(id)
            .filter(|id| id.group_id().is_some_and(|inside| inside.same(&group.id)));
        let known = known.ok_or_else(|| {
            errors::invalid_content(format!("'{id}' is no resource of the group."))
        })?;
        wanted.push(presence::existing(types, world, &known)?.id.root().key());
    }
    let exported: Vec<(&TypeDefinition, &Stored)> = world
        .resources
        .in_group(&group.id)
        .filter_map(|stored| Some((types.find(&stored.id.type_name())?, stored)))
        .filter(|(_, stored)| !every.is_empty() || wanted.contains(&stored.id.root().key()))
        .collect();
    let words = text(&asked, "options").unwrap_or_default();
    let skips = [
        "SkipResourceNameParameterization",
        "SkipAllParameterization",
    ];
    let options = Options {
        parameters: !skips.iter().any(|skip| words.contains(skip)),
        defaults: words.contains("IncludeParameterDefaultValue"),
    };
    let mut parameters = Map::new();
    let mut references = BTreeMap::new();
    for (_, stored) in &exported {
        let root = stored.id.root();
        let default = if options.defaults {
            json!(root.name())
        } else {
            Json::Null
        };
        if options.parameters {
            parameters.insert(
                parameter(&root),
                json!({"defaultValue": default, "type": "String"}),
            );
        }
        references.insert(stored.id.key(), reference(&stored.id, options));
    }
    let resources: Vec<Json> = exported
        .iter()
        .map(|(definition, stored)| show(definition, stored, &references, options))
        .collect();
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "variables": {},
        "resources": resources
    });
    Ok(Reply::json(200, json!({ "template": template })))
}

/// The members of a resource in the order of templates.
const ORDER: &[&str] = &[
    "type",
    "apiVersion",
    "name",
    "location",
    "dependsOn",
    "tags",
    "sku",
    "identity",
    "properties",
];

fn show(
    definition: &TypeDefinition,
    stored: &Stored,
    references: &BTreeMap<String, String>,
    options: Options,
) -> Json {
    let mut body = stored.body.to_json();
    let own = documents::of_type(definition.name).map_or(&[][..], |known| &known.own);
    for member in own {
        take(&mut body, member);
    }
    take(&mut body, "properties/provisioningState");
    refer(&mut body, references);
    body["type"] = json!(stored.id.type_name());
    body["apiVersion"] = json!(definition.newest_version());
    let root = name(&stored.id.root(), options);
    body["name"] = match stored.id.names().split_once('/') {
        _ if !options.parameters => json!(stored.id.names()),
        Some((_, below)) => json!(format!("[concat({root}, '/{below}')]")),
        None => json!(format!("[{root}]")),
    };
    if let Some(parent) = stored.id.parent() {
        body["dependsOn"] = json!([reference(&parent, options)]);
    }
    ordered(body, ORDER)
}

/// Puts references in the place of the ids of what is exported as well.
fn refer(value: &mut Json, references: &BTreeMap<String, String>) {
    match value {
        Json::String(text) => {
            if let Some(reference) = references.get(&text.to_lowercase()) {
                reference.clone_into(text);
            }
        }
        Json::Array(values) => values.iter_mut().for_each(|value| refer(value, references)),
        Json::Object(members) => members
            .values_mut()
            .for_each(|value| refer(value, references)),
        _ => {}
    }
}

/// The expression for the id of a resource.
fn reference(id: &ResourceId, options: Options) -> String {
    let below = id
        .pairs
        .iter()
        .skip(1)
        .map(|(_, name)| format!(", '{name}'"));
    let below: String = below.collect();
    let root = name(&id.root(), options);
    format!("[resourceId('{}', {root}{below})]", id.type_name())
}

/// The expression for the name of a top-level resource.
fn name(id: &ResourceId, options: Options) -> String {
    if options.parameters {
        format!("parameters('{}')", parameter(id))
    } else {
        format!("'{}'", id.name())
    }
}

/// The parameter for the name of a top-level resource.
fn parameter(id: &ResourceId) -> String {
    let kind = id.pairs.first().map_or("", |(kind, _)| kind);
    let name = id
        .name()
        .replace(|character: char| !character.is_alphanumeric(), "_");
    format!("{kind}_{name}_name")
}
