//! What breaks the protocol is a gRPC error, and what a user or an author can cause is a diagnostic.

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::{Code, Request, Response, Status};

use super::memory::{COUNT, Memory, THING};
use crate::schema::Schema;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

type Dynamic = Option<v6::DynamicValue>;

fn msgpack(bytes: &[u8]) -> Dynamic {
    Some(v6::DynamicValue {
        msgpack: bytes.to_vec().into(),
        ..Default::default()
    })
}

fn json(text: &[u8]) -> Dynamic {
    Some(v6::DynamicValue {
        json: text.to_vec().into(),
        ..Default::default()
    })
}

fn null() -> Dynamic {
    Some(v6::DynamicValue::default())
}

fn object(schema: &Schema, attributes: &[(&str, Value)]) -> Dynamic {
    let mut object = schema.null_object();
    for (name, value) in attributes {
        object.set(name, value.clone());
    }
    Some(convert::encode_object(Some(&object), schema))
}

fn thing() -> Dynamic {
    object(&THING, &[("id", "/a".into()), ("name", "a".into())])
}

fn text(text: &str) -> v6::DynamicValue {
    convert::encode(&text.into(), &Type::String)
}

/// Values that are none of an object's type, and how the message about each begins.
fn no_values(field: &str) -> Vec<(Dynamic, String)> {
    let begins = |words: &str| format!("The request {words}");
    let no_value = begins(&format!("has a {field} that is no value of its type: "));
    vec![
        (None, begins(&format!("has no {field}."))),
        (msgpack(&[0xc1]), no_value.clone()),
        (msgpack(&[0xc0, 0xc0]), no_value.clone()),
        (msgpack(&[0xdf, 0xff]), no_value.clone()),
        (msgpack(&[0x80]), no_value.clone()),
        (msgpack(b"\xa1a"), no_value.clone()),
        (msgpack(b"\x81\xa7strange\xc0"), no_value.clone()),
        (json(b"{"), no_value.clone()),
        (json(b"\xff"), no_value.clone()),
        (json(b"[]"), no_value),
        (
            msgpack(&[0xd4, 0, 0]),
            begins(&format!("has a {field} that is unknown.")),
        ),
    ]
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(answer: Result<Response<T>, Status>, begins: &str) {
    let status = answer.expect_err(begins);
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    assert!(status.message().starts_with(begins), "{begins}: {status}");
}

/// Calls with a request that is right, and then with requests of which one field is wrong.
macro_rules! refuses {
    ($server:ident.$method:ident, $request:expr, $($field:ident),* $(,)?) => {{
        let response = $server.$method(Request::new($request)).await.expect("it is right");
        assert_eq!(response.into_inner().diagnostics, [], stringify!($method));
        $(
            for (value, begins) in no_values(stringify!($field)) {
                let mut request = $request;
                request.$field = value;
                assert_refused($server.$method(Request::new(request)).await, &begins);
            }
        )*
    }};
}

async fn server(remote: &str) -> Server<Memory> {
    let server = Server::new(Memory);
    let config = object(&provider(), &[("remote", remote.into())]);
    let request = v6::configure_provider::Request {
        config,
        ..Default::default()
    };
    let configured = server.configure_provider(Request::new(request)).await;
    assert_eq!(configured.expect("right").into_inner().diagnostics, []);
    server
}

fn provider() -> Schema {
    use crate::provider::Provider as _;
    Memory.schema().clone()
}

fn plan_request() -> v6::plan_resource_change::Request {
    v6::plan_resource_change::Request {
        type_name: "memory_thing".into(),
        prior_state: null(),
        proposed_new_state: object(&THING, &[("name", "a".into())]),
        config: object(&THING, &[("name", "a".into())]),
        ..Default::default()
    }
}

fn apply_request() -> v6::apply_resource_change::Request {
    v6::apply_resource_change::Request {
        type_name: "memory_thing".into(),
        prior_state: null(),
        planned_state: object(
            &THING,
            &[
                ("id", Value::unknown()),
                ("name", "a".into()),
                ("version", Value::unknown()),
            ],
        ),
        config: object(&THING, &[("name", "a".into())]),
        ..Default::default()
    }
}

fn read_request() -> v6::read_resource::Request {
    v6::read_resource::Request {
        type_name: "memory_thing".into(),
        current_state: thing(),
        ..Default::default()
    }
}

fn count_request() -> v6::read_data_source::Request {
    v6::read_data_source::Request {
        type_name: "memory_count".into(),
        config: object(&COUNT, &[("prefix", "/".into())]),
        ..Default::default()
    }
}

#[tokio::test]
async fn values_that_are_none_are_refused_by_every_call() {
    let server = server("no values").await;
    let config = || object(&provider(), &[("remote", "no values".into())]);
    refuses!(
        server.validate_provider_config,
        v6::validate_provider_config::Request { config: config() },
        config
    );
    refuses!(
        server.configure_provider,
        v6::configure_provider::Request {
            config: config(),
            ..Default::default()
        },
        config
    );
    refuses!(
        server.validate_resource_config,
        v6::validate_resource_config::Request {
            type_name: "memory_thing".into(),
            config: object(&THING, &[("name", "a".into())]),
            ..Default::default()
        },
        config
    );
    refuses!(
        server.validate_data_resource_config,
        v6::validate_data_resource_config::Request {
            type_name: "memory_count".into(),
            config: object(&COUNT, &[("prefix", "/".into())]),
        },
        config
    );
    refuses!(
        server.plan_resource_change,
        plan_request(),
        config,
        prior_state,
        proposed_new_state,
    );
    refuses!(
        server.apply_resource_change,
        apply_request(),
        config,
        prior_state,
        planned_state,
    );
    refuses!(server.read_resource, read_request(), current_state);
    refuses!(server.read_data_source, count_request(), config);
}

#[tokio::test]
async fn null_is_refused_where_something_is_due() {
    let server = server("nothing").await;
    let mut read = read_request();
    read.current_state = null();
    let answer = server.read_resource(Request::new(read)).await;
    assert_refused(answer, "The request has a current_state that is null.");

    let mut upgrade = v6::upgrade_resource_state::Request {
        type_name: "memory_thing".into(),
        version: 1,
        raw_state: None,
    };
    let answer = server
        .upgrade_resource_state(Request::new(upgrade.clone()))
        .await;
    assert_refused(answer, "The request has no raw_state.");
    upgrade.version = -1;
    let answer = server
        .upgrade_resource_state(Request::new(upgrade.clone()))
        .await;
    assert_refused(answer, "The request has a version below 0.");
    upgrade.version = 1;
    // A state that is broken is the user's to mend.
    upgrade.raw_state = Some(v6::RawState::default());
    let answer = server.upgrade_resource_state(Request::new(upgrade)).await;
    let diagnostics = answer.expect("answered").into_inner().diagnostics;
    assert_eq!(diagnostics[0].summary, "Unreadable state");
}

/// Breaks a request.
type Break<R> = fn(&mut R);

#[tokio::test]
async fn a_plan_is_one_of_a_create_an_update_or_a_delete() {
    let server = server("plans").await;
    let plans: [(Break<v6::plan_resource_change::Request>, &str); 3] = [
        (
            |it| it.config = null(),
            "The request has a proposed_new_state, but config is null.",
        ),
        (
            |it| it.proposed_new_state = null(),
            "The request has a config, but proposed_new_state is null.",
        ),
        (
            |it| (it.config, it.proposed_new_state) = (null(), null()),
            "The request has neither a prior_state nor a proposed_new_state.",
        ),
    ];
    for (break_it, words) in plans {
        let mut request = plan_request();
        break_it(&mut request);
        assert_refused(
            server.plan_resource_change(Request::new(request)).await,
            words,
        );
    }
}

#[tokio::test]
async fn an_apply_is_one_of_a_create_an_update_or_a_delete() {
    let server = server("applies").await;
    let applies: [(Break<v6::apply_resource_change::Request>, &str); 4] = [
        (
            |it| it.config = null(),
            "The request has a planned_state, but config is null.",
        ),
        (
            |it| it.planned_state = null(),
            "The request has neither a prior_state nor a planned_state.",
        ),
        (
            |it| it.config = object(&THING, &[("name", Value::unknown())]),
            "The request has a config in which name is unknown.",
        ),
        (
            |it| it.prior_state = object(&THING, &[("id", Value::unknown())]),
            "The request has a prior_state in which id is unknown.",
        ),
    ];
    for (break_it, words) in applies {
        let mut request = apply_request();
        break_it(&mut request);
        assert_refused(
            server.apply_resource_change(Request::new(request)).await,
            words,
        );
    }
    assert!(
        super::remote("applies")
            .lock()
            .expect("not poisoned")
            .is_empty(),
        "nothing was done"
    );
}

#[tokio::test]
async fn unknown_values_are_refused_where_all_is_known() {
    let server = server("unknown").await;
    let mut read = read_request();
    read.current_state = object(&THING, &[("zones", Value::set([Value::unknown()]))]);
    let answer = server.read_resource(Request::new(read)).await;
    assert_refused(
        answer,
        "The request has a current_state in which zones is unknown.",
    );
    let mut count = count_request();
    count.config = object(&COUNT, &[("prefix", Value::unknown())]);
    let answer = server.read_data_source(Request::new(count)).await;
    assert_refused(
        answer,
        "The request has a config in which prefix is unknown.",
    );
}

#[tokio::test]
async fn names_that_the_schema_does_not_have_are_refused() {
    let server = server("names").await;
    let resource = "The request names the resource type \"memory_nothing\", which";
    let name = || "memory_nothing".to_owned();
    macro_rules! refuses_name {
        ($method:ident, $module:ident, $words:expr) => {
            let request = v6::$module::Request {
                type_name: name(),
                ..Default::default()
            };
            assert_refused(server.$method(Request::new(request)).await, $words);
        };
    }
    refuses_name!(validate_resource_config, validate_resource_config, resource);
    refuses_name!(upgrade_resource_state, upgrade_resource_state, resource);
    refuses_name!(read_resource, read_resource, resource);
    refuses_name!(plan_resource_change, plan_resource_change, resource);
    refuses_name!(apply_resource_change, apply_resource_change, resource);
    refuses_name!(import_resource_state, import_resource_state, resource);
    let data_source = "The request names the data source type \"memory_nothing\", which";
    refuses_name!(
        validate_data_resource_config,
        validate_data_resource_config,
        data_source
    );
    refuses_name!(read_data_source, read_data_source, data_source);
    let request = v6::import_resource_state::Request {
        type_name: "memory_thing".into(),
        identity: Some(v6::ResourceIdentityData::default()),
        ..Default::default()
    };
    let answer = server.import_resource_state(Request::new(request)).await;
    assert_refused(
        answer,
        "The request has an identity, and the resource type has none.",
    );
}

#[tokio::test]
async fn calls_of_functions_fit_their_signatures() {
    let server = server("functions").await;
    let call = async |name: &str, arguments: Vec<v6::DynamicValue>| {
        let name = name.to_owned();
        let request = v6::call_function::Request { name, arguments };
        server.call_function(Request::new(request)).await
    };
    let right = call("join", vec![text("-"), text("a")]).await;
    assert!(right.expect("right").into_inner().error.is_none());
    let broken = || msgpack(&[0xc1]).expect("some");
    for (name, arguments, begins) in [
        ("nothing", vec![], "names the function \"nothing\", which"),
        (
            "join",
            vec![],
            "has 0 arguments for a function that takes 1 or more.",
        ),
        (
            "join",
            vec![text("-"), broken()],
            "has a function argument 1 that is no value of its type: ",
        ),
        (
            "join",
            vec![null().expect("some")],
            "has a function argument 0 that is null or unknown.",
        ),
        (
            "join",
            vec![text("-"), msgpack(&[0xd4, 0, 0]).expect("some")],
            "has a function argument 1 that is null or unknown.",
        ),
    ] {
        let answer = call(name, arguments).await;
        assert_refused(answer, &format!("The request {begins}"));
    }
}

/// Terraform has numbers that no other system has, and HCL can write them.
#[tokio::test]
async fn values_that_are_not_supported_are_the_users_to_change() {
    let server = server("unsupported").await;
    let number = |bytes: &[u8]| {
        let mut value = vec![0x92, 0xc4, 8];
        value.extend(br#""number""#);
        value.extend(bytes);
        value
    };
    let infinite = [&[0xcb][..], &f64::INFINITY.to_be_bytes()].concat();
    for (extra, words) in [
        (
            number(b"\xa71e20000"),
            "extra: a number with an exponent beyond 10000 is not supported.",
        ),
        (
            number(&infinite),
            "extra: an infinite number is not supported.",
        ),
    ] {
        let mut config = THING.null_object();
        config.set("name", "a");
        let config = with_raw(&config, "extra", &extra);
        let request = v6::validate_resource_config::Request {
            type_name: "memory_thing".into(),
            config,
            ..Default::default()
        };
        let answer = server.validate_resource_config(Request::new(request)).await;
        let diagnostics = answer.expect(words).into_inner().diagnostics;
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].summary, "Unsupported value");
        assert_eq!(diagnostics[0].detail, words);
        assert!(diagnostics[0].attribute.is_some(), "it has a path");
    }
}

/// The object's MessagePack with these bytes as the value of one attribute.
fn with_raw(object: &Object, name: &str, bytes: &[u8]) -> Dynamic {
    let attributes: Vec<_> = object.iter().collect();
    let mut out = vec![0x80 | u8::try_from(attributes.len()).expect("few")];
    for (key, value) in attributes {
        out.push(0xa0 | u8::try_from(key.len()).expect("short"));
        out.extend(key.as_bytes());
        match key == name {
            true => out.extend(bytes),
            false => out.extend(crate::types::msgpack::encode(value, &Type::Dynamic)),
        }
    }
    msgpack(&out)
}
