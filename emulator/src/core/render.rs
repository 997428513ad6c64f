//! Resources as answers show them.

use super::definition::{Table, TypeDefinition};
use super::json::{Json, json, ordered};
use super::store::Stored;
use super::world::World;
use crate::documents;

/// The body of a resource, or of what is stored like one.
pub(crate) fn resource(types: &Table, world: &World, stored: &Stored) -> Json {
    match types.find(&stored.id.type_name()) {
        Some(definition) => of(definition, world, stored),
        None => stored.body.to_json(),
    }
}

/// The body of a resource of a type.
pub(crate) fn of(definition: &TypeDefinition, world: &World, stored: &Stored) -> Json {
    let mut body = stored.body.to_json();
    if !body["properties"].is_object() {
        body["properties"] = json!({});
    }
    body["id"] = stored.id.to_string().into();
    body["name"] = stored.id.name().into();
    body["type"] = definition.name.into();
    if definition.provider.etags {
        body["etag"] = stored.etag.clone().into();
    }
    definition.behaviour.render(world, stored, &mut body);
    let Some(documented) = documents::of_type(definition.name) else {
        return body;
    };
    let properties = body["properties"].take();
    body["properties"] = ordered(properties, &documented.properties);
    ordered(ordered(body, &documented.order), definition.provider.first)
}
