//! What the provider does not know survives every kind of update of every type.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::json;

use crate::adopted;

/// Changes of arguments, one apply each.
type Updates<'a> = &'a [(&'a str, &'a str)];

const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

#[test]
fn of_a_subnet() -> Result {
    let routes = format!("{:?}", id("Microsoft.Network/routeTables/routes"));
    let guard = format!("{:?}", id("Microsoft.Network/networkSecurityGroups/guard"));
    let scene = Scene::new(Fixture::Network)?;
    let subnet = subnet_id("m");
    let [block, ..] = adopted::blocks();
    let block = block
        .with_text("name", "m")
        .with_text("address_prefix", "172.16.4.0/27");
    let imports = adopted::import_blocks(&[("ise_subnet.it", subnet.clone())]);
    scene.workspace.write("import.tf", &imports)?;
    scene.emulator.edit(
        &subnet,
        &json!({ "properties": { "ofTheFuture": { "kept": [1, 2.50] }, "privateEndpointNetworkPolicies": "Disabled" } }),
    )?;
    survive(
        &scene,
        (block.clone(), &subnet),
        &[
            "/properties/ofTheFuture",
            "/properties/privateEndpointNetworkPolicies",
        ],
        &[
            ("route_table_id", &routes),
            ("network_security_group_id", &guard),
            ("service_endpoints", r#"["Microsoft.Storage"]"#),
            ("delegate_to_ise", "true"),
        ],
    )?;
    // Now that there are an endpoint and a delegation, they have such members too.
    let mut body = scene.emulator.get(&subnet)?;
    body["properties"]["serviceEndpoints"][0]["ofTheFuture"] = json!("kept");
    body["properties"]["delegations"][0]["properties"]["ofTheFuture"] = json!("kept");
    let members = json!({
        "serviceEndpoints": body["properties"]["serviceEndpoints"], "delegations": body["properties"]["delegations"],
    });
    scene
        .emulator
        .edit(&subnet, &json!({ "properties": members }))?;
    let block = block
        .with("service_endpoints", r#"["Microsoft.Storage"]"#)
        .with("delegate_to_ise", "true");
    survive(
        &scene,
        (block.clone(), &subnet),
        &[
            "/properties/ofTheFuture",
            "/properties/delegations/0/properties/ofTheFuture",
        ],
        &[
            ("route_table_id", &routes),
            ("network_security_group_id", ""),
            (
                "service_endpoints",
                r#"["Microsoft.Sql", "Microsoft.Storage"]"#,
            ),
        ],
    )?;
    let endpoints = &scene.emulator.get(&subnet)?["properties"]["serviceEndpoints"];
    let storage = endpoints
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| it["service"] == "Microsoft.Storage");
    assert_eq!(
        storage.map(|it| &it["ofTheFuture"]),
        Some(&json!("kept")),
        "{endpoints}"
    );
    survive(
        &scene,
        (block, &subnet),
        &["/properties/ofTheFuture"],
        &[("route_table_id", "")],
    )
}

#[test]
fn of_an_environment() -> Result {
    let (scene, block, environment) = scene(1)?;
    let body = scene.emulator.get(&environment)?;
    let mut network = body["properties"]["networkConfiguration"].clone();
    network["ofTheFuture"] = json!({ "kept": true });
    network["accessEndpoint"]["ofTheFuture"] = json!("kept");
    let members = json!({
        "sku": { "ofTheFuture": "kept" },
        "properties": { "ofTheFuture": { "kept": [1, 2.50] }, "networkConfiguration": network },
    });
    scene.emulator.edit(&environment, &members)?;
    let identity = |name: &str| format!("{IDENTITY}/{name}");
    let assigned = |names: &[&str]| {
        let ids: Vec<_> = names.iter().map(|name| id(&identity(name))).collect();
        format!(
            "{{ type = \"UserAssigned\", identity_ids = {} }}",
            json!(ids)
        )
    };
    survive(
        &scene,
        (block, &environment),
        &[
            "/sku/ofTheFuture",
            "/properties/ofTheFuture",
            "/properties/networkConfiguration/ofTheFuture",
            "/properties/networkConfiguration/accessEndpoint/ofTheFuture",
        ],
        &[
            ("capacity", "1"),
            ("tags", r#"{ a = "b" }"#),
            ("tags", ""),
            ("identity", r#"{ type = "SystemAssigned" }"#),
            ("identity", &assigned(&["one"])),
            ("identity", ""),
            ("restart_triggers", r#"{ dns = "1" }"#),
            ("restart_triggers", r#"{ dns = "2" }"#),
        ],
    )
}

#[test]
fn of_an_integration_account() -> Result {
    let (scene, block, account) = scene(2)?;
    let members = json!({ "sku": { "ofTheFuture": "kept" }, "properties": { "ofTheFuture": { "kept": [1, 2.50] } } });
    scene.emulator.edit(&account, &members)?;
    survive(
        &scene,
        (block, &account),
        &["/sku/ofTheFuture", "/properties/ofTheFuture"],
        &[
            ("enabled", "false"),
            ("tags", r#"{ a = "b" }"#),
            ("enabled", "true"),
            ("tags", ""),
        ],
    )
}

#[test]
fn of_a_logic_app() -> Result {
    let (scene, block, app) = scene(3)?;
    let ranges = json!([{ "addressRange": "172.16.0.0/16", "ofTheFuture": "kept" }]);
    let members = json!({ "properties": {
        "ofTheFuture": { "kept": [1, 2.50] },
        "parameters": { "greeting": { "value": "hello", "description": "kept" } },
        "accessControl": {
            "ofTheFuture": "kept",
            "triggers": { "allowedCallerIpAddresses": ranges, "ofTheFuture": "kept" },
        },
    } });
    scene.emulator.edit(&app, &members)?;
    let always = [
        "/properties/ofTheFuture",
        "/properties/accessControl/ofTheFuture",
    ];
    let section = "/properties/accessControl/triggers/ofTheFuture";
    let range = "/properties/accessControl/triggers/allowedCallerIpAddresses/0/ofTheFuture";
    let parameter = "/properties/parameters/greeting/description";
    survive(
        &scene,
        (block.clone(), &app),
        &[always[0], always[1], section, range, parameter],
        &[
            ("enabled", "false"),
            ("tags", r#"{ a = "b" }"#),
            ("parameters", r#"jsonencode({ greeting = "hi" })"#),
            ("integration_account_id", ""),
            ("identity", r#"{ type = "SystemAssigned" }"#),
            ("identity", ""),
            (
                "access_control",
                r#"{ trigger = { allowed_caller_ip_ranges = ["172.16.0.0/16", "172.17.0.0/16"] } }"#,
            ),
            (
                "access_control",
                r#"{ trigger = { allowed_caller_ip_ranges = ["172.16.0.0/16"] }, contents = { allowed_caller_ip_ranges = ["10.0.0.0/8"] } }"#,
            ),
        ],
    )?;
    survive(
        &scene,
        (block, &app),
        &[always[0], always[1], section, parameter],
        &[("access_control", "")],
    )
}

/// Azure tells everything of a secret parameter but its value.
#[test]
fn of_secret_parameters() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let app = id("Microsoft.Logic/workflows/secretive");
    let definition = |parameters: &str| {
        format!(
            r#"jsonencode({{
      "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
      contentVersion = "1.0.0.0"
      parameters     = {{ greeting = {{ type = "String" }}{parameters} }}
      triggers       = {{}}
      actions        = {{}}
    }})"#
        )
    };
    let [.., block] = adopted::blocks();
    let block = block
        .with_text("name", "secretive")
        .with(
            "definition",
            &definition(r#", key = { type = "SecureString" }"#),
        )
        .with("secure_parameters_wo", r#"jsonencode({ key = "hush" })"#)
        .with("secure_parameters_version", "1");
    scene.workspace.write("changed.tf", &block.to_string())?;
    scene.apply()?;
    let members = json!({ "properties": { "parameters": {
        "greeting": { "value": "hello", "description": "kept" }, "key": { "description": "kept", "metadata": { "kept": 1 } },
    } } });
    scene.emulator.edit(&app, &members)?;
    let greeting = "/properties/parameters/greeting/description";
    survive(
        &scene,
        (block.clone(), &app),
        &[
            greeting,
            "/properties/parameters/key/description",
            "/properties/parameters/key/metadata",
        ],
        &[
            ("parameters", r#"jsonencode({ greeting = "hi" })"#),
            ("secure_parameters_version", "2"),
            ("tags", ""),
        ],
    )?;
    // Azure takes no value of what is not declared any more.
    let open = block
        .with("definition", &definition(""))
        .with("secure_parameters_wo", "")
        .with("secure_parameters_version", "");
    survive(
        &scene,
        (open, &app),
        &[greeting],
        &[("tags", r#"{ a = "b" }"#)],
    )?;
    assert_eq!(
        scene.emulator.get(&app)?["properties"]["parameters"]["key"],
        json!(null)
    );
    Ok(())
}

/// Applies the updates to an object, one upon the other, and looks for the members after each.
fn survive(
    scene: &Scene,
    (block, id): (Block, &str),
    members: &[&str],
    updates: Updates<'_>,
) -> Result {
    let planted = scene.emulator.get(id)?;
    let mut block = block;
    for (name, expression) in updates {
        block = block.with(name, expression);
        scene.workspace.write("changed.tf", &block.to_string())?;
        scene.apply()?;
        let body = scene.emulator.get(id)?;
        for member in members {
            let expected = planted.pointer(member);
            assert!(expected.is_some(), "{member} is not planted: {planted:#}");
            assert_eq!(
                body.pointer(member),
                expected,
                "{member} after {name} = {expression}: {body:#}"
            );
        }
    }
    scene.nothing_to_do().map(drop)
}

/// A scene in which the adopted object with this index has a file of its own.
fn scene(index: usize) -> Result<(Scene, Block, String)> {
    let scene = adopted::scene()?;
    let mut blocks = adopted::blocks().to_vec();
    let block = blocks.remove(index);
    scene.configure(&blocks.iter().map(Block::to_string).collect::<String>())?;
    let (_, id) = adopted::objects()[index].clone();
    Ok((scene, block, id))
}
