//! Managed APIs in an environment.

use serde_json::json;

use super::{path, state};
use crate::client::{Client, LOGIC_VERSION as VERSION, environment};

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
    let operations = client.get(&format!("{api}/apiOperations"), VERSION).await;
    let first = &operations.body["value"][0];
    assert_eq!(
        (operations.status, &first["name"]),
        (200, &json!("SendMessage"))
    );
    assert_eq!(first["id"], format!("{api}/apiOperations/SendMessage"));
    assert_eq!(first["properties"]["api"]["id"], api);
    // Of others nothing is published.
    let other = format!("{}/managedApis/sql", path());
    client.put(&other, VERSION, json!({})).await;
    let operations = client.get(&format!("{other}/apiOperations"), VERSION).await;
    assert_eq!(operations.body["value"], json!([]));
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
