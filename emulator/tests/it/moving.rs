//! Moves between resource groups, and templates of them.

use serde_json::{Value, json};

use crate::client::{Answer, Client, LOGIC_VERSION, SUBSCRIPTION, group, logic, network};

const VERSION: &str = "2022-09-01";

fn target() -> String {
    format!("{SUBSCRIPTION}/resourceGroups/Target")
}

/// A client with an account, a workflow that uses it, and another group.
async fn with_resources() -> Client {
    let client = Client::with_group().await;
    client
        .put(&target(), VERSION, json!({"location": "westeurope"}))
        .await;
    let account = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    client
        .put(&logic("integrationAccounts/a"), LOGIC_VERSION, account)
        .await;
    let definition = json!({"$schema": "s", "contentVersion": "1"});
    let body = json!({"location": "westeurope", "properties": {
        "definition": definition, "integrationAccount": {"id": logic("integrationAccounts/a")}
    }});
    let created = client.put(&logic("workflows/w"), LOGIC_VERSION, body).await;
    assert_eq!(created.status, 201, "{created:?}");
    client
        .settle(
            &network("routeTables/t"),
            json!({"location": "westeurope", "properties": {}}),
        )
        .await;
    client
}

async fn action(client: &Client, action: &str, resources: &[String], to: &str) -> Answer {
    let body = json!({"resources": resources, "targetResourceGroup": to});
    client
        .post(&format!("{}/{action}", group()), VERSION, body)
        .await
}

#[tokio::test]
async fn resources_move_and_references_follow() {
    let client = with_resources().await;
    let account = logic("integrationAccounts/a");
    let checked = action(
        &client,
        "validateMoveResources",
        std::slice::from_ref(&account),
        &target(),
    )
    .await;
    assert_eq!(checked.status, 202, "{checked:?}");
    client.advance("1m").await;
    assert_eq!(client.follow(checked.header("location")).await.status, 204);
    assert_eq!(
        client.get(&account, LOGIC_VERSION).await.status,
        200,
        "only checked"
    );

    let accepted = action(
        &client,
        "moveResources",
        std::slice::from_ref(&account),
        &target(),
    )
    .await;
    let location = accepted.header("location").to_owned();
    assert_eq!(
        (accepted.status, client.follow(&location).await.status),
        (202, 202)
    );
    for path in [logic("workflows/w"), target()] {
        let refused = client
            .delete(
                &path,
                if path == target() {
                    VERSION
                } else {
                    LOGIC_VERSION
                },
            )
            .await;
        assert_eq!(refused.error(), (409, "ResourcesBeingMoved"));
    }
    client.advance("1m").await;
    assert_eq!(client.follow(&location).await.status, 204);
    assert_eq!(client.get(&account, LOGIC_VERSION).await.status, 404);
    let moved = account.replace("/resourceGroups/g/", "/resourceGroups/Target/");
    assert_eq!(
        client.get(&moved, LOGIC_VERSION).await.body["id"],
        json!(moved)
    );
    let workflow = client.get(&logic("workflows/w"), LOGIC_VERSION).await.body;
    assert_eq!(
        workflow["properties"]["integrationAccount"]["id"],
        json!(moved)
    );
    assert_eq!(
        client
            .delete(&logic("workflows/w"), LOGIC_VERSION)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_cannot_move_is_refused() {
    let client = with_resources().await;
    let workflow = logic("workflows/w");
    for (resource, to, expected) in [
        (
            network("routeTables/t"),
            target(),
            (409, "ResourceMoveNotSupported"),
        ),
        (workflow.clone(), group(), (409, "ResourceMoveSameGroup")),
        (
            workflow.clone(),
            format!("{}x", target()),
            (404, "ResourceGroupNotFound"),
        ),
        (
            workflow.clone(),
            "Target".to_owned(),
            (400, "InvalidRequestContent"),
        ),
        (logic("workflows/none"), target(), (404, "ResourceNotFound")),
        (
            workflow.replace("/g/", "/Target/"),
            target(),
            (409, "ResourceMoveNotInGroup"),
        ),
    ] {
        let refused = action(
            &client,
            "moveResources",
            std::slice::from_ref(&resource),
            &to,
        )
        .await;
        assert_eq!(refused.error(), expected, "{resource} {to}");
    }
    assert_eq!(
        action(&client, "moveResources", &[], &target())
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_group_is_exported_as_a_template() {
    let client = with_resources().await;
    client
        .settle(
            &network("routeTables/t/routes/all"),
            json!({"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}}),
        )
        .await;
    let export = async |body: Value| {
        let answer = client
            .post(&format!("{}/exportTemplate", group()), VERSION, body)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["template"].clone()
    };
    let template =
        export(json!({"resources": ["*"], "options": "IncludeParameterDefaultValue"})).await;
    assert_eq!(
        template["parameters"]["workflows_w_name"]["defaultValue"],
        "w"
    );
    let resources = template["resources"].as_array().expect("resources");
    let of = |kind: &str| {
        resources
            .iter()
            .find(|one| one["type"] == kind)
            .expect("a resource")
    };
    let workflow = of("Microsoft.Logic/workflows");
    assert_eq!(
        workflow["properties"]["integrationAccount"]["id"],
        "[resourceId('Microsoft.Logic/integrationAccounts', parameters('integrationAccounts_a_name'))]"
    );
    assert!(
        workflow["properties"].get("accessEndpoint").is_none(),
        "the service's own members stay out"
    );
    let route = of("Microsoft.Network/routeTables/routes");
    assert_eq!(
        route["name"],
        "[concat(parameters('routeTables_t_name'), '/all')]"
    );
    let one = export(json!({"resources": [logic("workflows/w")]})).await;
    assert_eq!(one["resources"].as_array().map(Vec::len), Some(1));
    let literal = export(json!({"resources": ["*"], "options": "SkipAllParameterization"})).await;
    assert_eq!(literal["parameters"], json!({}));
    assert!(
        literal["resources"]
            .to_string()
            .contains("[resourceId('Microsoft.Logic/integrationAccounts', 'a')]")
    );
    for wrong in [
        json!({"resources": ["*"], "outputFormat": "Bicep"}),
        json!({"resources": [target()]}),
    ] {
        let path = format!("{}/exportTemplate", group());
        assert_eq!(
            client.post(&path, VERSION, wrong.clone()).await.status,
            400,
            "{wrong}"
        );
    }
}
