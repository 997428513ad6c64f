//! The life of an environment and what it does to its subnets.

use serde_json::{Value, json};

use crate::client::{
    Client, LOGIC_VERSION as VERSION, NETWORK_VERSION, environment, group, logic, network, subnet,
};

fn path() -> String {
    logic("integrationServiceEnvironments/Env")
}

fn state(answer: &Value) -> &str {
    answer["properties"]["provisioningState"]
        .as_str()
        .unwrap_or_default()
}

async fn links(client: &Client, number: u32, kind: &str) -> usize {
    let answer = client
        .get(&format!("{}/{kind}", subnet(number)), NETWORK_VERSION)
        .await;
    answer.body["value"].as_array().expect("a list").len()
}

async fn with_environment() -> Client {
    let client = Client::with_subnets().await;
    let created = client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    client.advance("2h").await;
    client
}

#[tokio::test]
async fn an_environment_takes_two_hours() {
    let client = Client::with_subnets().await;
    let created = client
        .put(&path(), VERSION, environment("Premium", 1))
        .await;
    assert_eq!(created.status, 201);
    let body = &created.body;
    assert_eq!(
        (state(body), &body["properties"]["state"], &body["location"]),
        ("InProgress", &json!("Enabled"), &json!("westeurope"))
    );
    assert_eq!(
        body["properties"]["integrationServiceEnvironmentId"]
            .as_str()
            .map(str::len),
        Some(32)
    );
    let endpoints = &body["properties"]["endpointsConfiguration"];
    assert_eq!(
        endpoints["workflow"]["accessEndpointIpAddresses"],
        json!([{"address": "10.0.1.6"}])
    );
    assert_eq!(
        endpoints["workflow"]["outgoingIpAddresses"][1],
        json!({"address": "10.0.1.0/27"})
    );
    assert_eq!(
        endpoints["connector"].get("accessEndpointIpAddresses"),
        None
    );
    assert_eq!(
        body["properties"]["networkConfiguration"]["subnets"][0]["name"],
        "vnet/s1"
    );
    let operation = created.header("azure-asyncoperation").to_owned();
    assert!(operation.starts_with(&format!("http://emulator{}/operationStatuses/", path())));
    client.advance("119m").await;
    let running = client.follow(&operation).await;
    assert_eq!(
        (running.status, &running.body["status"]),
        (200, &json!("InProgress"))
    );
    client.advance("1m").await;
    let done = client.follow(&operation).await;
    assert_eq!(
        (&done.body["status"], done.header("retry-after")),
        (&json!("Succeeded"), "")
    );
    let read = client.get(&path().to_lowercase(), VERSION).await;
    assert_eq!(
        (state(&read.body), &read.body["name"]),
        ("Succeeded", &json!("Env"))
    );
}

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
async fn a_deletion_answers_at_once_and_frees_the_subnets_an_hour_later() {
    let client = with_environment().await;
    let deleted = client.delete(&path(), VERSION).await;
    assert_eq!(
        (deleted.status, &deleted.body, deleted.header("location")),
        (200, &Value::Null, "")
    );
    assert_eq!(
        client.get(&path(), VERSION).await.error(),
        (404, "ResourceNotFound")
    );
    assert_eq!(client.delete(&path(), VERSION).await.status, 204);
    client.advance("59m").await;
    assert_eq!(links(&client, 4, "resourceNavigationLinks").await, 1);
    assert_eq!(
        client
            .put(&path(), VERSION, environment("Developer", 0))
            .await
            .error(),
        (400, "SubnetInUse")
    );
    client.advance("1m").await;
    assert_eq!(links(&client, 4, "resourceNavigationLinks").await, 0);
    assert_eq!(client.delete(&subnet(1), NETWORK_VERSION).await.status, 202);
}

#[tokio::test]
async fn a_deployment_can_be_deleted() {
    let client = Client::with_subnets().await;
    client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    client.advance("30m").await;
    assert_eq!(client.delete(&path(), VERSION).await.status, 200);
    client.advance("3h").await;
    assert_eq!(client.get(&path(), VERSION).await.status, 404);
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 0);
}

#[tokio::test]
async fn a_failed_creation_stays_readable_and_can_be_tried_again() {
    let client = Client::with_subnets().await;
    let rule = json!({"method": "PUT", "path": "*/integrationServiceEnvironments/*", "fail_operation": {"code": "Broken", "message": "It broke."}});
    client.control("POST", "faults", rule).await;
    let created = client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    assert_eq!((created.status, state(&created.body)), (201, "InProgress"));
    client.advance("2h").await;
    let operation = client.follow(created.header("azure-asyncoperation")).await;
    assert_eq!(
        (operation.status, &operation.body["status"]),
        (200, &json!("Failed"))
    );
    assert_eq!(
        operation.body["error"],
        json!({"code": "Broken", "message": "It broke."})
    );
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Failed");
    client.advance("30m").await;
    let again = client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    assert_eq!((again.status, state(&again.body)), (200, "InProgress"));
    // The release that the failure had scheduled is off.
    client.advance("1h").await;
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 1);
    client.advance("1h").await;
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Succeeded");
}

#[tokio::test]
async fn a_failed_creation_frees_the_subnets_an_hour_later() {
    let client = Client::with_subnets().await;
    client
        .control(
            "POST",
            "faults",
            json!({"fail_operation": {"code": "Broken", "message": "It broke."}}),
        )
        .await;
    client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    client.advance("179m").await;
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 1);
    client.advance("1m").await;
    assert_eq!(links(&client, 1, "serviceAssociationLinks").await, 0);
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Failed");
}

#[tokio::test]
async fn capacity_takes_its_time_and_other_changes_do_not() {
    let client = with_environment().await;
    let scaled = client
        .put(&path(), VERSION, environment("Premium", 2))
        .await;
    assert_eq!((scaled.status, state(&scaled.body)), (200, "InProgress"));
    let busy = client
        .patch(&path(), VERSION, json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(busy.error(), (409, "IntegrationServiceEnvironmentNotReady"));
    client.advance("49m").await;
    assert_eq!(
        state(&client.get(&path(), VERSION).await.body),
        "InProgress"
    );
    client.advance("1m").await;
    let tagged = client
        .patch(&path(), VERSION, json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(
        (
            tagged.status,
            &tagged.body["tags"],
            &tagged.body["sku"]["capacity"]
        ),
        (200, &json!({"a": "b"}), &json!(2))
    );
    client.advance("1m").await;
    let merged = client
        .patch(
            &path(),
            VERSION,
            json!({"tags": {"c": "d"}, "sku": {"capacity": 1}}),
        )
        .await;
    assert_eq!(
        (&merged.body["tags"], &merged.body["sku"]),
        (
            &json!({"a": "b", "c": "d"}),
            &json!({"name": "Premium", "capacity": 1})
        )
    );
    client.advance("25m").await;
    let replaced = client
        .put(&path(), VERSION, environment("Premium", 1))
        .await;
    assert_eq!(replaced.body.get("tags"), None);
}

#[tokio::test]
async fn a_patch_removes_a_tag_by_null() {
    let client = with_environment().await;
    let tags = json!({"tags": {"team": "x", "by": "hand"}});
    assert_eq!(client.patch(&path(), VERSION, tags).await.status, 200);
    client.advance("1h").await;
    let removed = client
        .patch(&path(), VERSION, json!({"tags": {"by": null}}))
        .await;
    assert_eq!(removed.status, 200, "{removed:?}");
    assert_eq!(removed.body["tags"], json!({"team": "x"}));
}

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
    for (sku, capacity) in [("Premium", 11), ("Developer", 1), ("Basic", 0)] {
        let answer = client
            .put(&path(), VERSION, environment(sku, capacity))
            .await;
        assert_eq!(
            answer.error(),
            (400, "InvalidIntegrationServiceEnvironmentSku")
        );
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
async fn an_identity_is_given_and_kept() {
    let client = with_environment().await;
    let mut body = environment("Premium", 0);
    body["identity"] = json!({"type": "SystemAssigned"});
    let first = client.put(&path(), VERSION, body.clone()).await.body;
    assert!(
        first["identity"]["principalId"].is_string() && first["identity"]["tenantId"].is_string()
    );
    client.advance("5m").await;
    assert_eq!(
        client.put(&path(), VERSION, body).await.body["identity"],
        first["identity"]
    );
    client.advance("5m").await;
    assert_eq!(
        client
            .put(&path(), VERSION, environment("Premium", 0))
            .await
            .body
            .get("identity"),
        None
    );
}

#[tokio::test]
async fn an_environment_restarts_and_shows_its_skus() {
    let client = with_environment().await;
    let restarted = client
        .post(&format!("{}/restart", path()), VERSION, json!({}))
        .await;
    assert_eq!((restarted.status, &restarted.body), (200, &Value::Null));
    assert_eq!(
        client
            .follow(restarted.header("azure-asyncoperation"))
            .await
            .body["status"],
        "InProgress"
    );
    let skus = client.get(&format!("{}/skus", path()), VERSION).await;
    assert_eq!(skus.body["value"][0]["capacity"]["maximum"], 10);
    assert_eq!(
        client
            .get(&format!("{}/nothing", path()), VERSION)
            .await
            .error(),
        (404, "InvalidResourceType")
    );
    let listed = client
        .get(&logic("integrationServiceEnvironments"), VERSION)
        .await;
    assert_eq!(listed.body["value"][0]["name"], "Env");
}

/// Puts a security group in front of a subnet.
async fn guard(client: &Client, number: u32, rules: Value) {
    let path = network("networkSecurityGroups/guard");
    client
        .settle(
            &path,
            json!({"location": "westeurope", "properties": {"securityRules": rules}}),
        )
        .await;
    let prefix = format!("10.0.{number}.0/27");
    let guarded =
        json!({"properties": {"addressPrefix": prefix, "networkSecurityGroup": {"id": path}}});
    client.settle(&subnet(number), guarded).await;
}

fn rule(name: &str, direction: &str, access: &str, port: &str) -> Value {
    json!({"name": name, "properties": {
        "priority": 100, "direction": direction, "access": access, "protocol": "Tcp", "sourceAddressPrefix": "*",
        "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": port
    }})
}

#[tokio::test]
async fn security_rules_decide_health() {
    let client = with_environment().await;
    let health = format!("{}/health/network", path());
    let before = client.get(&health, VERSION).await.body;
    assert_eq!(before["s2"]["outboundNetworkHealth"]["state"], "Healthy");
    assert_eq!(
        before["s4"],
        json!({"networkDependencyHealthState": "Healthy"})
    );
    guard(
        &client,
        2,
        json!([rule("no-sql", "Outbound", "Deny", "1433")]),
    )
    .await;
    let after = client.get(&health, VERSION).await.body;
    assert_eq!(after["s2"]["outboundNetworkHealth"]["state"], "Unhealthy");
    assert_eq!(after["s1"]["outboundNetworkHealth"]["state"], "Healthy");
    let closed: Vec<&Value> = after["s2"]["outboundNetworkDependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|dependency| dependency["endpoints"][0]["accessibility"] == "NotAvailable")
        .map(|dependency| &dependency["category"])
        .collect();
    assert_eq!(closed, ["SQL"]);
}

#[tokio::test]
async fn ranges_and_tags_in_rules_decide_health() {
    let client = with_environment().await;
    let health = format!("{}/health/network", path());
    let broken = async |number: u32, rules: Value| {
        guard(&client, number, rules).await;
        let report = client.get(&health, VERSION).await.body;
        let dependencies = |subnet: &str| {
            report[subnet]["outboundNetworkDependencies"]
                .as_array()
                .cloned()
        };
        let mut broken: Vec<String> = Vec::new();
        for subnet in ["s1", "s2", "s3"] {
            for dependency in dependencies(subnet).expect("dependencies") {
                if dependency["endpoints"][0]["accessibility"] == "NotAvailable" {
                    broken.push(format!(
                        "{subnet} {}",
                        dependency["category"].as_str().unwrap_or_default()
                    ));
                }
            }
        }
        broken
    };
    let to = |prefix: &str, direction: &str, member: &str| {
        let mut rule = rule("r", direction, "Deny", "*");
        rule["properties"][member] = json!(prefix);
        json!([rule])
    };
    // The cache does not let the others of the network in.
    let deny = to("10.0.0.0/8", "Inbound", "sourceAddressPrefix");
    assert_eq!(broken(4, deny).await, ["s1 RedisCache"]);
    let deny = to("10.0.2.0/27", "Inbound", "sourceAddressPrefix");
    assert!(broken(4, deny).await.is_empty(), "another subnet");
    let deny = to("10.0.3.0/24", "Outbound", "destinationAddressPrefix");
    assert_eq!(
        broken(1, deny).await,
        ["s1 IntegrationServiceEnvironmentConnectors"]
    );
    let deny = to("Sql", "Outbound", "destinationAddressPrefix");
    assert_eq!(broken(2, deny).await, ["s2 SQL"]);
}

#[tokio::test]
async fn a_network_that_blocks_deployment_fails_it() {
    let client = Client::with_subnets().await;
    guard(&client, 2, json!([])).await;
    let created = client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    client.advance("2h").await;
    let operation = client.follow(created.header("azure-asyncoperation")).await;
    assert_eq!(
        operation.body["error"]["code"],
        "IntegrationServiceEnvironmentNetworkBlocked"
    );
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Failed");
    // The narrowest rules with which it works: a service tag for each port.
    let mut apps = rule("apps", "Inbound", "Allow", "454-455");
    apps["properties"]["sourceAddressPrefix"] = json!("AppServiceManagement");
    let mut gateway = rule("gateway", "Inbound", "Allow", "3443");
    gateway["properties"]["sourceAddressPrefix"] = json!("ApiManagement.WestEurope");
    gateway["properties"]["priority"] = json!(110);
    guard(&client, 2, json!([apps, gateway])).await;
    client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    client.advance("2h").await;
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Succeeded");
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

#[tokio::test]
async fn connectors_are_deployed_into_an_environment() {
    let client = Client::with_subnets().await;
    let api = format!("{}/managedApis/servicebus", path());
    client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    assert_eq!(
        client.put(&api, VERSION, json!({})).await.error(),
        (409, "IntegrationServiceEnvironmentNotReady")
    );
    client.advance("2h").await;
    let tagged = client.put(&api, VERSION, json!({"tags": {}})).await;
    assert_eq!(
        tagged.error(),
        (
            400,
            "IntergrationServiceEnvironmentManagedApiDefinitionTagsNotSupported"
        )
    );
    let created = client
        .put(
            &api,
            VERSION,
            json!({"location": "westeurope", "properties": {}}),
        )
        .await;
    assert_eq!((created.status, state(&created.body)), (201, "InProgress"));
    assert_eq!(
        created.body["properties"]["integrationServiceEnvironment"]["id"],
        path()
    );
    client.advance("5m").await;
    assert_eq!(
        client
            .follow(created.header("azure-asyncoperation"))
            .await
            .body["status"],
        "Succeeded"
    );
    assert_eq!(state(&client.get(&api, VERSION).await.body), "Succeeded");
    let deleted = client.delete(&api, VERSION).await;
    assert_eq!(deleted.status, 202);
    client.advance("5m").await;
    // The status can still be read when the connector is gone.
    assert_eq!(
        client
            .follow(deleted.header("azure-asyncoperation"))
            .await
            .body["status"],
        "Succeeded"
    );
    assert_eq!(client.get(&api, VERSION).await.status, 404);
    assert_eq!(client.delete(&api, VERSION).await.status, 204);
}
