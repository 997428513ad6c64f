//! Azure's readers are lenient, and so is the emulator.

use serde_json::json;

use super::is_refused;
use crate::client::{Client, LOGIC_VERSION as LOGIC, NETWORK_VERSION as NETWORK, logic, network};

#[tokio::test]
async fn names_and_values_have_no_case_and_texts_are_read() {
    let client = Client::with_group().await;
    let path = network("virtualNetworks/vnet");
    let body = json!({"Location": "West Europe", "TAGS": {"Team": "A"}, "Properties": {
        "ADDRESSSPACE": {"addressprefixes": ["10.0.0.0/16"]}, "enableDdosProtection": "False", "flowTimeoutInMinutes": "5",
        "encryption": {"enabled": "TRUE", "enforcement": "allowunencrypted"}, "dhcpOptions": null
    }});
    let created = client.put(&path, NETWORK, body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let properties = &created.body["properties"];
    assert_eq!(created.body["tags"], json!({"Team": "A"}));
    assert_eq!(
        (
            &properties["enableDdosProtection"],
            &properties["flowTimeoutInMinutes"]
        ),
        (&json!(false), &json!(5))
    );
    let encryption = json!({"enabled": true, "enforcement": "AllowUnencrypted"});
    assert_eq!(
        (&properties["encryption"], properties.get("dhcpOptions")),
        (&encryption, None)
    );
}

#[tokio::test]
async fn what_the_document_lacks_is_kept_for_newer_versions_and_where_it_is_shown() {
    let client = Client::with_group().await;
    let path = network("virtualNetworks/vnet");
    let mut body = json!({"location": "westeurope", "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "ofTheFuture": {"Kept": [1, null]}
    }});
    for old in ["2023-11-01", NETWORK] {
        assert!(is_refused(&client.put(&path, old, body.clone()).await));
    }
    let created = client.put(&path, "2025-01-01", body.clone()).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(
        created.body["properties"]["ofTheFuture"],
        json!({"Kept": [1, null]})
    );
    client.advance("1m").await;
    // A service that shows it knows it, whatever the version.
    let again = client.put(&path, NETWORK, body.clone()).await;
    assert_eq!(again.status, 200, "{again:?}");
    client.advance("1m").await;
    body["properties"]["unheardOf"] = json!(1);
    let refused = client.put(&path, NETWORK, body).await;
    assert!(
        is_refused(&refused) && refused.body.to_string().contains("unheardOf"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn documents_of_the_clients_own_are_left_alone() {
    let client = Client::with_group().await;
    let account = json!({"location": "westeurope", "sku": {"name": "standard"}});
    let created = client
        .put(&logic("integrationAccounts/a"), LOGIC, account)
        .await;
    assert_eq!(
        (created.status, &created.body["sku"]["name"]),
        (201, &json!("Standard"))
    );
    let metadata = json!({"Owner": null, "owner": {"Size": "5", "list": [null, true]}});
    let partner =
        json!({"properties": {"partnerType": "b2b", "content": {}, "metadata": metadata}});
    let kept = client
        .put(&logic("integrationAccounts/a/partners/p"), LOGIC, partner)
        .await;
    assert_eq!(
        (kept.status, &kept.body["properties"]["metadata"]),
        (201, &metadata)
    );
    assert_eq!(kept.body["properties"]["partnerType"], "B2B");
}

#[tokio::test]
async fn refusals_say_where_and_what() {
    let client = Client::with_group().await;
    let subnets = json!([{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24", "serviceEndpoints": [{"service": 5}]}}]);
    let body = json!({"location": "westeurope",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}});
    let refused = client
        .put(&network("virtualNetworks/vnet"), NETWORK, body)
        .await;
    let error = &refused.body["error"];
    assert_eq!(error["message"], "Cannot parse the request.");
    assert_eq!(
        error["details"],
        json!([{"code": "InvalidJson", "message":
            "The value cannot be converted to type 'String'. Path 'properties.subnets[0].properties.serviceEndpoints[0].service'."}])
    );
    let account = json!({"location": "westeurope", "sku": {"name": "Gold"}});
    let refused = client
        .put(&logic("integrationAccounts/a"), LOGIC, account)
        .await;
    assert_eq!(
        refused.body["error"]["message"],
        "The request content is not valid and could not be deserialized: \
         'Error converting value \"Gold\" to type 'IntegrationAccountSkuName'. Path 'sku.name'.'."
    );
}
