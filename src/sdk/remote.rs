//! Attributes in the JSON of the remote object: reading them out and writing them back.
//!
//! Writing touches only what differs in meaning, so that members nobody modelled, and the form that the service gave to
//! the others, survive every update.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::number::Number;
use super::schema::{Attribute, Kind, Mode, Nesting, Remote, Schema, Write};
use super::types::Type;
use super::value::{Object, Value};

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

/// Reads a reference of the form `{"id": …}`.
pub fn read_reference(json: &Json) -> Value {
    json.get("id").and_then(Json::as_str).into()
}

/// Writes a reference of the form `{"id": …}`.
pub fn write_reference(value: &Value) -> Json {
    serde_json::json!({ "id": value.as_str() })
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
    let same = || {
        let both_known = known.is_wholly_known() && found.is_wholly_known();
        both_known && attribute.same.is_some_and(|same| same(known, &found))
    };
    match (is_nothing(known) && is_nothing(&found)) || same() {
        true => known.clone(),
        false => found,
    }
}

/// Null, a collection without elements, or an object without values.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().all(|(_, value)| is_nothing(value)),
        value => value.is_null() || value.is_empty_collection(),
    }
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
        if value.is_null() {
            write_nothing(attribute, remote, body);
            continue;
        }
        match (&attribute.kind, remote.write, value) {
            (Kind::Nested(Nesting::Single, attributes), Write::Plain, Value::Object(object)) => {
                write_attributes(attributes, object, member(body, remote.path));
            }
            _ => {
                let current = read_attribute(attribute, remote, body, &Value::Null);
                if !attribute.means_same(&current, value) {
                    store(body, remote, value);
                }
            }
        }
    }
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
        (Type::Number, Json::Number(number)) => number
            .to_string()
            .parse::<Number>()
            .map_or(Value::Null, Value::Number),
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
mod tests {
    use serde_json::json;

    use super::*;

    fn on_off() -> Attribute {
        Attribute::bool("enabled").default(true).remote_as(
            "properties.state",
            |json| (json.as_str() == Some("Enabled")).into(),
            |value| {
                json!(if value.as_bool() == Some(true) {
                    "Enabled"
                } else {
                    "Disabled"
                })
            },
        )
    }

    fn ignoring_case(a: &Value, b: &Value) -> bool {
        a.as_str()
            .zip(b.as_str())
            .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    fn schema() -> Schema {
        Schema {
            attributes: vec![
                Attribute::string("id").computed().remote("id"),
                Attribute::string("location")
                    .same(ignoring_case)
                    .remote("location"),
                on_off(),
                Attribute::plain("subnets", Type::list(Type::String))
                    .remote("properties.network.subnets[].id"),
                Attribute::plain("zones", Type::set(Type::String)).remote("properties.zones"),
                Attribute::string("group").remote_as(
                    "properties.group",
                    read_reference,
                    write_reference,
                ),
                Attribute::number("capacity")
                    .optional_computed()
                    .remote("sku.capacity"),
                Attribute::string("hint"),
                Attribute::nested(
                    "identity",
                    Nesting::Single,
                    vec![
                        Attribute::string("type").required().remote("type"),
                        Attribute::string("principal")
                            .computed()
                            .remote("principalId"),
                    ],
                )
                .remote("identity"),
            ],
            ..Schema::default()
        }
    }

    fn object(attributes: &[(&str, Value)]) -> Object {
        let mut object = schema().null_object();
        for (name, value) in attributes {
            object.set(name, value.clone());
        }
        object
    }

    fn identity(kind: &str, principal: Value) -> Value {
        [("type", Value::from(kind)), ("principal", principal)]
            .into_iter()
            .collect::<Object>()
            .into()
    }

    fn body() -> Json {
        json!({
            "id": "/x", "location": "westeurope", "kind": "planted",
            "identity": { "type": "System", "principalId": "p", "extra": 1 },
            "sku": { "name": "Premium", "capacity": 2 },
            "properties": {
                "state": "Enabled", "zones": [], "group": { "id": "/g" },
                "network": { "subnets": [{ "id": "a", "name": "v/a" }, { "id": "b" }], "space": "10.0.0.0/8" },
            },
        })
    }

    #[test]
    fn a_body_is_read_in_the_words_of_the_state() {
        let state = object(&[("location", "WestEurope".into()), ("hint", "mine".into())]);
        let expect = object(&[
            ("id", "/x".into()),
            ("location", "WestEurope".into()),
            ("enabled", true.into()),
            ("subnets", Value::strings(["a", "b"])),
            ("group", "/g".into()),
            ("capacity", 2_i64.into()),
            ("hint", "mine".into()),
            ("identity", identity("System", "p".into())),
        ]);
        assert_eq!(read(&schema(), &body(), &state), expect);
    }

    #[test]
    fn what_is_gone_from_the_body_is_null_or_the_default() {
        let found = read(
            &schema(),
            &json!({}),
            &read(&schema(), &body(), &object(&[])),
        );
        assert_eq!(found, object(&[("enabled", true.into())]));
    }

    #[test]
    fn nothing_stays_in_the_form_it_had() {
        let mut emptied = body();
        emptied["identity"] = json!({});
        emptied["properties"]["zones"] = json!(null);
        let without = object(&[("location", "westeurope".into())]);
        assert!(
            read(&schema(), &emptied, &without)
                .get("identity")
                .is_null()
        );
        let with_none = object(&[("zones", Value::set([]))]);
        assert_eq!(
            read(&schema(), &emptied, &with_none).get("zones"),
            &Value::set([])
        );
    }

    #[test]
    fn writing_what_was_read_changes_nothing() {
        let mut written = body();
        let planned = read(
            &schema(),
            &body(),
            &object(&[("location", "WESTEUROPE".into())]),
        );
        write(&schema(), &planned, &mut written);
        // An empty list that the configuration never mentioned goes, as null means "none" in both.
        assert_eq!(lookup(&written, "properties.zones"), None);
        written["properties"]["zones"] = json!([]);
        assert_eq!(written, body());
    }

    #[test]
    fn writing_keeps_every_member_that_is_not_modelled() {
        let planned = object(&[
            ("location", "westeurope".into()),
            ("enabled", false.into()),
            ("subnets", Value::strings(["c"])),
            ("capacity", Value::unknown()),
            ("identity", identity("User", Value::unknown())),
        ]);
        let mut written = body();
        write(&schema(), &planned, &mut written);
        let expect = json!({
            "id": "/x", "location": "westeurope", "kind": "planted",
            "identity": { "type": "User", "principalId": "p", "extra": 1 },
            "sku": { "name": "Premium", "capacity": 2 },
            "properties": { "state": "Disabled", "network": { "subnets": [{ "id": "c" }], "space": "10.0.0.0/8" } },
        });
        assert_eq!(written, expect);
    }

    #[test]
    fn elements_that_stay_keep_what_else_they_have() {
        let mut written = body();
        let planned = object(&[("subnets", Value::strings(["c", "A"]))]);
        write(&schema(), &planned, &mut written);
        let expect = json!([{ "id": "c" }, { "id": "A", "name": "v/a" }]);
        assert_eq!(written["properties"]["network"]["subnets"], expect);

        let mut members = json!({ "A": { "x": 1, "value": 1 }, "b": {} });
        write_members(&mut members, [("a", 2), ("c", 3)], |value, json| {
            json["value"] = json!(value);
        });
        assert_eq!(
            members,
            json!({ "a": { "x": 1, "value": 2 }, "c": { "value": 3 } })
        );
    }

    #[test]
    fn an_object_that_is_not_wanted_keeps_what_is_not_modelled_unless_it_needs_the_rest() {
        let section = |name, attribute: Attribute| {
            let attributes = vec![attribute.remote("type")];
            Attribute::nested(name, Nesting::Single, attributes).remote(name)
        };
        let schema = Schema {
            attributes: vec![
                section("whole", Attribute::string("type").required()),
                section("part", Attribute::string("type")),
                section("all", Attribute::string("type")),
            ],
            ..Schema::default()
        };
        let mut body = json!({
            "whole": { "type": "a", "extra": 1 }, "part": { "type": "a", "extra": 1 }, "all": { "type": "a" },
        });
        write(&schema, &schema.null_object(), &mut body);
        assert_eq!(body, json!({ "part": { "extra": 1 } }));
    }

    #[test]
    fn a_new_body_is_built_from_nothing() {
        let planned = object(&[
            ("location", "west".into()),
            ("enabled", true.into()),
            ("group", "/g".into()),
            ("subnets", Value::strings(["a"])),
            ("identity", identity("System", Value::unknown())),
        ]);
        let mut written = Json::Null;
        write(&schema(), &planned, &mut written);
        let expect = json!({
            "location": "west",
            "identity": { "type": "System" },
            "properties": { "state": "Enabled", "network": { "subnets": [{ "id": "a" }] }, "group": { "id": "/g" } },
        });
        assert_eq!(written, expect);
    }

    #[test]
    fn only_unknowns_are_completed() {
        let planned = object(&[
            ("id", Value::unknown()),
            ("location", "West Europe".into()),
            ("capacity", Value::unknown()),
            ("identity", identity("System", Value::unknown())),
        ]);
        let found = object(&[
            ("id", "/x".into()),
            ("location", "elsewhere".into()),
            ("identity", identity("System", "p".into())),
        ]);
        let expect = object(&[
            ("id", "/x".into()),
            ("location", "West Europe".into()),
            ("identity", identity("System", "p".into())),
        ]);
        assert_eq!(complete(&planned, &found), expect);
    }
}
