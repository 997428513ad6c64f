use super::exceptions::EXCEPTIONS;
use super::table::Table;
use super::*;
use crate::core::json::json;

fn read(request: Request<'_>, body: Json) -> Result<Json, String> {
    request.read(&body, || None).map_err(|error| error.message)
}

fn network(version: &str) -> Request<'_> {
    Request {
        method: "PUT",
        segments: &[
            "subscriptions",
            "s",
            "resourceGroups",
            "g",
            "providers",
            "microsoft.network",
            "virtualnetworks",
            "v",
        ],
        version,
    }
}

/// What a reader of one model makes of a value.
fn held(schema: Json, value: &Json) -> Result<Json, String> {
    let table: Table = serde_json::from_value(json!({
        "operations": [{"method": "PUT", "path": "a/{}", "version": "1", "body": schema}], "models": {}
    }))
    .expect("a table");
    let reader = Reader {
        table: &table,
        is_strict: true,
        is_patch: false,
    };
    let read = reader.read(&table.operations[0].body, value, &[]);
    read.map_err(|unfit| unfit.refusal("").message)
}

#[test]
fn the_tables_can_be_read() {
    let table: Table = serde_json::from_str(SHIPPED).expect("tables");
    assert!(table.operations.len() > 50 && table.models.len() > 200);
    let broken = table.models.values().filter_map(|one| one.model.as_ref());
    assert_eq!(
        broken
            .filter(|name| !table.models.contains_key(*name))
            .count(),
        0
    );
}

#[test]
fn every_exception_is_about_something_and_has_a_reason() {
    let mut table: Table = serde_json::from_str(SHIPPED).expect("tables");
    for exception in EXCEPTIONS {
        let (member, change) = (exception.member, exception.change);
        assert!(!exception.reason.is_empty());
        let models: Vec<_> = exceptions::models(&mut table, exception).collect();
        assert!(!models.is_empty(), "{}", exception.model);
        for model in models {
            let known = model.member(member).map(|(_, known)| known.read_only);
            let is_needed = match change {
                exceptions::Change::Any => known.is_some(),
                exceptions::Change::Added => known.is_none(),
                exceptions::Change::Own => known == Some(false),
                exceptions::Change::Writable => known == Some(true),
                exceptions::Change::Optional => model.required.iter().any(|name| name == member),
            };
            assert!(is_needed, "{}.{member}: {change:?}", exception.model);
        }
    }
}

#[test]
fn limits_and_patterns_are_kept() {
    let text = json!({"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-c]*$"});
    assert_eq!(held(text.clone(), &json!("abc")), Ok(json!("abc")));
    for (value, part) in [
        ("a", "too short"),
        ("aaaa", "too long"),
        ("ax", "does not match"),
    ] {
        let refused = held(text.clone(), &json!(value)).expect_err(value);
        assert!(refused.contains(part), "{refused}");
    }
    let number = json!({"type": "number", "minimum": 1, "maximum": 2.5});
    assert_eq!(
        held(number.clone(), &json!(" 2.5 ")),
        Ok(json!("2.5").as_str().map(|_| json!(2.5)).expect("a number"))
    );
    for wrong in [json!(0.5), json!("2.6"), json!("two"), json!(true)] {
        assert!(held(number.clone(), &wrong).is_err(), "{wrong}");
    }
    let list = json!({"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2});
    assert_eq!(
        held(list.clone(), &json!(["TRUE", false])),
        Ok(json!([true, false]))
    );
    for wrong in [
        json!([]),
        json!([true, true, true]),
        json!(["yes"]),
        json!([1]),
    ] {
        assert!(held(list.clone(), &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn whole_numbers_fit_their_format() {
    for (format, value, expected) in [
        ("int32", json!(5), Some(json!(5))),
        ("int32", json!("5"), Some(json!(5))),
        ("int32", json!(5.0), Some(json!(5))),
        ("int32", json!(5.5), None),
        ("int32", json!(3_000_000_000_i64), None),
        (
            "int64",
            json!(3_000_000_000_i64),
            Some(json!(3_000_000_000_i64)),
        ),
        ("int64", json!("1e40"), None),
        ("int64", json!({}), None),
    ] {
        let schema = json!({"type": "integer", "format": format});
        assert_eq!(held(schema, &value).ok(), expected, "{format} {value}");
    }
}

#[test]
fn times_are_taken_in_the_forms_that_clients_send() {
    let schema = json!({"type": "string", "format": "date-time"});
    for time in [
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00.1234567Z",
        "2024-01-01T00:00:00+02:00",
        "2024-01-01T00:00:00",
        "2024-01-01",
    ] {
        assert_eq!(held(schema.clone(), &json!(time)), Ok(json!(time)));
    }
    assert!(held(schema, &json!("tomorrow")).is_err());
}

#[test]
fn secrets_stay_out_of_refusals() {
    let schema = json!({"type": "string", "enum": ["a"], "secret": true});
    let refused = held(schema, &json!("hush")).expect_err("an unknown value");
    assert!(!refused.contains("hush"), "{refused}");
}

#[test]
fn what_the_document_lacks_is_kept_for_newer_versions() {
    let body = |value: &str| json!({"properties": {"encryption": {"enabled": true, "enforcement": value}, "Odd": null, "odd": 1}});
    let refused = read(network("2024-01-01"), body("Someday")).expect_err("an unknown value");
    assert_eq!(refused, "Cannot parse the request.");
    let newer = read(network("2024-03-01"), body("someday")).expect("as sent");
    assert_eq!(newer["properties"]["encryption"]["enforcement"], "someday");
    assert_eq!(newer["properties"]["odd"], 1);
    let known = network("2024-01-01").read(&body("Someday"), || Some(body("Someday")));
    assert!(known.is_ok(), "{known:?}");
    let known = network("2024-01-01").read(&body("Other"), || Some(body("Someday")));
    assert!(known.is_err());
}

#[test]
fn changes_need_not_be_whole_but_what_they_add_must() {
    let patch = Request {
        method: "PATCH",
        segments: &[
            "subscriptions",
            "s",
            "resourcegroups",
            "g",
            "providers",
            "Microsoft.Insights",
            "autoscaleSettings",
            "a",
        ],
        version: "2022-10-01",
    };
    assert_eq!(
        read(
            patch,
            json!({"properties": {"enabled": "true"}, "tags": {"a": null}})
        ),
        Ok(json!({"properties": {"enabled": true}, "tags": {"a": null}}))
    );
    assert!(read(patch, json!({"properties": {"profiles": [{"name": "a"}]}})).is_err());
}

#[test]
fn the_nearest_document_is_taken() {
    let find = |version: &str| {
        let path = "subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w";
        let segments: Vec<&str> = path.split('/').collect();
        let found = |method| {
            let operation = table().find(method, &segments, version);
            operation.map(|one| (one.method.as_str(), one.version.as_str()))
        };
        (found("PUT"), found("PATCH"))
    };
    let (old, new) = ("2018-07-01-preview", "2019-05-01");
    assert_eq!(find("2016-06-01").0, Some(("PUT", old)));
    assert_eq!(find(old), (Some(("PUT", old)), Some(("PATCH", old))));
    // The newest document has a change without a body: it is that of a creation.
    for version in [new, "2026-01-01"] {
        assert_eq!(find(version), (Some(("PUT", new)), Some(("PUT", new))));
    }
}

#[test]
fn what_only_the_service_sets_is_taken_over() {
    let old = json!({"properties": {"resourceGuid": "g", "dhcpOptions": {}}, "tags": {"a": "b"}});
    let mut new = json!({});
    keep_own("microsoft.network/VIRTUALNETWORKS", &old, &mut new);
    assert_eq!(new, json!({"properties": {"resourceGuid": "g"}}));
    let old = json!({"identity": {"type": "SystemAssigned", "principalId": "p"}});
    let mut new = json!({});
    keep_own("Microsoft.Logic/workflows", &old, &mut new);
    assert_eq!(new, json!({}));
}
