//! Integration accounts.

use serde_json::{Value, json};

use crate::client::{Client, LOGIC_VERSION as VERSION, ise, logic};

fn path() -> String {
    logic("integrationAccounts/account")
}

fn account(sku: &str) -> Value {
    json!({"location": "westeurope", "sku": {"name": sku}})
}

#[tokio::test]
async fn an_account_is_written_at_once_and_only_grows() {
    let client = Client::with_group().await;
    let created = client.put(&path(), VERSION, account("Basic")).await;
    assert_eq!(
        (created.status, created.body),
        (
            201,
            json!({
                "properties": {"state": "Enabled"}, "sku": {"name": "Basic"}, "id": path(), "name": "account",
                "type": "Microsoft.Logic/integrationAccounts", "location": "westeurope"
            })
        )
    );
    assert_eq!(
        client
            .patch(&path(), VERSION, json!({"sku": {"name": "Standard"}}))
            .await
            .body["sku"]["name"],
        "Standard"
    );
    assert_eq!(
        client.put(&path(), VERSION, account("Basic")).await.error(),
        (400, "InvalidIntegrationAccountSku")
    );
    assert_eq!(
        client
            .put(&logic("integrationAccounts/b"), VERSION, account("Gold"))
            .await
            .error(),
        (400, "InvalidRequestContent")
    );
    assert_eq!(client.delete(&path(), VERSION).await.status, 200);
}

#[tokio::test]
async fn an_environment_decides_which_skus_it_takes() {
    for (environment, sku, expected) in [
        ("Premium", "Standard", 201),
        ("Premium", "Free", 400),
        ("Developer", "Free", 201),
        ("Developer", "Standard", 201),
        ("Developer", "Basic", 400),
    ] {
        let client = Client::with_environment(environment).await;
        let mut body = account(sku);
        body["properties"] = json!({"integrationServiceEnvironment": {"id": ise()}});
        let answer = client.put(&path(), VERSION, body).await;
        assert_eq!(answer.status, expected, "{environment} {sku}");
        if expected == 201 {
            assert_eq!(
                answer.body["properties"]["integrationServiceEnvironment"]["name"],
                "ise"
            );
            let moved = client.put(&path(), VERSION, account("Standard")).await;
            assert_eq!(
                moved.error(),
                (
                    400,
                    "IntegrationAccountIntegrationServiceEnvironmentMismatch"
                )
            );
        }
    }
}

#[tokio::test]
async fn an_account_has_a_callback_address() {
    let client = Client::with_group().await;
    client.put(&path(), VERSION, account("Free")).await;
    let url = |body: Value| body["value"].as_str().expect("a URL").to_owned();
    let list = format!("{}/listCallbackUrl", path());
    let first = url(client
        .post(
            &list,
            VERSION,
            json!({"notAfter": "2030-01-01T00:00:00Z", "keyType": "Primary"}),
        )
        .await
        .body);
    assert!(
        first.contains("/integrationAccounts/") && first.contains("&se=2030-01-01T00%3A00%3A00Z&"),
        "{first}"
    );
    client
        .post(
            &format!("{}/regenerateAccessKey", path()),
            VERSION,
            json!({"keyType": "Primary"}),
        )
        .await;
    assert_ne!(
        url(client
            .post(&list, VERSION, json!({"notAfter": "2030-01-01T00:00:00Z"}))
            .await
            .body),
        first
    );
}

#[tokio::test]
async fn artifacts_live_in_their_account() {
    let client = Client::with_group().await;
    client.put(&path(), VERSION, account("Free")).await;
    let partner = format!("{}/partners/contoso", path());
    let missing = client.get(&partner, VERSION).await;
    assert_eq!(missing.error(), (404, "PartnerNotFound"));
    assert_eq!(
        missing.body["error"]["message"],
        "The partner 'contoso' could not be found in integration account 'account'."
    );
    let mut body = json!({"location": "westeurope", "properties": {"partnerType": "B2B"}});
    assert_eq!(
        client.put(&partner, VERSION, body.clone()).await.error(),
        (400, "InvalidRequestContent")
    );
    body["properties"]["content"] =
        json!({"b2b": {"businessIdentities": [{"qualifier": "AA", "value": "ZZ"}]}});
    let created = client.put(&partner, VERSION, body.clone()).await;
    assert_eq!(
        (created.status, &created.body["properties"]["content"]),
        (201, &body["properties"]["content"])
    );
    assert!(
        created.body["properties"]["createdTime"].is_string()
            && created.body.get("location").is_none()
    );
    assert_eq!(client.put(&partner, VERSION, body).await.status, 200);
    assert_eq!(
        client
            .get(&format!("{}/partners", path()), VERSION)
            .await
            .body["value"][0]["name"],
        "contoso"
    );
    assert_eq!(client.delete(&partner, VERSION).await.status, 200);
    assert_eq!(client.delete(&partner, VERSION).await.status, 204);
    let orphan = logic("integrationAccounts/none/partners/contoso");
    assert_eq!(
        client.put(&orphan, VERSION, json!({})).await.error(),
        (404, "ParentResourceNotFound")
    );
}

#[tokio::test]
async fn large_contents_come_back_as_a_link() {
    let client = Client::with_group().await;
    client.put(&path(), VERSION, account("Free")).await;
    let map = format!("{}/maps/orders", path());
    let body = json!({"properties": {"mapType": "Xslt", "content": "<xsl/>", "contentType": "application/xml"}});
    let created = client.put(&map, VERSION, body).await.body;
    assert_eq!(
        (
            created["properties"].get("content"),
            &created["properties"]["contentLink"]["contentSize"]
        ),
        (None, &json!(6))
    );
    let url = client
        .post(&format!("{map}/listContentCallbackUrl"), VERSION, json!({}))
        .await;
    assert_eq!(
        url.body["value"],
        created["properties"]["contentLink"]["uri"]
    );
}

#[tokio::test]
async fn keys_of_certificates_are_listed_and_tracking_events_checked() {
    let client = Client::with_group().await;
    client.put(&path(), VERSION, account("Standard")).await;
    let vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/safe";
    for (name, key) in [("one", "k1"), ("two", "k1"), ("three", "k2")] {
        let certificate =
            json!({"properties": {"key": {"keyVault": {"id": vault}, "keyName": key}}});
        let created = client
            .put(
                &format!("{}/certificates/{name}", path()),
                VERSION,
                certificate,
            )
            .await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    let keys = format!("{}/listKeyVaultKeys", path());
    let listed = client
        .post(
            &keys,
            VERSION,
            json!({"keyVault": {"id": vault.to_uppercase()}}),
        )
        .await
        .body;
    let mut found: Vec<&Value> = listed["value"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| &key["kid"])
        .collect();
    found.sort_by_key(|kid| kid.to_string());
    assert_eq!(
        found,
        [
            "https://safe.vault.azure.net/keys/k1",
            "https://safe.vault.azure.net/keys/k2"
        ]
    );
    assert_eq!(
        client.post(&keys, VERSION, json!({})).await.error(),
        (400, "InvalidRequestContent")
    );

    let log = format!("{}/logTrackingEvents", path());
    let event = |level: &str| json!({"sourceType": "x", "events": [{"eventLevel": level, "eventTime": "2024-01-01T00:00:00Z", "recordType": "Custom"}]});
    assert_eq!(client.post(&log, VERSION, event("Error")).await.status, 200);
    for wrong in [
        event("Loud"),
        json!({"sourceType": "x"}),
        json!({"sourceType": "x", "events": [{}]}),
    ] {
        assert_eq!(
            client.post(&log, VERSION, wrong.clone()).await.status,
            400,
            "{wrong}"
        );
    }
}
