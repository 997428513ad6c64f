//! Tags by themselves, names that Azure keeps, and what is not served of Microsoft.Resources.

use serde_json::{Value, json};

use crate::client::{Client, LOGIC_VERSION, SUBSCRIPTION, group, ise, network};

const VERSION: &str = "2021-04-01";

fn tags(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Resources/tags/default")
}

fn body(tags: Value) -> Value {
    json!({"properties": {"tags": tags}})
}

#[tokio::test]
async fn tags_of_any_scope_are_read_replaced_merged_and_deleted() {
    let client = Client::with_environment("Premium").await;
    for scope in [
        SUBSCRIPTION.to_owned(),
        group(),
        network("virtualNetworks/vnet"),
        ise(),
    ] {
        let path = tags(&scope);
        let read = client.get(&path, VERSION).await;
        assert_eq!(
            (read.status, &read.body["properties"]["tags"]),
            (200, &json!({})),
            "{scope}"
        );
        let put = client
            .put(&path, VERSION, body(json!({"a": "1", "b": "2"})))
            .await;
        assert_eq!(
            (put.status, &put.body["name"]),
            (200, &json!("default")),
            "{scope}: {put:?}"
        );
        for (operation, given, left) in [
            (
                "Merge",
                json!({"A": "3", "c": "4"}),
                json!({"a": "3", "b": "2", "c": "4"}),
            ),
            (
                "Delete",
                json!({"b": "other", "c": ""}),
                json!({"a": "3", "b": "2"}),
            ),
            ("Delete", json!({"b": "2"}), json!({"a": "3"})),
            ("Replace", json!({"z": "9"}), json!({"z": "9"})),
        ] {
            client.advance("2m").await;
            let mut asked = body(given);
            asked["operation"] = json!(operation);
            let patched = client.patch(&path, VERSION, asked).await;
            let shown = &patched.body["properties"]["tags"];
            assert_eq!((patched.status, shown), (200, &left), "{scope} {operation}");
        }
        if scope == ise() {
            let shown = client.get(&scope, LOGIC_VERSION).await.body;
            assert_eq!(shown["tags"], json!({"z": "9"}));
        }
        client.advance("2m").await;
        assert_eq!(client.delete(&path, VERSION).await.status, 200);
        let read = client.get(&path, VERSION).await.body;
        assert_eq!(read["properties"]["tags"], json!({}), "{scope}");
    }
    let missing = client
        .get(&tags(&network("virtualNetworks/none")), VERSION)
        .await;
    assert_eq!(missing.error(), (404, "ResourceNotFound"));
    let path = tags(&network("virtualNetworks/vnet/subnets/s1"));
    let refused = client.put(&path, VERSION, body(json!({"a": "b"}))).await;
    assert_eq!(refused.error(), (400, "TagsNotSupported"));
    let mut wrong = body(json!({"a": "b"}));
    wrong["operation"] = json!("Add");
    let refused = client.patch(&tags(&group()), VERSION, wrong).await;
    assert_eq!(refused.error(), (400, "InvalidRequestContent"));
    let lock = format!("{}/providers/Microsoft.Authorization/locks/l", group());
    client
        .put(
            &lock,
            "2020-05-01",
            json!({"properties": {"level": "ReadOnly"}}),
        )
        .await;
    let refused = client
        .put(&tags(&group()), VERSION, body(json!({"a": "b"})))
        .await;
    assert_eq!(refused.error(), (409, "ScopeLocked"));
}

#[tokio::test]
async fn names_that_azure_keeps_are_told() {
    let client = Client::new().await;
    let path = "/providers/Microsoft.Resources/checkResourceName";
    for (name, status) in [
        ("mine", "Allowed"),
        ("isxbox", "Allowed"),
        ("xboxes", "Reserved"),
        ("mywindows2", "Reserved"),
        ("Azure", "Reserved"),
        ("azure2", "Allowed"),
    ] {
        let asked = json!({"name": name, "type": "Microsoft.Logic/workflows"});
        let answer = client.post(path, "2022-12-01", asked).await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!(status)),
            "{name}"
        );
    }
    let refused = client.post(path, "2022-12-01", json!({"name": "x"})).await;
    assert_eq!(refused.error(), (400, "InvalidRequestContent"));
}

#[tokio::test]
async fn deployments_are_refused_as_unknown_types_are() {
    let client = Client::with_group().await;
    for scope in [SUBSCRIPTION.to_owned(), group()] {
        let path = format!("{scope}/providers/Microsoft.Resources/deployments/d");
        let refused = client.put(&path, VERSION, json!({"properties": {}})).await;
        assert_eq!(refused.error(), (404, "InvalidResourceType"), "{scope}");
        let refused = client
            .post(&format!("{path}/whatIf"), VERSION, json!({}))
            .await;
        assert_eq!(refused.error(), (404, "InvalidResourceType"), "{scope}");
    }
}
