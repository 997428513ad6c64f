use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::types::attr::Attr;
use crate::types::number::Number;
use crate::types::path::Path;
use crate::types::value::{Object, Value};

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Thing {
    name: String,
    size: Option<i64>,
    id: Attr<String>,
    tags: BTreeMap<String, String>,
    zones: BTreeSet<u16>,
    hosts: Vec<Attr<String>>,
    #[model(name = "owner")]
    who: Option<Owner>,
    rules: BTreeSet<Owner>,
    r#type: Attr<Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Model)]
struct Owner {
    email: String,
}

#[derive(Debug, Model)]
#[model(partial)]
struct Named {
    name: Attr<String>,
}

fn thing() -> Thing {
    Thing {
        name: "a".into(),
        size: Some(3),
        id: Attr::Unknown,
        tags: BTreeMap::from([("k".into(), "v".into())]),
        zones: BTreeSet::from([2, 1]),
        hosts: vec![Attr::Known("h".into()), Attr::Unknown],
        who: Some(Owner { email: "e".into() }),
        rules: BTreeSet::from([Owner { email: "r".into() }]),
        r#type: Attr::Known(true.into()),
    }
}

#[test]
fn a_model_holds_all_of_an_object() {
    let object = thing().into_object();
    assert_eq!(object.get("type"), &Value::Bool(true));
    let owner: Object = [("email", "e")].into_iter().collect();
    assert_eq!(object.get("owner"), &Value::Object(owner));
    assert_eq!(object.model::<Thing>(), Ok(thing()));
    let nothing = Thing::default();
    assert_eq!(nothing.clone().into_object().model::<Thing>(), Ok(nothing));
}

#[test]
fn a_partial_model_leaves_the_rest_alone() {
    let mut object = thing().into_object();
    let mut named: Named = object.model().expect("it has a name");
    assert_eq!(named.name.known().map(String::as_str), Some("a"));
    named.name = Attr::Known("b".into());
    named.write_to(&mut object);
    let expect = Thing {
        name: "b".into(),
        ..thing()
    };
    assert_eq!(object.model::<Thing>(), Ok(expect));
}

#[test]
fn what_does_not_fit_is_an_error_with_a_path() {
    let check = |name: &str, value: Value, path: &str, detail: &str| {
        let mut object = thing().into_object();
        object.set(name, value);
        let error = object.model::<Thing>().expect_err("it does not fit");
        assert_eq!((&*error.path.to_string(), &*error.detail), (path, detail));
    };
    let needs = "the provider needs";
    check(
        "name",
        Value::Null,
        "name",
        &format!("name: {needs} a string here, but it is null."),
    );
    check(
        "size",
        Value::unknown(),
        "size",
        &format!("size: {needs} a number here, but it is not known yet."),
    );
    let fraction: Number = "1.5".parse().expect("a number");
    check(
        "size",
        fraction.into(),
        "size",
        "size: 1.5 is not a whole number from -9223372036854775808 to 9223372036854775807.",
    );
    check(
        "zones",
        Value::set([70_000_i64.into()]),
        "zones",
        "zones: 70000 is not a whole number from 0 to 65535.",
    );
    check(
        "tags",
        Value::Map(BTreeMap::from([("k".into(), Value::Null)])),
        "tags[\"k\"]",
        &format!("tags[\"k\"]: {needs} a string here, but it is null."),
    );
    check(
        "hosts",
        Value::List(vec![Value::Null, true.into()]),
        "hosts[1]",
        &format!("hosts[1]: {needs} a string here, but it is a bool."),
    );
    let owner = |email: Value| -> Value {
        let object: Object = [("email", email)].into_iter().collect();
        object.into()
    };
    check(
        "owner",
        owner(Value::Null),
        "owner.email",
        &format!("owner.email: {needs} a string here, but it is null."),
    );
    // No path leads into a set.
    check(
        "rules",
        Value::set([owner(Value::unknown())]),
        "rules",
        &format!("rules: email: {needs} a string here, but it is not known yet."),
    );
    check(
        "owner",
        Object::default().into(),
        "owner.email",
        "owner.email: the provider's schema has no such attribute.",
    );
}

#[test]
fn numbers_keep_their_value() {
    let round = |value: Value| {
        let path = Path::root();
        (
            f64::from_value(&value, &path).map(IntoValue::into_value),
            u64::from_value(&value, &path).map(IntoValue::into_value),
        )
    };
    let number = |text: &str| Value::Number(text.parse().expect("a number"));
    let most = number("18446744073709551615");
    assert_eq!(round(most.clone()).1, Ok(most));
    assert_eq!(round(number("0.1")).0, Ok(number("0.1")));
    assert!(round(number("0.1")).1.is_err());
    assert!(round(number("-1")).1.is_err());
    assert_eq!(f64::NAN.into_value(), Value::Null);
}
