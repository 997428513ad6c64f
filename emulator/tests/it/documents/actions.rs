//! Wrong bodies of every action, made from the tables.

use serde_json::{Value, json};

use super::table::{Tables, kind};
use super::{accepted, is_refused, with_parents};
use crate::client::{Client, SUBSCRIPTION, logic};

/// Actions whose bodies are documented and that are not served, by the end of their paths.
const NOT_SERVED: &[&str] = &[
    "PrepareNetworkPolicies",
    "UnprepareNetworkPolicies",
    "checkZonePeers",
];

/// What may be anything, or is read and not a member of a model.
const ANY: &[&str] = &["additionalInfo"];

#[tokio::test]
async fn wrong_bodies_of_every_action_are_refused() {
    let client = with_parents().await;
    let workflow = logic("workflows/one");
    let definition = json!({"$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0", "actions": {}, "triggers": {"one": {"type": "Request", "kind": "Http", "inputs": {}}}});
    let body = json!({"location": "westeurope", "properties": {"definition": definition}});
    let created = client.put(&workflow, "2019-05-01", body).await;
    let version = created.body["properties"]["version"].as_str();
    let version = version.expect("a version").to_owned();
    for (path, version, body) in accepted() {
        if path.contains("integrationAccounts/parent/") && !path.contains("locks") {
            let one = path.replace("/new", "/one");
            let created = client.put(&one, version, body).await;
            assert_eq!(created.status, 201, "{one}: {created:?}");
        }
    }
    let tables = Tables::read();
    let mut tried = Vec::new();
    for (template, published, schema) in tables.actions() {
        let path = fill(template, &version);
        let is_served = !NOT_SERVED.iter().any(|end| template.ends_with(end));
        let in_scope = path.starts_with(&SUBSCRIPTION[1..])
            && !template.contains("Microsoft.Resources/deployments");
        if !in_scope || !is_served {
            continue;
        }
        let before = tried.len();
        let schema = tables.resolve(schema);
        for member in schema["members"].as_array().into_iter().flatten() {
            let name = member[0].as_str().expect("a name");
            let wrong = match kind(tables.resolve(&member[1])) {
                _ if member[1]["readOnly"] == true || ANY.contains(&name) => continue,
                "any" => continue,
                "string" => json!(5),
                _ => json!("x"),
            };
            let mut body = tables.sample(schema);
            body[name] = wrong;
            tried.push(template);
            refuses(&client, &path, published, &body).await;
        }
        assert!(tried.len() > before, "nothing was tried of {template}");
    }
    assert!(tried.len() > 30, "{tried:?}");
}

async fn refuses(client: &Client, path: &str, version: &str, body: &Value) {
    let answer = client
        .post(&format!("/{path}"), version, body.clone())
        .await;
    assert!(is_refused(&answer), "{path} {version} {body}: {answer:?}");
}

/// The path of an action of something that is there.
fn fill(template: &str, version: &str) -> String {
    let mut above = String::new();
    let segments = template.split('/').map(|segment| {
        let value = match (segment, above.to_lowercase().as_str()) {
            ("{}", "subscriptions") => SUBSCRIPTION.rsplit('/').next().unwrap_or_default(),
            ("{}", "resourcegroups") => "g",
            ("{}", "integrationaccounts") => "parent",
            ("{}", "locations") => "westeurope",
            ("{}", "providers") => "Microsoft.Logic",
            ("{}", "versions") => version,
            ("{}", _) => "one",
            (literal, _) => literal,
        };
        above = segment.to_owned();
        value.to_owned()
    });
    segments.collect::<Vec<_>>().join("/")
}
