//! The life of an environment and what it does to its subnets.

mod connectors;
mod health;
mod life;
mod refusals;
mod subnets;

use serde_json::Value;

use crate::client::{
    Client, LOGIC_VERSION as VERSION, NETWORK_VERSION, environment, logic, subnet,
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
