//! Attributes in the JSON of the remote object: reading them out, and writing what changes of them.
//!
//! Writing touches only what a plan changes, so that members nobody modelled, what others changed meanwhile, and the form
//! that the service gave to the rest, survive every update.

mod elements;
mod members;
mod overwritten;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tfplugin_framework::schema::{Attribute, Kind, Nesting, Schema};
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::row::{ArmAttribute as _, Remote};

pub use self::members::write_members;
pub use self::overwritten::Overwritten;
pub use self::write::{Change, same_bodies, write};

/// What `body` says about the attributes of `schema`, in the words of `state` wherever the meaning is the same.
///
/// Attributes without a place in the body stay as they are in `state`.
pub fn read(schema: &Schema, body: &Json, state: &Object) -> Object {
    let mut object = state.clone();
    read_attributes(&schema.attributes, body, &mut object);
    object
}

/// `planned` with everything that was unknown taken from `found`, or null where that is unknown too.
pub fn fill_unknowns(planned: &Object, found: &Object) -> Object {
    planned
        .iter()
        .map(|(name, planned)| (name, fill_value(planned, found.get(name))))
        .collect()
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

fn read_attribute(attribute: &Attribute, remote: Remote, body: &Json, known: &Value) -> Value {
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

fn fill_value(planned: &Value, found: &Value) -> Value {
    match (planned, found) {
        (Value::Unknown(_), found) if found.is_wholly_known() => found.clone(),
        (Value::Unknown(_), _) => Value::Null,
        (Value::Object(planned), Value::Object(found)) => {
            Value::Object(fill_unknowns(planned, found))
        }
        (Value::Object(planned), _) => Value::Object(fill_unknowns(
            planned,
            &planned
                .iter()
                .map(|(name, _)| (name, Value::Null))
                .collect(),
        )),
        (Value::List(planned), found) => {
            let found = |index: usize| {
                found
                    .as_elements()
                    .and_then(|found| found.get(index))
                    .unwrap_or(&Value::Null)
            };
            Value::List(
                planned
                    .iter()
                    .enumerate()
                    .map(|(index, planned)| fill_value(planned, found(index)))
                    .collect(),
            )
        }
        (Value::Map(planned), found) => {
            let found = |key: &str| {
                found
                    .as_map()
                    .and_then(|found| found.get(key))
                    .unwrap_or(&Value::Null)
            };
            Value::Map(
                planned
                    .iter()
                    .map(|(key, planned)| (key.clone(), fill_value(planned, found(key))))
                    .collect(),
            )
        }
        (planned, _) => planned.clone(),
    }
}

/// What is at `path`; nothing for an absent or null member.
fn lookup(body: &Json, path: &str) -> Option<Json> {
    let Some((array, name)) = path.split_once("[].") else {
        let found = path
            .split('.')
            .try_fold(body, |json, name| json.get(name))?;
        return (!found.is_null()).then(|| found.clone());
    };
    let elements = lookup(body, array)?;
    Some(
        elements
            .as_array()?
            .iter()
            .filter_map(|element| lookup(element, name))
            .collect(),
    )
}

/// The member at `path`, made if it is not there.
fn member<'j>(body: &'j mut Json, path: &str) -> &'j mut Json {
    path.split('.').fold(body, |json, name| {
        if !json.is_object() {
            *json = Json::Object(Map::new());
        }
        &mut json[name]
    })
}

/// Takes out what is at `path`, and the objects above it that hold nothing else.
fn remove(body: &mut Json, path: &str) {
    let path = path.split_once("[].").map_or(path, |(array, _)| array);
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(members) = body.as_object_mut() else {
        return;
    };
    if !rest.is_empty()
        && let Some(inner) = members.get_mut(name)
    {
        remove(inner, rest);
        if inner.as_object().is_none_or(|inner| !inner.is_empty()) {
            return;
        }
    }
    members.shift_remove(name);
}

/// Plain JSON as a value of type `ty`; null where it is something else.
pub fn from_json(json: &Json, ty: &Type) -> Value {
    match (ty, json) {
        (Type::String, Json::String(text)) => text.into(),
        (Type::Bool, Json::Bool(value)) => (*value).into(),
        (Type::Number, Json::Number(number)) => self::number(&number.to_string()),
        // Some services answer numbers as text.
        (Type::Number, Json::String(text)) => self::number(text),
        (Type::List(element), Json::Array(elements)) => Value::List(
            elements
                .iter()
                .map(|json| from_json(json, element))
                .collect(),
        ),
        (Type::Set(element), Json::Array(elements)) => {
            Value::set(elements.iter().map(|json| from_json(json, element)))
        }
        (Type::Map(element), Json::Object(members)) => {
            let elements: BTreeMap<_, _> = members
                .iter()
                .map(|(key, json)| (key.clone(), from_json(json, element)))
                .collect();
            Value::Map(elements)
        }
        _ => Value::Null,
    }
}

fn number(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// A known value as plain JSON.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.to_json(),
        Value::String(text) => text.as_str().into(),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(to_json).collect(),
        Value::Map(elements) => elements
            .iter()
            .map(|(key, value)| (key.clone(), to_json(value)))
            .collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.to_owned(), to_json(value)))
            .collect(),
        Value::Dynamic(inner) => to_json(&inner.1),
    }
}

/// The object that JSON holds, with nothing known before.
fn read_object(attributes: &[Attribute], json: &Json) -> Object {
    let mut object = nulls(attributes);
    read_attributes(attributes, json, &mut object);
    object
}

fn nulls(attributes: &[Attribute]) -> Object {
    attributes
        .iter()
        .map(|attribute| (&*attribute.name, Value::Null))
        .collect()
}

#[cfg(test)]
mod tests;
