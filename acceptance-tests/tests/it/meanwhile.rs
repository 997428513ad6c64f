//! What others change between a plan and its apply stays as they want it, unless it is the very same that the plan changes.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::run::Run;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::{Value as Json, json};

use crate::adopted;

const TAGS: &str = r#"{ stage = "b" }"#;

/// Saves the plan of a configuration, has others change an object, and applies what was planned.
fn meanwhile(scene: &Scene, configuration: &str, id: &str, members: &Json) -> Result<Run> {
    scene.workspace.write("changed.tf", configuration)?;
    scene.run(&["plan", "-out=saved"])?.success()?;
    scene.emulator.edit(id, members)?;
    scene.emulator.forget_requests()?;
    scene.run(&["apply", "saved"])?.success()
}

/// A scene of the adopted objects in which one has a file of its own.
fn scene(index: usize) -> Result<(Scene, Block, String)> {
    let scene = adopted::scene()?;
    let mut blocks = adopted::blocks().to_vec();
    let block = blocks.remove(index);
    scene.configure(&blocks.iter().map(Block::to_string).collect::<String>())?;
    let (_, id) = adopted::objects()[index].clone();
    Ok((scene, block, id))
}

/// The body of the one write of this kind.
fn sent(scene: &Scene, method: &str) -> Result<Json> {
    let requests = scene.emulator.requests()?;
    let writes: Vec<_> = requests
        .iter()
        .filter(|request| request.method == method)
        .collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    Ok(writes[0].body.clone())
}

#[test]
fn an_environment_keeps_the_capacity_that_it_was_scaled_to() -> Result {
    let (scene, block, environment) = scene(1)?;
    let capacity = |capacity: i64| json!({ "sku": { "capacity": capacity } });
    let block = block.with("tags", TAGS);
    let run = meanwhile(&scene, &block.to_string(), &environment, &capacity(3))?;
    assert!(!run.diagnostics().mention("overwritten"), "{}", run.stdout);
    assert_eq!(sent(&scene, "PATCH")?, json!({ "tags": { "stage": "b" } }));
    assert_eq!(scene.emulator.get(&environment)?["sku"]["capacity"], 3);
    scene.nothing_to_do()?;

    // A PUT has to say all there is, and says what ARM has by then.
    let block = block.with("identity", r#"{ type = "SystemAssigned" }"#);
    meanwhile(&scene, &block.to_string(), &environment, &capacity(5))?;
    assert_eq!(sent(&scene, "PUT")?["sku"]["capacity"], 5);
    assert_eq!(scene.emulator.get(&environment)?["sku"]["capacity"], 5);
    scene.nothing_to_do()?;

    // What is planned wins over others, and that is told.
    let block = block.with("capacity", "2");
    let run = meanwhile(&scene, &block.to_string(), &environment, &capacity(7))?;
    assert_eq!(
        sent(&scene, "PATCH")?,
        json!({ "sku": { "name": "Premium", "capacity": 2 } })
    );
    for text in [
        "A change of capacity of environment \"existing\" by others was overwritten",
        "Azure had 7, and the apply has overwritten that with 2.",
    ] {
        assert!(run.diagnostics().mention(text), "{}", run.stdout);
    }
    scene.nothing_to_do().map(drop)
}

#[test]
fn a_subnet_keeps_what_others_attach_to_it() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let subnet = subnet_id("guarded");
    let [block, ..] = adopted::blocks();
    let block = block
        .with_text("name", "guarded")
        .with_text("address_prefix", "172.16.20.0/27");
    scene.workspace.write("changed.tf", &block.to_string())?;
    scene.apply()?;
    let guard = id("Microsoft.Network/networkSecurityGroups/guard");
    let routes = id("Microsoft.Network/routeTables/routes");
    let attached = json!({ "properties": { "networkSecurityGroup": { "id": guard }, "routeTable": { "id": routes } } });
    let planned = block.with("service_endpoints", r#"["Microsoft.Storage"]"#);
    meanwhile(&scene, &planned.to_string(), &subnet, &attached)?;
    let body = scene.emulator.get(&subnet)?;
    assert_eq!(
        body["properties"]["networkSecurityGroup"]["id"],
        json!(guard)
    );
    assert_eq!(body["properties"]["routeTable"]["id"], json!(routes));
    assert_eq!(
        body["properties"]["serviceEndpoints"][0]["service"],
        "Microsoft.Storage"
    );
    // The state has what was planned, and the next plan shows what others did.
    assert!(scene.state()?.object("ise_subnet.it")["route_table_id"].is_null());
    let changed = scene.plan()?;
    let changed = changed.changed_attributes("ise_subnet.it");
    let expected = [
        "network_security_group_id",
        "provisioning_state",
        "route_table_id",
    ];
    assert_eq!(changed, expected);
    Ok(())
}

#[test]
fn a_logic_app_keeps_what_others_give_it() -> Result {
    let scene = adopted::scene()?;
    let app = id("Microsoft.Logic/workflows/plain");
    let [.., block] = adopted::blocks();
    let block = ["integration_account_id", "access_control", "tags"]
        .into_iter()
        .fold(
            block.labelled("plain").with_text("name", "plain"),
            |block, name| block.with(name, ""),
        );
    let ignoring = |block: &Block| {
        let lifecycle = "  lifecycle {\n    ignore_changes = [definition]\n  }\n}\n";
        let text = block.to_string();
        format!("{}{lifecycle}", text.trim_end().trim_end_matches('}'))
    };
    scene.workspace.write("changed.tf", &ignoring(&block))?;
    scene.apply()?;
    let mut definition = scene.emulator.get(&app)?["properties"]["definition"].clone();
    definition["contentVersion"] = json!("2.0.0.0");
    let members = json!({
        "identity": { "type": "SystemAssigned", "principalId": "11111111-0000-0000-0000-000000000001", "tenantId": "11111111-0000-0000-0000-000000000002" },
        "properties": {
            "state": "Disabled",
            "definition": definition,
            "parameters": { "greeting": { "value": "hi" } },
            "integrationAccount": { "id": id("Microsoft.Logic/integrationAccounts/partners") },
            "accessControl": { "triggers": { "allowedCallerIpAddresses": [{ "addressRange": "10.0.0.0/8" }] } },
        },
    });
    let planned = ignoring(&block.clone().with("tags", TAGS));
    let run = meanwhile(&scene, &planned, &app, &members)?;
    assert!(run.diagnostics().is_empty(), "{}", run.diagnostics());
    let body = scene.emulator.get(&app)?;
    assert_eq!(body["tags"]["stage"], "b");
    assert_eq!(body["identity"]["type"], "SystemAssigned");
    for name in ["state", "definition", "parameters", "accessControl"] {
        assert_eq!(
            body["properties"][name], members["properties"][name],
            "{name}"
        );
    }
    assert_eq!(
        body["properties"]["integrationAccount"]["id"],
        members["properties"]["integrationAccount"]["id"]
    );
    assert_eq!(scene.emulator.writes()?, ["PUT workflows/plain"]);
    Ok(())
}

#[test]
fn an_account_that_others_disable_stays_disabled() -> Result {
    let (scene, block, account) = scene(2)?;
    let disabled = json!({ "properties": { "state": "Disabled" } });
    meanwhile(
        &scene,
        &block.with("tags", TAGS).to_string(),
        &account,
        &disabled,
    )?;
    let body = scene.emulator.get(&account)?;
    assert_eq!(
        (&body["properties"]["state"], &body["tags"]["stage"]),
        (&json!("Disabled"), &json!("b"))
    );
    Ok(())
}

const SECRET: &str = "hush-5d1f";

/// The definition with one parameter of this type.
fn definition(kind: &str) -> String {
    format!(
        r#"jsonencode({{
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    parameters     = {{ key = {{ type = "{kind}" }} }}
    triggers       = {{}}
    actions        = {{}}
  }})"#
    )
}

fn with_key(block: Block, kind: &str, value: &str) -> Block {
    let (plain, secure) = match kind.starts_with("Secure") {
        true => ("", format!("jsonencode({{ key = {value} }})")),
        false => (value, String::new()),
    };
    let plain = match plain {
        "" => String::new(),
        value => format!("jsonencode({{ key = {value} }})"),
    };
    block
        .with("definition", &definition(kind))
        .with("parameters", &plain)
        .with("secure_parameters_wo", &secure)
}

/// ARM tells the type of a parameter beside its value: another declaration is a new beginning.
#[test]
fn a_parameter_changes_its_type_and_settles() -> Result {
    let (scene, block, app) = scene(3)?;
    let text = format!("{SECRET:?}");
    for (kind, value) in [
        ("SecureString", text.as_str()),
        ("String", "\"open\""),
        ("SecureString", text.as_str()),
        ("SecureObject", r#"{ a = 1 }"#),
        ("Object", r#"{ a = 2 }"#),
        ("String", "\"open\""),
    ] {
        let block = with_key(block.clone(), kind, value);
        scene.workspace.write("changed.tf", &block.to_string())?;
        scene.apply()?;
        let told = json!({ "properties": { "parameters": { "key": { "type": kind, "metadata": { "of": kind } } } } });
        scene.emulator.edit(&app, &told)?;
        scene.nothing_to_do()?;
        let shown = scene.emulator.get(&app)?["properties"]["parameters"]["key"].clone();
        assert_eq!(
            shown.get("value").is_none(),
            kind.starts_with("Secure"),
            "{kind}: {shown}"
        );
    }
    Ok(())
}

/// A PUT would take away the value of a secret that others gave: nothing is sent, and the parameter is named.
#[test]
fn a_secret_that_nobody_wrote_down_stops_an_update() -> Result {
    let (scene, block, app) = scene(3)?;
    let block = with_key(block, "SecureString", "\"first\"");
    scene.workspace.write("changed.tf", &block.to_string())?;
    scene.apply()?;
    let mut declared = scene.emulator.get(&app)?["properties"]["definition"].clone();
    declared["parameters"]["token"] = json!({ "type": "SecureString" });
    scene
        .workspace
        .write("changed.tf", &block.with("tags", TAGS).to_string())?;
    scene.run(&["plan", "-out=saved"])?.success()?;
    let members =
        json!({ "properties": { "definition": declared, "parameters": { "token": {} } } });
    scene.emulator.edit(&app, &members)?;
    scene.emulator.forget_requests()?;
    let run = scene.run(&["apply", "saved"])?.failure()?;
    assert!(
        run.diagnostics()
            .mention("parameter \"token\" (SecureString)"),
        "{}",
        run.stderr
    );
    assert_eq!(scene.emulator.writes()?, [""; 0]);
    Ok(())
}
