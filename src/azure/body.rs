//! Attributes in the JSON of the remote object: reading them out and writing them back.
//!
//! Writing touches only what differs in meaning, so that members nobody modelled, and the form that the service gave to
//! the others, survive every update.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::sdk::number::Number;
use crate::sdk::schema::{Attribute, Kind, Mode, Nesting, Remote, Schema, Write};
use crate::sdk::types::Type;
use crate::sdk::value::{Object, Value};

/// What `body` says about the attributes of `schema`, in the words of `state` wherever the meaning is the same.
///
/// Attributes without a place in the body stay as they are in `state`.
pub fn read(schema: &Schema, body: &Json, state: &Object) -> Object {
    let mut object = state.clone();
    read_attributes(&schema.attributes, body, &mut object);
    object
}

/// `planned` with everything that was unknown taken from `found`, or null where that is unknown too.
pub fn complete(planned: &Object, found: &Object) -> Object {
    planned
        .iter()
        .map(|(name, planned)| (name, complete_value(planned, found.get(name))))
        .collect()
}

/// Writes the configurable attributes of `planned` into `body`, and leaves everything else in it alone.
pub fn write(schema: &Schema, planned: &Object, body: &mut Json) {
    write_attributes(&schema.attributes, planned, body);
}

/// Makes `json` an array with one object for each key, which is its member `name`. Objects that were there are kept, with
/// everything else in them.
pub fn write_elements(json: &mut Json, name: &str, keys: impl Iterator<Item = Json>) {
    let before = json.take();
    let same = |a: &Json, b: &Json| match (a, b) {
        (Json::String(a), Json::String(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    };
    let element = |key: Json| {
        let mut elements = before.as_array().into_iter().flatten();
        let kept = elements.find(|it| lookup(it, name).is_some_and(|found| same(&found, &key)));
        let mut element = kept.cloned().unwrap_or_default();
        *member(&mut element, name) = key;
        element
    };
    *json = keys.map(element).collect();
}

/// Makes `json` an object with one object for each name, into which `write` puts the value. Objects that were there are
/// kept, with everything else in them.
pub fn write_members<'v, V: 'v>(
    json: &mut Json,
    values: impl IntoIterator<Item = (&'v str, V)>,
    write: impl Fn(V, &mut Json),
) {
    let before = json.take();
    let member = |(name, value): (&str, V)| {
        let mut members = before.as_object().into_iter().flatten();
        let kept = members.find(|(found, _)| found.eq_ignore_ascii_case(name));
        let mut object = kept.map_or_else(|| Json::Object(Map::new()), |(_, json)| json.clone());
        write(value, &mut object);
        (name.to_owned(), object)
    };
    *json = values.into_iter().map(member).collect();
}

fn read_attributes(attributes: &[Attribute], body: &Json, object: &mut Object) {
    for attribute in attributes {
        let Some(remote) = attribute.remote else {
            continue;
        };
        let known = object.get_mut(attribute.name);
        let found = match read_attribute(attribute, remote, body, known) {
            found if attribute.may_be_untold && attribute.is_nothing(&found) && is_known(known) => {
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
        Kind::Plain(ty) => from_json(&json, ty),
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
        found if attribute.amounts_to_same(known, &found) => known.clone(),
        Value::Object(_) if attribute.is_nothing(&found) => Value::Null,
        found => found,
    }
}

fn is_known(value: &Value) -> bool {
    !value.is_null() && value.is_wholly_known()
}

fn complete_value(planned: &Value, found: &Value) -> Value {
    match (planned, found) {
        (Value::Unknown(_), found) if found.is_wholly_known() => found.clone(),
        (Value::Unknown(_), _) => Value::Null,
        (Value::Object(planned), Value::Object(found)) => Value::Object(complete(planned, found)),
        (Value::Object(planned), _) => Value::Object(complete(
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
                    .map(|(index, planned)| complete_value(planned, found(index)))
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
                    .map(|(key, planned)| (key.clone(), complete_value(planned, found(key))))
                    .collect(),
            )
        }
        (planned, _) => planned.clone(),
    }
}

fn write_attributes(attributes: &[Attribute], planned: &Object, body: &mut Json) {
    for attribute in attributes {
        let Some(remote) = attribute.remote else {
            continue;
        };
        let value = planned.get(attribute.name);
        if !attribute.is_configurable() || value.is_unknown() {
            continue;
        }
        let current = read_attribute(attribute, remote, body, &Value::Null);
        if attribute.is_nothing(value) && attribute.is_nothing(&current) {
            continue;
        }
        if value.is_null() {
            write_nothing(attribute, remote, body);
            continue;
        }
        match (&attribute.kind, remote.write) {
            (Kind::Nested(nesting, attributes), Write::Plain) => {
                write_nested(*nesting, attributes, value, member(body, remote.path));
            }
            _ if attribute.means_same(&current, value) => {}
            _ => store(body, remote, value),
        }
    }
}

/// Writes objects into those that are there: under the same key, of the same name, of the same content, or else in the
/// same place.
fn write_nested(nesting: Nesting, attributes: &[Attribute], value: &Value, json: &mut Json) {
    let object = |value: &Value, json: &mut Json| {
        if let Value::Object(object) = value {
            write_attributes(attributes, object, json);
        }
    };
    match (nesting, value) {
        (Nesting::Map, Value::Map(elements)) => {
            let elements = elements.iter().map(|(key, value)| (key.as_str(), value));
            write_members(json, elements, object);
        }
        (Nesting::List | Nesting::Set, Value::List(elements) | Value::Set(elements)) => {
            let before = json.take();
            let before = before.as_array().map_or(&[][..], Vec::as_slice);
            let element = |(index, value): (usize, &Value)| {
                let kept = counterpart(attributes, before, elements, index);
                let mut element = kept.cloned().unwrap_or_default();
                object(value, &mut element);
                element
            };
            *json = elements.iter().enumerate().map(element).collect();
        }
        (_, value) => object(value, json),
    }
}

/// The element of an array that one of the objects is written into.
fn counterpart<'j>(
    attributes: &[Attribute],
    array: &'j [Json],
    objects: &[Value],
    index: usize,
) -> Option<&'j Json> {
    let same = |attribute: &Attribute, object: &Value, json: &Json| {
        let remote = attribute.remote?;
        let found = read_attribute(attribute, remote, json, &Value::Null);
        let wanted = object.as_object()?.get(attribute.name);
        Some(attribute.amounts_to_same(&found, wanted))
    };
    let equal = |object: &Value, json: &Json| {
        let mut configurable = attributes.iter().filter(|it| it.is_configurable());
        configurable.all(|it| same(it, object, json) != Some(false))
    };
    let object = &objects[index];
    if let Some(name) = attributes.iter().find(|it| it.name == "name") {
        return array
            .iter()
            .find(|json| same(name, object, json) == Some(true));
    }
    let is_taken = |json: &Json| objects.iter().any(|object| equal(object, json));
    let in_place = || array.get(index).filter(|json| !is_taken(json));
    array
        .iter()
        .find(|json| equal(object, json))
        .or_else(in_place)
}

fn store(body: &mut Json, remote: Remote, value: &Value) {
    match (remote.write, remote.path.split_once("[].")) {
        (Write::As(write), _) => *member(body, remote.path) = write(value),
        (Write::Into(write), _) => write(value, member(body, remote.path)),
        (Write::Plain, None) => *member(body, remote.path) = to_json(value),
        (Write::Plain, Some((array, name))) => {
            let elements = value.as_elements().unwrap_or_default();
            write_elements(member(body, array), name, elements.iter().map(to_json));
        }
    }
}

/// Takes out what the attribute models. An object goes as a whole if it cannot be without one of its members, and
/// otherwise once nothing is left of it.
fn write_nothing(attribute: &Attribute, remote: Remote, body: &mut Json) {
    if let (Kind::Nested(Nesting::Single, attributes), Write::Plain) =
        (&attribute.kind, remote.write)
        && attributes
            .iter()
            .all(|attribute| attribute.mode != Mode::Required)
        && let Some(Json::Object(_)) = lookup(body, remote.path)
    {
        let object = member(body, remote.path);
        for (attribute, remote) in attributes.iter().filter_map(|it| Some((it, it.remote?))) {
            write_nothing(attribute, remote, object);
        }
        if object
            .as_object()
            .is_some_and(|members| !members.is_empty())
        {
            return;
        }
    }
    remove(body, remote.path);
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

fn remove(body: &mut Json, path: &str) {
    let path = path.split_once("[].").map_or(path, |(array, _)| array);
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = match parent {
        "" => Some(body),
        parent => parent
            .split('.')
            .try_fold(body, |json, name| json.get_mut(name)),
    };
    if let Some(Json::Object(members)) = parent {
        members.shift_remove(name);
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

fn nulls(attributes: &[Attribute]) -> Object {
    attributes
        .iter()
        .map(|attribute| (attribute.name, Value::Null))
        .collect()
}

#[cfg(test)]
mod tests;
