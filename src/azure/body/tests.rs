use serde_json::{Value as Json, json};
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::*;
use crate::azure::row::{ArmAttribute as _, Remote};

fn on_off() -> Attribute {
    Attribute::bool("enabled")
        .default(true)
        .with(Remote::at("properties.state").converted(
            |json| (json.as_str() == Some("Enabled")).into(),
            |value| {
                json!(if value.as_bool() == Some(true) {
                    "Enabled"
                } else {
                    "Disabled"
                })
            },
        ))
}

fn ignoring_case(a: &Value, b: &Value) -> bool {
    a.as_str()
        .zip(b.as_str())
        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("id").computed().with(Remote::at("id")),
            Attribute::string("location")
                .compared_by(ignoring_case)
                .with(Remote::at("location")),
            on_off(),
            Attribute::list("subnets", Type::String)
                .with(Remote::at("properties.network.subnets[].id")),
            Attribute::set("zones", Type::String).with(Remote::at("properties.zones")),
            Attribute::string("group").with(Remote::at("properties.group").converted(
                |json| json["id"].as_str().into(),
                |value| json!({ "id": value.as_str() }),
            )),
            Attribute::number("capacity")
                .optional_computed()
                .with(Remote::at("sku.capacity")),
            Attribute::string("hint"),
            Attribute::nested(
                "identity",
                Nesting::Single,
                vec![
                    Attribute::string("type")
                        .required()
                        .with(Remote::at("type")),
                    Attribute::string("principal")
                        .computed()
                        .with(Remote::at("principalId")),
                ],
            )
            .with(Remote::at("identity")),
        ],
        ..Schema::default()
    }
}

/// Writes what a state differs in from what the body has.
fn overlay(schema: &Schema, planned: &Object, body: &mut Json) -> Vec<String> {
    let prior = read(schema, body, &schema.null_object());
    changed(schema, &prior, planned, body)
}

/// Writes a change; gives the paths of what was overwritten.
fn changed(schema: &Schema, prior: &Object, planned: &Object, body: &mut Json) -> Vec<String> {
    let overwritten = write(schema, Change::between(prior, planned), body);
    overwritten.iter().map(|it| it.path.to_string()).collect()
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
    overlay(&schema(), &planned, &mut written);
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
    overlay(&schema(), &planned, &mut written);
    let expect = json!({
        "id": "/x", "location": "westeurope", "kind": "planted",
        "identity": { "type": "User", "principalId": "p", "extra": 1 },
        "sku": { "name": "Premium", "capacity": 2 },
        "properties": { "state": "Disabled", "zones": [], "network": { "subnets": [{ "id": "c" }], "space": "10.0.0.0/8" } },
    });
    assert_eq!(written, expect);
}

#[test]
fn elements_that_stay_keep_what_else_they_have() {
    let mut written = body();
    let planned = object(&[("subnets", Value::strings(["c", "A"]))]);
    overlay(&schema(), &planned, &mut written);
    let expect = json!([{ "id": "c" }, { "id": "A", "name": "v/a" }]);
    assert_eq!(written["properties"]["network"]["subnets"], expect);
}

#[test]
fn members_that_stay_keep_what_else_they_have() {
    let maps = [vec![("A", 1), ("b", 1)], vec![("a", 2), ("c", 3)]];
    let [prior, planned] = maps.map(|map| map.into_iter().collect());
    let mut members = json!({ "A": { "x": 1, "value": 1 }, "b": {}, "other": { "value": 7 } });
    let same = |a: &i64, b: &i64| a == b;
    let is = |value: &i64, json: &Json| json["value"] == *value;
    let overwritten = write_members(
        &mut members,
        (&prior, &planned),
        same,
        is,
        |_, value, json| {
            json["value"] = json!(value);
            Vec::new()
        },
    );
    assert_eq!(
        members,
        json!({ "a": { "x": 1, "value": 2 }, "c": { "value": 3 }, "other": { "value": 7 } })
    );
    let paths: Vec<_> = overwritten.iter().map(|it| it.path.to_string()).collect();
    assert_eq!(paths, [r#"["b"]"#]);
}

#[test]
fn nested_objects_are_written_into_those_that_are_there() {
    let rule = || {
        let level = Attribute::number("level").with(Remote::at("levels.of"));
        vec![Attribute::string("kind").with(Remote::at("kind")), level]
    };
    let named = vec![
        Attribute::string("name").with(Remote::at("name")),
        Attribute::number("level").with(Remote::at("level")),
    ];
    let schema = Schema {
        attributes: vec![
            Attribute::nested("profiles", Nesting::List, named)
                .key("name")
                .with(Remote::at("profiles")),
            Attribute::nested("rules", Nesting::List, rule()).with(Remote::at("rules")),
            Attribute::nested("hooks", Nesting::Set, rule()).with(Remote::at("hooks")),
            Attribute::nested("claims", Nesting::Map, rule()).with(Remote::at("claims")),
        ],
        ..Schema::default()
    };
    let object = |name: &str, text: &str, level: i64| -> Value {
        let object = [(name, Value::from(text)), ("level", level.into())];
        object.into_iter().collect::<Object>().into()
    };
    let mut planned = schema.null_object();
    let profiles = [object("name", "new", 1), object("name", "old", 2)];
    planned.set("profiles", Value::List(profiles.to_vec()));
    let rules = [object("kind", "b", 2), object("kind", "c", 3)];
    planned.set("rules", Value::List(rules.to_vec()));
    planned.set("hooks", Value::set([object("kind", "b", 9)]));
    let claims = [("b".to_owned(), object("kind", "b", 3))];
    planned.set("claims", Value::Map(claims.into()));
    let b = |level: i64| json!({ "kind": "b", "levels": { "of": level, "x": 1 }, "x": 2 });
    let a = json!({ "kind": "a", "levels": { "of": 1 }, "x": 3 });
    let c = json!({ "kind": "c", "levels": { "of": 3 } });
    let mut body = json!({
        "profiles": [{ "name": "old", "level": 1, "x": 1 }, { "name": "gone", "x": 2 }],
        "rules": [a, b(2)], "hooks": [b(2)], "claims": { "B": b(2), "gone": a },
    });
    overlay(&schema, &planned, &mut body);
    let expect = json!({
        "profiles": [{ "name": "new", "level": 1 }, { "name": "old", "level": 2, "x": 1 }],
        "rules": [b(2), c], "hooks": [b(9)], "claims": { "b": b(3) },
    });
    assert_eq!(body, expect);
    assert_eq!(read(&schema, &body, &schema.null_object()), planned);
    let mut new = Json::Null;
    write(&schema, Change::creating(&planned), &mut new);
    assert_eq!(new["rules"][1], c);
}

#[test]
fn an_object_that_is_not_wanted_keeps_what_is_not_modelled_unless_it_needs_the_rest() {
    let section = |name, attribute: Attribute| {
        let attributes = vec![attribute.with(Remote::at("type"))];
        Attribute::nested(name, Nesting::Single, attributes).with(Remote::at(name))
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
    overlay(&schema, &schema.null_object(), &mut body);
    assert_eq!(body, json!({ "part": { "extra": 1 } }));
}

/// To take it out would be a change that nobody planned.
#[test]
fn an_object_that_was_empty_stays() {
    let attributes = vec![Attribute::string("type").with(Remote::at("type"))];
    let part = Attribute::nested("part", Nesting::Single, attributes).with(Remote::at("part"));
    let schema = Schema {
        attributes: vec![part],
        ..Schema::default()
    };
    let mut body = json!({ "part": {}, "x": 1 });
    overlay(&schema, &schema.null_object(), &mut body);
    assert_eq!(body, json!({ "part": {}, "x": 1 }));
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
    write(&schema(), Change::creating(&planned), &mut written);
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
    assert_eq!(fill_unknowns(&planned, &found), expect);
}

#[test]
fn a_number_in_a_path_is_a_place_in_an_array() {
    let row = |name: &'static str, path| Attribute::number(name).with(Remote::at(path));
    let note = vec![Attribute::string("to").with(Remote::at("email.to"))];
    let schema = Schema {
        attributes: vec![
            row("hour", "times.hours.0"),
            row("second", "times.hours.1"),
            Attribute::nested("note", Nesting::Single, note).with(Remote::at("notes.0")),
        ],
        ..Schema::default()
    };
    let written = |hour: Value, second: Value, to: Option<&str>, body: &mut Json| {
        let note: Object = [("to", Value::from(to))].into_iter().collect();
        let note = to.map(|_| note);
        let planned: Object = [("hour", hour), ("second", second), ("note", note.into())]
            .into_iter()
            .collect();
        assert_eq!(overlay(&schema, &planned, body), [""; 0]);
        assert_eq!(read(&schema, body, &schema.null_object()), planned);
    };
    let mut body = json!({});
    written(8_i64.into(), Value::Null, None, &mut body);
    assert_eq!(body, json!({ "times": { "hours": [8] } }));
    written(9_i64.into(), 10_i64.into(), Some("a"), &mut body);
    let note = json!({ "email": { "to": "a" } });
    assert_eq!(
        body,
        json!({ "times": { "hours": [9, 10] }, "notes": [note] })
    );
    // What else is in the array stays, and it goes once it is empty.
    body["notes"] = json!([note, { "by": "others" }]);
    written(9_i64.into(), Value::Null, None, &mut body);
    assert_eq!(
        body,
        json!({ "times": { "hours": [9] }, "notes": [{ "by": "others" }] })
    );
    written(Value::Null, Value::Null, None, &mut body);
    assert_eq!(body, json!({ "notes": [{ "by": "others" }] }));
}
