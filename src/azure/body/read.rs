//! Reading attributes out of the JSON of the remote object.

use serde_json::Value as Json;
use tfplugin_framework::schema::{Attribute, Kind, Nesting, Schema};
use tfplugin_framework::types::value::{Object, Value};

use super::json::{from_json, lookup};
use crate::azure::row::{ArmAttribute as _, Remote};

/// What `body` says about the attributes of `schema`, in the words of `state` wherever the meaning is the same.
///
/// Attributes without a place in the body stay as they are in `state`.
pub fn read(schema: &Schema, body: &Json, state: &Object) -> Object {
    let mut object = state.clone();
    read_attributes(&schema.attributes, body, &mut object);
    object
}

fn read_attributes(attributes: &[Attribute], body: &Json, object: &mut Object) {
    for attribute in attributes {
        let Some(remote) = attribute.remote() else {
            continue;
        };
        let known = object.get_mut(&attribute.name);
        let found = match read_attribute(attribute, remote, body, known) {
            found
                if attribute.keeps_prior_when_absent()
                    && attribute.is_null_or_empty(&found)
                    && is_known(known) =>
            {
                continue;
            }
            // The service leaves out what is as it always is.
            Value::Null => attribute.default.clone().unwrap_or(Value::Null),
            found => found,
        };
        *known = keep_words(attribute, known, found);
    }
}

pub(super) fn read_attribute(
    attribute: &Attribute,
    remote: Remote,
    body: &Json,
    known: &Value,
) -> Value {
    let Some(json) = lookup(body, remote.path) else {
        return Value::Null;
    };
    if let Some(read) = remote.read {
        return read(&json);
    }
    match &attribute.kind {
        Kind::Value(ty) => from_json(&json, ty),
        Kind::Nested(nesting, attributes) => read_nested(*nesting, attributes, &json, known),
    }
}

fn read_nested(nesting: Nesting, attributes: &[Attribute], json: &Json, known: &Value) -> Value {
    let object = |json: &Json, known: Option<&Object>| {
        let mut object = known.cloned().unwrap_or_else(|| nulls(attributes));
        read_attributes(attributes, json, &mut object);
        Value::Object(object)
    };
    match (nesting, json) {
        (Nesting::Single, Json::Object(_)) => object(json, known.as_object()),
        (Nesting::Map, Json::Object(members)) => {
            let known = |key: &str| known.as_map()?.get(key)?.as_object();
            let elements = members
                .iter()
                .map(|(key, json)| (key.clone(), object(json, known(key))));
            Value::Map(elements.collect())
        }
        (Nesting::List, Json::Array(elements)) => {
            let known = |index: usize| known.as_elements()?.get(index)?.as_object();
            let elements = elements
                .iter()
                .enumerate()
                .map(|(index, json)| object(json, known(index)));
            Value::List(elements.collect())
        }
        (Nesting::Set, Json::Array(elements)) => {
            Value::set(elements.iter().map(|json| object(json, None)))
        }
        _ => Value::Null,
    }
}

/// The known words where they mean what was found: nothing in whatever form, and whatever the attribute calls the same.
fn keep_words(attribute: &Attribute, known: &Value, found: Value) -> Value {
    match found {
        found if attribute.equal_remotely(known, &found) => known.clone(),
        Value::Object(_) if attribute.is_null_or_empty(&found) => Value::Null,
        found => found,
    }
}

fn is_known(value: &Value) -> bool {
    !value.is_null() && value.is_wholly_known()
}

/// The object that JSON holds, with nothing known before.
pub(super) fn read_object(attributes: &[Attribute], json: &Json) -> Object {
    let mut object = nulls(attributes);
    read_attributes(attributes, json, &mut object);
    object
}

pub(super) fn nulls(attributes: &[Attribute]) -> Object {
    attributes
        .iter()
        .map(|attribute| (&*attribute.name, Value::Null))
        .collect()
}
