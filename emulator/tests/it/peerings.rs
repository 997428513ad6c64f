//! Peerings of networks: two halves that meet, part and meet again.

use serde_json::{Value, json};

use crate::client::{Answer, Client, NETWORK_VERSION, network};

fn peering(of: &str) -> String {
    network(&format!("virtualNetworks/v{of}/virtualNetworkPeerings/p"))
}

async fn space(client: &Client, name: &str, prefixes: &[&str]) {
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": prefixes}}});
    client
        .settle(&network(&format!("virtualNetworks/v{name}")), body)
        .await;
}

async fn peer(client: &Client, from: &str, to: &str) -> Answer {
    let remote = network(&format!("virtualNetworks/v{to}"));
    let body = json!({"properties": {"remoteVirtualNetwork": {"id": remote}}});
    let answer = client.put(&peering(from), NETWORK_VERSION, body).await;
    client.advance("1m").await;
    answer
}

async fn state(client: &Client, of: &str) -> (Value, Value) {
    let shown = client.get(&peering(of), NETWORK_VERSION).await.body;
    let properties = &shown["properties"];
    (
        properties["peeringState"].clone(),
        properties["peeringSyncLevel"].clone(),
    )
}

async fn unpeer(client: &Client, of: &str) {
    let gone = client.delete(&peering(of), NETWORK_VERSION).await;
    assert_eq!(gone.status, 202, "{gone:?}");
    client.advance("1m").await;
}

#[tokio::test]
async fn halves_meet_part_and_meet_again() {
    let client = Client::with_group().await;
    space(&client, "a", &["10.0.0.0/16"]).await;
    space(&client, "b", &["10.1.0.0/16"]).await;
    let made = peer(&client, "a", "b").await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        made.body["properties"]["remoteAddressSpace"]["addressPrefixes"],
        json!(["10.1.0.0/16"])
    );
    let in_sync = json!("FullyInSync");
    assert_eq!(
        state(&client, "a").await,
        (json!("Initiated"), in_sync.clone())
    );
    assert_eq!(peer(&client, "b", "a").await.status, 201);
    for half in ["a", "b"] {
        assert_eq!(
            state(&client, half).await,
            (json!("Connected"), in_sync.clone())
        );
    }
    let shown = client
        .get(&network("virtualNetworks/va"), NETWORK_VERSION)
        .await
        .body;
    assert_eq!(
        shown["properties"]["virtualNetworkPeerings"][0]["name"],
        "p"
    );
    let list = client
        .get(
            &network("virtualNetworks/va/virtualNetworkPeerings"),
            NETWORK_VERSION,
        )
        .await;
    assert_eq!(list.body["value"].as_array().map(Vec::len), Some(1));

    // One network grows: its own half and the other one say which of them has not seen that.
    space(&client, "b", &["10.1.0.0/16", "10.2.0.0/16"]).await;
    assert_eq!(state(&client, "a").await.1, "RemoteNotInSync");
    assert_eq!(state(&client, "b").await.1, "LocalNotInSync");
    peer(&client, "a", "b").await;
    assert_eq!(state(&client, "a").await.1, in_sync);

    unpeer(&client, "a").await;
    assert_eq!(state(&client, "b").await.0, "Disconnected");
    let refused = peer(&client, "a", "b").await;
    assert_eq!(refused.error(), (400, "RemotePeeringIsDisconnected"));
    assert_eq!(peer(&client, "b", "a").await.status, 200, "written again");
    assert_eq!(state(&client, "b").await.0, "Initiated");
    assert_eq!(peer(&client, "a", "b").await.status, 201);
    assert_eq!(state(&client, "b").await.0, "Connected");
}

#[tokio::test]
async fn a_network_may_have_its_peerings_in_it_and_keeps_them() {
    let client = Client::with_group().await;
    space(&client, "b", &["10.1.0.0/16"]).await;
    let remote = network("virtualNetworks/vb");
    let body = |peerings: Option<Value>| {
        let mut body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        if let Some(peerings) = peerings {
            body["properties"]["virtualNetworkPeerings"] = peerings;
        }
        body
    };
    let one = json!([{"name": "p", "properties": {"remoteVirtualNetwork": {"id": remote}}}]);
    let path = network("virtualNetworks/va");
    client.settle(&path, body(Some(one))).await;
    assert_eq!(state(&client, "a").await.0, "Initiated");
    client.settle(&path, body(None)).await;
    assert_eq!(state(&client, "a").await.0, "Initiated", "kept");
    client.settle(&path, body(Some(json!([])))).await;
    assert_eq!(client.get(&peering("a"), NETWORK_VERSION).await.status, 404);
}

#[tokio::test]
async fn networks_that_cannot_be_peered_are_refused() {
    let client = Client::with_group().await;
    space(&client, "a", &["10.0.0.0/16"]).await;
    space(&client, "b", &["10.0.128.0/17"]).await;
    space(&client, "c", &["10.3.0.0/16"]).await;
    let refused = peer(&client, "a", "b").await;
    assert_eq!(refused.error(), (400, "VnetAddressSpacesOverlap"));
    let refused = peer(&client, "a", "a").await;
    assert_eq!(refused.error(), (400, "RemoteVirtualNetworkIsLocal"));
    let refused = peer(&client, "a", "none").await;
    assert_eq!(refused.error(), (400, "InvalidResourceReference"));
    let refused = client
        .put(&peering("a"), NETWORK_VERSION, json!({"properties": {}}))
        .await;
    assert_eq!(refused.error(), (400, "MissingJsonReferenceId"));
    assert_eq!(peer(&client, "a", "c").await.status, 201);
    let other = peering("a").replace("/p", "/q");
    let remote = network("virtualNetworks/vc");
    let body = json!({"properties": {"remoteVirtualNetwork": {"id": remote}}});
    let refused = client.put(&other, NETWORK_VERSION, body).await;
    assert!(refused.error() != (201, ""), "{refused:?}");
}
