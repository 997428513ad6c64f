//! The service driven as Terraform drives it, without a network.

mod blocks;
mod client;
mod memory;
mod nested;
mod protocol;
mod registry;

use crate::engine::Engine;
use crate::types::value::{Object, Value};
use client::{Client, Outcome, thing};
use memory::remote;

fn owner(email: &str, key: Value) -> Value {
    [("email", Value::from(email)), ("key", key)]
        .into_iter()
        .collect::<Object>()
        .into()
}

#[tokio::test]
async fn a_whole_life() {
    let client = Client::configured("life").await;
    let config = thing(&[
        ("name", "a".into()),
        ("zones", Value::set(["2".into(), "1".into()])),
        ("owner", owner("x@example.com", Value::Null)),
        ("secret", "hush".into()),
    ]);
    let created = client.apply(&config, None).await.expect_ok();
    assert_eq!(created.str("id"), Some("/a"));
    assert_eq!(created.str("version"), Some("v1"));
    assert_eq!(created.bool("enabled"), Some(true));
    assert_eq!(
        created.get("owner"),
        &owner("x@example.com", "key of x@example.com".into())
    );
    assert!(created.get("secret").is_null());
    let seen = remote("life").lock().expect("not poisoned")["/a"]
        .secret
        .clone();
    assert_eq!(seen.as_deref(), Some("hush"));

    assert_eq!(client.read(&created).await.expect_ok(), created);
    assert_eq!(
        client.plan(&config, Some(&created)).await.planned,
        Some(created.clone())
    );

    let mut labelled = config.clone();
    labelled.set("label", "new");
    let plan = client.plan(&labelled, Some(&created)).await;
    assert_eq!(plan.unknowns(), ["version"]);
    assert!(plan.requires_replace.is_empty());
    let updated = client.apply(&labelled, Some(&created)).await.expect_ok();
    assert_eq!(updated.str("version"), Some("v2"));
    assert_eq!(updated.get("owner"), created.get("owner"));

    client.destroy(&updated).await.expect_gone();
    assert!(remote("life").lock().expect("not poisoned").is_empty());
    client.read(&updated).await.expect_gone();
}

#[tokio::test]
async fn replacement_is_asked_for_by_schema_and_by_plan() {
    let client = Client::configured("replacement").await;
    let state = client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    let renamed = client
        .plan(&thing(&[("name", "b".into())]), Some(&state))
        .await;
    assert_eq!(renamed.requires_replace, ["name"]);
    let label = thing(&[("name", "a".into()), ("label", "replace me".into())]);
    assert_eq!(
        client.plan(&label, Some(&state)).await.requires_replace,
        ["label"]
    );
    assert!(client.plan(&label, None).await.requires_replace.is_empty());
}

#[tokio::test]
async fn drift_shows_in_a_read() {
    let client = Client::configured("drift").await;
    let state = client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    remote("drift")
        .lock()
        .expect("not poisoned")
        .get_mut("/a")
        .expect("exists")
        .attributes
        .set("label", "drifted");
    assert_eq!(
        client.read(&state).await.expect_ok().str("label"),
        Some("drifted")
    );
}

#[tokio::test]
async fn a_failed_read_keeps_the_state() {
    let client = Client::configured("failed read").await;
    let state = client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    remote("failed read")
        .lock()
        .expect("not poisoned")
        .get_mut("/a")
        .expect("exists")
        .is_broken = true;
    let outcome = client.read(&state).await;
    assert_eq!(outcome.errors, ["Remote failure: read"]);
    assert_eq!(outcome.state, Some(state));
}

#[tokio::test]
async fn an_error_before_creation_leaves_nothing_and_one_after_it_leaves_the_state() {
    let client = Client::configured("failures").await;
    let config = |label: &str| thing(&[("name", "a".into()), ("label", label.into())]);
    let before = client.apply(&config("fail before create"), None).await;
    assert_eq!((before.errors.len(), before.state), (1, None));
    let after = client.apply(&config("fail after create"), None).await;
    assert_eq!(after.errors, ["Remote failure: fail after create"]);
    assert_eq!(after.state.expect("kept").str("id"), Some("/a"));
}

#[tokio::test]
async fn a_failed_update_records_what_is_true() {
    let client = Client::configured("failed update").await;
    let state = client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    let config = thing(&[("name", "a".into()), ("label", "fail update".into())]);
    let outcome = client.apply(&config, Some(&state)).await;
    assert_eq!(outcome.errors.len(), 1);
    assert_eq!(outcome.state, Some(state));
}

#[tokio::test]
async fn a_failed_delete_keeps_the_state() {
    let client = Client::configured("failed delete").await;
    let config = thing(&[("name", "a".into()), ("label", "fail delete".into())]);
    let state = client.apply(&config, None).await.expect_ok();
    let outcome = client.destroy(&state).await;
    assert_eq!(outcome.errors, ["Remote failure: fail delete"]);
    assert_eq!(outcome.state, Some(state));
}

#[tokio::test]
async fn a_panic_is_a_message_and_loses_nothing() {
    let client = Client::configured("panics").await;
    let config = thing(&[("name", "a".into()), ("label", "panic after create".into())]);
    let outcome = client.apply(&config, None).await;
    assert!(
        outcome.errors[0].starts_with("Bug in the provider: The provider stopped"),
        "{:?}",
        outcome.errors
    );
    assert_eq!(outcome.state.expect("kept").str("id"), Some("/a"));
    let config = thing(&[("name", "a".into()), ("label", "panic at plan".into())]);
    let plan = client.plan(&config, None).await;
    assert!(
        plan.errors[0].starts_with("Bug in the provider"),
        "{:?}",
        plan.errors
    );
}

#[tokio::test]
async fn a_panic_in_a_read_keeps_the_state() {
    let client = Client::configured("panics of reads").await;
    let config = thing(&[("name", "a".into()), ("label", "panic at read".into())]);
    let state = client.apply(&config, None).await.expect_ok();
    let outcome = client.read(&state).await;
    assert!(
        outcome.errors[0].starts_with("Bug in the provider: The provider stopped"),
        "{:?}",
        outcome.errors
    );
    assert_eq!(outcome.state, Some(state));
}

#[tokio::test]
async fn answers_are_held_against_terraforms_rules_where_the_server_is_told_to() {
    let config = thing(&[("name", "a".into()), ("label", "answer otherwise".into())]);
    for (self_checks, expect) in [
        (
            true,
            &["Bug in the provider: label: not as planned. Please report this."][..],
        ),
        (false, &[]),
    ] {
        let client = Client::with_engine("self-checks", Engine { self_checks }).await;
        let outcome = client.apply(&config, None).await;
        assert_eq!(outcome.errors, expect);
        assert_eq!(outcome.state.expect("kept").str("label"), Some("otherwise"));
    }
}

#[tokio::test]
async fn stopping_reaches_what_waits_and_keeps_what_is_known() {
    let client = Client::configured("stop").await;
    let config = thing(&[("name", "a".into()), ("label", "wait".into())]);
    let (outcome, ()) = tokio::join!(client.apply(&config, None), async {
        while remote("stop").lock().expect("not poisoned").is_empty() {
            tokio::task::yield_now().await;
        }
        client.stop().await;
    });
    assert_eq!(outcome.errors, ["Stopped: Stopped while waiting."]);
    let state = outcome.state.expect("kept");
    assert_eq!(state.str("id"), Some("/waiting"));
    assert!(
        state.get("version").is_null(),
        "what is not known yet is null"
    );

    let later = client.apply(&thing(&[("name", "b".into())]), None).await;
    assert_eq!((later.errors.len(), later.state), (1, None));
    client.configure("stop").await;
    client
        .apply(&thing(&[("name", "b".into())]), None)
        .await
        .expect_ok();
}

#[tokio::test]
async fn what_was_accepted_is_kept_as_far_as_it_is_known_and_is_no_failure() {
    let client = Client::configured("accepted").await;
    let config = thing(&[("name", "a".into()), ("label", "accept".into())]);
    let outcome = client.apply(&config, None).await;
    assert_eq!(outcome.warnings, ["Not finished"]);
    let state = outcome.expect_ok();
    assert_eq!(state.str("id"), Some("/waiting"));
    assert!(state.get("version").is_null());
}

#[tokio::test]
async fn what_only_the_provider_knows_is_recorded_without_sending() {
    let client = Client::configured("local").await;
    let state = client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    remote("local").lock().expect("not poisoned").clear();
    let mut config = thing(&[("name", "a".into()), ("hint", "mine".into())]);
    let timeouts: Object = [
        ("create", Value::Null),
        ("read", Value::Null),
        ("update", Value::Null),
        ("delete", "9h".into()),
    ]
    .into_iter()
    .collect();
    config.set("timeouts", timeouts);
    let updated = client.apply(&config, Some(&state)).await.expect_ok();
    assert_eq!(updated.str("hint"), Some("mine"));
    assert_eq!(
        updated
            .object("timeouts")
            .and_then(|timeouts| timeouts.str("delete")),
        Some("9h")
    );
    assert_eq!(updated.str("version"), Some("v1"));
}

#[tokio::test]
async fn unknowns_in_the_configuration_stay_unknown_in_the_plan() {
    let client = Client::configured("unknowns").await;
    let config = thing(&[
        ("name", Value::unknown()),
        ("owner", Value::unknown()),
        ("zones", Value::set([Value::unknown(), Value::unknown()])),
    ]);
    let plan = client.plan(&config, None).await;
    assert_eq!(plan.errors, Vec::<String>::new());
    assert_eq!(plan.unknowns(), ["id", "name", "owner", "version", "zones"]);
}

#[tokio::test]
async fn validation_reports_everything_at_once() {
    let client = Client::unconfigured();
    let config = thing(&[
        ("name", "".into()),
        ("label", "wrong".into()),
        ("id", "x".into()),
        ("secret", "s".into()),
    ]);
    let errors = client.validate(&config, false).await;
    assert_eq!(
        errors,
        [
            "id: Read-only attribute",
            "name: Invalid name",
            "secret: Write-only attribute not supported",
            "label: Invalid label",
        ]
    );
    assert_eq!(
        client
            .validate(
                &thing(&[("name", "a".into()), ("secret", "s".into())]),
                true
            )
            .await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn an_import_is_a_stub_with_defaults_and_a_read() {
    let client = Client::configured("import").await;
    let config = thing(&[("name", "a".into())]);
    let state = client.apply(&config, None).await.expect_ok();
    let stub = client.import("/a").await.expect_ok();
    assert_eq!(stub.str("id"), Some("/a"));
    let imported = client.read(&stub).await.expect_ok();
    assert_eq!(imported, state);
    assert_eq!(
        client.plan(&config, Some(&imported)).await.planned,
        Some(imported)
    );
    let outcome = client.import("a").await;
    assert_eq!(
        outcome.errors,
        ["Invalid ID: \"a\" does not begin with a slash."]
    );
}

#[tokio::test]
async fn a_stored_state_comes_up_to_date() {
    let client = Client::unconfigured();
    let current = client
        .upgrade(1, r#"{ "id": "/a", "name": "a", "gone": 1 }"#)
        .await
        .expect_ok();
    assert_eq!(current, {
        let mut expect = thing(&[("id", "/a".into()), ("name", "a".into())]);
        expect.set("enabled", Value::Null);
        expect
    });
    let old = client.upgrade(0, r#"{"title":"a"}"#).await.expect_ok();
    assert_eq!(old.str("name"), Some("a"));
    let newer = client.upgrade(2, r#"{"name":"a"}"#).await;
    assert!(
        newer.errors[0].starts_with("State of a newer provider") && newer.state.is_none(),
        "{:?}",
        newer.errors
    );
    let broken = client.upgrade(1, "{").await;
    assert!(
        broken.errors[0].starts_with("Unreadable state"),
        "{:?}",
        broken.errors
    );
    let flatmap = client.upgrade(1, "").await;
    assert!(flatmap.errors[0].contains("0.12"), "{:?}", flatmap.errors);
}

#[tokio::test]
async fn an_unconfigured_provider_plans_offline_and_says_why_it_cannot_apply() {
    let client = Client::unconfigured();
    let config = thing(&[("name", "a".into())]);
    let plan = client.plan(&config, None).await;
    assert_eq!(plan.warnings, ["Not configured"]);
    let Outcome { errors, state, .. } = client.apply(&config, None).await;
    assert!(
        errors[0].starts_with("Provider not configured yet"),
        "{errors:?}"
    );
    assert_eq!(state, None);
}

#[tokio::test]
async fn private_state_goes_from_plan_to_apply_to_storage() {
    let client = Client::configured("private").await;
    let outcome = client.apply(&thing(&[("name", "a".into())]), None).await;
    assert_eq!(outcome.private.get("planned"), Some(true));
    // What a plan tells the next plan is nothing to store.
    assert_eq!(outcome.private.clone().take_note::<bool>("planned"), None);
}

/// The configuration counts, whatever the state says, and for what is new as well.
#[tokio::test]
async fn a_plan_has_as_much_time_as_the_configuration_says() {
    let client = Client::configured("time").await;
    let timed = |read: Option<&str>| {
        let others = ["create", "update", "delete"].map(|name| (name, Value::Null));
        let timeouts = others.into_iter().chain([("read", read.into())]);
        let timeouts: Object = timeouts.collect();
        let mut thing = thing(&[("name", "a".into()), ("label", "tell the time".into())]);
        thing.set("timeouts", timeouts);
        thing
    };
    let mut state = timed(Some("50m"));
    state.set("id", "/a");
    for (read, prior, minutes) in [
        (Some("20m"), None, 20),
        (Some("20m"), Some(&state), 20),
        (None, None, 1),
        (None, Some(&state), 1),
    ] {
        let plan = client.plan(&timed(read), prior).await;
        let expected = format!("{minutes} minutes are left");
        assert_eq!(plan.warnings, [expected], "{read:?} {}", prior.is_some());
    }
}

#[tokio::test]
async fn data_sources_and_functions_answer() {
    let client = Client::configured("data").await;
    client
        .apply(&thing(&[("name", "a".into())]), None)
        .await
        .expect_ok();
    assert_eq!(client.count("/").await, (1, vec![]));
    assert_eq!(
        client.count("/z").await,
        (0, vec!["Nothing there".to_owned()])
    );
    assert_eq!(
        client.call("join", &["-", "a", "b"]).await,
        Ok("a-b".into())
    );
    assert_eq!(
        client.call("join", &["-"]).await,
        Err(("Nothing to join.".into(), Some(0)))
    );
}

#[tokio::test]
async fn schemas_tell_what_is_served_and_nothing_else() {
    let client = Client::unconfigured();
    let schema = client.schema().await;
    let capabilities = schema.server_capabilities.expect("declared");
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(!capabilities.move_resource_state && !capabilities.generate_resource_config);
    let thing = &schema.resource_schemas["memory_thing"];
    assert_eq!(thing.version, 1);
    let block = thing.block.as_ref().expect("a block");
    let name = block
        .attributes
        .iter()
        .find(|attribute| attribute.name == "name")
        .expect("declared");
    assert_eq!(
        (
            name.required,
            name.optional,
            name.computed,
            &name.r#type[..]
        ),
        (true, false, false, &b"\"string\""[..])
    );
    let owner = block
        .attributes
        .iter()
        .find(|attribute| attribute.name == "owner")
        .expect("declared");
    assert!(owner.r#type.is_empty() && owner.nested_type.is_some());
    assert_eq!(block.block_types[0].type_name, "timeouts");
    assert_eq!(schema.functions["join"].parameters.len(), 1);
    assert!(schema.functions["join"].variadic_parameter.is_some());
}
