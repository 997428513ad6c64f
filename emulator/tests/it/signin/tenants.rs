//! Subscriptions of several tenants, and requests that link one to another.

use serde_json::json;

use super::{APPLICATION, ask, home, refusal, register};
use crate::client::{Client, group, logic};

const OTHER: &str = "dddddddd-0000-4000-8000-000000000004";
const SUBSCRIPTION: &str = "/subscriptions/99999999-9999-9999-9999-999999999999";

#[tokio::test]
async fn what_is_linked_in_another_tenant_needs_a_token_of_it() {
    let mut client = Client::with(vec![
        json!({"id": SUBSCRIPTION, "tenantId": OTHER}),
        json!({"id": group(), "location": "westeurope"}),
    ])
    .await;
    let further = json!({"secrets": [{"secretText": "mine"}], "furtherTenantIds": [OTHER]});
    let shown = register(&client, further).await.body;
    assert_eq!(shown["furtherTenantIds"], json!([OTHER]));
    let secret = [("client_id", APPLICATION), ("client_secret", "mine")];
    let mut tokens = Vec::new();
    let own = home(&client).await;
    for tenant in [&*own, OTHER] {
        let answer = ask(&client, tenant, &secret).await;
        assert_eq!(refusal(&answer), (200, "", 0), "{tenant}");
        tokens.push(
            answer.body["access_token"]
                .as_str()
                .expect("a token")
                .to_owned(),
        );
    }
    let [own, other] = &tokens[..] else {
        panic!("two")
    };
    client.use_token(own);
    let there = client
        .get(&format!("{SUBSCRIPTION}/resourceGroups"), "2022-09-01")
        .await;
    assert_eq!(there.error(), (401, "InvalidAuthenticationTokenTenant"));
    assert!(there.header("www-authenticate").contains(OTHER));
    let identity = format!(
        "{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    );
    let body = json!({"location": "westeurope", "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {"definition": {"$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}}}});
    let path = format!("{}?api-version=2019-05-01", logic("workflows/w"));
    let put = async |client: &Client, auxiliary: Option<String>| {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(
            auxiliary
                .as_deref()
                .map(|it| ("x-ms-authorization-auxiliary", it)),
        );
        client.send("PUT", &path, &headers, body.to_string()).await
    };
    let alone = put(&client, None).await;
    assert_eq!(alone.error(), (403, "LinkedAuthorizationFailed"));
    let message = alone.body["error"]["message"].as_str().expect("a text");
    assert!(
        message.contains("is not authorized to access linked subscription"),
        "{message}"
    );
    for (auxiliary, expected) in [
        (format!("Bearer {own}"), 403),
        (other.clone(), 401),
        (format!("Bearer {other}x"), 401),
        (vec![format!("Bearer {other}"); 4].join(", "), 401),
        (format!("Bearer {own}, Bearer {other}"), 201),
    ] {
        let answer = put(&client, Some(auxiliary)).await;
        assert_eq!(answer.status, expected, "{answer:?}");
    }
}
