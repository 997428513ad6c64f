use tfplugin_framework::types::ty::Type;

use super::*;

fn zones() -> Attribute {
    Attribute::set("zones", Type::String)
}

fn section(zones: Attribute) -> Attribute {
    Attribute::nested(
        "section",
        Nesting::Single,
        vec![Attribute::string("name"), zones],
    )
}

fn object(name: Value, zones: Value) -> Value {
    let object = [("name", name), ("zones", zones)];
    object.into_iter().collect::<Object>().into()
}

#[test]
fn forms_of_nothing() {
    let empty = || Value::set([]);
    let nothing = || object(Value::Null, Value::Null);
    let significant = || zones().with(EmptyIsSignificant);
    for (attribute, value, expect) in [
        (zones(), Value::Null, true),
        (zones(), empty(), true),
        (zones(), Value::set(["1".into()]), false),
        (zones(), Value::unknown(), false),
        (significant(), empty(), false),
        (section(zones()), nothing(), true),
        (section(zones()), object(Value::Null, empty()), true),
        (section(zones()), object("".into(), Value::Null), false),
        (section(significant()), object(Value::Null, empty()), false),
        (section(significant()), nothing(), true),
    ] {
        assert_eq!(attribute.is_null_or_empty(&value), expect, "{value:?}");
        let equal = attribute.equal_remotely(&value, &Value::Null);
        assert_eq!(equal, expect, "{value:?}");
        // Terraform shows such a change.
        assert!(value.is_null() || !attribute.semantically_equal(&value, &Value::Null));
    }
}

fn same_ignoring_case(a: &Value, b: &Value) -> bool {
    let lower = |value: &Value| value.as_str().map(str::to_lowercase);
    lower(a) == lower(b)
}

#[test]
fn objects_are_compared_by_what_their_attributes_mean() {
    let name = Attribute::string("name").compared_by(same_ignoring_case);
    let attribute = Attribute::nested("section", Nesting::Single, vec![name, zones()]);
    let written = object("A".into(), Value::Null);
    assert!(attribute.equal_remotely(&written, &object("a".into(), Value::set([]))));
    assert!(!attribute.equal_remotely(&written, &object("b".into(), Value::Null)));
    assert!(!attribute.equal_remotely(&written, &object("a".into(), Value::unknown())));
}

fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("name")
                .required()
                .compared_by(same_ignoring_case),
            Attribute::string("label"),
            Attribute::bool("enabled").default(true),
            Attribute::string("hint").with(Sends::Never),
            Attribute::string("trigger").with(Sends::OnlyOnChange),
            Attribute::string("version").computed().unknown_in_updates(),
            Attribute::string("switch")
                .computed()
                .unknown_when_sent(&["enabled"]),
        ],
        ..Schema::default()
    }
}

fn state(changes: &[(&str, Value)]) -> Object {
    let mut object = schema().null_object();
    object.set("name", "x");
    object.set("enabled", true);
    for (name, value) in changes {
        object.set(name, value.clone());
    }
    object
}

#[test]
fn what_only_the_provider_knows_sends_nothing() {
    let schema = schema();
    let sent = |changes: &[(&str, Value)]| {
        let planned = state(changes);
        let sent = sent_changes(&schema, &state(&[]), &planned).into_iter();
        sent.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(sent(&[("hint", "new".into())]), [""; 0]);
    assert_eq!(sent(&[("name", "X".into())]), [""; 0]);
    assert_eq!(sent(&[("label", "new".into())]), ["label"]);
    assert!(!asks_arm(
        &schema,
        &state(&[]),
        &state(&[("hint", "new".into())])
    ));
    assert!(asks_arm(
        &schema,
        &state(&[]),
        &state(&[("hint", Value::unknown())])
    ));
    assert!(asks_arm(
        &schema,
        &state(&[]),
        &state(&[("label", "new".into())])
    ));
}

#[test]
fn a_trigger_counts_where_one_value_follows_another() {
    let schema = schema();
    let sends = |before: Value, after: Value| {
        let (prior, planned) = (state(&[("trigger", before)]), state(&[("trigger", after)]));
        !sent_changes(&schema, &prior, &planned).is_empty()
    };
    assert!(!sends(Value::Null, "1".into()));
    assert!(sends("1".into(), "2".into()));
    assert!(!sends("1".into(), Value::Null));
}

#[test]
fn lists_mean_the_same_where_their_elements_do() {
    let ignoring_case = |a: &Value, b: &Value| {
        let texts = a.as_str().zip(b.as_str());
        texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let name = Attribute::string("name").semantic_equality(ignoring_case);
    let rules = Attribute::nested("rules", Nesting::List, vec![name.clone()]);
    let list = |names: &[&str]| {
        let element = |name: &&str| object_of([("name", Value::from(*name))]);
        Value::List(names.iter().map(element).collect())
    };
    for (a, b, expect) in [
        (list(&["a", "b"]), list(&["A", "b"]), true),
        (list(&["a", "b"]), list(&["b", "a"]), false),
        (list(&["a"]), list(&["a", "b"]), false),
        (list(&[]), Value::Null, true),
        (list(&["a"]), Value::Null, false),
    ] {
        assert_eq!(rules.equal_remotely(&a, &b), expect, "{a:?} {b:?}");
    }
}

fn object_of<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    attributes.into_iter().collect::<Object>().into()
}
