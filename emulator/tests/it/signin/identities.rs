//! Managed identities, and the issuers of build systems.

use serde_json::{Value, json};

use super::jwt::{claims as claims_of, verify};
use super::{APPLICATION, ask, claims, home, refusal, register, trust};
use crate::client::{Client, group, network};

const IMDS: &str = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com";
const APP_SERVICE: &str =
    "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com";
const GITHUB: &str = "/github/o/r/_apis/distributedtask/hubs/Actions/plans/p/jobs/j/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange";
const DEVOPS: &str = "/devops/org/project/_apis/distributedtask/hubs/build/plans/p/jobs/j/oidctoken?api-version=7.1&serviceConnectionId=connection";

fn identity() -> String {
    network("userAssignedIdentities/u").replace("Microsoft.Network", "Microsoft.ManagedIdentity")
}

#[tokio::test]
async fn a_machine_has_an_identity_of_its_own_and_those_that_are_registered() {
    let mut client = Client::with_group().await;
    let asked = client
        .send("GET", IMDS, &[("Metadata", "true")], String::new())
        .await;
    assert_eq!(asked.status, 200);
    for (name, value) in asked.body.as_object().expect("an object") {
        assert!(value.is_string(), "{name} is a text on IMDS");
    }
    assert_eq!(asked.body["expires_in"], "86399");
    client.use_token(asked.body["access_token"].as_str().expect("a token"));
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 200);

    let object = "bbbbbbbb-0000-4000-8000-000000000002";
    register(
        &client,
        json!({"resourceId": identity(), "objectId": object}),
    )
    .await;
    for (query, expected) in [
        (String::new(), None),
        (format!("&client_id={APPLICATION}"), Some(APPLICATION)),
        (format!("&object_id={object}"), Some(APPLICATION)),
        (
            format!("&msi_res_id={}", identity().to_uppercase()),
            Some(APPLICATION),
        ),
        (format!("&mi_res_id={}", identity()), Some(APPLICATION)),
    ] {
        let asked = client
            .send(
                "GET",
                &format!("{IMDS}{query}"),
                &[("Metadata", "true")],
                String::new(),
            )
            .await;
        assert_eq!(asked.status, 200, "{query}");
        let is_registered = asked.body["client_id"] == APPLICATION;
        assert_eq!(is_registered, expected.is_some(), "{query}");
        assert_eq!(claims(&asked)["xms_mirid"].is_string(), expected.is_some());
    }
    // An identity has no secrets, so others still sign in as they like.
    let other = [("client_id", "x"), ("client_secret", "y")];
    assert_eq!(ask(&client, "t", &other).await.status, 200);
    // A resource that has the identity shows the same ids.
    let account = crate::client::logic("workflows/w");
    let body = json!({"location": "westeurope", "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity(): {}}},
        "properties": {"definition": {"$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}}}});
    let created = client.put(&account, "2019-05-01", body).await.body;
    let shown = &created["identity"]["userAssignedIdentities"][identity()];
    assert_eq!(shown["principalId"], object, "{created}");
    assert_eq!(shown["clientId"], APPLICATION);
}

#[tokio::test]
async fn what_imds_does_not_take_it_says_in_its_own_way() {
    let client = Client::new().await;
    let bare = "/metadata/identity/oauth2/token";
    for (path, header, description) in [
        (
            IMDS.to_owned(),
            "false",
            "Required metadata header not specified",
        ),
        (
            format!("{bare}?resource=x"),
            "true",
            "Required query variable 'api-version' is missing",
        ),
        (
            format!("{bare}?api-version=2018-02-01"),
            "true",
            "Required query variable 'resource' is missing",
        ),
        (
            format!("{IMDS}&client_id={APPLICATION}"),
            "true",
            "Identity not found",
        ),
    ] {
        let answer = client
            .send("GET", &path, &[("Metadata", header)], String::new())
            .await;
        let expected = json!({"error": "invalid_request", "error_description": description});
        assert_eq!((answer.status, answer.body), (400, expected));
    }
}

#[tokio::test]
async fn app_service_wants_its_header() {
    let client = Client::new().await;
    let ask = async |header: &str| {
        client
            .send(
                "GET",
                APP_SERVICE,
                &[("X-IDENTITY-HEADER", header)],
                String::new(),
            )
            .await
    };
    let asked = ask("anything").await;
    assert_eq!(
        (asked.status, &asked.body["token_type"]),
        (200, &json!("Bearer"))
    );
    assert!(asked.body["expires_on"].is_string());
    assert_eq!(
        client
            .send("GET", APP_SERVICE, &[], String::new())
            .await
            .status,
        401
    );
    client
        .control("POST", "signin", json!({"identityHeader": "right"}))
        .await;
    assert_eq!(
        (ask("wrong").await.status, ask("right").await.status),
        (401, 200)
    );
    let unknown = format!("{APP_SERVICE}&client_id={APPLICATION}");
    let asked = client
        .send(
            "GET",
            &unknown,
            &[("X-IDENTITY-HEADER", "right")],
            String::new(),
        )
        .await;
    assert_eq!(asked.status, 400);
}

/// The assertion that an issuer gives for a job, checked with the keys that its issuer publishes.
async fn assertion(client: &Client, method: &str, path: &str, member: &str) -> String {
    let bearer = [("Authorization", "Bearer job")];
    let answer = client.send(method, path, &bearer, String::new()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = answer.body[member]
        .as_str()
        .expect("an assertion")
        .to_owned();
    let issuer = claims_of(&token)["iss"]
        .as_str()
        .expect("an issuer")
        .to_owned();
    let configuration = client
        .follow(&format!("{issuer}/.well-known/openid-configuration"))
        .await;
    assert_eq!(configuration.body["issuer"], json!(issuer));
    let keys = configuration.body["jwks_uri"].as_str().expect("an address");
    verify(&token, &client.follow(keys).await.body);
    token
}

#[tokio::test]
async fn the_assertions_of_build_systems_sign_in() {
    let mut client = Client::new().await;
    let home = home(&client).await;
    client.forget_token();
    let mut tokens = Vec::new();
    for (method, path, member, issuer, subject) in [
        (
            "GET",
            GITHUB.to_owned(),
            "value",
            "http://emulator/github",
            "repo:o/r:ref:refs/heads/main",
        ),
        (
            "GET",
            format!("{GITHUB}&environment=prod"),
            "value",
            "http://emulator/github",
            "repo:o/r:environment:prod",
        ),
        (
            "GET",
            format!("{GITHUB}&subject=me"),
            "value",
            "http://emulator/github",
            "me",
        ),
        (
            "POST",
            DEVOPS.to_owned(),
            "oidcToken",
            "http://emulator/devops/org",
            "sc://org/project/connection",
        ),
    ] {
        register(&client, trust(issuer, subject)).await;
        let token = assertion(&client, method, &path, member).await;
        tokens.push(token.clone());
        let fields = [
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &*token),
        ];
        assert_eq!(
            refusal(&ask(&client, &home, &fields).await),
            (200, "", 0),
            "{path}"
        );
        register(&client, trust(issuer, "another")).await;
        let refused = ask(&client, &home, &fields).await;
        assert_eq!(
            refusal(&refused),
            (401, "invalid_client", 700_213),
            "{path}"
        );
    }
    let log = client
        .control("GET", "requests", Value::Null)
        .await
        .body
        .to_string();
    // The published keys, which are in the log, may have any letters in them: a value that begins so is a token.
    let signature = |token: &String| token.rsplit('.').next().map(str::to_owned);
    let shown = tokens
        .iter()
        .filter_map(signature)
        .any(|one| log.contains(&one));
    assert!(!shown && !log.contains("\"eyJ"), "no token is in the log");
}

#[tokio::test]
async fn issuers_want_the_bearer_of_the_job() {
    let mut client = Client::new().await;
    client.forget_token();
    for (method, path) in [("GET", GITHUB), ("POST", DEVOPS)] {
        let asked = async |token: &str| {
            let header = [("Authorization", token)];
            client
                .send(method, path, &header, String::new())
                .await
                .status
        };
        assert_eq!(
            client.send(method, path, &[], String::new()).await.status,
            401
        );
        assert_eq!(
            (asked("Bearer x").await, asked("Basic x").await),
            (200, 401)
        );
        client
            .control("POST", "signin", json!({"requestToken": "job"}))
            .await;
        assert_eq!(
            (asked("Bearer x").await, asked("Bearer job").await),
            (401, 200)
        );
        client
            .control("POST", "signin", json!({"requestToken": null}))
            .await;
    }
}

/// Who can read the file that a challenge names may have a token, once.
#[tokio::test]
async fn azure_arc_asks_for_the_key_in_a_file() {
    const ARC: &str = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let mut client = Client::with_group().await;
    client.forget_token();
    let ask = async |client: &Client, path: &str, key: Option<&str>| {
        let basic = key.map(|key| format!("Basic {key}"));
        let mut headers = vec![("Metadata", "true")];
        headers.extend(basic.as_deref().map(|basic| ("Authorization", basic)));
        client.send("GET", path, &headers, String::new()).await
    };
    assert_eq!(ask(&client, ARC, None).await.status, 404);
    let folder = tempfile::tempdir().expect("a folder");
    client
        .control("POST", "signin", json!({"arcFolder": folder.path()}))
        .await;
    let bare = client.send("GET", ARC, &[], String::new()).await;
    assert_eq!((bare.status, bare.header("www-authenticate")), (400, ""));
    let named = ask(&client, &format!("{ARC}&client_id=c"), None).await;
    assert_eq!(named.status, 400, "there are no user-assigned identities");
    let challenged = ask(&client, ARC, None).await;
    assert_eq!(challenged.status, 401);
    let file = challenged
        .header("www-authenticate")
        .strip_prefix("Basic realm=");
    let file = std::path::Path::new(file.expect("a file"));
    assert_eq!(file.parent(), Some(folder.path()));
    let key = std::fs::read_to_string(file).expect("a key");
    assert_eq!(ask(&client, ARC, Some("another")).await.status, 401);
    let asked = ask(&client, ARC, Some(&key)).await;
    assert_eq!(
        (asked.status, &asked.body["expires_in"]),
        (200, &json!("86399"))
    );
    assert_eq!(ask(&client, ARC, Some(&key)).await.status, 401, "it served");
    client.use_token(asked.body["access_token"].as_str().expect("a token"));
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 200);
}
