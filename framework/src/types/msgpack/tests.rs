use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(hex: &str, ty: &Type, expect: Value) {
    let value = decode(&bytes(hex), ty);
    assert_eq!(value, Ok(expect), "{hex}");
}

#[track_caller]
fn refuse(hex: &str, ty: &Type, message: &str) {
    let error = decode(&bytes(hex), ty)
        .expect_err("should be refused")
        .to_string();
    assert!(error.contains(message), "{error}");
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits"))
        .collect()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().expect("a number"))
}

#[test]
fn bytes_that_terraform_sends() {
    check("a3 302e31", &Type::Number, number("0.1"));
    check("cb 3ff8000000000000", &Type::Number, number("1.5"));
    check("cd 03e8", &Type::Number, number("1000"));
    check("ff", &Type::Number, number("-1"));
    check(
        "b4 3138343436373434303733373039353531363135",
        &Type::Number,
        number("18446744073709551615"),
    );
    check("c0", &Type::String, Value::Null);
    check("d4 00 00", &Type::String, Value::unknown());
    check(
        "92 c4 08 22 73 74 72 69 6e 67 22 d4 00 00",
        &Type::Dynamic,
        Value::Dynamic(Box::new((Type::String, Value::unknown()))),
    );
}

#[test]
fn refined_unknowns_keep_what_is_known() {
    let prefixed = decode(&bytes("c7 09 0c 82 01 c2 02 a4 70 72 65 2d"), &Type::String);
    let Ok(Value::Unknown(refinements)) = &prefixed else {
        panic!("{prefixed:?}")
    };
    assert_eq!(
        refinements.known(),
        Some(&Known {
            null: Some(false),
            prefix: Some("pre-".into()),
            ..Known::default()
        })
    );
    let bounded = decode(&bytes("c7 07 0c 82 01 c2 03 92 00 c3"), &Type::Number);
    let Ok(Value::Unknown(refinements)) = &bounded else {
        panic!("{bounded:?}")
    };
    let minimum = refinements.known().and_then(|known| known.minimum.clone());
    assert_eq!(minimum, Some((0_i64.into(), true)));
    let ext16 = decode(&bytes("c8 0003 0c 81 01 c2"), &Type::String);
    assert_eq!(ext16, Ok(Value::unknown()));
}

#[test]
fn refinements_survive_the_round_trip_as_far_as_the_type_has_them() {
    let all = Known {
        null: Some(false),
        prefix: Some("/subscriptions/".into()),
        minimum: Some((Number::from(1_i64), false)),
        maximum: Some((Number::from(9_i64), true)),
        min_length: Some(4),
        max_length: Some(4),
    };
    let not_null = Known {
        null: Some(false),
        ..Known::default()
    };
    let lengths = Known {
        min_length: Some(4),
        max_length: Some(4),
        ..not_null.clone()
    };
    let text = Known {
        prefix: all.prefix.clone(),
        ..not_null.clone()
    };
    let number = Known {
        minimum: all.minimum.clone(),
        maximum: all.maximum.clone(),
        ..not_null.clone()
    };
    for (ty, expect) in [
        (Type::String, Some(text)),
        (Type::Number, Some(number)),
        (Type::list(Type::Bool), Some(lengths.clone())),
        (Type::set(Type::Bool), Some(lengths.clone())),
        (Type::map(Type::Bool), Some(lengths)),
        (Type::Bool, Some(not_null.clone())),
        (Type::Tuple(vec![Type::Bool]), Some(not_null.clone())),
        (Type::object([("a", Type::Bool)]), Some(not_null)),
        (Type::Dynamic, None),
    ] {
        let encoded = encode(&Value::Unknown(all.clone().into()), &ty);
        let decoded = decode(&encoded, &ty).expect("it is what was written");
        assert_eq!(decoded.refinements(), expect.as_ref(), "{ty:?}");
    }
}

#[test]
fn what_is_known_is_told_in_fewer_bytes_than_terraform_takes() {
    let prefix = format!("{}é{}", "a".repeat(255), "b".repeat(2000));
    let refined = Value::unknown().refine_with_prefix(prefix);
    let encoded = encode(&refined, &Type::String);
    assert!(encoded.len() < 1024, "{}", encoded.len());
    let decoded = decode(&encoded, &Type::String).expect("it is what was written");
    let known = decoded.refinements().expect("something is known");
    assert_eq!(known.prefix, Some("a".repeat(255)));
    let long: Number = "1".repeat(300).parse().expect("a number");
    let refined = Value::unknown().refine_with_lower_bound(long, true);
    assert_eq!(encode(&refined, &Type::Number), [0xd4, 0, 0]);
    let refined = Value::unknown().refine_with_prefix("x");
    assert_eq!(encode(&refined, &Type::Bool), [0xd4, 0, 0]);
}

/// Terraform panics at what nothing is within, and makes all elements of a list of which it knows the length.
#[test]
fn what_nothing_is_within_is_not_told() {
    let between = |least: i64, has_least: bool, most: i64, has_most: bool| {
        let least = Value::unknown().refine_with_lower_bound(least, has_least);
        least.refine_with_upper_bound(most, has_most)
    };
    let lengths = |least: u64, most: u64| {
        let least = Value::unknown().refine_with_length_lower_bound(least);
        least.refine_with_length_upper_bound(most)
    };
    let list = Type::list(Type::String);
    for (refined, ty, is_told) in [
        (between(1, true, 2, true), &Type::Number, true),
        (between(2, true, 1, true), &Type::Number, false),
        (between(1, false, 2, false), &Type::Number, true),
        (between(1, true, 1, true), &Type::Number, true),
        (between(1, true, 1, false), &Type::Number, false),
        (between(1, false, 1, true), &Type::Number, false),
        (between(1, false, 1, false), &Type::Number, false),
        (lengths(1, 1), &list, true),
        (lengths(2, 1), &list, false),
        (lengths(u64::MAX, u64::MAX), &list, false),
    ] {
        let encoded = encode(&refined, ty);
        let plain = [0xd4, 0, 0];
        assert_eq!(encoded != plain, is_told, "{refined:?}: {encoded:02x?}");
    }
    // What else is known is told all the same.
    let not_null = encode(&Value::unknown().refine_as_not_null(), &list);
    let refined = lengths(2, 1).refine_as_not_null();
    assert_eq!(encode(&refined, &list), not_null);
    let least = encode(&Value::unknown().refine_with_length_lower_bound(2), &list);
    assert_eq!(encode(&lengths(2, 1 << 40), &list), least);
}

#[test]
fn a_plain_unknown_is_written_as_terraform_writes_it() {
    assert_eq!(encode(&Value::unknown(), &Type::String), [0xd4, 0, 0]);
}

#[test]
fn an_object_has_all_its_attributes_and_no_others() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
    refuse("81 a1 61 a1 78", &ty, "attribute \"b\" is missing");
    refuse("81 a1 7a c0", &ty, "unexpected attribute \"z\"");
}

#[test]
fn errors_name_the_place() {
    let ty = Type::object([("list", Type::list(Type::Number))]);
    refuse(
        "81 a4 6c697374 92 01 c3",
        &ty,
        "list[1]: a string is required",
    );
}

#[test]
fn hostile_bytes_are_refused_without_harm() {
    refuse("dd ffffffff", &Type::list(Type::String), "");
    refuse("db ffffffff", &Type::String, "cut short");
    refuse("c1", &Type::String, "");
    refuse("c0 c0", &Type::String, "more bytes");
    let deep = "91".repeat(200);
    let mut ty = Type::String;
    for _ in 0..200 {
        ty = Type::list(ty);
    }
    refuse(&deep, &ty, "nested too deep");
}

#[test]
fn an_undecided_null_inside_a_tuple_travels_as_nil() {
    let ty = Type::Tuple(vec![Type::String, Type::Dynamic]);
    let value = Value::List(vec!["x".into(), Value::Null]);
    let dynamic = Value::Dynamic(Box::new((ty, value)));
    let encoded = encode(&dynamic, &Type::Dynamic);
    assert_eq!(decode(&encoded, &Type::Dynamic), Ok(dynamic));
}

/// A type and a value of it, with nulls and unknowns at every level.
fn typed_value() -> impl Strategy<Value = (Type, Value)> {
    ty().prop_flat_map(|ty| {
        let value = value_of(&ty);
        (Just(ty), value)
    })
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..3).prop_map(Type::Object),
        ]
    })
}

fn value_of(ty: &Type) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::String => ".*".prop_map(Value::String).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => prop_oneof![
            any::<i64>().prop_map(Value::from),
            "-?[1-9][0-9]{0,30}(\\.[0-9]{0,10})?"
                .prop_map(|text| number(text.trim_end_matches('.'))),
        ]
        .boxed(),
        Type::Dynamic => Just(Value::Dynamic(Box::new((Type::String, "typed".into())))).boxed(),
        Type::List(element) => prop::collection::vec(value_of(element), 0..3)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => prop::collection::vec(value_of(element), 0..3)
            .prop_map(Value::set)
            .boxed(),
        Type::Map(element) => prop::collection::btree_map("[a-z]{0,4}", value_of(element), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(value_of)
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(types) => {
            let names: Vec<String> = types.keys().cloned().collect();
            let values: Vec<_> = types.values().map(value_of).collect();
            values
                .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
    };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::unknown())].boxed()
}

proptest! {
    #[test]
    fn what_is_written_reads_back((ty, value) in typed_value()) {
        let encoded = encode(&value, &ty);
        prop_assert_eq!(decode(&encoded, &ty), Ok(value));
    }

    #[test]
    fn random_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..64), ty in ty()) {
        let _ = decode(&input, &ty);
    }
}
