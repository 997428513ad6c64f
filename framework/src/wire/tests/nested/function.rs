//! A function over gRPC.

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::provider_server::ProviderServer;

use super::client::Client;
use super::provider::Nested;
use crate::types::ty::Type;
use crate::wire::{Server, convert};

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
            let value =
                convert::decode("result", response.result.as_ref(), &Type::Number).expect("fits");
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
    // "Invalid value for "number" parameter: It is odd." is Terraform's sentence.
    let odd = ("It is odd".to_owned(), Some(0));
    assert_eq!(half(&mut client, "half", &[3]).await, Err(odd));
    let (text, at) = half(&mut client, "half", &[13]).await.expect_err("a panic");
    assert!(
        text.contains("bug in the provider") && at.is_none(),
        "{text}"
    );
}
