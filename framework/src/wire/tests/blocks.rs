//! Blocks of every nesting, through the messages of the protocol.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use crate::diagnostics::Reported;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::Resource;
use crate::schema::plan_modifier::{requires_replace, use_non_null_state_for_unknown};
use crate::schema::{Attribute, Block, Nesting, Schema};
use crate::test_resource::TestResource;
use crate::testing::proposed_new;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

const NESTINGS: [(&str, Nesting); 5] = [
    ("single", Nesting::Single),
    ("group", Nesting::Group),
    ("list", Nesting::List),
    ("set", Nesting::Set),
    ("map", Nesting::Map),
];

static THING: LazyLock<Schema> = LazyLock::new(|| {
    let rows = || {
        vec![
            Attribute::string("name").plan(requires_replace()),
            Attribute::bool("enabled").default(true),
            Attribute::string("serial")
                .computed()
                .plan(use_non_null_state_for_unknown()),
        ]
    };
    let inner = || Block::new("inner", Nesting::List, vec![Attribute::string("text")]);
    let block = |(name, nesting)| Block::new(name, nesting, rows()).blocks(vec![inner()]);
    let mut blocks: Vec<_> = NESTINGS.map(block).into();
    blocks[2] = blocks[2].clone().min_items(1).max_items(3).doc("A list.");
    Schema {
        blocks,
        ..Schema::default()
    }
});

struct Blocks;

#[async_trait]
impl Provider for Blocks {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        vec![Arc::new(TestResource {
            type_name: "blocks_thing",
            schema: Some(THING.clone()),
            is_importable: false,
        })]
    }
}

/// What is in a block.
fn content(name: &str, enabled: Value, serial: Value, inner: &[&str]) -> Value {
    let text = |text: &&str| [("text", *text)].into_iter().collect::<Object>().into();
    let content = [
        ("name", Value::from(name)),
        ("enabled", enabled),
        ("serial", serial),
        ("inner", Value::List(inner.iter().map(text).collect())),
    ];
    content.into_iter().collect::<Object>().into()
}

/// Each block once, with this content.
fn each(content: &Value) -> Object {
    let value = |(name, nesting): (&'static str, Nesting)| {
        let value = match nesting {
            Nesting::Single | Nesting::Group => content.clone(),
            Nesting::List => Value::List(vec![content.clone()]),
            Nesting::Set => Value::set([content.clone()]),
            Nesting::Map => Value::Map([("a".to_owned(), content.clone())].into()),
        };
        (name, value)
    };
    NESTINGS.map(value).into_iter().collect()
}

async fn plan(
    server: &Server<Blocks>,
    config: &Object,
    prior: Option<&Object>,
) -> v6::plan_resource_change::Response {
    let encoded = |object| Some(convert::encode_object(object, &THING));
    let request = v6::plan_resource_change::Request {
        type_name: "blocks_thing".into(),
        prior_state: encoded(prior),
        proposed_new_state: encoded(Some(&proposed_new(THING.members(), config, prior))),
        config: encoded(Some(config)),
        ..Default::default()
    };
    let response = server.plan_resource_change(Request::new(request)).await;
    response.expect("answered").into_inner()
}

fn decoded(value: Option<&v6::DynamicValue>) -> Object {
    let object = convert::nullable_object("state", value, &THING).expect("it fits");
    object.expect("an object")
}

#[tokio::test]
async fn terraform_is_told_of_every_nesting() {
    use v6::schema::nested_block::NestingMode;
    let server = Server::new(Blocks);
    let request = Request::new(v6::get_provider_schema::Request {});
    let response = server.get_provider_schema(request).await;
    let response = response.expect("answered").into_inner();
    assert_eq!(response.diagnostics, []);
    let block = response.resource_schemas["blocks_thing"].block.as_ref();
    let types = &block.expect("a block").block_types;
    let told: Vec<_> = types
        .iter()
        .map(|it| (it.type_name.as_str(), it.nesting()))
        .collect();
    let expected = [
        ("single", NestingMode::Single),
        ("group", NestingMode::Group),
        ("list", NestingMode::List),
        ("set", NestingMode::Set),
        ("map", NestingMode::Map),
    ];
    assert_eq!(told, expected);
    assert_eq!((types[2].min_items, types[2].max_items), (1, 3));
    let list = types[2].block.as_ref().expect("a content");
    assert_eq!(list.description, "A list.");
    assert_eq!(list.block_types[0].type_name, "inner");
}

#[tokio::test]
async fn blocks_are_planned_at_every_depth() {
    let server = Server::new(Blocks);
    let written = |name| each(&content(name, Value::Null, Value::Null, &["x", "y"]));
    let created = plan(&server, &written("a"), None).await;
    assert_eq!(created.diagnostics, []);
    let expected = each(&content("a", true.into(), Value::unknown(), &["x", "y"]));
    assert_eq!(decoded(created.planned_state.as_ref()), expected);

    let state = each(&content("a", true.into(), "1".into(), &["x", "y"]));
    let same = plan(&server, &written("a"), Some(&state)).await;
    assert_eq!(decoded(same.planned_state.as_ref()), state);

    let other = plan(&server, &written("b"), Some(&state)).await;
    assert_eq!(other.diagnostics, []);
    // The set's own path stands for what is in it.
    let lengths: Vec<_> = other
        .requires_replace
        .iter()
        .map(|it| it.steps.len())
        .collect();
    assert_eq!(lengths, [2, 3, 3, 1, 2]);
}

#[tokio::test]
async fn a_stored_state_without_blocks_has_empty_ones() {
    let server = Server::new(Blocks);
    let list = r#"[{ "name": "a", "enabled": true, "serial": "1" }]"#;
    let request = v6::upgrade_resource_state::Request {
        type_name: "blocks_thing".into(),
        version: 0,
        raw_state: Some(v6::RawState {
            json: format!(r#"{{ "list": {list}, "set": {list} }}"#).into(),
            ..Default::default()
        }),
    };
    let response = server.upgrade_resource_state(Request::new(request)).await;
    let response = response.expect("answered").into_inner();
    assert_eq!(response.diagnostics, []);
    let content = content("a", true.into(), "1".into(), &[]);
    let mut expected = THING.null_object();
    expected.set("list", Value::List(vec![content.clone()]));
    expected.set("set", Value::set([content]));
    assert_eq!(decoded(response.upgraded_state.as_ref()), expected);
}

#[tokio::test]
async fn findings_in_blocks_name_their_place() {
    let server = Server::new(Blocks);
    let config = each(&content("a", Value::Null, "given".into(), &[]));
    let request = v6::validate_resource_config::Request {
        type_name: "blocks_thing".into(),
        config: Some(convert::encode_object(Some(&config), &THING)),
        ..Default::default()
    };
    let response = server.validate_resource_config(Request::new(request)).await;
    let response = response.expect("answered").into_inner();
    let steps = |it: &v6::Diagnostic| it.attribute.as_ref().map_or(0, |path| path.steps.len());
    let lengths: Vec<_> = response.diagnostics.iter().map(steps).collect();
    assert_eq!(lengths, [2, 2, 3, 1, 3]);
}
