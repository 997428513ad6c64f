//! Snapshots of everything that Azure holds: going back to one, and what differs.

use std::path::Path;

use arm_emulator::Options;
use serde_json::{Value, json};

use crate::client::{
    Answer, Client, LOGIC_VERSION, NETWORK_VERSION, environment, group, ise, network, subnet,
};

const VERSION: &str = "2022-09-01";

/// Sends a request that may be refused.
async fn ask(client: &Client, body: Value) -> Answer {
    let path = "/_emulator/snapshots";
    client.send("POST", path, &[], body.to_string()).await
}

async fn state(client: &Client) -> Value {
    let read = client.get(&ise(), LOGIC_VERSION).await.body;
    read["properties"]["provisioningState"].clone()
}

#[tokio::test]
async fn a_deployment_goes_on_from_where_it_was() {
    let client = Client::with_subnets().await;
    let created = client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    client.advance("30m").await;
    let saved = ask(&client, json!({"save": "half-way"})).await;
    assert_eq!(saved.status, 201, "{saved:?}");
    let before = client.control("GET", "resources", Value::Null).await.body;
    let clock = client.control("GET", "clock", Value::Null).await.body;
    client.advance("3h").await;
    assert_eq!(state(&client).await, "Succeeded");
    client.delete(&ise(), LOGIC_VERSION).await;
    client
        .put(
            &format!("{}2", group()),
            VERSION,
            json!({"location": "westeurope"}),
        )
        .await;

    let loaded = ask(&client, json!({"load": "half-way"})).await;
    assert_eq!((loaded.status, &loaded.body), (200, &saved.body));
    let after = client.control("GET", "resources", Value::Null).await.body;
    assert_eq!(after, before);
    let now = client.control("GET", "clock", Value::Null).await.body;
    let minute = |clock: &Value| clock["now"].as_str().expect("a time")[..14].to_owned();
    assert_eq!(
        minute(&now),
        minute(&clock),
        "Azure's time went back as well"
    );
    // The rest of the two hours, and no more.
    client.advance("80m").await;
    let operation = created.header("azure-asyncoperation");
    if !operation.is_empty() {
        assert_eq!(client.follow(operation).await.body["status"], "InProgress");
    }
    assert_eq!(state(&client).await, "InProgress");
    client.advance("11m").await;
    assert_eq!(state(&client).await, "Succeeded");
    let refused = client.delete(&subnet(1), NETWORK_VERSION).await;
    assert_eq!(refused.status, 400, "it is held: {refused:?}");
}

#[tokio::test]
async fn what_came_went_and_changed_is_told() {
    let client = Client::with_subnets().await;
    client
        .settle(
            &network("routeTables/old"),
            json!({"location": "westeurope"}),
        )
        .await;
    ask(&client, json!({"save": "before"})).await;
    client
        .delete(&network("routeTables/old"), NETWORK_VERSION)
        .await;
    client.advance("1m").await;
    client
        .settle(
            &network("routeTables/new"),
            json!({"location": "westeurope"}),
        )
        .await;
    let tags = json!({"location": "westeurope", "tags": {"a": "b"}});
    client.put(&group(), VERSION, tags).await;
    let nothing = json!({"diff": {"from": "before", "to": "before"}});
    let nothing = ask(&client, nothing).await.body;
    for member in ["added", "removed", "changed"] {
        assert_eq!(nothing[member], json!([]), "{member}");
    }
    let now = ask(&client, json!({"diff": {"from": "before"}})).await;
    ask(&client, json!({"save": "after"})).await;
    let later = json!({"diff": {"from": "before", "to": "after"}});
    let later = ask(&client, later).await;
    for (found, to) in [(&now.body, Value::Null), (&later.body, json!("after"))] {
        assert_eq!(found["added"], json!([network("routeTables/new")]));
        assert_eq!(found["removed"], json!([network("routeTables/old")]));
        assert_eq!((&found["from"], &found["to"]), (&json!("before"), &to));
        let changed = json!([{"id": group(), "changes": [{"path": "/tags", "to": {"a": "b"}}]}]);
        assert_eq!(found["changed"], changed);
    }
}

#[tokio::test]
async fn they_are_listed_replaced_forgotten_and_bounded() {
    let client = Client::new().await;
    for number in 0..20 {
        let saved = ask(&client, json!({"save": format!("s-{number}")})).await;
        assert_eq!(saved.status, 201, "{saved:?}");
    }
    let more = ask(&client, json!({"save": "more"})).await;
    assert_eq!(more.error(), (409, "SnapshotLimitReached"));
    assert_eq!(ask(&client, json!({"save": "s-3"})).await.status, 200);
    assert_eq!(ask(&client, json!({"delete": "s-4"})).await.status, 204);
    assert_eq!(ask(&client, json!({"save": "more"})).await.status, 201);
    let listed = client.control("GET", "snapshots", Value::Null).await.body;
    let listed = listed["value"].as_array().expect("a list");
    assert_eq!(listed.len(), 20);
    assert!(listed.iter().all(|one| one["name"] != "s-4"));
    assert!(listed[0]["time"].is_string() && listed[0]["bytes"].is_u64());
    // Going back to the fixtures is for the world that tests compare with, too.
    client.control("POST", "reset", Value::Null).await;
    assert_eq!(ask(&client, json!({"load": "more"})).await.status, 200);
    client.control("DELETE", "snapshots", Value::Null).await;
    for verb in ["load", "delete"] {
        let gone = ask(&client, json!({ verb: "more" })).await;
        assert_eq!(gone.error(), (404, "NotFound"), "{verb}");
    }
    for wrong in [
        json!({}),
        json!({"save": 1}),
        json!({"save": ""}),
        json!({"save": "a/b"}),
        json!({"save": "x".repeat(65)}),
        json!({"save": "a", "load": "a"}),
        json!({"keep": "a"}),
        json!({"diff": "a"}),
        json!({"diff": {"to": "a"}}),
        json!({"diff": {"from": null}}),
        json!({"diff": {"from": "a", "with": "b"}}),
    ] {
        let refused = ask(&client, wrong.clone()).await;
        assert_eq!(refused.error(), (400, "InvalidControlRequest"), "{wrong}");
    }
}

async fn start(file: &Path) -> Client {
    Client::start(Options {
        state: Some(file.to_owned()),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn what_was_gone_back_to_is_what_the_state_file_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    let client = start(&file).await;
    let body = json!({"location": "westeurope"});
    client.put(&group(), VERSION, body.clone()).await;
    let metric = json!({"resource": group(), "metric": "m", "value": 1});
    client.control("POST", "metrics", metric).await;
    let application = "applications/AAAAAAAA-0000-4000-8000-000000000001";
    client.control("PUT", application, json!({})).await;
    ask(&client, json!({"save": "one"})).await;
    client.put(&format!("{}2", group()), VERSION, body).await;
    client.control("DELETE", "metrics", Value::Null).await;
    client.control("DELETE", application, Value::Null).await;
    ask(&client, json!({"load": "one"})).await;
    let listed = async |client: &Client| {
        let mut all = Vec::new();
        for what in ["resources", "metrics"] {
            all.push(client.control("GET", what, Value::Null).await.body);
        }
        all.push(client.control("GET", application, Value::Null).await.body);
        all
    };
    let before = listed(&client).await;
    assert_eq!(before[0]["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(before[1]["value"].as_array().map(Vec::len), Some(1));
    drop(client);
    let client = start(&file).await;
    assert_eq!(listed(&client).await, before);
}
