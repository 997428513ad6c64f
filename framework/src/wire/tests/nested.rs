//! Nested attributes of every kind, write-only ones among them, and failures that say nothing: all of it over gRPC, as
//! Terraform asks, but for the network.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::provider_server::ProviderServer;

use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::{Diagnostic, Report as _, Reported};
use crate::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::plan_modifier::{
    requires_replace, unknown_when_changed, use_prior_when_semantically_equal,
    use_state_for_unknown,
};
use crate::schema::validator::text;
use crate::schema::{Attribute, Nesting, Schema};
use crate::testing::proposed_new;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

// --- The provider ---

/// What the resource was told in its configuration, write-only values included; one test looks at it.
static TOLD: Mutex<Option<Object>> = Mutex::new(None);

struct Nested;

#[async_trait]
impl Provider for Nested {
    type Data = ();

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![Attribute::string("mood")],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        mumble(request.config.str("mood"), "configure").report(&mut response.diagnostics)
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        vec![Arc::new(Thing)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<()>>> {
        vec![Arc::new(Length)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Half)]
    }
}

/// Fails with nothing but a warning, if it is asked to.
fn mumble(mood: Option<&str>, operation: &str) -> Result<(), Diagnostic> {
    match mood == Some(operation) {
        true => Err(Diagnostic::warning("Hm", "Something is odd.")),
        false => Ok(()),
    }
}

static THING: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("id")
            .computed()
            .plan(use_state_for_unknown()),
        Attribute::string("mood"),
        Attribute::nested(
            "owner",
            Nesting::Single,
            vec![
                Attribute::string("email")
                    .required()
                    .plan(requires_replace()),
                Attribute::string("token").write_only(),
                Attribute::string("key")
                    .computed()
                    .plan(unknown_when_changed(&["owner"])),
            ],
        ),
        Attribute::nested(
            "steps",
            Nesting::List,
            vec![
                Attribute::string("name")
                    .required()
                    .semantic_equality(|a, b| {
                        let texts = a.as_str().zip(b.as_str());
                        texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
                    })
                    .plan(use_prior_when_semantically_equal()),
                Attribute::number("size").default(1_i64),
                Attribute::string("serial")
                    .computed()
                    .plan(use_state_for_unknown()),
                Attribute::string("password").write_only(),
            ],
        ),
        Attribute::nested(
            "doors",
            Nesting::Map,
            vec![
                Attribute::string("colour"),
                Attribute::bool("open").default(false),
                Attribute::string("serial")
                    .computed()
                    .plan(use_state_for_unknown()),
                Attribute::string("code").write_only(),
            ],
        ),
        Attribute::nested(
            "claims",
            Nesting::Set,
            vec![
                Attribute::string("name").required(),
                Attribute::string("value"),
            ],
        ),
    ],
    ..Schema::default()
});

struct Thing;

#[async_trait]
impl Resource<()> for Thing {
    fn type_name(&self) -> &str {
        "nested_thing"
    }

    fn schema(&self) -> &Schema {
        &THING
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        mumble(request.plan.str("mood"), "create").report(&mut response.diagnostics)?;
        *TOLD.lock().expect("not poisoned") = Some(request.config.clone());
        response.state.set(made(request.plan));
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        mumble(request.current.str("mood"), "read").report(&mut response.diagnostics)
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        mumble(request.plan.str("mood"), "update").report(&mut response.diagnostics)?;
        response.state.set(made(request.plan));
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        mumble(request.prior.str("mood"), "delete").report(&mut response.diagnostics)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

#[async_trait]
impl ImportState<()> for Thing {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        mumble(Some(request.id), "import").report(&mut response.diagnostics)
    }
}

/// The object with everything that was unknown decided.
fn made(planned: &Object) -> Object {
    let decided = |value: &Value| match value {
        Value::Unknown(_) => "made".into(),
        Value::Object(object) => made(object).into(),
        Value::List(elements) => Value::List(
            elements
                .iter()
                .map(|it| it.as_object().map_or(it.clone(), |it| made(it).into()))
                .collect(),
        ),
        Value::Map(elements) => Value::Map(
            elements
                .iter()
                .map(|(key, it)| {
                    (
                        key.clone(),
                        it.as_object().map_or(it.clone(), |it| made(it).into()),
                    )
                })
                .collect(),
        ),
        other => other.clone(),
    };
    planned
        .iter()
        .map(|(name, value)| (name, decided(value)))
        .collect()
}

static LENGTH: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("text")
            .required()
            .validator(text(|text| match text {
                "" => Err("The text is empty.".into()),
                _ => Ok(()),
            })),
        Attribute::number("length").computed(),
    ],
    ..Schema::default()
});

struct Length;

#[async_trait]
impl DataSource<()> for Length {
    fn type_name(&self) -> &str {
        "nested_length"
    }

    fn schema(&self) -> &Schema {
        &LENGTH
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: data_source::ReadRequest<'_>,
        response: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        let text = request.config.str_or_empty("text");
        mumble(Some(text), "read").report(&mut response.diagnostics)?;
        if text == "long" {
            response.diagnostics.add_warning("Long", "That is long.");
        }
        let length = i64::try_from(text.len()).expect("short");
        response.state.set("length", length);
        Ok(())
    }
}

struct Half;

impl Function for Half {
    fn name(&self) -> &str {
        "half"
    }

    fn signature(&self) -> Signature {
        Signature {
            parameters: vec![Parameter {
                name: "number",
                ty: Type::Number,
                description: "A number.",
            }],
            variadic: None,
            returns: Type::Number,
            summary: "Halves.",
            description: "Halves a number.",
        }
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let number = request.arguments[0].as_number().and_then(|it| it.as_i64());
        match number {
            Some(13) => panic!("unlucky"),
            Some(number) if number % 2 == 0 => Ok((number / 2).into()),
            _ => Err(FunctionError {
                message: "It is odd.".into(),
                argument: Some(0),
            }),
        }
    }
}

// --- Terraform's side ---

type Client = ProviderClient<ProviderServer<Server<Nested>>>;

/// A client whose messages go through the gRPC server's own encoding and routes.
async fn client() -> Client {
    let mut client = ProviderClient::new(ProviderServer::new(Server::new(Nested)));
    assert_eq!(configure(&mut client, Value::Null).await, [""; 0]);
    client
}

async fn configure(client: &mut Client, mood: Value) -> Vec<String> {
    let config: Object = [("mood", mood)].into_iter().collect();
    let request = v6::configure_provider::Request {
        config: Some(convert::encode_object(Some(&config), Nested.schema())),
        ..Default::default()
    };
    let response = client.configure_provider(request).await.expect("answered");
    told(&response.into_inner().diagnostics)
}

/// Severity and summary of each message.
fn told(diagnostics: &[v6::Diagnostic]) -> Vec<String> {
    let line = |it: &v6::Diagnostic| format!("{:?}: {}", it.severity(), it.summary);
    diagnostics.iter().map(line).collect()
}

struct Planned {
    object: Object,
    replaces: usize,
    private: bytes::Bytes,
}

async fn plan(client: &mut Client, config: &Object, prior: Option<&Object>) -> Planned {
    let proposed = proposed_new(THING.members(), config, prior);
    let request = v6::plan_resource_change::Request {
        type_name: "nested_thing".into(),
        prior_state: Some(convert::encode_object(prior, &THING)),
        proposed_new_state: Some(convert::encode_object(Some(&proposed), &THING)),
        config: Some(convert::encode_object(Some(config), &THING)),
        ..Default::default()
    };
    let response = client
        .plan_resource_change(request)
        .await
        .expect("answered");
    let response = response.into_inner();
    assert_eq!(told(&response.diagnostics), [""; 0]);
    let planned = convert::decode_object(response.planned_state.as_ref(), &THING).expect("fits");
    Planned {
        object: planned.expect("a plan"),
        replaces: response.requires_replace.len(),
        private: response.planned_private,
    }
}

/// Plans and applies: what is told, and the state that is left.
async fn apply(
    client: &mut Client,
    config: Option<&Object>,
    prior: Option<&Object>,
) -> (Vec<String>, Option<Object>) {
    let plan = match config {
        Some(config) => Some(plan(client, config, prior).await),
        None => None,
    };
    let planned = plan.as_ref().map(|plan| &plan.object);
    let request = v6::apply_resource_change::Request {
        type_name: "nested_thing".into(),
        prior_state: Some(convert::encode_object(prior, &THING)),
        planned_state: Some(convert::encode_object(planned, &THING)),
        config: Some(convert::encode_object(config, &THING)),
        planned_private: plan.map(|plan| plan.private).unwrap_or_default(),
        ..Default::default()
    };
    let response = client
        .apply_resource_change(request)
        .await
        .expect("answered");
    let response = response.into_inner();
    let state = convert::decode_object(response.new_state.as_ref(), &THING).expect("fits");
    (told(&response.diagnostics), state)
}

fn object(members: &[(&str, Value)]) -> Value {
    let members = members.iter().map(|(name, value)| (*name, value.clone()));
    members.collect::<Object>().into()
}

fn thing(members: &[(&str, Value)]) -> Object {
    let mut thing = THING.null_object();
    for (name, value) in members {
        thing.set(name, value.clone());
    }
    thing
}

fn owner(email: &str, token: Value, key: Value) -> Value {
    object(&[("email", email.into()), ("token", token), ("key", key)])
}

fn step(name: &str, size: Value, serial: Value, password: Value) -> Value {
    object(&[
        ("name", name.into()),
        ("size", size),
        ("serial", serial),
        ("password", password),
    ])
}

/// As it is written: with a password and nothing else.
fn written_step(name: &str) -> Value {
    step(name, Value::Null, Value::Null, "hush".into())
}

/// As it is planned and kept.
fn kept_step(name: &str, serial: Value) -> Value {
    step(name, 1_i64.into(), serial, Value::Null)
}

fn door(open: Value, serial: Value, code: Value) -> Value {
    object(&[
        ("colour", "red".into()),
        ("open", open),
        ("serial", serial),
        ("code", code),
    ])
}

fn doors(doors: &[(&str, Value)]) -> Value {
    let doors = doors
        .iter()
        .map(|(key, it)| ((*key).to_owned(), it.clone()));
    Value::Map(doors.collect())
}

fn claim(name: &str, value: Value) -> Value {
    object(&[("name", name.into()), ("value", value)])
}

/// Something of each kind, with secrets wherever there may be any.
fn everything() -> Object {
    thing(&[
        ("owner", owner("a@b", "hush".into(), Value::Null)),
        (
            "steps",
            Value::List(vec![written_step("one"), written_step("two")]),
        ),
        (
            "doors",
            doors(&[("front", door(Value::Null, Value::Null, "hush".into()))]),
        ),
        (
            "claims",
            Value::set([claim("a", Value::Null), claim("b", "1".into())]),
        ),
    ])
}

async fn created(client: &mut Client) -> Object {
    let (told, state) = apply(client, Some(&everything()), None).await;
    assert_eq!(told, [""; 0]);
    state.expect("a state")
}

// --- What happens ---

#[test]
fn every_row_is_one_that_planning_heeds() {
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
    let told = TOLD.lock().expect("not poisoned").clone();
    assert_eq!(
        told,
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
        let (told, state) = apply(&mut client, Some(&config), Some(&state)).await;
        assert_eq!(told, [""; 0]);
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

const MUMBLED: [&str; 1] = ["Error: Hm"];

/// Terraform takes an answer without an error for a success.
#[tokio::test]
async fn a_failure_that_gives_warnings_only_is_an_error() {
    let mut client = client().await;
    let mood = |mood: &str| thing(&[("mood", mood.into())]);
    let (told_of, state) = apply(&mut client, Some(&mood("create")), None).await;
    assert_eq!(
        (told_of, state),
        (MUMBLED.map(str::to_owned).to_vec(), None)
    );

    let prior = {
        let mut prior = mood("fine");
        prior.set("id", "x");
        prior
    };
    let (told_of, state) = apply(&mut client, Some(&mood("update")), Some(&prior)).await;
    assert_eq!(
        (told_of, state.as_ref()),
        (MUMBLED.map(str::to_owned).to_vec(), Some(&prior))
    );

    let mut prior = prior;
    prior.set("mood", "delete");
    let (told_of, state) = apply(&mut client, None, Some(&prior)).await;
    assert_eq!(
        (told_of, state.as_ref()),
        (MUMBLED.map(str::to_owned).to_vec(), Some(&prior))
    );

    prior.set("mood", "read");
    let request = v6::read_resource::Request {
        type_name: "nested_thing".into(),
        current_state: Some(convert::encode_object(Some(&prior), &THING)),
        ..Default::default()
    };
    let read = client
        .read_resource(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(told(&read.diagnostics), MUMBLED);
    let kept = convert::decode_object(read.new_state.as_ref(), &THING).expect("fits");
    assert_eq!(kept, Some(prior));

    let request = v6::import_resource_state::Request {
        type_name: "nested_thing".into(),
        id: "import".into(),
        ..Default::default()
    };
    let imported = client
        .import_resource_state(request)
        .await
        .expect("answered");
    assert_eq!(told(&imported.into_inner().diagnostics), MUMBLED);
    assert_eq!(
        read_length(&mut client, "read").await,
        (None, MUMBLED.map(str::to_owned).to_vec())
    );
    assert_eq!(configure(&mut client, "configure".into()).await, MUMBLED);
}

async fn read_length(client: &mut Client, text: &str) -> (Option<i64>, Vec<String>) {
    let config: Object = [("text", Value::from(text)), ("length", Value::Null)]
        .into_iter()
        .collect();
    let request = v6::read_data_source::Request {
        type_name: "nested_length".into(),
        config: Some(convert::encode_object(Some(&config), &LENGTH)),
        ..Default::default()
    };
    let response = client.read_data_source(request).await.expect("answered");
    let response = response.into_inner();
    let found = convert::decode_object(response.state.as_ref(), &LENGTH).expect("fits");
    let length = found.and_then(|found| found.get("length").as_number()?.as_i64());
    (length, told(&response.diagnostics))
}

#[tokio::test]
async fn a_data_source_answers_over_grpc() {
    let mut client = client().await;
    assert_eq!(read_length(&mut client, "abc").await, (Some(3), vec![]));
    let warned = vec!["Warning: Long".to_owned()];
    assert_eq!(read_length(&mut client, "long").await, (Some(4), warned));

    let validate = |text: Value| {
        let config: Object = [("text", text), ("length", Value::Null)]
            .into_iter()
            .collect();
        v6::validate_data_resource_config::Request {
            type_name: "nested_length".into(),
            config: Some(convert::encode_object(Some(&config), &LENGTH)),
        }
    };
    for (text, expected) in [
        (Value::from("abc"), &[][..]),
        (Value::unknown(), &[]),
        (Value::from(""), &["Error: Invalid text"]),
    ] {
        let response = client.validate_data_resource_config(validate(text)).await;
        let response = response.expect("answered").into_inner();
        assert_eq!(told(&response.diagnostics), expected);
    }
    let request = v6::read_data_source::Request {
        type_name: "nested_width".into(),
        ..Default::default()
    };
    let response = client.read_data_source(request).await.expect("answered");
    let told = told(&response.into_inner().diagnostics);
    assert_eq!(told, ["Error: Unknown data source type"]);
    let metadata = client.get_metadata(v6::get_metadata::Request {}).await;
    let metadata = metadata.expect("answered").into_inner();
    assert_eq!(metadata.data_sources[0].type_name, "nested_length");
}

async fn half(
    client: &mut Client,
    name: &str,
    numbers: &[i64],
) -> Result<i64, (String, Option<i64>)> {
    let encode = |number: &i64| convert::encode(&(*number).into(), &Type::Number);
    let request = v6::call_function::Request {
        name: name.into(),
        arguments: numbers.iter().map(encode).collect(),
    };
    let response = client
        .call_function(request)
        .await
        .expect("answered")
        .into_inner();
    match response.error {
        Some(error) => Err((error.text, error.function_argument)),
        None => {
            let value = convert::decode(response.result.as_ref(), &Type::Number).expect("fits");
            Ok(value
                .as_number()
                .and_then(|it| it.as_i64())
                .expect("a number"))
        }
    }
}

#[tokio::test]
async fn a_function_answers_over_grpc_configured_or_not() {
    let mut client = ProviderClient::new(ProviderServer::new(Server::new(Nested)));
    let functions = client.get_functions(v6::get_functions::Request {}).await;
    let functions = functions.expect("answered").into_inner().functions;
    assert_eq!(functions["half"].parameters[0].name, "number");

    assert_eq!(half(&mut client, "half", &[4]).await, Ok(2));
    let odd = ("It is odd.".to_owned(), Some(0));
    assert_eq!(half(&mut client, "half", &[3]).await, Err(odd));
    let (text, at) = half(&mut client, "half", &[4, 5])
        .await
        .expect_err("one too many");
    assert_eq!((text.as_str(), at), ("half takes 1 arguments.", Some(1)));
    let (text, _) = half(&mut client, "third", &[4]).await.expect_err("unknown");
    assert!(text.contains("no function third"), "{text}");
    let (text, at) = half(&mut client, "half", &[13]).await.expect_err("a panic");
    assert!(
        text.contains("bug in the provider") && at.is_none(),
        "{text}"
    );
}
