//! A data source over gRPC.

use tfplugin_proto::v6;

use super::client::{Client, client, messages};
use super::provider::LENGTH;
use crate::types::value::{Object, Value};
use crate::wire::convert;

pub(super) async fn read_length(client: &mut Client, text: &str) -> (Option<i64>, Vec<String>) {
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
    let found = response
        .state
        .and_then(|state| convert::nullable_object("state", Some(&state), &LENGTH).expect("fits"));
    let length = found.and_then(|found| found.get("length").as_number()?.as_i64());
    (length, messages(&response.diagnostics))
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
        assert_eq!(messages(&response.diagnostics), expected);
    }
    let metadata = client.get_metadata(v6::get_metadata::Request {}).await;
    let metadata = metadata.expect("answered").into_inner();
    assert_eq!(metadata.data_sources[0].type_name, "nested_length");
}
