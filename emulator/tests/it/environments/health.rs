//! What security rules in front of the subnets do to an environment.

use serde_json::{Value, json};

use super::{path, state, with_environment};
use crate::client::{Client, LOGIC_VERSION as VERSION, environment, network, subnet};

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
