//! What Terraform refuses is refused, in its words, and what it keeps is kept.

use serde_json::json;

use super::echo::{Echo, Remote, THING};
use crate::engine::Engine;
use crate::private::Private;
use crate::schema::plan_modifier::{requires_replace, use_non_null_state_for_unknown};
use crate::schema::{Attribute, Schema, Timeouts};
use crate::testing::{Action, Core, Failure, transcript, unknown};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::Server;

fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("id")
                .computed()
                .plan(use_non_null_state_for_unknown()),
            Attribute::string("name")
                .required()
                .plan(requires_replace()),
            Attribute::string("mood"),
            Attribute::number("size").default(1_i64),
            Attribute::list("list", Type::String),
            Attribute::string("secret").write_only(),
        ],
        blocks: vec![
            Timeouts {
                create: Some(std::time::Duration::from_secs(60)),
                ..Timeouts::default()
            }
            .block(),
        ],
        ..Schema::default()
    }
}

async fn start() -> (Core<Server<Echo>>, Remote) {
    let (echo, remote) = Echo::new(schema());
    (Core::start(echo).await.expect("it starts"), remote)
}

fn times(core: &Core<Server<Echo>>) -> Option<u32> {
    Private::from_bytes(&core.instance(THING)?.private).get("times")
}

#[track_caller]
fn check_refused<T>(result: Result<T, Failure>, summary: &str, finding: &str) {
    let failure = result.err().expect("it is refused");
    assert_eq!(failure.summaries(), [summary]);
    let text = failure.to_string();
    assert!(text.contains(finding), "{text}");
}

#[tokio::test]
async fn a_whole_life() {
    let (mut core, remote) = start().await;
    let config = json!({ "name": "a", "secret": "hush", "timeouts": { "create": "1m" } });
    let created = core.apply(THING, config.clone()).await.expect("created");
    assert_eq!(created.action, Action::Create);
    assert_eq!(created.object().str("id"), Some("made"));
    assert_eq!(created.object().get("size"), &1_i64.into());
    assert!(created.object().get("secret").is_null());
    assert_eq!(times(&core), Some(1));

    let again = core.plan(THING, config.clone()).await.expect("planned");
    assert_eq!(again.action, Action::NoOp);

    let resized = json!({ "name": "a", "size": "2" });
    let updated = core.apply(THING, resized).await.expect("updated");
    assert_eq!(updated.action, Action::Update);
    assert_eq!(
        times(&core),
        Some(2),
        "private state goes from one apply to the next"
    );

    let other = core
        .plan(THING, json!({ "name": "b" }))
        .await
        .expect("planned");
    assert_eq!(other.action, Action::Replace);
    assert_eq!(other.unknowns(), ["id"], "the second plan knows no object");
    let name = Path::attribute("name");
    assert_eq!(other.value(&name), Some(&"b".into()));
    assert_eq!(
        other.changes(),
        [Path::attribute("id"), name, Path::attribute("size")]
    );
    let replaced = core.apply_plan(other).await.expect("replaced");
    assert_eq!(replaced.object().str("name"), Some("b"));
    assert_eq!(
        times(&core),
        Some(1),
        "what was remembered is of the old object"
    );

    core.destroy(THING).await.expect("destroyed");
    assert_eq!(core.state(THING), None);
    assert_eq!(*remote.lock().expect("not poisoned"), None);
}

#[tokio::test]
async fn what_is_unknown_at_plan_is_known_at_apply() {
    let (mut core, _) = start().await;
    let planned = core
        .plan(
            THING,
            json!({ "name": unknown(), "list": ["a", unknown()] }),
        )
        .await
        .expect("planned");
    assert_eq!(planned.unknowns(), ["id", "list", "name"]);
    check_refused(
        core.clone().apply_plan(planned.clone()).await,
        "Unknown configuration",
        "list is still unknown",
    );
    check_refused(
        core.clone()
            .apply_plan_with(planned.clone(), json!({ "name": "a", "list": ["b", "c"] }))
            .await,
        "Another configuration",
        "list[0]",
    );
    let known = json!({ "name": "a", "list": ["a", "b"] });
    let applied = core.apply_plan_with(planned, known).await.expect("applied");
    assert_eq!(applied.object().get("list"), &Value::strings(["a", "b"]));
}

#[tokio::test]
async fn invalid_plans_are_refused() {
    let (core, _) = start().await;
    const INVALID: &str = "Provider produced invalid plan";
    let own = json!({ "name": "a", "mood": "own will" });
    check_refused(
        core.plan(THING, own).await,
        INVALID,
        "name: planned neither",
    );
    let mut core = core;
    core.apply(THING, json!({ "name": "a" }))
        .await
        .expect("created");
    let nothing = json!({ "name": "a", "mood": "replace nothing" });
    check_refused(core.plan(THING, nothing).await, INVALID, "list[7]");
}

#[tokio::test]
async fn a_plan_that_changes_while_it_is_applied_is_refused() {
    let (mut core, remote) = start().await;
    let fickle = json!({ "name": "a", "mood": "fickle" });
    check_refused(
        core.apply(THING, fickle).await,
        "Provider produced inconsistent final plan",
        "id: not as planned",
    );
    assert_eq!(
        (core.state(THING), &*remote.lock().expect("not poisoned")),
        (None, &None)
    );
}

#[tokio::test]
async fn a_result_other_than_planned_is_refused_and_tainted() {
    let (mut core, _) = start().await;
    for (mood, summary, finding) in [
        (
            "another",
            "Provider produced inconsistent result after apply",
            "name: not as planned",
        ),
        ("fail after create", "Remote failure", "fail after create"),
    ] {
        let config = json!({ "name": "a", "mood": mood });
        check_refused(core.apply(THING, config).await, summary, finding);
        let instance = core.instance(THING).expect("kept");
        assert!(instance.is_tainted);
        let next = core
            .plan(THING, json!({ "name": "a" }))
            .await
            .expect("planned");
        assert_eq!(next.action, Action::Replace);
        assert_eq!(next.unknowns(), ["id"]);
        let replaced = core.apply_plan(next).await.expect("replaced");
        assert_eq!(replaced.action, Action::Replace);
        assert!(!core.instance(THING).expect("kept").is_tainted);
        core.destroy(THING).await.expect("destroyed");
    }
}

#[tokio::test]
async fn failures_leave_what_terraform_keeps() {
    let (mut core, _) = start().await;
    let config = |mood: &str| json!({ "name": "a", "mood": mood });
    let failed = core.apply(THING, config("fail before create")).await;
    check_refused(failed, "Remote failure", "before create");
    assert_eq!(core.instance(THING), None);

    core.apply(THING, config("fail delete"))
        .await
        .expect("created");
    check_refused(core.destroy(THING).await, "Remote failure", "fail delete");
    assert!(core.state(THING).is_some());

    let before = core.state(THING).cloned();
    check_refused(
        core.apply(THING, config("fail update")).await,
        "Remote failure",
        "update",
    );
    assert_eq!(core.state(THING).cloned(), before);
    assert!(!core.instance(THING).expect("kept").is_tainted);

    // The old object stays where it cannot be deleted to make place for the new one.
    let renamed = core.apply(THING, json!({ "name": "b" })).await;
    check_refused(renamed, "Remote failure", "fail delete");
    assert_eq!(core.state(THING).cloned(), before);
}

#[tokio::test]
async fn drift_imports_and_what_is_gone() {
    let (mut core, remote) = start().await;
    let missing = core.import(THING, "x").await.cloned();
    check_refused(missing, "Cannot import non-existent remote object", "\"x\"");
    let mut found = schema().null_object();
    for (name, value) in [("id", "made"), ("name", "a")] {
        found.set(name, value);
    }
    found.set("size", 1_i64);
    *remote.lock().expect("not poisoned") = Some(found.clone());
    assert_eq!(core.import(THING, "x").await.expect("imported"), &found);
    let config = json!({ "name": "a" });
    let planned = core.plan(THING, config.clone()).await.expect("planned");
    assert_eq!(planned.action, Action::NoOp);

    found.set("size", 5_i64);
    *remote.lock().expect("not poisoned") = Some(found);
    let planned = core.plan(THING, config.clone()).await.expect("planned");
    assert_eq!(planned.action, Action::Update);
    core.options.refresh = false;
    let planned = core.plan(THING, config.clone()).await.expect("planned");
    assert_eq!(planned.action, Action::NoOp);
    core.options.refresh = true;

    *remote.lock().expect("not poisoned") = None;
    let planned = core.plan(THING, config).await.expect("planned");
    assert_eq!(planned.action, Action::Create);
    assert_eq!(core.refresh(THING).await.expect("read"), None);
    assert_eq!(
        core.destroy(THING).await.expect("nothing to do").action,
        Action::NoOp
    );
}

#[tokio::test]
async fn messages_are_read_as_a_user_reads_them() {
    let (core, _) = start().await;
    let warned = core
        .plan(THING, json!({ "name": "a", "mood": "warn" }))
        .await;
    let warnings = warned.expect("planned").warnings;
    assert_eq!(transcript(&warnings), "Warning: Careful\nReally.\n");
    let missing = core.plan(THING, json!({})).await;
    check_refused(
        missing,
        "Missing value",
        "Error: Missing value (name)\nname is required",
    );
    let misspelt = core.plan(THING, json!({ "nmae": "a" })).await;
    check_refused(misspelt, "Unsupported argument", "nmae");
    let values: Object = [("name", Value::Bool(true))].into_iter().collect();
    check_refused(
        core.plan("echo_nothing", values).await,
        "Invalid resource type",
        "echo_nothing",
    );
    let mut old = core.clone();
    old.options.write_only_attributes_allowed = false;
    check_refused(
        old.validate(THING, json!({ "name": "a", "secret": "s" }))
            .await,
        "WriteOnly Attribute Not Allowed",
        "secret",
    );
}

#[tokio::test]
async fn a_wrong_schema_does_not_start() {
    let (echo, _) = Echo::new(Schema {
        attributes: vec![Attribute::string("id").computed().plan(requires_replace())],
        ..Schema::default()
    });
    check_refused(
        Core::start(echo).await,
        "Bug in the provider",
        "id: a configuration cannot change",
    );
}

#[tokio::test]
async fn what_was_accepted_is_stored_and_not_tainted() {
    let (mut core, _) = start().await;
    let config = json!({ "name": "a", "mood": "accept" });
    let accepted = core.apply(THING, config).await.expect("accepted");
    assert_eq!(
        transcript(&accepted.warnings),
        "Warning: Not finished\nIt goes on.\n"
    );
    assert!(accepted.object().get("id").is_null());
    assert!(!core.instance(THING).expect("kept").is_tainted);
}

#[tokio::test]
async fn a_value_of_another_type_costs_no_state() {
    for self_checks in [true, false] {
        let (echo, _) = Echo::new(schema());
        let server = Server::with_engine(echo, Engine { self_checks });
        let mut core = Core::over(server).await.expect("it starts");
        core.configure(json!({})).await.expect("configured");
        let config = json!({ "name": "a", "mood": "misfit" });
        let created = core.apply(THING, config).await;
        let finding = "size: a value of another type than the schema has.";
        check_refused(created, "Bug in the provider", finding);
        let kept = core.instance(THING).expect("it exists");
        assert!(kept.is_tainted && kept.object.get("size").is_null());
        assert_eq!(kept.object.str("name"), Some("a"));
    }
}
