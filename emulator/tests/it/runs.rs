//! Runs of workflows, and what else can be asked of them.

use serde_json::{Value, json};

use crate::client::{Answer, Client, LOGIC_VERSION as VERSION, SUBSCRIPTION, group, logic};

fn path() -> String {
    logic("workflows/Flow")
}

fn workflow() -> Value {
    let triggers = json!({
        "manual": {"type": "Request", "kind": "Http", "inputs": {"schema": {"type": "object"}, "relativePath": "/orders/{id}"}},
        "daily": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}
    });
    json!({"location": "westeurope", "properties": {"definition": {
        "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2015-08-01-preview/workflowdefinition.json#",
        "contentVersion": "1.0.0.0", "triggers": triggers, "actions": {}
    }}})
}

async fn with_workflow() -> Client {
    let client = Client::with_group().await;
    let created = client.put(&path(), VERSION, workflow()).await;
    assert_eq!(created.status, 201, "{created:?}");
    client
}

async fn post(client: &Client, tail: &str, body: Value) -> Answer {
    client
        .post(&format!("{}/{tail}", path()), VERSION, body)
        .await
}

async fn get(client: &Client, tail: &str) -> Answer {
    client.get(&format!("{}/{tail}", path()), VERSION).await
}

/// The names in a list.
async fn names(client: &Client, tail: &str, query: &str) -> Vec<String> {
    let target = format!("{}/{tail}?api-version={VERSION}{query}", path());
    let answer = client.send("GET", &target, &[], String::new()).await;
    let value = answer.body["value"].as_array().expect("a list").iter();
    value
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn a_trigger_starts_runs_which_end_after_a_while() {
    let client = with_workflow().await;
    assert!(names(&client, "runs", "").await.is_empty());
    let started = post(&client, "triggers/daily/run", json!({})).await;
    assert_eq!(started.status, 202);
    let run = started.header("x-ms-workflow-run-id").to_owned();
    let shown = get(&client, &format!("runs/{run}")).await.body;
    assert_eq!(
        (
            &shown["properties"]["status"],
            &shown["properties"]["trigger"]["name"]
        ),
        (&json!("Running"), &json!("daily"))
    );
    let resources = client.control("GET", "resources", Value::Null).await.body;
    let resources = resources["value"].as_array().expect("resources").iter();
    let ids: Vec<&Value> = resources.map(|one| &one["id"]).collect();
    assert_eq!(ids, [&group(), &path()], "a run is none");
    client.advance("2m").await;
    let shown = get(&client, &format!("runs/{run}")).await.body;
    assert_eq!(shown["properties"]["status"], "Succeeded");
    assert!(
        names(&client, &format!("runs/{run}/actions"), "")
            .await
            .is_empty()
    );

    let history = format!("triggers/daily/histories/{run}");
    assert_eq!(
        get(&client, &history).await.body["properties"]["run"]["name"],
        json!(run)
    );
    assert!(
        names(&client, "triggers/manual/histories", "")
            .await
            .is_empty()
    );
    let again = post(&client, &format!("{history}/resubmit"), json!({})).await;
    let second = again.header("x-ms-workflow-run-id").to_owned();
    assert_eq!(
        names(&client, "runs", "").await,
        [second.clone(), run.clone()],
        "the newest comes first"
    );
    assert_eq!(names(&client, "runs", "&$top=1").await, [second.as_str()]);
    assert_eq!(
        names(&client, "runs", "&$filter=status%20eq%20'Running'").await,
        [second.as_str()]
    );

    let cancel = format!("runs/{second}/cancel");
    assert_eq!(post(&client, &cancel, json!({})).await.status, 200);
    let refused = post(&client, &cancel, json!({})).await;
    assert_eq!(refused.error(), (409, "WorkflowRunCannotBeCancelled"));
    for (tail, code) in [
        ("runs/none", "WorkflowRunNotFound"),
        (
            &format!("runs/{run}/actions/none"),
            "WorkflowRunActionNotFound",
        ),
        (
            &format!("runs/{run}/actions/none/repetitions"),
            "WorkflowRunActionNotFound",
        ),
        (
            "triggers/daily/histories/none",
            "WorkflowTriggerHistoryNotFound",
        ),
    ] {
        assert_eq!(get(&client, tail).await.error(), (404, code), "{tail}");
    }
    assert!(
        get(&client, "triggers/daily").await.body["properties"]["lastExecutionTime"].is_string()
    );
    post(&client, "disable", Value::Null).await;
    let refused = post(&client, "triggers/daily/run", json!({})).await;
    assert_eq!(refused.error(), (400, "WorkflowTriggerIsNotEnabled"));
    client.delete(&path(), VERSION).await;
    client.put(&path(), VERSION, workflow()).await;
    assert!(
        names(&client, "runs", "").await.is_empty(),
        "they went with their workflow"
    );
}

#[tokio::test]
async fn a_workflow_tells_its_interface() {
    let client = with_workflow().await;
    let swagger = post(&client, "listSwagger", Value::Null).await.body;
    let paths = swagger["paths"].as_object().expect("paths");
    assert_eq!(
        paths.keys().collect::<Vec<_>>(),
        ["/manual/paths/invoke/orders/{id}"]
    );
    let endpoint = client.get(&path(), VERSION).await.body["properties"]["accessEndpoint"].clone();
    let host = swagger["host"].as_str().expect("a host");
    assert!(
        endpoint.as_str().expect("an endpoint").contains(host),
        "{endpoint} {host}"
    );
    let schema = get(&client, "triggers/manual/schemas/json").await.body;
    assert_eq!(schema["content"], r#"{"type":"object"}"#);
    let refused = get(&client, "triggers/daily/schemas/json").await;
    assert_eq!(refused.error(), (400, "WorkflowTriggerTypeNotSupported"));

    let target = json!({"targetSchemaVersion": "2016-06-01"});
    let upgraded = post(&client, "generateUpgradedDefinition", target)
        .await
        .body;
    assert!(
        upgraded["$schema"]
            .as_str()
            .expect("a schema")
            .contains("/2016-06-01/")
    );
    for wrong in ["2014-12-01-preview", "2099-01-01"] {
        let answer = post(
            &client,
            "generateUpgradedDefinition",
            json!({"targetSchemaVersion": wrong}),
        )
        .await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let version = names(&client, "versions", "").await.remove(0);
    let tail = format!("versions/{version}/triggers/manual/listCallbackUrl");
    let callback = post(&client, &tail, json!({"keyType": "Secondary"}))
        .await
        .body;
    assert_eq!(
        callback["queries"]["sp"],
        json!(format!("/versions/{version}/triggers/manual/run"))
    );
    let missing = post(
        &client,
        "versions/1/triggers/manual/listCallbackUrl",
        json!({}),
    )
    .await;
    assert_eq!(missing.error(), (404, "WorkflowVersionNotFound"));
}

#[tokio::test]
async fn a_workflow_moves_with_its_runs() {
    let client = with_workflow().await;
    post(&client, "triggers/daily/run", json!({})).await;
    let other = format!("{SUBSCRIPTION}/resourceGroups/Other");
    let target = format!("{other}/providers/Microsoft.Logic/workflows/Moved");
    let missing = post(&client, "move", json!({ "id": target })).await;
    assert_eq!(missing.error(), (404, "ResourceGroupNotFound"));
    client
        .put(&other, "2022-09-01", json!({"location": "westeurope"}))
        .await;
    let itself = post(&client, "move", json!({"id": path()})).await;
    assert_eq!(itself.error(), (409, "WorkflowAlreadyExists"));
    let wanted = target.to_lowercase().replace("/moved", "/Moved");
    assert_eq!(
        post(&client, "move", json!({ "id": wanted })).await.status,
        200
    );
    assert_eq!(client.get(&path(), VERSION).await.status, 404);
    assert_eq!(client.get(&target, VERSION).await.body["id"], json!(target));
    let runs = client.get(&format!("{target}/runs"), VERSION).await.body;
    assert_eq!(runs["value"].as_array().map(Vec::len), Some(1));
}
