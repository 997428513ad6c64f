//! What clients find out before they sign in.

use serde_json::json;

use super::jwt::verify;
use super::{ask, home, refusal, register};
use crate::client::Client;

#[tokio::test]
async fn a_tenant_describes_itself_and_its_keys_verify_tokens() {
    let client = Client::new().await;
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let found = client
        .follow(&format!(
            "http://emulator/{tenant}/v2.0/.well-known/openid-configuration"
        ))
        .await
        .body;
    let base = format!("http://emulator/{tenant}");
    assert_eq!(found["issuer"], json!(format!("{base}/v2.0")));
    assert_eq!(
        found["token_endpoint"],
        json!(format!("{base}/oauth2/v2.0/token"))
    );
    assert_eq!(
        found["authorization_endpoint"],
        json!(format!("{base}/oauth2/v2.0/authorize"))
    );
    let keys = client
        .follow(found["jwks_uri"].as_str().expect("an address"))
        .await
        .body;
    let granted = ask(&client, tenant, &[("client_secret", "any")]).await;
    verify(
        granted.body["access_token"].as_str().expect("a token"),
        &keys,
    );

    let common = client
        .follow("http://emulator/common/v2.0/.well-known/openid-configuration")
        .await
        .body;
    assert_eq!(common["issuer"], "http://emulator/{tenantid}/v2.0");
    let older = client
        .follow(&format!("{base}/.well-known/openid-configuration"))
        .await
        .body;
    assert_eq!(
        older["token_endpoint"],
        json!(format!("{base}/oauth2/token"))
    );
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_not_described() {
    let client = Client::new().await;
    let home = home(&client).await;
    register(&client, json!({})).await;
    let path =
        |tenant: &str| format!("http://emulator/{tenant}/v2.0/.well-known/openid-configuration");
    let by_domain = client.follow(&path("emulated.onmicrosoft.com")).await.body;
    assert_eq!(
        by_domain["issuer"],
        json!(format!("http://emulator/{home}/v2.0"))
    );
    let elsewhere = client
        .follow(&path("72f988bf-86f1-41af-91ab-2d7cd011db47"))
        .await;
    assert_eq!(refusal(&elsewhere), (400, "invalid_request", 90002));
    let keys = client
        .follow("http://emulator/contoso.com/discovery/v2.0/keys")
        .await;
    assert_eq!(refusal(&keys), (400, "invalid_request", 90002));
}

#[tokio::test]
async fn only_this_cloud_is_known_here() {
    let client = Client::new().await;
    let ask = async |version: &str, authority: &str| {
        let query = format!(
            "api-version={version}&authorization_endpoint={authority}/oauth2/v2.0/authorize"
        );
        client
            .follow(&format!(
                "http://emulator/common/discovery/instance?{query}"
            ))
            .await
    };
    let described = "http://emulator/t/v2.0/.well-known/openid-configuration";
    let older = ask("1.0", "http://emulator/t").await.body;
    assert_eq!(
        older,
        json!({"tenant_discovery_endpoint": described, "api-version": "1.0"})
    );
    let newer = ask("1.1", "http://emulator/t").await.body;
    assert_eq!(newer["tenant_discovery_endpoint"], described);
    assert_eq!(newer["metadata"][0]["aliases"], json!(["emulator"]));
    let refused = ask("1.1", "http://elsewhere/t").await;
    assert_eq!(refusal(&refused), (400, "invalid_instance", 50049));
}

#[tokio::test]
async fn the_cloud_describes_itself_in_each_version() {
    let client = Client::new().await;
    let ask = async |version: &str| client.get("/metadata/endpoints", version).await;
    let one = ask("2022-09-01").await.body;
    assert_eq!(one["resourceManager"], "http://emulator");
    assert_eq!(one["authentication"]["loginEndpoint"], "http://emulator");
    assert_eq!(one["authentication"]["identityProvider"], "AAD");
    assert_eq!(one["authentication"]["tenant"], "common");
    for member in [
        "name",
        "microsoftGraphResourceId",
        "graphAudience",
        "batch",
        "gallery",
    ] {
        assert!(one[member].is_string(), "{member}");
    }
    for suffix in ["keyVaultDns", "storage"] {
        assert!(one["suffixes"][suffix].is_string(), "{suffix}");
    }
    assert_eq!(ask("2019-05-01").await.body, json!([one]));
    let stack = ask("2015-01-01").await.body;
    assert_eq!(stack["authentication"]["loginEndpoint"], "http://emulator");
    assert!(stack["galleryEndpoint"].is_string() && stack.get("resourceManager").is_none());
    assert_eq!(
        ask("2001-01-01").await.error(),
        (400, "InvalidApiVersionParameter")
    );
    assert_eq!(ask("").await.error(), (400, "MissingApiVersionParameter"));
}
