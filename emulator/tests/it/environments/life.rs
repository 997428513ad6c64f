//! From its creation to its end.

use serde_json::{Value, json};

use super::{links, path, state, with_environment};
use crate::client::{
    Client, LOGIC_VERSION as VERSION, NETWORK_VERSION, environment, logic, subnet,
};

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
async fn a_deployment_fails_when_it_is_asked_to() {
    let client = Client::with_subnets().await;
    let rule =
        json!({"fail_operation": {"code": "Broken", "message": "It broke.", "after": "1h30m"}});
    client.control("POST", "faults", rule).await;
    client
        .put(&path(), VERSION, environment("Premium", 0))
        .await;
    client.advance("89m").await;
    assert_eq!(
        state(&client.get(&path(), VERSION).await.body),
        "InProgress"
    );
    client.advance("1m").await;
    assert_eq!(state(&client.get(&path(), VERSION).await.body), "Failed");
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
