//! Tokens and what ARM says without a good one.

use serde_json::json;

use crate::client::{Client, group};

#[tokio::test]
async fn requests_need_a_token_of_this_emulator() {
    let mut client = Client::with_group().await;
    client.forget_token();
    let answer = client.get(&group(), "2022-09-01").await;
    assert_eq!(answer.error(), (401, "AuthenticationFailed"));
    assert!(
        answer
            .header("www-authenticate")
            .starts_with("Bearer authorization_uri=")
    );
    client.use_token("e30.e30.x");
    assert_eq!(
        client.get(&group(), "2022-09-01").await.error(),
        (401, "InvalidAuthenticationToken")
    );
}

#[tokio::test]
async fn a_token_for_something_else_is_refused() {
    let mut client = Client::with_group().await;
    let form = "grant_type=client_credentials&client_id=a&client_secret=b&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let answer = client.form("/t/oauth2/v2.0/token", form).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    assert_eq!(
        client.get(&group(), "2022-09-01").await.error(),
        (401, "InvalidAuthenticationTokenAudience")
    );
}

#[tokio::test]
async fn a_token_request_without_a_credential_is_refused() {
    let client = Client::new().await;
    let form = "grant_type=client_credentials&client_id=a&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let answer = client.form("/t/oauth2/v2.0/token", form).await;
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (401, &json!("invalid_client"))
    );
    assert_eq!(answer.body["error_codes"], json!([7_000_216]));
}

#[tokio::test]
async fn tokens_expire_when_a_fault_says_so() {
    let client = Client::with_group().await;
    client
        .control("POST", "faults", json!({"expire_tokens": true}))
        .await;
    assert_eq!(
        client.get(&group(), "2022-09-01").await.error(),
        (401, "ExpiredAuthenticationToken")
    );
}
