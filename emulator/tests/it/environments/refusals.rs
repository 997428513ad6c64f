//! Environments that are refused, and changes of them.

use serde_json::json;

use super::{links, path, with_environment};
use crate::client::{Client, LOGIC_VERSION as VERSION, environment, logic, network, subnet};

#[tokio::test]
async fn what_is_fixed_at_creation_cannot_be_changed() {
    let client = with_environment().await;
    let mut access = environment("Premium", 0);
    access["properties"]["networkConfiguration"]["accessEndpoint"]["type"] = json!("External");
    let mut subnets = environment("Premium", 0);
    subnets["properties"]["networkConfiguration"]["subnets"][0]["id"] = json!(subnet(9));
    for body in [environment("Developer", 0), access, subnets] {
        let answer = client.put(&path(), VERSION, body).await;
        assert_eq!(
            answer.error(),
            (400, "IntegrationServiceEnvironmentPropertyCannotBeChanged")
        );
    }
    // The order and the casing of the subnets are no change.
    let mut same = environment("Premium", 0);
    same["properties"]["networkConfiguration"]["subnets"]
        .as_array_mut()
        .expect("subnets")
        .reverse();
    let text = same.to_string().replace("resourceGroups", "resourcegroups");
    assert_eq!(
        client
            .put(&path(), VERSION, serde_json::from_str(&text).expect("JSON"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn wrong_environments_are_refused() {
    let client = Client::with_subnets().await;
    client
        .settle(
            &subnet(5),
            json!({"properties": {"addressPrefix": "10.0.5.0/28"}}),
        )
        .await;
    let odd = network("virtualNetworks/vnet/subnets/6th");
    client
        .settle(
            &odd,
            json!({"properties": {"addressPrefix": "10.0.6.0/27"}}),
        )
        .await;
    let delegated = json!({"addressPrefix": "10.0.7.0/27", "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}]});
    client
        .settle(&subnet(7), json!({"properties": delegated}))
        .await;
    let four = |ids: [String; 4]| ids.map(|id| json!({ "id": id }));
    let cases = [
        (json!([]), "InvalidSubnetCount"),
        (
            json!(four([
                subnet(1),
                subnet(2),
                subnet(3),
                subnet(1).to_uppercase()
            ])),
            "DuplicateSubnet",
        ),
        (
            json!(four([
                subnet(1),
                subnet(2),
                subnet(3),
                subnet(4).replace("vnet", "other")
            ])),
            "SubnetsInDifferentVirtualNetworks",
        ),
        (
            json!(four([subnet(1), subnet(2), subnet(3), subnet(8)])),
            "SubnetNotFound",
        ),
        (
            json!(four([subnet(1), subnet(2), subnet(3), subnet(5)])),
            "SubnetTooSmall",
        ),
        (
            json!(four([subnet(1), subnet(2), subnet(3), odd])),
            "SubnetNameInvalid",
        ),
        (
            json!(four([subnet(1), subnet(2), subnet(3), subnet(7)])),
            "SubnetDelegationInvalid",
        ),
    ];
    for (subnets, code) in cases {
        let mut body = environment("Premium", 0);
        body["properties"]["networkConfiguration"]["subnets"] = subnets;
        assert_eq!(
            client.put(&path(), VERSION, body).await.error(),
            (400, code)
        );
    }
    let mut far = environment("Premium", 0);
    far["location"] = json!("northeurope");
    assert_eq!(
        client.put(&path(), VERSION, far).await.error(),
        (400, "SubnetRegionMismatch")
    );
    const SKU: &str = "InvalidIntegrationServiceEnvironmentSku";
    for (sku, capacity, code) in [
        ("Premium", 11, SKU),
        ("Developer", 1, SKU),
        ("NotSpecified", 0, SKU),
        ("Basic", 0, "InvalidRequestContent"),
    ] {
        let answer = client
            .put(&path(), VERSION, environment(sku, capacity))
            .await;
        assert_eq!(answer.error(), (400, code), "{sku} {capacity}");
    }
    assert_eq!(
        client
            .put(&path(), "2018-07-01-preview", environment("Premium", 0))
            .await
            .error(),
        (400, "NoRegisteredProviderFound")
    );
    assert_eq!(client.get(&path(), VERSION).await.status, 404);
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 0);
}

#[tokio::test]
async fn the_retired_service_takes_no_new_environment() {
    let client = with_environment().await;
    client
        .control("POST", "faults", json!({"preset": "ise-retired"}))
        .await;
    let other = client
        .put(
            &logic("integrationServiceEnvironments/New"),
            VERSION,
            environment("Premium", 0),
        )
        .await;
    assert_eq!(
        other.error(),
        (400, "IntegrationServiceEnvironmentCreationNotAllowed")
    );
    assert_eq!(
        client
            .put(&path(), VERSION, environment("Premium", 0))
            .await
            .status,
        200
    );
}
