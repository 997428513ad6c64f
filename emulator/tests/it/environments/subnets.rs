//! How an environment holds its subnets.

use serde_json::{Value, json};

use super::{links, path, with_environment};
use crate::client::{
    Client, LOGIC_VERSION as VERSION, NETWORK_VERSION, environment, group, logic, network, subnet,
};

#[tokio::test]
async fn an_environment_holds_its_subnets_from_the_start() {
    let client = Client::with_subnets().await;
    client
        .put(&path(), VERSION, environment("Developer", 0))
        .await;
    for number in 1..=4 {
        assert_eq!(links(&client, number, "serviceAssociationLinks").await, 1);
        assert_eq!(
            links(&client, number, "resourceNavigationLinks").await,
            usize::from(number == 4)
        );
    }
    let link = &client.get(&subnet(2), NETWORK_VERSION).await.body["properties"]["serviceAssociationLinks"]
        [0];
    assert_eq!(link["properties"]["link"], path());
    assert_eq!(
        client.delete(&subnet(1), NETWORK_VERSION).await.error(),
        (400, "InUseSubnetCannotBeDeleted")
    );
    let network = network("virtualNetworks/vnet");
    assert_eq!(
        client.delete(&network, NETWORK_VERSION).await.error(),
        (400, "InUseSubnetCannotBeDeleted")
    );
    let moved = client
        .put(
            &subnet(1),
            NETWORK_VERSION,
            json!({"properties": {"addressPrefix": "10.0.9.0/27"}}),
        )
        .await;
    assert_eq!(moved.error(), (400, "InUseSubnetCannotBeUpdated"));
    // A write that changes nothing of the address is fine and does not free the subnet.
    client
        .settle(
            &subnet(1),
            json!({"properties": {"addressPrefix": "10.0.1.0/27"}}),
        )
        .await;
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 1);
    let other = client
        .put(
            &logic("integrationServiceEnvironments/Other"),
            VERSION,
            environment("Developer", 0),
        )
        .await;
    assert_eq!(other.error(), (400, "SubnetInUse"));
}

#[tokio::test]
async fn one_subnet_may_be_delegated_and_then_stays_so() {
    let client = Client::with_subnets().await;
    let bare = json!({"properties": {"addressPrefix": "10.0.1.0/27"}});
    let mut delegated = bare.clone();
    delegated["properties"]["delegations"] = json!([{"name": "ise", "properties": {"serviceName": "Microsoft.Logic/integrationServiceEnvironments"}}]);
    client.settle(&subnet(1), delegated).await;
    assert_eq!(
        client
            .put(&path(), VERSION, environment("Premium", 0))
            .await
            .status,
        201
    );
    assert_eq!(
        client.put(&subnet(1), NETWORK_VERSION, bare).await.error(),
        (400, "SubnetMissingRequiredDelegation")
    );
}

#[tokio::test]
async fn a_group_whose_subnets_are_held_is_not_deleted_until_they_are_free() {
    let client = with_environment().await;
    let first = client.delete(&group(), "2022-09-01").await;
    client.advance("1m").await;
    let failed = client.follow(first.header("location")).await;
    assert_eq!(failed.error(), (409, "ResourceGroupDeletionBlocked"));
    assert_eq!(client.get(&path(), VERSION).await.status, 404);
    assert_eq!(
        client
            .get(&network("virtualNetworks/vnet"), NETWORK_VERSION)
            .await
            .status,
        200
    );
    client.advance("1h").await;
    let second = client.delete(&group(), "2022-09-01").await;
    client.advance("1m").await;
    assert_eq!(client.follow(second.header("location")).await.status, 200);
}

#[tokio::test]
async fn no_subnet_lies_in_a_reserved_range() {
    let client = Client::with_subnets().await;
    let spaces = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["0.0.0.0/8", "100.64.0.0/10", "100.0.0.0/10"]}}});
    let other = network("virtualNetworks/other");
    client.settle(&other, spaces).await;
    let place = async |name: &str, prefix: &str| {
        let subnet = format!("{other}/subnets/{name}");
        let body = json!({"properties": {"addressPrefix": prefix}});
        client.settle(&subnet, body).await;
        json!({ "id": subnet })
    };
    let mut four = Vec::new();
    for (name, prefix) in [
        ("a", "100.0.0.0/27"),
        ("b", "100.0.1.0/27"),
        ("c", "100.0.2.0/27"),
        ("d", "100.0.3.0/27"),
    ] {
        four.push(place(name, prefix).await);
    }
    let create = async |subnets: &[Value]| {
        let mut body = environment("Premium", 0);
        body["properties"]["networkConfiguration"]["subnets"] = json!(subnets);
        client.put(&path(), VERSION, body).await
    };
    for (name, prefix) in [("low", "0.1.0.0/27"), ("shared", "100.127.0.0/27")] {
        let mut subnets = four.clone();
        subnets[2] = place(name, prefix).await;
        let refused = create(&subnets).await;
        assert_eq!(refused.error(), (400, "SubnetReservedRange"), "{prefix}");
    }
    assert_eq!(create(&four).await.status, 201);
}
