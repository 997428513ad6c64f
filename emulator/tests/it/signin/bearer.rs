//! Tokens and what ARM says without a good one.

use serde_json::{Value, json};

use super::ask;
use super::jwt::STRANGER;
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
}

#[tokio::test]
async fn a_token_that_nobody_issued_is_refused() {
    let mut client = Client::with_group().await;
    let good = client.token().to_owned();
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    let claims = super::jwt::claims(&good);
    let forged = STRANGER.sign(&json!({"alg": "RS256", "typ": "JWT"}), &claims);
    let assertion = client
        .send("GET", "/github/o/r/idtoken", &[], String::new())
        .await;
    for (name, token) in [
        ("no token", "e30.e30.x"),
        ("no signature", &format!("{signed}.")),
        ("half a signature", &good[..good.len() - 20]),
        ("another's signature", &forged),
        (
            "another issuer",
            assertion.body["value"].as_str().expect("a token"),
        ),
        ("something after it", &format!("{good}.{signature}")),
    ] {
        client.use_token(token);
        let answer = client.get(&group(), "2022-09-01").await;
        assert_eq!(
            answer.error(),
            (401, "InvalidAuthenticationToken"),
            "{name}"
        );
    }
    client.use_token(&good);
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 200);
}

#[tokio::test]
async fn the_header_has_a_bearer() {
    let mut client = Client::with_group().await;
    let path = format!("{}?api-version=2022-09-01", group());
    let token = client.token().to_owned();
    client.forget_token();
    for header in ["Bearer", "Bearer ", &token, &format!("Basic {token}")] {
        let answer = client
            .send("GET", &path, &[("authorization", header)], String::new())
            .await;
        assert_eq!(answer.error(), (401, "AuthenticationFailed"), "{header}");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"invalid_token\", error_description=\"Auth"),
            "{challenge}"
        );
    }
    let header = format!("bearer {token}");
    let answer = client
        .send("GET", &path, &[("authorization", &header)], String::new())
        .await;
    assert_eq!(answer.status, 200);
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
async fn the_challenge_is_a_header_whatever_the_token_is_for() {
    let mut client = Client::new().await;
    let form =
        "grant_type=client_credentials&client_id=a&client_secret=b&resource=a%0D%0Ab%22%C3%A9";
    let answer = client.form("/t/oauth2/token", form).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    let refused = client.get("/subscriptions", "2022-12-01").await;
    assert_eq!(refused.error(), (401, "InvalidAuthenticationTokenAudience"));
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("'a??b'?'"), "{challenge}");
}

#[tokio::test]
async fn tokens_expire_when_a_fault_says_so() {
    let mut client = Client::with_group().await;
    client
        .control("POST", "faults", json!({"expire_tokens": true}))
        .await;
    assert_eq!(
        client.get(&group(), "2022-09-01").await.error(),
        (401, "ExpiredAuthenticationToken")
    );
    let again = ask(&client, "t", &[("client_secret", "any")]).await;
    client.use_token(again.body["access_token"].as_str().expect("a token"));
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 200);
    // A reset is no expiry.
    client.control("POST", "reset", Value::Null).await;
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 404);
}
