//! Values as plain JSON, and places in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

/// What is at `path`; nothing for an absent or null member. A number in it is a place in an array: `hours.0`.
pub(super) fn lookup(body: &Json, path: &str) -> Option<Json> {
    let Some((array, name)) = path.split_once("[].") else {
        let found = path
            .split('.')
            .try_fold(body, |json, name| match place(name) {
                Some(place) => json.get(place),
                None => json.get(name),
            })?;
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
pub(super) fn member<'j>(body: &'j mut Json, path: &str) -> &'j mut Json {
    path.split('.').fold(body, |json, name| {
        let Some(place) = place(name) else {
            if !json.is_object() {
                *json = Json::Object(Map::new());
            }
            return &mut json[name];
        };
        if !json.is_array() {
            *json = Json::Array(Vec::new());
        }
        if let Some(elements) = json.as_array_mut() {
            elements.resize(elements.len().max(place + 1), Json::Null);
        }
        &mut json[place]
    })
}

/// The place in an array that a step of a path is.
fn place(step: &str) -> Option<usize> {
    step.parse().ok()
}

/// Takes out what is at `path`, and the objects above it that hold nothing else.
pub(super) fn remove(body: &mut Json, path: &str) {
    let path = path.split_once("[].").map_or(path, |(array, _)| array);
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let place = place(name);
    let inner = match place {
        Some(place) => body.get_mut(place),
        None => body.get_mut(name),
    };
    if !rest.is_empty()
        && let Some(inner) = inner
    {
        remove(inner, rest);
        let is_empty = match &*inner {
            Json::Object(members) => members.is_empty(),
            Json::Array(elements) => elements.is_empty(),
            _ => false,
        };
        if !is_empty {
            return;
        }
    }
    match (body, place) {
        (Json::Object(members), None) => drop(members.shift_remove(name)),
        (Json::Array(elements), Some(place)) if place < elements.len() => {
            elements.remove(place);
        }
        _ => {}
    }
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
