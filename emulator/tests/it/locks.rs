//! Locks on groups and resources.

use serde_json::{Value, json};

use crate::client::{Client, LOGIC_VERSION, SUBSCRIPTION, group, logic, subnet};

const VERSION: &str = "2020-05-01";
const GROUPS: &str = "2022-09-01";

fn lock(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/keep")
}

fn level(level: &str) -> Value {
    json!({"properties": {"level": level, "notes": "not yet"}})
}

#[tokio::test]
async fn a_lock_is_created_read_listed_and_deleted() {
    let client = Client::with_group().await;
    let path = lock(&group());
    let missing = client.get(&path, VERSION).await;
    assert_eq!(missing.error(), (404, "LockNotFound"));
    let created = client.put(&path, VERSION, level("CanNotDelete")).await;
    assert_eq!(
        (created.status, &created.body),
        (
            201,
            &json!({
                "properties": {"level": "CanNotDelete", "notes": "not yet"},
                "id": path, "type": "Microsoft.Authorization/locks", "name": "keep"
            })
        )
    );
    let again = client
        .put(&path.to_uppercase(), VERSION, level("ReadOnly"))
        .await;
    assert_eq!((again.status, &again.body["id"]), (200, &json!(path)));
    assert_eq!(client.get(&path, VERSION).await.body, again.body);
    for scope in [SUBSCRIPTION, &group()] {
        let list = format!("{scope}/providers/Microsoft.Authorization/locks");
        assert_eq!(
            client.get(&list, VERSION).await.body["value"],
            json!([again.body])
        );
    }
    let bad = client.put(&path, VERSION, level("Sometimes")).await;
    assert_eq!(bad.error(), (400, "InvalidRequestContent"));
    let nowhere = client
        .put(&lock(&logic("workflows/none")), VERSION, level("ReadOnly"))
        .await;
    assert_eq!(nowhere.error(), (404, "ResourceNotFound"));
    assert_eq!(client.delete(&path, VERSION).await.status, 200);
    assert_eq!(client.delete(&path, VERSION).await.status, 204);
}

#[tokio::test]
async fn locks_forbid_deletions_and_writes_at_and_below_their_scope() {
    let client = Client::with_group().await;
    let account = logic("integrationAccounts/account");
    let body = json!({"location": "westeurope", "sku": {"name": "Free"}, "properties": {}});
    client.put(&account, LOGIC_VERSION, body.clone()).await;

    client
        .put(&lock(&account), VERSION, level("CanNotDelete"))
        .await;
    let refused = client.delete(&account, LOGIC_VERSION).await;
    assert_eq!(refused.error(), (409, "ScopeLocked"));
    assert_eq!(
        refused.body["error"]["message"],
        format!(
            "The scope '{account}' cannot perform delete operation because following scope(s) are locked: '{account}'. \
             Please remove the lock and try again."
        )
    );
    // A group cannot go while something in it must stay.
    assert_eq!(
        client.delete(&group(), GROUPS).await.error(),
        (409, "ScopeLocked")
    );
    assert_eq!(
        client
            .put(&account, LOGIC_VERSION, body.clone())
            .await
            .status,
        200
    );

    client
        .put(&lock(&group()), VERSION, level("ReadOnly"))
        .await;
    let keys = format!("{account}/listCallbackUrl");
    for refused in [
        client.put(&account, LOGIC_VERSION, body.clone()).await,
        client
            .patch(&account, LOGIC_VERSION, json!({"tags": {}}))
            .await,
        client.post(&keys, LOGIC_VERSION, json!({})).await,
        client
            .put(&group(), GROUPS, json!({"location": "westeurope"}))
            .await,
        client
            .put(
                &logic("integrationAccounts/new"),
                LOGIC_VERSION,
                body.clone(),
            )
            .await,
    ] {
        assert_eq!(refused.error(), (409, "ScopeLocked"));
    }
    assert_eq!(client.get(&account, LOGIC_VERSION).await.status, 200);

    assert_eq!(client.delete(&lock(&group()), VERSION).await.status, 200);
    assert_eq!(client.delete(&lock(&account), VERSION).await.status, 200);
    assert_eq!(client.delete(&account, LOGIC_VERSION).await.status, 200);
}

#[tokio::test]
async fn the_lock_of_a_child_keeps_its_parent_and_goes_with_it() {
    let client = Client::with_subnets().await;
    let network = crate::client::network("virtualNetworks/vnet");
    client
        .put(&lock(&subnet(1)), VERSION, level("CanNotDelete"))
        .await;
    let refused = client.delete(&network, "2024-01-01").await;
    assert_eq!(refused.error(), (409, "ScopeLocked"));
    let read = client.get(&network, "2024-01-01").await.body;
    assert_eq!(
        read["properties"]["subnets"].as_array().map(Vec::len),
        Some(4)
    );
    client.delete(&lock(&subnet(1)), VERSION).await;
    assert_eq!(client.delete(&network, "2024-01-01").await.status, 202);
}

#[tokio::test]
async fn names_and_members_of_locks_are_checked() {
    let client = Client::with_group().await;
    let long = "x".repeat(261);
    for name in ["%20", "%3C%3E", "a%3Ab", "50%25", "a%26b", "a%3Fb", &long] {
        let path = format!("{}/providers/Microsoft.Authorization/locks/{name}", group());
        let refused = client.put(&path, VERSION, level("ReadOnly")).await;
        assert_eq!(refused.error(), (400, "InvalidLockName"), "{name}");
    }
    for (member, value) in [
        ("notes", json!(5)),
        ("owners", json!([5])),
        ("owners", json!("x")),
        ("owners", json!([{"applicationId": 5}])),
    ] {
        let mut body = level("ReadOnly");
        body["properties"][member] = value;
        let refused = client.put(&lock(&group()), VERSION, body).await;
        assert_eq!(refused.error(), (400, "InvalidRequestContent"), "{member}");
    }
    let mut body = level("ReadOnly");
    body["properties"]["owners"] = json!([{"applicationId": "me"}]);
    let path = format!(
        "{}/providers/Microsoft.Authorization/locks/{}",
        group(),
        "y".repeat(260)
    );
    assert_eq!(client.put(&path, VERSION, body).await.status, 201);
}
