//! What leaves no state: ephemeral resources, actions and functions.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::StreamExt;
use serde_json::json;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::{Code, Request};

use super::{check_fails, summaries};
use crate::action::{self, Action, InvokeRequest, InvokeResponse};
use crate::context::Context;
use crate::diagnostics::{Report as _, Reported};
use crate::ephemeral::{
    Close, CloseRequest, CloseResponse, EphemeralResource, OpenRequest, OpenResponse, Renew,
    RenewRequest, RenewResponse,
};
use crate::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::schema::validator::one_of;
use crate::schema::{Attribute, Schema};
use crate::testing::Core;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

/// What has happened in the remote system.
type Log = Arc<Mutex<Vec<String>>>;

struct Office(Log);

#[async_trait]
impl Provider for Office {
    type Data = Log;

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Log>,
    ) -> Result<(), Reported> {
        response.data = Some(self.0.clone());
        Ok(())
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<Log>>> {
        vec![
            Arc::new(Token {
                name: "office_token",
                is_renewable: true,
            }),
            Arc::new(Token {
                name: "office_note",
                is_renewable: false,
            }),
        ]
    }

    fn actions(&self) -> Vec<Arc<dyn Action<Log>>> {
        vec![Arc::new(Send)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Echo), Arc::new(Wrong)]
    }
}

struct Token {
    name: &'static str,
    is_renewable: bool,
}

const RENEWAL: Duration = Duration::from_secs(1_700_000_000);

#[async_trait]
impl EphemeralResource<Log> for Token {
    fn type_name(&self) -> &str {
        self.name
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![
                Attribute::string("user").required().validator(one_of([
                    "ada",
                    "changed",
                    "lost",
                    "open",
                    "forgotten",
                ])),
                Attribute::string("token").computed().sensitive(),
            ],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn open(
        &self,
        context: &Context<Log>,
        request: OpenRequest<'_>,
        response: &mut OpenResponse,
    ) -> Result<(), Reported> {
        let user = request.config.str_or_empty("user");
        let log = context.data().report(&mut response.diagnostics)?;
        log.lock()
            .expect("not poisoned")
            .push(format!("open {user}"));
        response.result.set("token", format!("token of {user}"));
        response.private.set("user", &user);
        response.renew_at = Some(SystemTime::UNIX_EPOCH + RENEWAL).filter(|_| self.is_renewable);
        match user {
            "changed" => response.result.set("user", "another"),
            "open" => response.result.set("token", Value::unknown()),
            "forgotten" => response.renew_at = Some(SystemTime::UNIX_EPOCH),
            "lost" => return Err(response.diagnostics.add_error("Lost", "It is lost.")),
            _ => {}
        }
        Ok(())
    }

    fn renew(&self) -> Option<&dyn Renew<Log>> {
        self.is_renewable.then_some(self)
    }

    fn close(&self) -> Option<&dyn Close<Log>> {
        self.is_renewable.then_some(self)
    }
}

#[async_trait]
impl Renew<Log> for Token {
    async fn renew(
        &self,
        context: &Context<Log>,
        request: RenewRequest<'_>,
        response: &mut RenewResponse,
    ) -> Result<(), Reported> {
        let times = request.private.get::<u8>("times").unwrap_or(0) + 1;
        let log = context.data().report(&mut response.diagnostics)?;
        log.lock()
            .expect("not poisoned")
            .push(format!("renew {times}"));
        response.private.set("times", &times);
        if times < 2 {
            response.renew_at = Some(SystemTime::UNIX_EPOCH + RENEWAL);
        }
        Ok(())
    }
}

#[async_trait]
impl Close<Log> for Token {
    async fn close(
        &self,
        context: &Context<Log>,
        request: CloseRequest<'_>,
        response: &mut CloseResponse,
    ) -> Result<(), Reported> {
        let user: String = request.private.get("user").expect("remembered");
        let log = context.data().report(&mut response.diagnostics)?;
        log.lock()
            .expect("not poisoned")
            .push(format!("close {user}"));
        Ok(())
    }
}

struct Send;

#[async_trait]
impl Action<Log> for Send {
    fn type_name(&self) -> &str {
        "office_send"
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![Attribute::string("letter").required().validator(one_of([
                "a",
                "late",
                "lost",
                "explosive",
                "forbidden",
            ]))],
            ..Schema::default()
        });
        &SCHEMA
    }

    fn modify_plan(&self) -> Option<&dyn action::ModifyPlan<Log>> {
        Some(self)
    }

    async fn invoke(
        &self,
        context: &Context<Log>,
        request: InvokeRequest<'_>,
        response: &mut InvokeResponse,
    ) -> Result<(), Reported> {
        let letter = request.config.str_or_empty("letter");
        response.progress.send(format!("packing {letter}"));
        assert_ne!(letter, "explosive", "boom");
        if letter == "lost" {
            return Err(response.diagnostics.add_error("Lost", "It is lost."));
        }
        let log = context.data().report(&mut response.diagnostics)?;
        log.lock()
            .expect("not poisoned")
            .push(format!("sent {letter}"));
        response.progress.send("sent");
        if letter == "late" {
            response.diagnostics.add_warning("Late", "It took long.");
        }
        Ok(())
    }
}

#[async_trait]
impl action::ModifyPlan<Log> for Send {
    async fn modify(
        &self,
        _: &Context<Log>,
        request: action::ModifyPlanRequest<'_>,
        response: &mut action::ModifyPlanResponse,
    ) -> Result<(), Reported> {
        match request.config.str("letter") {
            Some("forbidden") => Err(response.diagnostics.add_error("Forbidden", "Not this.")),
            _ => Ok(()),
        }
    }
}

/// Gives its first argument back, of whatever type, unless another is at fault.
struct Echo;

impl Function for Echo {
    fn name(&self) -> &str {
        "echo"
    }

    fn signature(&self) -> Signature {
        let parameter = |name, ty| Parameter::new(name, ty);
        Signature::new(Type::Dynamic)
            .parameter(
                parameter("value", Type::Dynamic)
                    .allow_null_value()
                    .allow_unknown_values(),
            )
            .parameter(parameter("strict", Type::String))
            .variadic(parameter("more", Type::Bool).allow_null_value())
            .deprecated("Write the value itself.")
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let mut more = request.arguments.iter().skip(2);
        match more.position(Value::is_null) {
            Some(position) => Err(FunctionError::of_argument(position + 2, "It is null.")),
            None => Ok(request.arguments[0].clone()),
        }
    }
}

/// Says a number, and gives a text.
struct Wrong;

impl Function for Wrong {
    fn name(&self) -> &str {
        "wrong"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Number)
    }

    fn call(&self, _: CallRequest<'_>) -> Result<Value, FunctionError> {
        Ok("text".into())
    }
}

async fn start() -> (Core<Server<Office>>, Log) {
    let log = Log::default();
    let core = Core::start(Office(log.clone())).await;
    (core.expect("a provider"), log)
}

fn events(log: &Log) -> Vec<String> {
    log.lock().expect("not poisoned").clone()
}

#[tokio::test]
async fn what_is_ephemeral_is_opened_renewed_and_closed() {
    let (core, log) = start().await;
    let opened = core.open("office_token", json!({ "user": "ada" })).await;
    let mut opened = opened.expect("opened");
    assert_eq!(opened.result.str("user"), Some("ada"));
    assert_eq!(opened.result.str("token"), Some("token of ada"));
    assert_eq!(opened.renew_at, Some(SystemTime::UNIX_EPOCH + RENEWAL));
    core.renew(&mut opened).await.expect("renewed");
    assert_eq!(opened.renew_at, Some(SystemTime::UNIX_EPOCH + RENEWAL));
    core.renew(&mut opened).await.expect("renewed");
    assert_eq!(
        opened.renew_at, None,
        "what it remembers goes from one to the next"
    );
    core.close(opened).await.expect("closed");
    assert_eq!(
        events(&log),
        ["open ada", "renew 1", "renew 2", "close ada"]
    );

    let opened = core.open("office_note", json!({ "user": "ada" })).await;
    let mut opened = opened.expect("opened");
    assert_eq!(opened.renew_at, None);
    let renewed = core.renew(&mut opened).await;
    check_fails(renewed, "Renewal not supported", "never renewed");
    core.close(opened).await.expect("there is nothing to do");
}

#[tokio::test]
async fn what_is_opened_is_known_and_as_configured() {
    const INVALID: &str = "Provider produced invalid ephemeral resource instance";
    let (core, _) = start().await;
    for (name, user, summary, detail) in [
        (
            "office_token",
            "changed",
            INVALID,
            "user: planned neither as",
        ),
        ("office_token", "open", INVALID, "token: unknown in a state"),
        ("office_token", "lost", "Lost", "It is lost."),
        ("office_token", "nobody", "Invalid choice", "is not one of"),
        (
            "office_note",
            "forgotten",
            "Bug in the provider",
            "does not say how",
        ),
    ] {
        let opened = core.open(name, json!({ "user": user })).await;
        let failure = opened.expect_err(user);
        let message = &failure.diagnostics()[0];
        if summary != "Invalid choice" {
            assert_eq!(message.summary, summary, "{user}");
        }
        assert!(message.detail.contains(detail), "{}", message.detail);
    }
}

#[tokio::test]
async fn an_action_tells_its_progress_and_ends_once() {
    let (core, log) = start().await;
    let invoked = core
        .invoke("office_send", json!({ "letter": "late" }))
        .await;
    let invoked = invoked.expect("sent");
    assert_eq!(invoked.progress, ["packing late", "sent"]);
    assert_eq!(summaries(&invoked.warnings), ["Late"]);
    assert_eq!(events(&log), ["sent late"]);
    for (letter, summary, detail) in [
        ("lost", "Lost", "It is lost."),
        ("forbidden", "Forbidden", "Not this."),
        ("explosive", "Bug in the provider", "boom"),
    ] {
        let invoked = core
            .invoke("office_send", json!({ "letter": letter }))
            .await;
        check_fails(invoked, summary, detail);
    }
    core.stopper().stop().await.expect("stopped");
    let stopped = core.invoke("office_send", json!({ "letter": "a" })).await;
    check_fails(stopped, "Stopped", "Nothing was sent");
    assert_eq!(events(&log), ["sent late"]);
}

#[tokio::test]
async fn an_action_goes_on_when_its_client_has_gone_and_a_broken_request_is_an_error() {
    let log = Log::default();
    let server = Server::new(Office(log.clone()));
    let request = v6::configure_provider::Request {
        config: Some(convert::encode_object(
            Some(&Object::default()),
            &Schema::default(),
        )),
        ..Default::default()
    };
    let configured = server.configure_provider(Request::new(request)).await;
    configured.expect("configured");
    let request = v6::invoke_action::Request {
        action_type: "office_send".into(),
        config: Some(convert::encode_object(
            Some(&[("letter", Value::from("a"))].into_iter().collect()),
            Send.schema(),
        )),
        ..Default::default()
    };
    let stream = server.invoke_action(Request::new(request)).await;
    drop(stream);
    while events(&log).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(events(&log), ["sent a"]);
    let request = v6::invoke_action::Request::default();
    let stream = server.invoke_action(Request::new(request)).await;
    let mut stream = stream.expect("a stream").into_inner();
    let status = stream.next().await.expect("an end").expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn functions_take_null_and_unknown_where_they_say_so_and_keep_the_type_of_a_result() {
    let (core, _) = start().await;
    let dynamic = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
    let list = || Type::list(Type::Number);
    for value in [
        dynamic(Type::String, "x".into()),
        dynamic(list(), Value::List(vec![1_i64.into()])),
        dynamic(list(), Value::unknown()),
        Value::Null,
        Value::unknown(),
    ] {
        let called = core.call("echo", &[value.clone(), "s".into()]).await;
        assert_eq!(called.expect("called"), value);
    }
    let null = core.call("echo", &[true.into(), Value::Null]).await;
    check_fails(null, "Invalid function argument", "argument 1");
    let unknown = core.call("echo", &[Value::Null, Value::unknown()]).await;
    assert_eq!(unknown.expect("not called"), Value::unknown());
    let arguments = [Value::Null, "s".into(), true.into(), Value::Null];
    let fault = core.call("echo", &arguments).await;
    check_fails(fault, "Error in function call", "It is null (argument 3)");
    let wrong = core.call("wrong", &[]).await;
    check_fails(
        wrong,
        "Error in function call",
        "result of wrong is none of its type",
    );
}

#[tokio::test]
async fn only_what_is_offered_is_declared() {
    let server = Server::new(Office(Log::default()));
    let request = Request::new(v6::get_metadata::Request {});
    let metadata = server
        .get_metadata(request)
        .await
        .expect("answered")
        .into_inner();
    let ephemeral = metadata.ephemeral_resources.iter().map(|it| &*it.type_name);
    assert_eq!(
        ephemeral.collect::<Vec<_>>(),
        ["office_token", "office_note"]
    );
    assert_eq!(metadata.actions[0].type_name, "office_send");
    assert!(metadata.resources.is_empty() && metadata.data_sources.is_empty());
    let request = Request::new(v6::get_provider_schema::Request {});
    let schema = server.get_provider_schema(request).await;
    let schema = schema.expect("answered").into_inner();
    assert!(schema.action_schemas["office_send"].schema.is_some());
    assert_eq!(schema.ephemeral_resource_schemas.len(), 2);
    let echo = &schema.functions["echo"];
    assert_eq!(echo.deprecation_message, "Write the value itself.");
    let allows = |it: &v6::function::Parameter| (it.allow_null_value, it.allow_unknown_values);
    let parameters: Vec<_> = echo.parameters.iter().map(allows).collect();
    assert_eq!(parameters, [(true, true), (false, false)]);
    let variadic = echo.variadic_parameter.as_ref().map(allows);
    assert_eq!(variadic, Some((true, false)));
}
