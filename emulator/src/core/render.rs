//! Resources as answers show them.

use super::definition::TypeDefinition;
use super::json::{Json, json, ordered};
use super::store::Stored;
use super::world::World;
use crate::documents;

/// The body of a resource.
pub(crate) fn resource(world: &World, stored: &Stored) -> Json {
    let Some(definition) = world.types.find(&stored.id.type_name()) else {
        return stored.body.to_json();
    };
    let mut body = stored.body.to_json();
    if !body["properties"].is_object() {
        body["properties"] = json!({});
    }
    body["id"] = stored.id.to_string().into();
    body["name"] = stored.id.name().into();
    body["type"] = definition.name.into();
    if definition.has_etags() {
        body["etag"] = stored.etag.clone().into();
    }
    definition.behaviour.render(world, stored, &mut body);
    let Some(documented) = documents::of_type(definition.name) else {
        return body;
    };
    let properties = body["properties"].take();
    body["properties"] = ordered(properties, &documented.properties);
    ordered(ordered(body, &documented.order), first(definition))
}

/// What recorded answers of a service have first, against the order of its document.
fn first(definition: &TypeDefinition) -> &'static [&'static str] {
    match definition.namespace() {
        "Microsoft.Network" => &["name", "id", "etag", "type"],
        "Microsoft.Logic" => &["properties", "sku"],
        _ => &[],
    }
}
