//! Network security groups and route tables.

use serde_json::{Value, json};

use crate::client::{Client, NETWORK_VERSION as VERSION, network, subnet};

fn rule(priority: u32) -> Value {
    json!({"properties": {
        "priority": priority, "direction": "inbound", "access": "Allow", "protocol": "tcp", "sourceAddressPrefix": "Internet",
        "sourcePortRange": "*", "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": "454-455"
    }})
}

#[tokio::test]
async fn a_group_shows_its_rules_and_the_default_ones() {
    let client = Client::with_group().await;
    let group = network("networkSecurityGroups/guard");
    client
        .settle(&group, json!({"location": "westeurope"}))
        .await;
    client
        .settle(&format!("{group}/securityRules/management"), rule(100))
        .await;
    let body = client.get(&group, VERSION).await.body;
    let shown = &body["properties"]["securityRules"][0];
    assert_eq!(shown["id"], format!("{group}/securityRules/management"));
    assert_eq!(
        (
            &shown["properties"]["protocol"],
            &shown["properties"]["direction"]
        ),
        (&json!("Tcp"), &json!("Inbound"))
    );
    assert_eq!(shown["properties"]["sourceAddressPrefixes"], json!([]));
    assert_eq!(
        body["properties"]["defaultSecurityRules"]
            .as_array()
            .map(Vec::len),
        Some(6)
    );
    let one = client
        .get(
            &format!("{group}/defaultSecurityRules/denyallinbound"),
            VERSION,
        )
        .await;
    assert_eq!(one.body["properties"]["priority"], 65500);
}

#[tokio::test]
async fn wrong_rules_are_refused() {
    let client = Client::with_group().await;
    let group = network("networkSecurityGroups/guard");
    client
        .settle(&group, json!({"location": "westeurope"}))
        .await;
    client
        .settle(&format!("{group}/securityRules/first"), rule(100))
        .await;
    let changed = |member: &str, value: Value| {
        let mut body = rule(200);
        body["properties"][member] = value;
        body
    };
    for (body, code) in [
        (rule(100), "SecurityRuleConflict"),
        (rule(99), "SecurityRuleInvalidPriority"),
        (
            changed("destinationPortRange", json!("70000")),
            "SecurityRuleInvalidPortRange",
        ),
        (
            changed("destinationPortRanges", json!(["1"])),
            "SecurityRuleParameterContainsUnsupportedValue",
        ),
        (
            changed("sourceAddressPrefix", json!("10.0.0.300")),
            "SecurityRuleInvalidAddressPrefix",
        ),
        (
            changed("destinationAddressPrefix", json!("")),
            "SecurityRuleInvalidAddressPrefix",
        ),
        (changed("access", json!("Maybe")), "InvalidRequestFormat"),
    ] {
        let answer = client
            .put(&format!("{group}/securityRules/second"), VERSION, body)
            .await;
        assert_eq!(answer.error(), (400, code));
    }
    // As azurerm sends them.
    let mut several = rule(300);
    for (one, many, values) in [
        (
            "destinationPortRange",
            "destinationPortRanges",
            json!(["454", "3443"]),
        ),
        (
            "sourceAddressPrefix",
            "sourceAddressPrefixes",
            json!(["10.0.0.0/8"]),
        ),
    ] {
        several["properties"][one] = json!("");
        several["properties"][many] = values;
    }
    let path = format!("{group}/securityRules/third");
    let made = client.put(&path, VERSION, several).await;
    assert_eq!(made.status, 201, "{made:?}");
}

#[tokio::test]
async fn what_is_attached_cannot_be_deleted() {
    let client = Client::with_subnets().await;
    for (kind, member, code) in [
        (
            "networkSecurityGroups",
            "networkSecurityGroup",
            "InUseNetworkSecurityGroupCannotBeDeleted",
        ),
        (
            "routeTables",
            "routeTable",
            "InUseRouteTableCannotBeDeleted",
        ),
    ] {
        let path = network(&format!("{kind}/one"));
        let mut body = json!({"properties": {"addressPrefix": "10.0.1.0/27"}});
        body["properties"][member] = json!({ "id": path });
        assert_eq!(
            client.put(&subnet(1), VERSION, body.clone()).await.error(),
            (400, "InvalidResourceReference")
        );
        client
            .settle(&path, json!({"location": "westeurope"}))
            .await;
        client.settle(&subnet(1), body).await;
        let shown = client.get(&path, VERSION).await.body;
        assert_eq!(shown["properties"]["subnets"], json!([{"id": subnet(1)}]));
        assert_eq!(client.delete(&path, VERSION).await.error(), (400, code));
        client
            .settle(
                &subnet(1),
                json!({"properties": {"addressPrefix": "10.0.1.0/27"}}),
            )
            .await;
        assert_eq!(client.delete(&path, VERSION).await.status, 202);
        client.advance("1m").await;
        assert_eq!(client.get(&path, VERSION).await.status, 404);
    }
}

#[tokio::test]
async fn routes_are_checked_and_shown_in_their_table() {
    let client = Client::with_group().await;
    let table = network("routeTables/out");
    let route = json!({"name": "all", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}});
    client
        .settle(
            &table,
            json!({"location": "westeurope", "properties": {"routes": [route]}}),
        )
        .await;
    assert_eq!(
        client.get(&table, VERSION).await.body["properties"]["routes"][0]["properties"]["nextHopType"],
        "Internet"
    );
    for (prefix, hop, address, code) in [
        ("0.0.0.0/0", "Internet", None, "RouteConflict"),
        (
            "10.0.0.0/8",
            "Internet",
            Some("10.0.0.1"),
            "InvalidNextHopIpAddress",
        ),
        (
            "10.0.0.0/8",
            "VirtualAppliance",
            None,
            "InvalidNextHopIpAddress",
        ),
        ("10.0.0.1/8", "None", None, "InvalidAddressPrefixFormat"),
        ("10.0.0.0/8", "Elsewhere", None, "InvalidRequestFormat"),
    ] {
        let body = json!({"properties": {"addressPrefix": prefix, "nextHopType": hop, "nextHopIpAddress": address}});
        assert_eq!(
            client
                .put(&format!("{table}/routes/other"), VERSION, body)
                .await
                .error(),
            (400, code),
            "{prefix} {hop}"
        );
    }
    let tagged = json!({"properties": {"addressPrefix": "AzureCloud", "nextHopType": "Internet"}});
    assert_eq!(
        client
            .put(&format!("{table}/routes/other"), VERSION, tagged)
            .await
            .status,
        201
    );
}
