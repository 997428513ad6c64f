//! Workflows inside and outside of an environment.

use serde_json::{Value, json};

use crate::client::{Client, LOGIC_VERSION as VERSION, environment, ise, logic};

fn path() -> String {
    logic("workflows/Flow")
}

fn workflow(definition: Value) -> Value {
    let mut full = json!({"$schema": "https://schema.management.azure.com/workflowdefinition.json#", "contentVersion": "1.0.0.0"});
    for (name, value) in definition.as_object().expect("an object") {
        full[name] = value.clone();
    }
    json!({"location": "West Europe", "properties": {"definition": full}})
}

fn in_environment(mut body: Value) -> Value {
    body["properties"]["integrationServiceEnvironment"] = json!({"id": ise()});
    body
}

#[tokio::test]
async fn a_workflow_comes_back_completed() {
    let client = Client::with_group().await;
    let created = client
        .put(
            &path(),
            VERSION,
            workflow(json!({"parameters": {"p": {"type": "int", "defaultValue": 1}}})),
        )
        .await;
    assert_eq!(
        (created.status, created.header("azure-asyncoperation")),
        (201, "")
    );
    let properties = &created.body["properties"];
    assert_eq!(
        (&properties["state"], &properties["provisioningState"]),
        (&json!("Enabled"), &json!("Succeeded"))
    );
    assert_eq!(properties["definition"]["parameters"]["p"]["type"], "Int");
    assert_eq!(
        (
            &properties["definition"]["actions"],
            &properties["parameters"]
        ),
        (&json!({}), &json!({}))
    );
    assert_eq!(created.body["location"], "westeurope");
    assert!(
        properties["accessEndpoint"]
            .as_str()
            .expect("an endpoint")
            .contains(".westeurope.logic.azure.com:443/workflows/")
    );
    client.advance("1h").await;
    let again = client.put(&path(), VERSION, workflow(json!({}))).await;
    assert_eq!(again.status, 200);
    let after = &again.body["properties"];
    assert_eq!(
        (&after["createdTime"], &after["accessEndpoint"]),
        (&properties["createdTime"], &properties["accessEndpoint"])
    );
    assert!(after["version"].as_str() < properties["version"].as_str());
    let versions = client.get(&format!("{}/versions", path()), VERSION).await;
    assert_eq!(versions.body["value"].as_array().map(Vec::len), Some(2));
    let older = format!(
        "{}/versions/{}",
        path(),
        properties["version"].as_str().expect("a version")
    );
    assert_eq!(
        client.get(&older, VERSION).await.body["properties"]["definition"]["parameters"]["p"]["type"],
        "Int"
    );
    assert_eq!(client.delete(&path(), VERSION).await.status, 200);
    assert_eq!(client.delete(&path(), VERSION).await.status, 204);
}

#[tokio::test]
async fn wrong_definitions_are_refused_on_put_and_on_validate() {
    let client = Client::with_group().await;
    let mut schemaless = workflow(json!({}));
    schemaless["properties"]["definition"]["$schema"].take();
    let mut extra = workflow(json!({}));
    extra["properties"]["parameters"] = json!({"x": {"value": 1}});
    let valueless = workflow(json!({"parameters": {"x": {"type": "String"}}}));
    let at_location = logic("locations/westeurope/workflows/Flow/validate");
    for (body, code) in [
        (schemaless, "InvalidRequestContent"),
        (extra, "InvalidTemplate"),
        (valueless, "InvalidTemplate"),
    ] {
        assert_eq!(
            client
                .post(&at_location, VERSION, body.clone())
                .await
                .error(),
            (400, code)
        );
        assert_eq!(
            client.put(&path(), VERSION, body).await.error(),
            (400, code)
        );
    }
    assert_eq!(
        client
            .post(&at_location, VERSION, workflow(json!({})))
            .await
            .status,
        200
    );
    assert_eq!(client.get(&path(), VERSION).await.status, 404);
    client.put(&path(), VERSION, workflow(json!({}))).await;
    let valid = client
        .post(
            &format!("{}/validate", path()),
            VERSION,
            workflow(json!({})),
        )
        .await;
    assert_eq!((valid.status, &valid.body), (200, &Value::Null));
}

#[tokio::test]
async fn secure_values_never_come_back() {
    let client = Client::with_group().await;
    let mut body = workflow(
        json!({"parameters": {"s": {"type": "SecureString"}, "o": {"type": "secureobject"}}}),
    );
    body["properties"]["parameters"] =
        json!({"s": {"value": "hush1"}, "o": {"value": {"key": "hush2"}}});
    assert_eq!(client.put(&path(), VERSION, body).await.status, 201);
    // A change that does not speak of the values keeps them.
    assert_eq!(
        client
            .patch(&path(), VERSION, json!({"tags": {"a": "b"}}))
            .await
            .status,
        200
    );
    let everything = [
        client.get(&path(), VERSION).await.body,
        client
            .get(&format!("{}/versions", path()), VERSION)
            .await
            .body,
        client.control("GET", "requests", Value::Null).await.body,
        client.control("GET", "resources", Value::Null).await.body,
    ];
    for body in everything {
        assert!(
            !body.to_string().contains("hush1") && !body.to_string().contains("hush2"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_workflow_lives_in_a_deployed_environment_of_its_region() {
    let client = Client::with_subnets().await;
    let body = in_environment(workflow(json!({})));
    assert_eq!(
        client.put(&path(), VERSION, body.clone()).await.error(),
        (404, "IntegrationServiceEnvironmentNotFound")
    );
    client.put(&ise(), VERSION, environment("Premium", 0)).await;
    assert_eq!(
        client.put(&path(), VERSION, body.clone()).await.error(),
        (409, "IntegrationServiceEnvironmentNotReady")
    );
    client.advance("2h").await;
    let mut far = body.clone();
    far["location"] = json!("northeurope");
    assert_eq!(
        client.put(&path(), VERSION, far).await.error(),
        (400, "IntegrationServiceEnvironmentLocationMismatch")
    );
    let created = client.put(&path(), VERSION, body.clone()).await;
    assert_eq!(created.status, 201);
    let properties = &created.body["properties"];
    assert_eq!(
        properties["integrationServiceEnvironment"],
        json!({"name": "ise", "id": ise(), "type": "Microsoft.Logic/integrationServiceEnvironments"})
    );
    let environment = client.get(&ise(), VERSION).await.body;
    assert_eq!(
        properties["endpointsConfiguration"],
        environment["properties"]["endpointsConfiguration"]
    );
    assert!(
        properties["accessEndpoint"]
            .as_str()
            .expect("an endpoint")
            .contains(".environments.microsoftazurelogicapps.net")
    );
    let moved = client.put(&path(), VERSION, workflow(json!({}))).await;
    assert_eq!(
        moved.error(),
        (400, "WorkflowIntegrationServiceEnvironmentMismatch")
    );
    assert_eq!(
        client.delete(&ise(), VERSION).await.error(),
        (409, "IntegrationServiceEnvironmentNotEmpty")
    );
    client.delete(&path(), VERSION).await;
    assert_eq!(client.delete(&ise(), VERSION).await.status, 200);
}

#[tokio::test]
async fn a_workflow_and_its_account_share_their_environment() {
    let client = Client::with_environment("Premium").await;
    let account = logic("integrationAccounts/outside");
    client
        .put(
            &account,
            VERSION,
            json!({"location": "westeurope", "sku": {"name": "Free"}}),
        )
        .await;
    let mut body = workflow(json!({}));
    body["properties"]["integrationAccount"] = json!({ "id": account });
    let inside = client
        .put(&path(), VERSION, in_environment(body.clone()))
        .await;
    assert_eq!(
        inside.error(),
        (
            400,
            "WorkflowNotInSameIntegrationServiceEnvironmentAsIntegrationAccount"
        )
    );
    let outside = client.put(&path(), VERSION, body.clone()).await;
    assert_eq!(
        (
            outside.status,
            &outside.body["properties"]["integrationAccount"]["name"]
        ),
        (201, &json!("outside"))
    );
    body["properties"]["integrationAccount"]["id"] = json!(logic("integrationAccounts/none"));
    assert_eq!(
        client.put(&path(), VERSION, body).await.error(),
        (404, "IntegrationAccountNotFound")
    );
}

#[tokio::test]
async fn a_workflow_is_switched_off_and_on() {
    let client = Client::with_group().await;
    client.put(&path(), VERSION, workflow(json!({}))).await;
    for (action, state) in [("disable", "Disabled"), ("Enable", "Enabled")] {
        let answer = client
            .post(&format!("{}/{action}", path()), VERSION, json!({}))
            .await;
        assert_eq!((answer.status, &answer.body), (200, &Value::Null));
        assert_eq!(
            client.get(&path(), VERSION).await.body["properties"]["state"],
            state
        );
    }
    assert_eq!(
        client
            .post(&format!("{}/dance", path()), VERSION, json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn triggers_have_addresses_that_change_with_the_key() {
    let client = Client::with_group().await;
    let triggers = json!({
        "manual": {"type": "Request", "kind": "Http", "inputs": {"method": "GET", "relativePath": "/orders/{id}"}},
        "daily": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}
    });
    client
        .put(&path(), VERSION, workflow(json!({ "triggers": triggers })))
        .await;
    let shown = client.get(&path(), VERSION).await.body;
    assert_eq!(
        shown["properties"]["definition"]["triggers"]["daily"]["evaluatedRecurrence"],
        json!({"frequency": "Day", "interval": 1})
    );
    let listed = client.get(&format!("{}/triggers", path()), VERSION).await;
    assert_eq!(listed.body["value"].as_array().map(Vec::len), Some(2));
    let callback = format!("{}/triggers/manual/listCallbackUrl", path());
    let first = client.post(&callback, VERSION, json!({})).await.body;
    assert_eq!(
        (&first["method"], &first["relativePathParameters"]),
        (&json!("GET"), &json!(["id"]))
    );
    assert_eq!(first["queries"]["sp"], "/triggers/manual/run");
    assert_eq!(first["queries"]["sig"].as_str().map(str::len), Some(43));
    client
        .post(
            &format!("{}/regenerateAccessKey", path()),
            VERSION,
            json!({"keyType": "Primary"}),
        )
        .await;
    assert_ne!(
        client.post(&callback, VERSION, json!({})).await.body["queries"]["sig"],
        first["queries"]["sig"]
    );
    let until = client
        .post(
            &format!("{}/listCallbackUrl", path()),
            VERSION,
            json!({"notAfter": "2030-01-01T00:00:00Z"}),
        )
        .await;
    assert_eq!(until.body["queries"]["se"], "2030-01-01T00:00:00Z");
    let wanted = json!({"notAfter": "2030-01-01T00:00:00Z", "keyType": "Secondary"});
    let other = client.post(&callback, VERSION, wanted).await.body;
    assert_eq!(other["queries"]["se"], "2030-01-01T00:00:00Z");
    let sooner = json!({"notAfter": "2030-01-01T00:00:00Z", "keyType": "Primary"});
    let sooner = client.post(&callback, VERSION, sooner).await.body;
    assert_ne!(sooner["queries"]["sig"], other["queries"]["sig"]);
    assert_eq!(
        client
            .post(
                &format!("{}/triggers/daily/run", path()),
                VERSION,
                json!({})
            )
            .await
            .status,
        202
    );
    let daily = client
        .post(
            &format!("{}/triggers/daily/listCallbackUrl", path()),
            VERSION,
            json!({}),
        )
        .await;
    assert_eq!(daily.error(), (400, "WorkflowTriggerTypeNotSupported"));
    let reset = format!("{}/triggers/daily/reset", path());
    assert_eq!(client.post(&reset, VERSION, json!({})).await.status, 200);
    let set_state = format!("{}/triggers/daily/setState", path());
    for (source, expected) in [
        (json!({}), 400),
        (
            json!({"source": {"id": format!("{}/triggers/none", path())}}),
            404,
        ),
        (
            json!({"source": {"id": format!("{}/triggers/Manual", path())}}),
            200,
        ),
    ] {
        let answer = client.post(&set_state, VERSION, source).await;
        assert_eq!(answer.status, expected, "{answer:?}");
    }
    let none = client
        .get(&format!("{}/triggers/none", path()), VERSION)
        .await;
    assert_eq!(
        none.body["error"]["message"],
        "The workflow 'Flow' trigger 'none' could not be found."
    );
    let log = client
        .control("GET", "requests", Value::Null)
        .await
        .body
        .to_string();
    assert!(!log.contains(first["queries"]["sig"].as_str().expect("a signature")));
}
