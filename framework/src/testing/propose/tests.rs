use super::*;
use crate::schema::{Attribute, Block, Schema};

fn rows() -> Vec<Attribute> {
    vec![
        Attribute::string("name"),
        Attribute::string("id").computed(),
        Attribute::string("secret"),
    ]
}

fn object(name: &str, id: Value) -> Value {
    let members = [
        ("name", Value::from(name)),
        ("id", id),
        ("secret", Value::Null),
    ];
    members.into_iter().collect::<Object>().into()
}

#[track_caller]
fn check(schema: &Schema, config: &Value, prior: Option<&Value>, expect: &Value) {
    let name = schema
        .members()
        .rows()
        .next()
        .expect("a row")
        .name()
        .to_owned();
    let whole = |value: &Value| -> Object { [(&*name, value.clone())].into_iter().collect() };
    let prior = prior.map(whole);
    let proposed = proposed_new(schema.members(), &whole(config), prior.as_ref());
    assert_eq!(proposed, whole(expect));
}

fn collections(written: Vec<Value>) -> [(Nesting, Value); 3] {
    let keys = ["k", "l", "m"].map(str::to_owned);
    let map = keys.into_iter().zip(written.clone()).collect();
    [
        (Nesting::List, Value::List(written.clone())),
        (Nesting::Set, Value::set(written)),
        (Nesting::Map, Value::Map(map)),
    ]
}

fn attribute(nesting: Nesting) -> Attribute {
    Attribute::nested("rules", nesting, rows())
}

fn of_attribute(attribute: Attribute) -> Schema {
    Schema {
        attributes: vec![attribute],
        ..Schema::default()
    }
}

#[test]
fn what_is_computed_comes_from_the_counterpart_in_every_nesting() {
    let prior = collections(vec![object("a", "1".into()), object("b", "2".into())]);
    let config = collections(vec![object("a", Value::Null), object("b", Value::Null)]);
    for ((nesting, prior), (_, config)) in prior.into_iter().zip(config) {
        let block = Schema {
            blocks: vec![Block::new("rules", nesting, rows())],
            ..Schema::default()
        };
        for schema in [of_attribute(attribute(nesting)), block] {
            check(&schema, &config, Some(&prior), &prior);
            check(&schema, &config, None, &config);
            check(&schema, &Value::unknown(), Some(&prior), &Value::unknown());
        }
    }
}

#[test]
fn a_changed_element_of_a_set_has_no_counterpart_and_each_prior_one_is_used_once() {
    let set = |elements: &[(&str, Value)]| {
        Value::set(elements.iter().map(|(name, id)| object(name, id.clone())))
    };
    let schema = of_attribute(attribute(Nesting::Set));
    let prior = set(&[("a", "1".into()), ("b", "2".into())]);
    check(
        &schema,
        &set(&[("a", Value::Null), ("c", Value::Null)]),
        Some(&prior),
        &set(&[("a", "1".into()), ("c", Value::Null)]),
    );
    check(
        &schema,
        &set(&[("a", Value::Null), ("a", "9".into())]),
        Some(&set(&[("a", "1".into())])),
        &set(&[("a", "1".into()), ("a", "9".into())]),
    );
}

#[test]
fn an_optional_nested_attribute_that_was_written_is_taken_out() {
    let only_computed = |nesting| {
        let rows = vec![Attribute::string("id").computed()];
        of_attribute(Attribute::nested("rules", nesting, rows).optional_computed())
    };
    let written = object("a", "1".into());
    let schema = of_attribute(attribute(Nesting::Single).optional_computed());
    check(&schema, &Value::Null, Some(&written), &Value::Null);
    check(
        &schema,
        &Value::Null,
        Some(&object_of_id()),
        &object_of_id(),
    );
    let given: Value = [("id", "1")].into_iter().collect::<Object>().into();
    check(
        &only_computed(Nesting::Single),
        &Value::Null,
        Some(&given),
        &given,
    );
    let schema = of_attribute(attribute(Nesting::Single).computed());
    check(&schema, &Value::Null, Some(&written), &written);
}

/// An object in which nothing can have been written.
fn object_of_id() -> Value {
    let members = [
        ("name", Value::Null),
        ("id", "1".into()),
        ("secret", Value::Null),
    ];
    members.into_iter().collect::<Object>().into()
}
