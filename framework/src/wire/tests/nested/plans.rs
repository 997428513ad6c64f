//! Defaults, write-only values, pairs of elements and replacement in nested attributes.

use super::client::{
    apply, claim, client, created, door, doors, everything, kept_step, owner, plan, thing,
    written_step,
};
use super::provider::{SEEN_CONFIG, THING};
use crate::types::value::Value;

#[test]
fn no_row_is_one_that_a_pass_ignores() {
    assert_eq!(THING.validate_implementation(), [""; 0]);
}

#[tokio::test]
async fn a_create_knows_defaults_at_every_depth_and_stores_no_secret() {
    let mut client = client().await;
    let planned = plan(&mut client, &everything(), None).await.object;
    let unknown = Value::unknown;
    let expected = thing(&[
        ("id", unknown()),
        ("owner", owner("a@b", Value::Null, unknown())),
        (
            "steps",
            Value::List(vec![
                kept_step("one", unknown()),
                kept_step("two", unknown()),
            ]),
        ),
        (
            "doors",
            doors(&[("front", door(false.into(), unknown(), Value::Null))]),
        ),
        ("claims", everything().get("claims").clone()),
    ]);
    assert_eq!(planned, expected);

    let state = created(&mut client).await;
    assert!(!format!("{state:?}").contains("hush"), "{state:?}");
    assert_eq!(
        state.get("steps"),
        &Value::List(vec![
            kept_step("one", "made".into()),
            kept_step("two", "made".into())
        ])
    );
    let seen = SEEN_CONFIG.lock().expect("not poisoned").clone();
    assert_eq!(
        seen,
        Some(everything()),
        "the configuration has the secrets"
    );
}

#[tokio::test]
async fn an_unchanged_configuration_plans_the_prior_state() {
    let mut client = client().await;
    let state = created(&mut client).await;
    let plan = plan(&mut client, &everything(), Some(&state)).await;
    assert_eq!(plan.object, state);
    assert_eq!(plan.replaces, 0);
}

#[tokio::test]
async fn elements_of_a_list_are_paired_by_their_place() {
    let mut client = client().await;
    let state = created(&mut client).await;
    let made = || Value::from("made");
    for (written, planned) in [
        // One more: only it is new.
        (
            vec![
                written_step("one"),
                written_step("two"),
                written_step("three"),
            ],
            vec![
                kept_step("one", made()),
                kept_step("two", made()),
                kept_step("three", Value::unknown()),
            ],
        ),
        // One less.
        (vec![written_step("one")], vec![kept_step("one", made())]),
        // What means the same stays as it was.
        (
            vec![written_step("ONE"), written_step("two")],
            vec![kept_step("one", made()), kept_step("two", made())],
        ),
        // Another one in the same place.
        (
            vec![written_step("other"), written_step("two")],
            vec![kept_step("other", made()), kept_step("two", made())],
        ),
        (vec![], vec![]),
    ] {
        let mut config = everything();
        config.set("steps", Value::List(written));
        let plan = plan(&mut client, &config, Some(&state)).await;
        assert_eq!(plan.object.get("steps"), &Value::List(planned));
        let (found, state) = apply(&mut client, Some(&config), Some(&state)).await;
        assert_eq!(found, [""; 0]);
        assert!(!format!("{state:?}").contains("hush"), "{state:?}");
    }
}

#[tokio::test]
async fn elements_of_a_map_are_paired_by_their_keys() {
    let mut client = client().await;
    let state = created(&mut client).await;
    let written = || door(Value::Null, Value::Null, "hush".into());
    let kept = |serial: Value| door(false.into(), serial, Value::Null);
    let mut config = everything();
    config.set("doors", doors(&[("back", written()), ("front", written())]));
    let plan = plan(&mut client, &config, Some(&state)).await;
    assert_eq!(
        plan.object.get("doors"),
        &doors(&[
            ("back", kept(Value::unknown())),
            ("front", kept("made".into()))
        ])
    );
}

#[tokio::test]
async fn elements_of_a_set_are_what_is_configured() {
    let mut client = client().await;
    let state = created(&mut client).await;
    for claims in [
        Value::set([claim("b", "1".into())]),
        Value::set([claim("b", "2".into()), claim("a", Value::Null)]),
        Value::set([claim("c", Value::unknown())]),
        Value::set([]),
        Value::Null,
    ] {
        let mut config = everything();
        config.set("claims", claims.clone());
        let plan = plan(&mut client, &config, Some(&state)).await;
        assert_eq!(plan.object.get("claims"), &claims);
        assert_eq!(plan.object.get("steps"), state.get("steps"));
    }
}

#[tokio::test]
async fn a_nested_object_replaces_by_its_row_and_a_secret_alone_changes_nothing() {
    let mut client = client().await;
    let state = created(&mut client).await;
    let mut config = everything();
    config.set("owner", owner("a@b", "other".into(), Value::Null));
    let same = plan(&mut client, &config, Some(&state)).await;
    assert_eq!(same.object, state);
    config.set("owner", owner("c@d", "hush".into(), Value::Null));
    let other = plan(&mut client, &config, Some(&state)).await;
    assert_eq!(other.replaces, 1);
    assert_eq!(
        other.object.get("owner"),
        &owner("c@d", Value::Null, Value::unknown())
    );
}
