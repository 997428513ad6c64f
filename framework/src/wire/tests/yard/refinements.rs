//! What is known about values that are unknown.

use serde_json::json;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use super::provider::{FENCE, Log, SCHEMA, Yard, start};
use crate::engine::{Engine, consistency};
use crate::types::value::{Known, Object, Value};
use crate::wire::{Server, convert};

fn known<'o>(object: &'o Object, name: &str) -> &'o Known {
    let value = object.get(name);
    let known = value.refinements();
    known.unwrap_or_else(|| panic!("{name}: nothing is known of {value:?}"))
}

/// What Terraform gets for this configuration of a new fence.
async fn planned(config: &Object) -> Object {
    let server = Server::with_engine(
        Yard {
            log: Log::default(),
            has_meta: false,
        },
        Engine { self_checks: true },
    );
    let config = convert::encode_object(Some(config), &SCHEMA);
    let request = v6::plan_resource_change::Request {
        type_name: FENCE.into(),
        prior_state: Some(v6::DynamicValue::default()),
        proposed_new_state: Some(config.clone()),
        config: Some(config),
        ..Default::default()
    };
    let answer = server.plan_resource_change(Request::new(request)).await;
    let answer = answer.expect("answered").into_inner();
    assert_eq!(answer.diagnostics, []);
    let state = answer.planned_state.as_ref();
    convert::object("planned_state", state, &SCHEMA).expect("an object")
}

#[tokio::test]
async fn what_the_user_knows_is_kept_and_what_the_provider_knows_is_told() {
    let mut config = SCHEMA.null_object();
    let name = Value::unknown().refine_as_not_null();
    config.set("name", name.refine_with_prefix("north-"));
    let stone: Object = [("kind", Value::unknown().refine_with_prefix("gr"))]
        .into_iter()
        .collect();
    config.set("stone", Value::List(vec![stone.into()]));
    let planned = planned(&config).await;
    assert_eq!(known(&planned, "name"), known(&config, "name"));
    let stones = planned.get("stone").as_elements().expect("stones");
    let stone = stones[0].as_object().expect("a stone");
    assert_eq!(known(stone, "kind").prefix.as_deref(), Some("gr"));
    let id = Known {
        null: Some(false),
        prefix: Some("made ".into()),
        ..Known::default()
    };
    assert_eq!(known(&planned, "id"), &id);
    let height = Known {
        minimum: Some((1_i64.into(), true)),
        maximum: Some((9_i64.into(), false)),
        ..Known::default()
    };
    assert_eq!(known(&planned, "height"), &height);
    let planks = Known {
        min_length: Some(2),
        max_length: Some(2),
        ..Known::default()
    };
    assert_eq!(known(&planned, "planks"), &planks);
    // Nobody promised anything about these.
    assert_eq!(planned.get("gate").refinements(), None);
}

#[tokio::test]
async fn a_promise_that_is_kept_is_fine_and_one_that_an_unfinished_creation_breaks_is_not() {
    let (mut core, _) = start(false).await;
    let made = core.apply(FENCE, json!({ "name": "a" })).await;
    assert_eq!(made.expect("made").object().str("id"), Some("made id"));
    let unfinished = json!({ "name": "b", "unfinished": true });
    let broken = core.apply("yard_fence.b", unfinished).await;
    let failure = broken.expect_err("it promised an ID");
    let summary = "Provider produced inconsistent result after apply";
    assert_eq!(failure.summaries(), [summary]);
    let mut details = failure.diagnostics().iter().map(|it| &it.detail);
    let finding = "yard_fence.b: id: not within what the plan promised of it.";
    assert!(details.any(|it| it.starts_with(finding)), "{failure}");
}

#[test]
fn without_a_promise_an_unfinished_creation_leaves_null() {
    let mut planned = SCHEMA.null_object();
    let result = planned.clone();
    for name in ["id", "height", "planks"] {
        planned.set(name, Value::unknown());
    }
    assert_eq!(consistency::check_apply(&planned, &result), [""; 0]);
    planned.set(
        "height",
        Value::unknown().refine_with_lower_bound(1_i64, true),
    );
    // A range alone does not say that there will be a value.
    assert_eq!(consistency::check_apply(&planned, &result), [""; 0]);
}
