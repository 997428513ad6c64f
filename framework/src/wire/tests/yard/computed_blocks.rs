//! Blocks that the provider decides where they are not written.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use super::provider::{FENCE, Log, SCHEMA, Yard, json as json_of, start};
use crate::diagnostics::Reported;
use crate::engine::Engine;
use crate::engine::registry::Registry;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use crate::schema::{Attribute, Block, Nesting, Schema};
use crate::testing::{Action, unknown};
use crate::types::value::{Object, Value};
use crate::wire::Server;
use crate::wire::tests::check_fails;

const ALL: [&str; 4] = ["gate", "post", "label", "lamp"];

fn blocks(object: &Object) -> Json {
    let all = ALL.map(|name| (name.to_owned(), json_of(object.get(name))));
    Json::Object(all.into_iter().collect())
}

fn gate(side: &str, size: &str) -> Json {
    json!({ "side": side, "lock": "made lock", "hinge": [{ "size": size }] })
}

fn decided() -> Json {
    json!({
        "gate": [gate("made side", "made size")],
        "post": [{ "kind": "made kind" }],
        "label": { "one": { "text": "made text" } },
        "lamp": { "power": "made power" },
    })
}

#[tokio::test]
async fn what_is_not_written_is_decided_by_the_apply_and_stays() {
    let (mut core, _) = start(false).await;
    let config = json!({ "name": "a" });
    let plan = core.plan(FENCE, config.clone()).await.expect("a plan");
    assert_eq!(
        plan.unknowns(),
        [
            "any", "gate", "height", "id", "label", "lamp", "planks", "post"
        ]
    );
    let planned = plan.planned.clone().expect("a plan");
    assert_eq!(json_of(planned.get("stone")), json!([]), "not computed");
    let made = core.apply_plan(plan).await.expect("made");
    assert_eq!(blocks(made.object()), decided());
    let again = core.plan(FENCE, config).await.expect("a plan");
    assert_eq!(again.action, Action::NoOp);
    let other = core.plan(FENCE, json!({ "name": "b" })).await;
    let other = other.expect("a plan");
    // A modifier keeps one of them.
    assert_eq!(
        other.unknowns(),
        ["any", "gate", "height", "label", "planks", "post"]
    );
    let changed = core.apply_plan(other).await.expect("changed");
    assert_eq!(blocks(changed.object()), decided());
}

#[tokio::test]
async fn what_is_written_counts_and_leaves_open_what_is_in_it() {
    let (mut core, _) = start(false).await;
    let written = json!({
        "name": "a",
        "gate": [{ "side": "north" }, { "hinge": [{ "size": "big" }, {}] }],
        "post": [{ "kind": "oak" }, { "kind": "ash" }],
        "label": { "front": { "text": "hi" }, "back": {} },
        "lamp": {},
    });
    let expect = json!({
        "gate": [
            gate("north", "made size"),
            {
                "side": "made side",
                "lock": "made lock",
                "hinge": [{ "size": "big" }, { "size": "made size" }],
            },
        ],
        "post": [{ "kind": "ash" }, { "kind": "oak" }],
        "label": { "back": { "text": "made text" }, "front": { "text": "hi" } },
        "lamp": { "power": "made power" },
    });
    let made = core.apply(FENCE, written.clone()).await.expect("made");
    assert_eq!(blocks(made.object()), expect);
    let again = core.plan(FENCE, written).await.expect("a plan");
    assert_eq!(again.action, Action::NoOp);
    // As with attributes, what is no longer written stays as it is.
    let left_out = core.plan(FENCE, json!({ "name": "a" })).await;
    assert_eq!(left_out.expect("a plan").action, Action::NoOp);
    let fewer = json!({ "name": "a", "gate": [{ "side": "south" }] });
    let fewer = core.apply(FENCE, fewer).await.expect("changed");
    let gates = json_of(fewer.object().get("gate"));
    assert_eq!(gates, json!([gate("south", "made size")]));
}

#[tokio::test]
async fn a_client_that_does_not_know_them_is_told_to_have_them_written() {
    let (mut core, _) = start(false).await;
    core.options.computed_blocks_allowed = false;
    let validated = core.validate(FENCE, json!({ "name": "a" })).await;
    let failure = validated.expect_err("nothing is written");
    let found = failure.diagnostics().iter();
    let found: Vec<_> = found
        .map(|it| (&*it.summary, it.path.to_string()))
        .collect();
    assert_eq!(
        found,
        ALL.map(|name| ("Computed Block Not Allowed", name.to_owned()))
    );
    let detail = &failure.diagnostics()[0].detail;
    assert!(detail.contains("Terraform 1.16 or later"), "{detail}");
    let written = |gate: Json| {
        json!({
            "name": "a", "gate": [gate], "post": [{ "kind": "oak" }],
            "label": { "front": { "text": "hi" } }, "lamp": {},
        })
    };
    let nested = core.validate(FENCE, written(json!({}))).await;
    check_fails(nested, "Computed Block Not Allowed", "gate[0].hinge");
    let all = written(json!({ "hinge": [{ "size": "big" }] }));
    let made = core.apply(FENCE, all.clone()).await.expect("made");
    assert_eq!(
        json_of(made.object().get("post")),
        json!([{ "kind": "oak" }])
    );
    let again = core.plan(FENCE, all).await.expect("a plan");
    assert_eq!(again.action, Action::NoOp);
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_decided_by_the_provider() {
    let (mut core, _) = start(false).await;
    let config = json!({ "name": "a", "gate": unknown(), "post": [{ "kind": unknown() }] });
    let plan = core.plan(FENCE, config).await.expect("a plan");
    let known = json!({ "name": "a", "gate": [{ "side": "east" }], "post": [{ "kind": "oak" }] });
    let made = core.apply_plan_with(plan, known).await.expect("made");
    let mut expect = decided();
    expect["gate"] = json!([gate("east", "made size")]);
    expect["post"] = json!([{ "kind": "oak" }]);
    assert_eq!(blocks(made.object()), expect);
}

/// Its state has empty blocks, since blocks are never null there.
#[test]
fn what_an_unfinished_creation_left_empty_is_asked_for_again() {
    let mut left = SCHEMA.null_object();
    left.set("name", "a");
    let mut config = left.clone();
    ALL.iter().for_each(|name| config.set(name, Value::Null));
    let request = ModifyPlanRequest {
        config: Some(&config),
        prior: Some(&left),
        identity: None,
    };
    let mut response = ModifyPlanResponse {
        plan: Some(left.clone()),
        ..ModifyPlanResponse::default()
    };
    let mut plan = Plan::of(request, &mut response).expect("a plan");
    plan.mark_missing(&SCHEMA);
    for row in SCHEMA.members().rows() {
        let is_open = plan.planned.get(row.name()).is_unknown();
        assert_eq!(is_open, row.is_computed(), "{}", row.name());
    }
}

#[tokio::test]
async fn clients_are_told_which_blocks_they_are() {
    let server = Server::new(Yard {
        log: Log::default(),
        has_meta: false,
    });
    let request = Request::new(v6::get_provider_schema::Request {});
    let schema = server.get_provider_schema(request).await;
    let schema = schema.expect("answered").into_inner();
    let fence = schema.resource_schemas[FENCE].block.as_ref();
    let blocks = &fence.expect("a block").block_types;
    let computed = |it: &v6::schema::NestedBlock| {
        let content = it.block.as_ref().expect("a block");
        content.computed.then(|| it.type_name.clone())
    };
    assert_eq!(blocks.iter().filter_map(computed).collect::<Vec<_>>(), ALL);
    let hinge = &blocks[0].block.as_ref().expect("a block").block_types[0];
    assert_eq!(computed(hinge).as_deref(), Some("hinge"));
}

/// Terraform asks for them in managed resources only.
#[test]
fn elsewhere_no_block_is_computed() {
    let finds = |schema: &'static Schema, has_meta: bool| {
        let yard = Elsewhere { schema, has_meta };
        let registry = Registry::of(&yard);
        let found = Engine { self_checks: true }.check_provider(&yard, &registry);
        let found = found.iter();
        found.map(|it| it.detail.clone()).collect::<Vec<_>>()
    };
    static FREE: LazyLock<Schema> = LazyLock::new(|| Schema {
        blocks: vec![
            Block::new(
                "b",
                Nesting::List,
                vec![Attribute::string("a").optional_computed()],
            )
            .computed(),
        ],
        ..Schema::default()
    });
    let finding = |of: &str| {
        format!("Schema of {of}: b: only blocks of resources are computed. Please report this.")
    };
    assert_eq!(finds(&FREE, false), [finding("provider")]);
    assert_eq!(
        finds(&FREE, true),
        [finding("provider"), finding("provider_meta")]
    );
}

struct Elsewhere {
    schema: &'static Schema,
    has_meta: bool,
}

#[async_trait]
impl Provider for Elsewhere {
    type Data = ();

    fn schema(&self) -> &Schema {
        self.schema
    }

    fn meta_schema(&self) -> Option<&Schema> {
        self.has_meta.then_some(self.schema)
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        _: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        Ok(())
    }
}
