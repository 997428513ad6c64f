//! Resources as answers show them.

use super::json::{Json, json, ordered};
use super::store::Stored;
use super::world::World;

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
    ordered(body, definition.order)
}
