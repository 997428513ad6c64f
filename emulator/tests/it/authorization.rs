//! Roles: who may do what.

use serde_json::{Value, json};

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, SUBSCRIPTION, environment, group, ise, logic, network,
    subnet,
};
use crate::signin::{APPLICATION, ask, home, register};

const VERSION: &str = "2022-04-01";
const OBJECT: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const NETWORK: &str = "4d97b98b-1d4f-4787-a291-c67834d212e7";
const LOGIC: &str = "87a39d53-fc1b-424a-814c-f7e04687dc9e";

fn object(scope: &str, kind: &str, number: u32) -> String {
    format!("{scope}/providers/Microsoft.Authorization/{kind}/00000000-0000-4000-8000-{number:012}")
}

fn role(name: &str) -> String {
    format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{name}")
}

fn assignment(role_name: &str, principal: &str) -> Value {
    json!({"properties": {"roleDefinitionId": role(role_name), "principalId": principal, "principalType": "ServicePrincipal"}})
}

/// Becomes the application, whose object id is known.
async fn become_application(client: &mut Client) {
    let tenant = home(client).await;
    register(
        client,
        json!({"objectId": OBJECT, "secrets": [{"secretText": "s"}]}),
    )
    .await;
    let answer = ask(client, &tenant, &[("client_secret", "s")]).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
}

/// The emulator with a deployed environment, in which the application has roles at scopes.
async fn with_roles(roles: &[(&str, &str)]) -> Client {
    let mut client = Client::with_environment("Premium").await;
    for (number, (scope, name)) in (1..).zip(roles) {
        let path = object(scope, "roleAssignments", number);
        let given = client.put(&path, VERSION, assignment(name, OBJECT)).await;
        assert_eq!(given.status, 201, "{given:?}");
    }
    become_application(&mut client).await;
    client
}

fn workflow(linked: bool) -> Value {
    let schema = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#";
    let mut body = json!({"location": "westeurope", "properties": {"definition":
        {"$schema": schema, "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}}}});
    if linked {
        body["properties"]["integrationServiceEnvironment"] = json!({"id": ise()});
    }
    body
}

#[tokio::test]
async fn everyone_may_do_everything_until_something_is_assigned() {
    let mut client = Client::with_group().await;
    become_application(&mut client).await;
    let path = logic("workflows/w");
    assert_eq!(
        client
            .put(&path, LOGIC_VERSION, workflow(false))
            .await
            .status,
        201
    );
    // Whoever assigns first keeps the subscription.
    let other = "cccccccc-0000-4000-8000-000000000003";
    let given = client
        .put(
            &object(&group(), "roleAssignments", 1),
            VERSION,
            assignment(READER, other),
        )
        .await;
    assert_eq!(given.status, 201, "{given:?}");
    assert_eq!(given.body["properties"]["createdBy"], OBJECT);
    assert_eq!(client.delete(&path, LOGIC_VERSION).await.status, 200);
    let list = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments");
    let mine = format!("{list}?api-version={VERSION}&$filter=principalId%20eq%20'{OBJECT}'");
    let mine = client.send("GET", &mine, &[], String::new()).await.body;
    assert_eq!(
        mine["value"][0]["properties"]["roleDefinitionId"],
        json!(role(OWNER))
    );
    assert_eq!(mine["value"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_role_gives_what_it_names_at_its_scope_and_below() {
    let workflow_path = logic("workflows/w");
    for (scope, name, allowed, refused) in [
        (
            SUBSCRIPTION.to_owned(),
            READER,
            vec!["GET"],
            vec!["PUT", "DELETE"],
        ),
        (group(), READER, vec!["GET"], vec!["PUT", "DELETE"]),
        (group(), LOGIC, vec!["PUT", "GET", "DELETE"], vec![]),
        (group(), CONTRIBUTOR, vec!["PUT", "GET", "DELETE"], vec![]),
        (group(), NETWORK, vec![], vec!["PUT", "GET", "DELETE"]),
        (
            workflow_path.clone(),
            CONTRIBUTOR,
            vec!["PUT", "GET", "DELETE"],
            vec![],
        ),
        (
            logic("workflows/other"),
            OWNER,
            vec![],
            vec!["PUT", "GET", "DELETE"],
        ),
    ] {
        let mut client = Client::with_group().await;
        for path in [&workflow_path, &logic("workflows/other")] {
            client.put(path, LOGIC_VERSION, workflow(false)).await;
        }
        let path = object(&scope, "roleAssignments", 1);
        client.put(&path, VERSION, assignment(name, OBJECT)).await;
        become_application(&mut client).await;
        let target = format!("{workflow_path}?api-version={LOGIC_VERSION}");
        for method in allowed {
            let answer = client
                .send(method, &target, &[], workflow(false).to_string())
                .await;
            assert!(answer.status < 300, "{scope} {name} {method}: {answer:?}");
        }
        for method in refused {
            let answer = client
                .send(method, &target, &[], workflow(false).to_string())
                .await;
            assert_eq!(
                answer.error(),
                (403, "AuthorizationFailed"),
                "{scope} {name} {method}"
            );
            let action = match method {
                "GET" => "read",
                "PUT" => "write",
                _ => "delete",
            };
            assert_eq!(
                answer.body["error"]["message"],
                format!(
                    "The client '{APPLICATION}' with object id '{OBJECT}' does not have authorization to perform action \
                     'Microsoft.Logic/workflows/{action}' over scope '{workflow_path}' or the scope is invalid. If access was recently \
                     granted, please refresh your credentials."
                )
            );
        }
    }
}

#[tokio::test]
async fn a_write_needs_what_it_links_to() {
    // Logic apps alone do not allow to join subnets.
    let client = with_roles(&[(&group(), LOGIC)]).await;
    let refused = client
        .put(
            &logic("integrationServiceEnvironments/two"),
            LOGIC_VERSION,
            environment("Premium", 0),
        )
        .await;
    assert_eq!(refused.error(), (403, "LinkedAuthorizationFailed"));
    // Names of members have no case, for those who look for links either.
    let shouted = environment("Premium", 0).to_string();
    let shouted = ["properties", "networkConfiguration", "subnets", "id"]
        .iter()
        .fold(shouted, |body, name| {
            body.replace(
                &format!("\"{name}\":"),
                &format!("\"{}\":", name.to_uppercase()),
            )
        });
    let shouted: Value = serde_json::from_str(&shouted).expect("JSON");
    let two = logic("integrationServiceEnvironments/two");
    let shouted = client.put(&two, LOGIC_VERSION, shouted).await;
    assert_eq!(shouted.error(), (403, "LinkedAuthorizationFailed"));
    let message = refused.body["error"]["message"].as_str().expect("a text");
    let action = "'Microsoft.Network/virtualNetworks/subnets/join/action'";
    assert!(
        message.contains(action) && message.contains(&subnet(1)),
        "{message}"
    );
    let linked = client
        .put(&logic("workflows/w"), LOGIC_VERSION, workflow(true))
        .await;
    assert_eq!(
        linked.status, 201,
        "the role covers the environment: {linked:?}"
    );

    // A logic app of one's own cannot join the environment of others.
    let own = logic("workflows/own");
    let client = with_roles(&[(&group(), READER)]).await;
    assert_eq!(
        client
            .put(&own, LOGIC_VERSION, workflow(false))
            .await
            .status,
        403
    );
    let mut client = Client::with_environment("Premium").await;
    client.put(&own, LOGIC_VERSION, workflow(false)).await;
    client
        .put(
            &object(&own, "roleAssignments", 1),
            VERSION,
            assignment(LOGIC, OBJECT),
        )
        .await;
    become_application(&mut client).await;
    assert_eq!(
        client
            .put(&own, LOGIC_VERSION, workflow(false))
            .await
            .status,
        200
    );
    let refused = client.put(&own, LOGIC_VERSION, workflow(true)).await;
    assert_eq!(refused.error(), (403, "LinkedAuthorizationFailed"));
}

#[tokio::test]
async fn a_subnet_needs_its_rules_and_its_routes() {
    for (kind, member, action) in [
        (
            "networkSecurityGroups",
            "networkSecurityGroup",
            "Microsoft.Network/networkSecurityGroups/join/action",
        ),
        (
            "routeTables",
            "routeTable",
            "Microsoft.Network/routeTables/join/action",
        ),
    ] {
        let mut client = Client::with_subnets().await;
        let linked = network(&format!("{kind}/n"));
        client
            .settle(&linked, json!({"location": "westeurope", "properties": {}}))
            .await;
        let scope = network("virtualNetworks/vnet");
        client
            .put(
                &object(&scope, "roleAssignments", 1),
                VERSION,
                assignment(NETWORK, OBJECT),
            )
            .await;
        become_application(&mut client).await;
        let mut body = json!({"properties": {"addressPrefix": "10.0.1.0/27"}});
        client.settle(&subnet(1), body.clone()).await;
        body["properties"][member] = json!({ "id": linked });
        let refused = client.put(&subnet(1), NETWORK_VERSION, body.clone()).await;
        assert_eq!(refused.error(), (403, "LinkedAuthorizationFailed"));
        let message = refused.body["error"]["message"].as_str().expect("a text");
        assert!(message.contains(action), "{message}");
        let whole = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "s1", "properties": body["properties"]}]}});
        let refused = client.put(&scope, NETWORK_VERSION, whole).await;
        assert_eq!(
            refused.error(),
            (403, "LinkedAuthorizationFailed"),
            "through the network"
        );
    }
}

#[tokio::test]
async fn lists_show_what_may_be_read() {
    let client = with_roles(&[(&ise(), READER)]).await;
    let list = format!("{SUBSCRIPTION}/providers/Microsoft.Logic/integrationServiceEnvironments");
    let seen = client.get(&list, LOGIC_VERSION).await;
    assert_eq!(seen.body["value"].as_array().map(Vec::len), Some(1));
    for (list, version) in [
        (network("virtualNetworks"), NETWORK_VERSION),
        (format!("{SUBSCRIPTION}/resourceGroups"), "2022-09-01"),
    ] {
        let seen = client.get(&list, version).await;
        assert_eq!(
            (seen.status, &seen.body["value"]),
            (200, &json!([])),
            "{list}"
        );
    }
    let all = client
        .get(&format!("{}/resources", group()), "2021-04-01")
        .await;
    assert_eq!(
        all.body["value"].as_array().map(Vec::len),
        Some(1),
        "{all:?}"
    );
    assert_eq!(all.body["value"][0]["id"], json!(ise()));
}

#[tokio::test]
async fn fixtures_give_roles_and_deny() {
    let everyone = "00000000-0000-0000-0000-000000000000";
    let deny = |principal: &str, excluded: Value| {
        json!({"id": object(&group(), "denyAssignments", 9), "properties": {
            "denyAssignmentName": "no new logic apps", "principals": [{"id": principal, "type": "SystemDefined"}],
            "excludePrincipals": excluded, "permissions": [{"actions": ["Microsoft.Logic/*/write"], "notActions": ["*/managedApis/write"]}]}})
    };
    for (denial, is_denied) in [
        (deny(everyone, json!([])), true),
        (deny(OBJECT, json!([])), true),
        (deny(APPLICATION, json!([])), false),
        (
            deny(
                everyone,
                json!([{"id": OBJECT, "type": "ServicePrincipal"}]),
            ),
            false,
        ),
    ] {
        let mut client = Client::with(vec![
            denial,
            json!({"id": group(), "location": "westeurope"}),
        ])
        .await;
        become_application(&mut client).await;
        let path = logic("workflows/w");
        let answer = client.put(&path, LOGIC_VERSION, workflow(false)).await;
        if !is_denied {
            assert_eq!(answer.status, 201, "{answer:?}");
            continue;
        }
        assert_eq!(answer.error(), (403, "DenyAssignmentAuthorizationFailed"));
        let message = answer.body["error"]["message"].as_str().expect("a text");
        assert!(
            message.contains("'no new logic apps'") && message.contains(OBJECT),
            "{message}"
        );
        assert_eq!(
            client.get(&path, LOGIC_VERSION).await.status,
            404,
            "reading is free"
        );
        let path = object(&group(), "denyAssignments", 9);
        let by_client = client.put(&path, VERSION, json!({})).await;
        assert_eq!(by_client.error(), (405, "HttpMethodNotAllowed"));
        assert_eq!(client.get(&path, VERSION).await.status, 200);
    }
    let application = json!({"id": format!("/applications/{APPLICATION}"), "objectId": OBJECT, "secrets": [{"secretText": "s"}]});
    let tenant = "dddddddd-0000-4000-8000-000000000004";
    let mut client = Client::with(vec![
        json!({"id": object(&group(), "roleAssignments", 1), "properties": assignment(READER, OBJECT)["properties"]}),
        application,
        json!({"id": group(), "location": "westeurope"}),
        json!({"id": format!("/tenants/{tenant}"), "displayName": "Contoso", "domains": ["contoso.com"]}),
    ])
    .await;
    let answer = ask(&client, "contoso.com", &[("client_secret", "s")]).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    assert_eq!(home(&client).await, tenant);
    assert_eq!(client.get(&group(), "2022-09-01").await.status, 200);
    let refused = client
        .put(&logic("workflows/w"), LOGIC_VERSION, workflow(false))
        .await;
    assert_eq!(refused.error(), (403, "AuthorizationFailed"));
}

/// The fixtures of the README's section about roles.
fn documented() -> Vec<Value> {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("\n### Roles\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let blocks = section.split("```json\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default());
    blocks
        .flat_map(|block| serde_json::from_str::<Vec<Value>>(block).expect("fixtures"))
        .collect()
}

#[tokio::test]
async fn the_documented_fixtures_refuse_what_they_say() {
    let mut fixtures = documented();
    fixtures.push(json!({"id": group(), "location": "westeurope"}));
    let mut client = Client::with(fixtures).await;
    let secret = [("client_secret", "mine")];
    let answer = ask(&client, "emulated.onmicrosoft.com", &secret).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    let path = logic("workflows/w");
    let created = client.put(&path, LOGIC_VERSION, workflow(false)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let denied = client.delete(&path, LOGIC_VERSION).await;
    assert_eq!(denied.error(), (403, "DenyAssignmentAuthorizationFailed"));
    let body = environment("Premium", 0);
    for refused in [
        client.put(&ise(), LOGIC_VERSION, body).await,
        client.delete(&ise(), LOGIC_VERSION).await,
    ] {
        assert_eq!(refused.error(), (403, "AuthorizationFailed"));
    }
    let read = client.get(&ise(), LOGIC_VERSION).await;
    assert_eq!(read.status, 404, "reading is allowed");
}

#[tokio::test]
async fn roles_are_assigned_listed_and_taken_away() {
    let client = Client::with_group().await;
    let path = object(&group(), "roleAssignments", 1);
    let missing = client.get(&path, VERSION).await;
    assert_eq!(missing.error(), (404, "RoleAssignmentNotFound"));
    let created = client.put(&path, VERSION, assignment(READER, OBJECT)).await;
    assert_eq!((created.status, &created.body["id"]), (201, &json!(path)));
    assert_eq!(created.body["properties"]["scope"], json!(group()));
    assert_eq!(client.get(&path, VERSION).await.body, created.body);
    for (body, name, expected) in [
        (assignment(READER, OBJECT), 1, (200, "")),
        (assignment(READER, OBJECT), 2, (409, "RoleAssignmentExists")),
        (
            assignment(NETWORK, OBJECT),
            1,
            (400, "RoleAssignmentUpdateNotPermitted"),
        ),
        (
            assignment(OBJECT, OBJECT),
            3,
            (404, "RoleDefinitionDoesNotExist"),
        ),
        (assignment(READER, "me"), 3, (400, "InvalidRequestContent")),
        (json!({"properties": {}}), 3, (400, "InvalidRequestContent")),
        (
            json!({"properties": {"roleDefinitionId": READER, "principalId": 7}}),
            3,
            (400, "InvalidRequestContent"),
        ),
        (
            json!({"properties": {"roleDefinitionId": READER, "principalId": OBJECT, "principalType": "Nobody"}}),
            3,
            (400, "InvalidRequestContent"),
        ),
    ] {
        let answer = client
            .put(&object(&group(), "roleAssignments", name), VERSION, body)
            .await;
        assert_eq!(answer.error(), expected, "{answer:?}");
    }
    let bad = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/me",
        group()
    );
    let answer = client.put(&bad, VERSION, assignment(READER, OBJECT)).await;
    assert_eq!(answer.error(), (400, "InvalidRoleAssignmentId"));
    let count = async |scope: &str, filter: &str| {
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments?api-version={VERSION}&$filter={filter}"
        );
        let answer = client.send("GET", &path, &[], String::new()).await;
        answer.body["value"].as_array().map(Vec::len)
    };
    // The other one is the client's own.
    assert_eq!(count(SUBSCRIPTION, "").await, Some(2));
    assert_eq!(count(SUBSCRIPTION, "atScope()").await, Some(1));
    assert_eq!(count(&group(), "atScope()").await, Some(2));
    let of_object = format!("atScope()%20and%20assignedTo('{OBJECT}')");
    assert_eq!(count(&group(), &of_object).await, Some(1));
    let bare = format!("principalId%20eq%20{OBJECT}");
    assert_eq!(count(SUBSCRIPTION, &bare).await, Some(1));
    // None of the fields that can be asked for.
    assert_eq!(count(SUBSCRIPTION, "color%20eq%20'red'").await, None);
    let taken = client.delete(&path, VERSION).await;
    assert_eq!((taken.status, &taken.body["id"]), (200, &json!(path)));
    assert_eq!(client.delete(&path, VERSION).await.status, 204);
    let wrong = client.get(&path, "2001-01-01").await;
    assert_eq!(wrong.error(), (400, "InvalidApiVersionParameter"));
}

#[tokio::test]
async fn roles_are_defined_and_found_by_name() {
    let client = Client::with_group().await;
    let list = |scope: &str, filter: &str| {
        format!(
            "{scope}/providers/Microsoft.Authorization/roleDefinitions?api-version={VERSION}&$filter={filter}"
        )
    };
    for scope in [SUBSCRIPTION, &group(), ""] {
        let found = list(scope, "roleName%20eq%20'Network%20Contributor'");
        let found = client.send("GET", &found, &[], String::new()).await.body;
        assert_eq!(found["value"][0]["name"], NETWORK, "{scope}");
        assert_eq!(found["value"].as_array().map(Vec::len), Some(1));
        let one = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK}");
        let one = client.get(&one, VERSION).await.body;
        assert_eq!(one["properties"]["type"], "BuiltInRole");
    }
    let path = object(SUBSCRIPTION, "roleDefinitions", 1);
    let permissions = json!([{"actions": ["*/read", "Microsoft.Logic/*"], "notActions": ["Microsoft.Logic/*/delete"]}]);
    let own = json!({"properties": {"roleName": "Keeper", "permissions": &permissions}});
    let created = client.put(&path, VERSION, own).await;
    assert_eq!(
        (created.status, &created.body["properties"]["type"]),
        (201, &json!("CustomRole"))
    );
    for wrong in [
        json!({"properties": {"roleName": "Keeper"}}),
        json!({"properties": {"roleName": "Keeper", "permissions": [{"actions": "*"}]}}),
        json!({"properties": {"roleName": "Keeper", "permissions": permissions, "color": "red"}}),
    ] {
        let answer = client.put(&path, VERSION, wrong).await;
        assert_eq!(answer.error(), (400, "InvalidRequestContent"));
    }
    let found = client
        .send(
            "GET",
            &list(&group(), "type%20eq%20'CustomRole'"),
            &[],
            String::new(),
        )
        .await;
    assert_eq!(found.body["value"], json!([created.body]));

    let mut client = client;
    let role = path;
    let name = created.body["name"].as_str().expect("a name").to_owned();
    let path = object(&group(), "roleAssignments", 1);
    client.put(&path, VERSION, assignment(&name, OBJECT)).await;
    let refused = client.delete(&role, VERSION).await;
    assert_eq!(refused.error(), (400, "RoleDefinitionHasAssignments"));
    become_application(&mut client).await;
    let path = logic("workflows/w");
    assert_eq!(
        client
            .put(&path, LOGIC_VERSION, workflow(false))
            .await
            .status,
        201
    );
    let refused = client.delete(&path, LOGIC_VERSION).await;
    assert_eq!(refused.error(), (403, "AuthorizationFailed"));
}

#[tokio::test]
async fn what_is_assigned_goes_with_its_scope() {
    let client = Client::with_group().await;
    let path = logic("workflows/w");
    client.put(&path, LOGIC_VERSION, workflow(false)).await;
    for (number, scope) in (1..).zip([group(), path.clone()]) {
        client
            .put(
                &object(&scope, "roleAssignments", number),
                VERSION,
                assignment(READER, OBJECT),
            )
            .await;
    }
    client.delete(&path, LOGIC_VERSION).await;
    client.put(&path, LOGIC_VERSION, workflow(false)).await;
    let again = client
        .get(&object(&path, "roleAssignments", 2), VERSION)
        .await;
    assert_eq!(again.error(), (404, "RoleAssignmentNotFound"));
    assert_eq!(client.delete(&group(), "2022-09-01").await.status, 202);
    client.advance("1m").await;
    let gone = client.get(&group(), "2022-09-01").await;
    assert_eq!(gone.error(), (404, "ResourceGroupNotFound"));
    let left = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments");
    let left = client.get(&left, VERSION).await.body;
    assert_eq!(
        left["value"].as_array().map(Vec::len),
        Some(1),
        "the client's own: {left}"
    );
}
