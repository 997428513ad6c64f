use serde_json::json;
use tfplugin_framework::types::ty::Type;

use super::*;
use crate::azure::row::{Discriminator, KeepPriorWhenAbsent};

/// Writes a change; gives the paths of what was overwritten.
fn changed(schema: &Schema, prior: &Object, planned: &Object, body: &mut Json) -> Vec<String> {
    let overwritten = write(schema, Change::between(prior, planned), body);
    overwritten.iter().map(|it| it.path.to_string()).collect()
}

/// A schema with every kind of collection, and objects by name, by content and by key.
fn collections() -> Schema {
    let members = |name| {
        vec![
            Attribute::string(name).with(Remote::at(name)),
            Attribute::number("level").with(Remote::at("level")),
        ]
    };
    Schema {
        attributes: vec![
            Attribute::set("zones", Type::String).with(Remote::at("zones[].zone")),
            Attribute::list("order", Type::String).with(Remote::at("order[].id")),
            Attribute::nested("named", Nesting::List, members("name"))
                .key("name")
                .with(Remote::at("named")),
            Attribute::nested("unnamed", Nesting::Set, members("kind")).with(Remote::at("unnamed")),
            Attribute::nested("listed", Nesting::List, members("kind")).with(Remote::at("listed")),
            Attribute::nested("keyed", Nesting::Map, members("kind")).with(Remote::at("keyed")),
        ],
        ..Schema::default()
    }
}

/// What becomes of JSON in which a plan changes a collection, and what is overwritten.
fn merged(name: &str, prior: Value, planned: Value, found: Json) -> (Json, Vec<String>) {
    let schema = collections();
    let state = |value: Value| {
        let mut state = schema.null_object();
        state.set(name, value);
        state
    };
    let mut body = json!({ name: found });
    let overwritten = changed(&schema, &state(prior), &state(planned), &mut body);
    (body[name].take(), overwritten)
}

#[test]
fn elements_that_the_plan_does_not_change_stay_as_they_are() {
    let set = |elements: &[&str]| Value::set(elements.iter().map(|it| Value::from(*it)));
    let zones = |elements: &[&str]| -> Json {
        elements
            .iter()
            .map(|zone| json!({ "zone": zone, "x": 1 }))
            .collect()
    };
    let added = |zone: &str| json!({ "zone": zone });
    for (prior, planned, found, expect) in [
        // Others added one and took one away; the plan adds one, and takes one away.
        (
            &["a", "b"][..],
            &["a", "b", "c"][..],
            zones(&["a", "o"]),
            json!([zones(&["a"])[0], zones(&["o"])[0], added("c")]),
        ),
        (
            &["a", "b"],
            &["a"],
            zones(&["a", "b", "o"]),
            zones(&["a", "o"]),
        ),
        (&["a"], &[], zones(&["a"]), Json::Null),
        (&["a"], &[], zones(&["A", "o"]), zones(&["o"])),
        (&[], &["o"], zones(&["o"]), zones(&["o"])),
    ] {
        let (written, overwritten) = merged("zones", set(prior), set(planned), found);
        assert_eq!(
            (written, overwritten),
            (expect, vec![]),
            "{prior:?} {planned:?}"
        );
    }
    let order =
        |elements: &[&str]| -> Json { elements.iter().map(|id| json!({ "id": id })).collect() };
    let (written, _) = merged(
        "order",
        Value::strings(["a", "b", "c"]),
        Value::strings(["c", "d", "a"]),
        order(&["a", "o", "b", "c"]),
    );
    assert_eq!(written, order(&["c", "d", "a", "o"]));
}

#[test]
fn objects_are_paired_by_name_by_content_and_by_key() {
    let object = |name: &str, text: &str, level: i64| -> Value {
        let object = [(name, Value::from(text)), ("level", level.into())];
        object.into_iter().collect::<Object>().into()
    };
    let list = |objects: &[(&str, i64)]| {
        Value::List(
            objects
                .iter()
                .map(|(text, level)| object("name", text, *level))
                .collect(),
        )
    };
    let json = |name: &str, objects: &[(&str, i64)]| -> Json {
        objects
            .iter()
            .map(|(text, level)| json!({ name: text, "level": level, "x": text }))
            .collect()
    };
    let new = |text: &str, level: i64| json!({ "name": text, "level": level });
    for (prior, planned, found, expect, told) in [
        // Others changed one that the plan leaves alone, added one, and reordered; the plan changes another.
        (
            &[("a", 1), ("b", 1)][..],
            &[("a", 1), ("b", 2)][..],
            json("name", &[("o", 9), ("b", 1), ("a", 5)]),
            json("name", &[("a", 5), ("b", 2), ("o", 9)]),
            vec![],
        ),
        (
            &[("a", 1), ("b", 1)],
            &[("b", 1)],
            json("name", &[("a", 5), ("b", 1)]),
            json("name", &[("b", 1)]),
            vec!["named"],
        ),
        (
            &[("a", 1), ("b", 1)],
            &[("a", 1), ("b", 2)],
            json("name", &[("a", 1), ("b", 3)]),
            json("name", &[("a", 1), ("b", 2)]),
            vec!["named[1].level"],
        ),
        // Others took it away: what the plan leaves alone stays away, what it changes comes back.
        (
            &[("a", 1), ("b", 1)],
            &[("a", 1), ("b", 2)],
            json("name", &[]),
            json!([new("b", 2)]),
            vec!["named[1]"],
        ),
        (
            &[],
            &[("o", 1)],
            json("name", &[("o", 2)]),
            json("name", &[("o", 1)]),
            vec!["named[0].level"],
        ),
    ] {
        let (written, overwritten) = merged("named", list(prior), list(planned), found);
        assert_eq!(
            (written, overwritten),
            (expect, told.iter().map(|it| (*it).to_owned()).collect()),
            "{prior:?} {planned:?}"
        );
    }
    let set = |objects: &[(&str, i64)]| {
        Value::set(
            objects
                .iter()
                .map(|(text, level)| object("kind", text, *level)),
        )
    };
    let (written, told) = merged(
        "unnamed",
        set(&[("a", 1), ("b", 1)]),
        set(&[("a", 2), ("b", 1)]),
        json("kind", &[("o", 1), ("b", 1), ("a", 1)]),
    );
    assert_eq!(
        (written, told),
        (json("kind", &[("o", 1), ("b", 1), ("a", 2)]), vec![])
    );
    let map = |objects: &[(&str, i64)]| {
        let objects = objects
            .iter()
            .map(|(key, level)| ((*key).to_owned(), object("kind", "k", *level)));
        Value::Map(objects.collect())
    };
    let keyed = |objects: &[(&str, i64)]| {
        let objects = objects
            .iter()
            .map(|(key, level)| ((*key).to_owned(), json!({ "kind": "k", "level": level })));
        Json::Object(objects.collect())
    };
    for (prior, planned, found, expect, told) in [
        (
            &[("a", 1), ("b", 1)][..],
            &[("a", 2), ("b", 1)][..],
            keyed(&[("a", 1), ("b", 5), ("o", 1)]),
            keyed(&[("a", 2), ("b", 5), ("o", 1)]),
            vec![],
        ),
        (
            &[("a", 1)],
            &[("a", 2)],
            keyed(&[("a", 3)]),
            keyed(&[("a", 2)]),
            vec![r#"keyed["a"].level"#],
        ),
        (
            &[("a", 1), ("b", 1)],
            &[("b", 1)],
            keyed(&[("A", 3)]),
            keyed(&[]),
            vec![r#"keyed["a"]"#],
        ),
        (
            &[("a", 1)],
            &[("a", 2)],
            keyed(&[]),
            keyed(&[("a", 2)]),
            vec![r#"keyed["a"]"#],
        ),
    ] {
        let (written, overwritten) = merged("keyed", map(prior), map(planned), found);
        assert_eq!(
            (written, overwritten),
            (expect, told.iter().map(|it| (*it).to_owned()).collect()),
            "{prior:?} {planned:?}"
        );
    }
}

/// What others made of an element in a list, of which nothing tells that it is that one but its place.
#[test]
fn elements_without_a_key_that_others_change_stay_in_their_place() {
    let list = |levels: &[(&str, i64)]| -> Value {
        let element = |(kind, level): &(&str, i64)| {
            let members = [("kind", Value::from(*kind)), ("level", (*level).into())];
            Value::Object(members.into_iter().collect())
        };
        Value::List(levels.iter().map(element).collect())
    };
    let json = |levels: &[(&str, i64)]| -> Json {
        levels
            .iter()
            .map(|(kind, level)| json!({ "kind": kind, "level": level }))
            .collect()
    };
    let before = [("a", 1), ("b", 1), ("c", 1)];
    for (planned, found, expect) in [
        (
            &[("a", 2), ("b", 1), ("c", 1)][..],
            &[("a", 1), ("b", 9), ("c", 1)][..],
            &[("a", 2), ("b", 9), ("c", 1)][..],
        ),
        (
            &[("a", 1), ("b", 1), ("c", 2)],
            &[("a", 9), ("b", 9), ("c", 1)],
            &[("a", 9), ("b", 9), ("c", 2)],
        ),
        // An element that others added comes after the rest.
        (
            &[("a", 1), ("b", 1), ("c", 1), ("d", 1)],
            &[("a", 1), ("b", 9), ("c", 1), ("x", 1)],
            &[("a", 1), ("b", 9), ("c", 1), ("d", 1), ("x", 1)],
        ),
    ] {
        let (first, told) = merged("listed", list(&before), list(planned), json(found));
        assert_eq!((&first, told), (&json(expect), vec![]), "{planned:?}");
        // Written once more, it makes no difference.
        let (again, _) = merged("listed", list(&before), list(planned), first.clone());
        assert_eq!(again, first, "{planned:?}");
    }
}

#[test]
fn what_the_service_leaves_untold_is_not_lost_and_no_conflict() {
    let size = Attribute::number("size")
        .with(KeepPriorWhenAbsent)
        .with(Remote::at("size"));
    let schema = Schema {
        attributes: vec![size, Attribute::string("label").with(Remote::at("label"))],
        ..Schema::default()
    };
    let state = |size: i64, label: &str| -> Object {
        let object = [("size", Value::from(size)), ("label", label.into())];
        object.into_iter().collect()
    };
    for (planned, found, expect) in [
        (state(1, "b"), json!({}), json!({ "size": 1, "label": "b" })),
        (
            state(1, "b"),
            json!({ "size": 5, "label": "a" }),
            json!({ "size": 5, "label": "b" }),
        ),
        (
            state(2, "a"),
            json!({ "label": "a" }),
            json!({ "size": 2, "label": "a" }),
        ),
    ] {
        let mut body = found.clone();
        let overwritten = changed(&schema, &state(1, "a"), &planned, &mut body);
        assert_eq!(body, expect);
        // A label that is gone was taken away by others.
        let taken = found["label"].is_null();
        assert_eq!(overwritten, if taken { vec!["label"] } else { vec![] });
    }
}

#[test]
fn another_kind_takes_along_what_belonged_to_the_old_one() {
    let members = vec![
        Attribute::string("kind")
            .with(Discriminator)
            .with(Remote::at("kind")),
        Attribute::set("parts", Type::String).with(Remote::at("parts[].id")),
    ];
    let schema = Schema {
        attributes: vec![Attribute::nested("it", Nesting::Single, members).with(Remote::at("it"))],
        ..Schema::default()
    };
    let state = |kind: &str, parts: &[&str]| -> Object {
        let parts = Value::set(parts.iter().map(|part| Value::from(*part)));
        let it: Object = [("kind", Value::from(kind)), ("parts", parts)]
            .into_iter()
            .collect();
        [("it", Value::from(it))].into_iter().collect()
    };
    let found = || json!({ "it": { "kind": "a", "parts": [{ "id": "1" }, { "id": "others" }] } });
    for (planned, expect, told) in [
        (
            state("a", &["1", "2"]),
            json!([{ "id": "1" }, { "id": "others" }, { "id": "2" }]),
            vec![],
        ),
        (state("b", &["2"]), json!([{ "id": "2" }]), vec!["it.parts"]),
        (state("b", &[]), Json::Null, vec!["it.parts"]),
    ] {
        let mut body = found();
        let overwritten = changed(&schema, &state("a", &["1"]), &planned, &mut body);
        assert_eq!(
            (&body["it"]["parts"], overwritten),
            (&expect, told.iter().map(|it| (*it).to_owned()).collect())
        );
    }
    // What is sent again is sent beside what others have put there.
    let planned = state("a", &["1", "2"]);
    let again = ["it".to_owned()];
    let mut body = found();
    let change = Change::between(&planned, &planned);
    assert_eq!(write(&schema, change, &mut body), []);
    assert_eq!(body, found());
    write(&schema, change.and_again(&again), &mut body);
    assert_eq!(
        body["it"]["parts"],
        json!([{ "id": "1" }, { "id": "others" }, { "id": "2" }])
    );
}

#[test]
fn the_values_of_secrets_are_not_told() {
    let schema = Schema {
        attributes: vec![Attribute::string("key").sensitive().with(Remote::at("key"))],
        ..Schema::default()
    };
    let state = |key: &str| -> Object { [("key", Value::from(key))].into_iter().collect() };
    let mut body = json!({ "key": "theirs" });
    let overwritten = write(
        &schema,
        Change::between(&state("a"), &state("b")),
        &mut body,
    );
    assert_eq!(overwritten, [Overwritten::untold(Path::attribute("key"))]);
    assert_eq!(body, json!({ "key": "b" }));
}
