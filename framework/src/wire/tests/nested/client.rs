//! Terraform's side: messages that go through the gRPC server's own encoding and routes.

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::provider_server::ProviderServer;

use super::provider::{Nested, THING};
use crate::provider::Provider as _;
use crate::testing::proposed_new;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

pub(super) type Client = ProviderClient<ProviderServer<Server<Nested>>>;

/// A client whose messages go through the gRPC server's own encoding and routes.
pub(super) async fn client() -> Client {
    let mut client = ProviderClient::new(ProviderServer::new(Server::new(Nested)));
    assert_eq!(configure(&mut client, Value::Null).await, [""; 0]);
    client
}

pub(super) async fn configure(client: &mut Client, mood: Value) -> Vec<String> {
    let config: Object = [("mood", mood)].into_iter().collect();
    let request = v6::configure_provider::Request {
        config: Some(convert::encode_object(Some(&config), Nested.schema())),
        ..Default::default()
    };
    let response = client.configure_provider(request).await.expect("answered");
    messages(&response.into_inner().diagnostics)
}

/// Severity and summary of each message.
pub(super) fn messages(diagnostics: &[v6::Diagnostic]) -> Vec<String> {
    let line = |it: &v6::Diagnostic| format!("{:?}: {}", it.severity(), it.summary);
    diagnostics.iter().map(line).collect()
}

pub(super) struct Planned {
    pub(super) object: Object,
    pub(super) replaces: usize,
    private: bytes::Bytes,
}

pub(super) async fn plan(client: &mut Client, config: &Object, prior: Option<&Object>) -> Planned {
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
    assert_eq!(messages(&response.diagnostics), [""; 0]);
    let planned =
        convert::nullable_object("state", response.planned_state.as_ref(), &THING).expect("fits");
    Planned {
        object: planned.expect("a plan"),
        replaces: response.requires_replace.len(),
        private: response.planned_private,
    }
}

/// Plans and applies: the messages, and the state that is left.
pub(super) async fn apply(
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
    let state =
        convert::nullable_object("state", response.new_state.as_ref(), &THING).expect("fits");
    (messages(&response.diagnostics), state)
}

pub(super) fn object(members: &[(&str, Value)]) -> Value {
    let members = members.iter().map(|(name, value)| (*name, value.clone()));
    members.collect::<Object>().into()
}

pub(super) fn thing(members: &[(&str, Value)]) -> Object {
    let mut thing = THING.null_object();
    for (name, value) in members {
        thing.set(name, value.clone());
    }
    thing
}

pub(super) fn owner(email: &str, token: Value, key: Value) -> Value {
    object(&[("email", email.into()), ("token", token), ("key", key)])
}

pub(super) fn step(name: &str, size: Value, serial: Value, password: Value) -> Value {
    object(&[
        ("name", name.into()),
        ("size", size),
        ("serial", serial),
        ("password", password),
    ])
}

/// As it is written: with a password and nothing else.
pub(super) fn written_step(name: &str) -> Value {
    step(name, Value::Null, Value::Null, "hush".into())
}

/// As it is planned and kept.
pub(super) fn kept_step(name: &str, serial: Value) -> Value {
    step(name, 1_i64.into(), serial, Value::Null)
}

pub(super) fn door(open: Value, serial: Value, code: Value) -> Value {
    object(&[
        ("colour", "red".into()),
        ("open", open),
        ("serial", serial),
        ("code", code),
    ])
}

pub(super) fn doors(doors: &[(&str, Value)]) -> Value {
    let doors = doors
        .iter()
        .map(|(key, it)| ((*key).to_owned(), it.clone()));
    Value::Map(doors.collect())
}

pub(super) fn claim(name: &str, value: Value) -> Value {
    object(&[("name", name.into()), ("value", value)])
}

/// Something of each kind, with secrets wherever there may be any.
pub(super) fn everything() -> Object {
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

pub(super) async fn created(client: &mut Client) -> Object {
    let (found, state) = apply(client, Some(&everything()), None).await;
    assert_eq!(found, [""; 0]);
    state.expect("a state")
}
