//! What a module says to the provider.

use serde_json::json;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::{Code, Request};

use super::provider::{FENCE, Log, META, SCHEMA, VIEW, Yard, asked, start};
use crate::types::value::Value;
use crate::wire::tests::check_fails;
use crate::wire::{Server, convert};

async fn declared(has_meta: bool) -> Option<v6::Schema> {
    let server = Server::new(Yard {
        log: Log::default(),
        has_meta,
    });
    let request = Request::new(v6::get_provider_schema::Request {});
    let schema = server.get_provider_schema(request).await;
    schema.expect("answered").into_inner().provider_meta
}

#[tokio::test]
async fn every_operation_of_the_module_hears_it() {
    let (mut core, log) = start(true).await;
    let config = |name: &str| json!({ "name": name });
    core.apply(FENCE, config("a")).await.expect("made");
    assert_eq!(asked(&log).last().map(String::as_str), Some("create None"));
    core.options.store_planned_private = false;
    let said = core.set_provider_meta(json!({ "team": "blue" }));
    said.expect("it may");
    core.apply(FENCE, config("b")).await.expect("changed");
    let blue = |what: &str| format!("{what} Some(Some(\"blue\"))");
    let all = ["read", "plan", "plan", "update"].map(blue);
    assert_eq!(asked(&log), all);
    core.data(VIEW, json!({})).await.expect("read");
    assert_eq!(asked(&log), [blue("look")]);
    core.destroy(FENCE).await.expect("gone");
    let all = ["read", "plan", "plan", "delete"].map(blue);
    assert_eq!(asked(&log), all);
    core.set_provider_meta(json!({})).expect("it may");
    core.data(VIEW, json!({})).await.expect("read");
    assert_eq!(asked(&log), ["look Some(None)"]);
}

#[tokio::test]
async fn who_does_not_ask_declares_nothing_and_hears_nothing() {
    let team = |it: v6::Schema| it.block.expect("a block").attributes[0].name.clone();
    assert_eq!(declared(true).await.map(team).as_deref(), Some("team"));
    assert_eq!(declared(false).await, None);
    let (mut core, _) = start(false).await;
    let said = core.set_provider_meta(json!({ "team": "blue" }));
    check_fails(said, "Provider does not support provider_meta", "not ask");
}

#[tokio::test]
async fn what_is_none_is_a_broken_request_to_those_who_ask_and_nothing_to_others() {
    let mut meta = META.null_object();
    meta.set("team", Value::unknown());
    let unknown = convert::encode_object(Some(&meta), &META);
    let garbled = v6::DynamicValue {
        msgpack: vec![0xc1].into(),
        ..Default::default()
    };
    for (has_meta, meta, code) in [
        (true, unknown.clone(), Some(Code::InvalidArgument)),
        (true, garbled.clone(), Some(Code::InvalidArgument)),
        (true, v6::DynamicValue::default(), None),
        (false, unknown, None),
        (false, garbled, None),
    ] {
        let server = Server::new(Yard {
            log: Log::default(),
            has_meta,
        });
        let request = v6::read_resource::Request {
            type_name: FENCE.into(),
            current_state: Some(convert::encode_object(Some(&SCHEMA.null_object()), &SCHEMA)),
            provider_meta: Some(meta),
            ..Default::default()
        };
        let answer = server.read_resource(Request::new(request)).await;
        assert_eq!(answer.err().map(|it| it.code()), code);
    }
}
