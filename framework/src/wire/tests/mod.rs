//! The service driven as Terraform drives it, without a network.

mod blocks;
mod clients;
mod deferral;
mod fuzz;
mod identity;
mod memory;
mod nested;
mod once;
mod protocol;
mod registry;
#[cfg(feature = "state-store")]
mod state_store;
mod write_only;
mod yard;

use serde_json::{Value as Json, json};
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use crate::diagnostics::Diagnostic;
use crate::engine::Engine;
use crate::private::Private;
use crate::testing::{Action, Core, Failure, unknown};
use crate::types::path::Path;
use crate::types::value::{Object, Value};
use crate::wire::Server;
use memory::{Memory, remote};

const THING: &str = "memory_thing.a";

type Memories = Core<Server<Memory>>;

/// The provider, with the remote system of one test.
async fn start(remote: &str) -> Memories {
    let core = Core::start_with(Memory, json!({ "remote": remote })).await;
    core.expect("a provider")
}

async fn unconfigured() -> Memories {
    Core::over(Server::new(Memory)).await.expect("a provider")
}

/// A configuration with this label.
fn labelled(label: &str) -> Json {
    json!({ "name": "a", "label": label })
}

/// The state after an apply that goes well.
async fn applied(core: &mut Memories, config: Json) -> Object {
    let applied = core.apply(THING, config).await;
    applied.expect("it goes well").object().clone()
}

#[track_caller]
fn check_fails<T: std::fmt::Debug>(result: Result<T, Failure>, summary: &str, detail: &str) {
    let failure = result.expect_err(summary);
    assert_eq!(failure.summaries(), [summary]);
    let text = &failure.diagnostics()[0].detail;
    assert!(text.contains(detail), "{text}");
}

fn summaries(messages: &[Diagnostic]) -> Vec<&str> {
    messages.iter().map(|it| it.summary.as_str()).collect()
}

#[tokio::test]
async fn a_whole_life() {
    let mut core = start("life").await;
    let config = json!({
        "name": "a", "zones": ["2", "1"], "owner": { "email": "x@example.com" }, "secret": "hush",
    });
    let created = applied(&mut core, config.clone()).await;
    assert_eq!(created.str("id"), Some("/a"));
    assert_eq!(created.str("version"), Some("v1"));
    assert_eq!(created.bool("enabled"), Some(true));
    let owner = created.object("owner").expect("an owner");
    assert_eq!(owner.str("key"), Some("key of x@example.com"));
    assert!(created.get("secret").is_null());
    let seen = remote("life").lock().expect("not poisoned")["/a"]
        .secret
        .clone();
    assert_eq!(seen.as_deref(), Some("hush"));

    let again = core.plan(THING, config.clone()).await.expect("a plan");
    assert_eq!(
        (again.action, again.planned),
        (Action::NoOp, Some(created.clone()))
    );

    let mut config = config;
    config["label"] = "new".into();
    let plan = core.plan(THING, config.clone()).await.expect("a plan");
    assert_eq!(plan.action, Action::Update);
    assert_eq!(plan.unknowns(), ["version"]);
    let updated = applied(&mut core, config).await;
    assert_eq!(updated.str("version"), Some("v2"));
    assert_eq!(updated.get("owner"), created.get("owner"));

    core.destroy(THING).await.expect("it goes well");
    assert!(remote("life").lock().expect("not poisoned").is_empty());
    core.put(THING, updated);
    assert_eq!(core.refresh(THING).await.expect("read"), None);
}

#[tokio::test]
async fn replacement_is_asked_for_by_schema_and_by_plan() {
    let mut core = start("replacement").await;
    applied(&mut core, json!({ "name": "a" })).await;
    for (config, expect) in [
        (json!({ "name": "b" }), "name"),
        (labelled("replace me"), "label"),
    ] {
        let plan = core.plan(THING, config).await.expect("a plan");
        assert_eq!(plan.action, Action::Replace);
        assert_eq!(plan.requires_replace, [Path::attribute(expect)]);
    }
    let new = core.plan("memory_thing.new", labelled("replace me")).await;
    let new = new.expect("a plan");
    assert_eq!((new.action, new.requires_replace), (Action::Create, vec![]));
}

#[tokio::test]
async fn drift_shows_in_a_read() {
    let mut core = start("drift").await;
    applied(&mut core, json!({ "name": "a" })).await;
    remote("drift")
        .lock()
        .expect("not poisoned")
        .get_mut("/a")
        .expect("exists")
        .attributes
        .set("label", "drifted");
    let read = core.refresh(THING).await.expect("read");
    assert_eq!(read.expect("exists").str("label"), Some("drifted"));
}

#[tokio::test]
async fn a_failed_read_keeps_the_state() {
    let mut core = start("failed read").await;
    let state = applied(&mut core, json!({ "name": "a" })).await;
    remote("failed read")
        .lock()
        .expect("not poisoned")
        .get_mut("/a")
        .expect("exists")
        .is_broken = true;
    check_fails(core.refresh(THING).await, "Remote failure", "read");
    assert_eq!(core.state(THING), Some(&state));
}

#[tokio::test]
async fn an_error_before_creation_leaves_nothing_and_one_after_it_leaves_the_state() {
    let mut core = start("failures").await;
    let before = core.apply(THING, labelled("fail before create")).await;
    check_fails(before, "Remote failure", "fail before create");
    assert_eq!(core.state(THING), None);
    let after = core.apply(THING, labelled("fail after create")).await;
    check_fails(after, "Remote failure", "fail after create");
    let kept = core.instance(THING).expect("kept");
    assert_eq!((kept.object.str("id"), kept.is_tainted), (Some("/a"), true));
}

#[tokio::test]
async fn a_failed_update_records_what_is_true() {
    let mut core = start("failed update").await;
    let state = applied(&mut core, json!({ "name": "a" })).await;
    let failed = core.apply(THING, labelled("fail update")).await;
    check_fails(failed, "Remote failure", "fail update");
    assert_eq!(core.state(THING), Some(&state));
}

#[tokio::test]
async fn a_failed_delete_keeps_the_state() {
    let mut core = start("failed delete").await;
    let state = applied(&mut core, labelled("fail delete")).await;
    check_fails(core.destroy(THING).await, "Remote failure", "fail delete");
    assert_eq!(core.state(THING), Some(&state));
}

#[tokio::test]
async fn a_panic_is_a_message_and_loses_nothing() {
    const BUG: &str = "Bug in the provider";
    let mut core = start("panics").await;
    let created = core.apply(THING, labelled("panic after create")).await;
    check_fails(created, BUG, "The provider stopped");
    let kept = core.forget(THING).expect("kept");
    assert_eq!(kept.object.str("id"), Some("/a"));
    let plan = core.plan(THING, labelled("panic at plan")).await;
    check_fails(plan, BUG, "The provider stopped");

    let state = applied(&mut core, labelled("panic at read")).await;
    check_fails(core.refresh(THING).await, BUG, "The provider stopped");
    assert_eq!(core.state(THING), Some(&state));
}

#[tokio::test]
async fn answers_are_held_against_terraforms_rules_where_the_server_is_told_to() {
    for (self_checks, summary) in [
        (true, "Bug in the provider"),
        (false, "Provider produced inconsistent result after apply"),
    ] {
        let server = Server::with_engine(Memory, Engine { self_checks });
        let mut core = Core::over(server).await.expect("a provider");
        let configured = core.configure(json!({ "remote": "self-checks" })).await;
        configured.expect("configured");
        let outcome = core.apply(THING, labelled("answer otherwise")).await;
        check_fails(outcome, summary, "label: not as planned");
        let kept = core.state(THING).expect("kept");
        assert_eq!(kept.str("label"), Some("otherwise"));
    }
}

#[tokio::test]
async fn stopping_reaches_what_waits_and_keeps_what_is_known() {
    let mut core = start("stop").await;
    let stopper = core.stopper();
    let (outcome, ()) = tokio::join!(core.apply(THING, labelled("wait")), async {
        while remote("stop").lock().expect("not poisoned").is_empty() {
            tokio::task::yield_now().await;
        }
        stopper.stop().await.expect("answered");
    });
    check_fails(outcome, "Stopped", "Stopped while waiting.");
    let state = core.state(THING).expect("kept");
    assert_eq!(state.str("id"), Some("/waiting"));
    assert!(
        state.get("version").is_null(),
        "what is not known yet is null"
    );

    let other = "memory_thing.b";
    let later = core.apply(other, json!({ "name": "b" })).await;
    check_fails(later, "Stopped", "Nothing was sent");
    assert_eq!(core.state(other), None);
    let configured = core.configure(json!({ "remote": "stop" })).await;
    configured.expect("configured");
    let later = core.apply(other, json!({ "name": "b" })).await;
    assert_eq!(later.expect("it goes well").action, Action::Create);
}

#[tokio::test]
async fn what_was_accepted_is_kept_as_far_as_it_is_known_and_is_no_failure() {
    let mut core = start("accepted").await;
    let accepted = core.apply(THING, labelled("accept")).await;
    let accepted = accepted.expect("no failure");
    assert_eq!(summaries(&accepted.warnings), ["Not finished"]);
    assert_eq!(accepted.object().str("id"), Some("/waiting"));
    assert!(accepted.object().get("version").is_null());
    assert!(!core.instance(THING).expect("kept").is_tainted);
}

#[tokio::test]
async fn what_only_the_provider_knows_is_recorded_without_sending() {
    let mut core = start("local").await;
    applied(&mut core, json!({ "name": "a" })).await;
    remote("local").lock().expect("not poisoned").clear();
    core.options.refresh = false;
    let config = json!({ "name": "a", "hint": "mine", "timeouts": { "delete": "9h" } });
    let updated = applied(&mut core, config).await;
    assert_eq!(updated.str("hint"), Some("mine"));
    let timeouts = updated.object("timeouts").expect("timeouts");
    assert_eq!(timeouts.str("delete"), Some("9h"));
    assert_eq!(updated.str("version"), Some("v1"));
}

#[tokio::test]
async fn unknowns_in_the_configuration_stay_unknown_in_the_plan() {
    let core = start("unknowns").await;
    let config = json!({
        "name": unknown(), "owner": unknown(), "zones": [unknown(), unknown()],
    });
    let plan = core.plan(THING, config).await.expect("a plan");
    assert_eq!(plan.unknowns(), ["id", "name", "owner", "version", "zones"]);
}

#[tokio::test]
async fn validation_reports_everything_at_once() {
    let mut core = unconfigured().await;
    core.options.write_only_attributes_allowed = false;
    let config = json!({ "name": "", "label": "wrong", "id": "x", "secret": "s" });
    let failure = core.validate(THING, config).await.expect_err("it is wrong");
    let found = failure.diagnostics().iter();
    let found: Vec<_> = found
        .map(|it| format!("{}: {}", it.path, it.summary))
        .collect();
    assert_eq!(
        found,
        [
            "id: Read-only attribute",
            "name: Invalid name",
            "secret: WriteOnly Attribute Not Allowed",
            "label: Invalid label",
        ]
    );
    core.options.write_only_attributes_allowed = true;
    let config = json!({ "name": "a", "secret": "s" });
    assert_eq!(core.validate(THING, config).await.expect("right"), []);
}

#[tokio::test]
async fn an_import_is_a_stub_with_defaults_and_a_read() {
    let mut core = start("import").await;
    let state = applied(&mut core, json!({ "name": "a" })).await;
    let imported = core.import("memory_thing.imported", "/a").await;
    assert_eq!(imported.expect("imported"), &state);
    let plan = core.plan("memory_thing.imported", json!({ "name": "a" }));
    assert_eq!(plan.await.expect("a plan").action, Action::NoOp);
    let outcome = core.import("memory_thing.other", "a").await;
    check_fails(outcome, "Invalid ID", "\"a\" does not begin with a slash.");
}

#[tokio::test]
async fn a_stored_state_comes_up_to_date() {
    let mut core = unconfigured().await;
    let current = r#"{ "id": "/a", "name": "a", "gone": 1 }"#;
    let current = core.adopt(THING, 1, current).await.expect("current");
    let (known, null): (Vec<_>, Vec<_>) = current.iter().partition(|(_, it)| !it.is_null());
    assert_eq!(
        known,
        [("id", &Value::from("/a")), ("name", &Value::from("a"))]
    );
    assert!(null.iter().any(|(name, _)| *name == "enabled"));
    let old = core.adopt(THING, 0, r#"{"title":"a"}"#).await;
    assert_eq!(old.expect("upgraded").str("name"), Some("a"));
    for (version, json, summary, detail) in [
        (
            2,
            r#"{"name":"a"}"#,
            "State of a newer provider",
            "version 2",
        ),
        (1, "{", "Unreadable state", "cannot be read"),
        (1, "", "Unreadable state", "0.12"),
    ] {
        check_fails(core.adopt(THING, version, json).await, summary, detail);
    }
}

#[tokio::test]
async fn an_unconfigured_provider_plans_offline_and_says_why_it_cannot_apply() {
    let mut core = unconfigured().await;
    let plan = core.plan(THING, json!({ "name": "a" })).await;
    let plan = plan.expect("a plan");
    assert_eq!(summaries(&plan.warnings), ["Not configured"]);
    let outcome = core.apply_plan(plan).await.expect_err("not configured");
    assert_eq!(outcome.summaries(), ["Provider not configured"]);
    assert_eq!(core.state(THING), None);
}

#[tokio::test]
async fn private_state_goes_from_plan_to_apply_to_storage() {
    let mut core = start("private").await;
    applied(&mut core, json!({ "name": "a" })).await;
    let instance = core.instance(THING).expect("kept");
    let mut private = Private::from_bytes(&instance.private);
    assert_eq!(private.get("planned"), Some(true));
    // What a plan tells the next plan is nothing to store.
    assert_eq!(private.take_note::<bool>("planned"), None);
}

/// The configuration counts, whatever the state says, and for what is new as well.
#[tokio::test]
async fn a_plan_has_as_much_time_as_the_configuration_says() {
    let mut core = start("time").await;
    core.options.refresh = false;
    let timed = |read: Option<&str>| json!({ "name": "a", "label": "tell the time", "timeouts": { "read": read } });
    let created = applied(&mut core, timed(Some("50m"))).await;
    assert_eq!(
        created.object("timeouts").and_then(|it| it.str("read")),
        Some("50m")
    );
    for address in [THING, "memory_thing.new"] {
        for (read, minutes) in [(Some("20m"), 20), (None, 1)] {
            let plan = core.plan(address, timed(read)).await.expect("a plan");
            let expected = format!("{minutes} minutes are left");
            assert_eq!(summaries(&plan.warnings), [expected], "{read:?} {address}");
        }
    }
}

#[tokio::test]
async fn data_sources_and_functions_answer() {
    let mut core = start("data").await;
    applied(&mut core, json!({ "name": "a" })).await;
    for (prefix, count, warnings) in [("/", 1_i64, &[][..]), ("/z", 0, &["Nothing there"])] {
        let read = core.data("memory_count", json!({ "prefix": prefix })).await;
        let (found, messages) = read.expect("read");
        assert_eq!(found.get("found"), &count.into());
        assert_eq!(summaries(&messages), warnings);
    }
    let text = |texts: &[&str]| -> Vec<Value> { texts.iter().copied().map(Value::from).collect() };
    let joined = core.call("join", &text(&["-", "a", "b"])).await;
    assert_eq!(joined.expect("joined"), "a-b".into());
    let nothing = core.call("join", &text(&["-"])).await;
    let nothing = nothing.expect_err("nothing to join");
    assert!(nothing.to_string().contains("Nothing to join"), "{nothing}");
}

#[tokio::test]
async fn schemas_tell_what_is_served_and_nothing_else() {
    let request = Request::new(v6::get_provider_schema::Request {});
    let response = Server::new(Memory).get_provider_schema(request).await;
    let schema = response.expect("answered").into_inner();
    let capabilities = schema.server_capabilities.expect("declared");
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(!capabilities.move_resource_state && capabilities.generate_resource_config);
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
