//! Resources as answers show them.

use serde_json::Map;

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

/// The body of a resource of a type, in the order of its document.
pub(crate) fn of(definition: &TypeDefinition, world: &World, stored: &Stored) -> Json {
    let documented = documents::of_type(definition.name);
    let order = documented.map_or(&[][..], |known| &known.order);
    let order = order.iter().map(String::as_str);
    let order: Vec<&str> = definition
        .provider
        .first
        .iter()
        .copied()
        .chain(order)
        .collect();
    let (own, etags) = (stored.body.as_object(), definition.provider.etags);
    let member = |name: &str| match name {
        "id" => Some(stored.id.to_string().into()),
        "name" => Some(stored.id.name().into()),
        "type" => Some(definition.name.into()),
        "etag" if etags => Some(stored.etag.clone().into()),
        "properties" => {
            let own = own
                .and_then(|own| own.get(name))
                .filter(|own| own.is_object());
            Some(own.cloned().unwrap_or_else(|| json!({})))
        }
        name => own?.get(name).cloned(),
    };
    let always = ["properties", "id", "name", "type", "etag"];
    let rest = own
        .into_iter()
        .flat_map(|own| own.keys().map(String::as_str))
        .chain(always);
    let mut shown = Map::with_capacity(order.len() + 2);
    for name in order.iter().copied().chain(rest) {
        if !shown.contains_key(name)
            && let Some(value) = member(name)
        {
            shown.insert(name.to_owned(), value);
        }
    }
    let mut body = Json::Object(shown);
    definition.behaviour.render(world, stored, &mut body);
    if let Some(documented) = documented {
        let properties = body["properties"].take();
        body["properties"] = ordered(properties, &documented.properties);
    }
    ordered(body, &order)
}
