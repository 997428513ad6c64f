//! Unusual values that are right: they reach Azure as they were written, and then there is nothing to do.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id};
use serde_json::json;

use crate::adopted;
use crate::fresh::environment;

#[test]
fn unusual_values_arrive_as_they_were_written() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let [subnet, _, account, app] = adopted::blocks();
    let app = app
        .with("integration_account_id", "")
        .with("tags", "")
        .with("access_control", "");
    let blocks = [
        renamed(&app, "numbers")
            .with("definition", &definition(r#"{ big = { type = "Int" }, small = { type = "Float" }, text = { type = "String" } }"#))
            .with("parameters", r#""{\"big\": 12345678901234567890, \"small\": 1.0e-7, \"text\": \"\\u00fc\\n\\\"\"}""#),
        renamed(&app, "nothing").with("definition", &definition("{}")).with("parameters", r#""{}""#),
        renamed(&app, "off").with("enabled", "false").with("timeouts", "{}"),
        renamed(&app, "tagged").with("tags", r#"{ "köst center" = "", Team = "a", "x.y-z" = "ü" }"#),
        renamed(&app, "guarded").with("access_control", "{ trigger = {}, contents = { allowed_caller_ip_ranges = [] } }"),
        renamed(&account, "off").with("enabled", "false"),
        renamed(&account, "brackets").with_text("name", "a_(1).-"),
        renamed(&subnet, "_.-_").with_text("address_prefix", "172.16.70.0/23"),
        environment().with_text("sku", "Developer"),
    ];
    scene.configure(&blocks.iter().map(Block::to_string).collect::<String>())?;
    scene.apply()?;
    scene.nothing_to_do()?;

    let app = |name: &str| {
        scene
            .emulator
            .get(&id(&format!("Microsoft.Logic/workflows/{name}")))
    };
    let numbers = app("numbers")?["properties"]["parameters"].to_string();
    assert!(numbers.contains("12345678901234567890"), "{numbers}");
    assert_eq!(
        app("numbers")?["properties"]["parameters"]["text"]["value"],
        "ü\n\""
    );
    assert_eq!(app("off")?["properties"]["state"], "Disabled");
    assert_eq!(
        app("tagged")?["tags"],
        json!({ "köst center": "", "Team": "a", "x.y-z": "ü" })
    );
    let environment = scene
        .emulator
        .get(&id("Microsoft.Logic/integrationServiceEnvironments/new"))?;
    assert_eq!(environment["sku"]["capacity"], 0);

    scene
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    scene.nothing_to_do()?;
    scene.destroy()?;
    Ok(())
}

/// Once something else decides the capacity, what it is stays.
#[test]
fn a_capacity_that_is_no_longer_managed_stays() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment().with("capacity", "2"))?;
    scene.apply()?;
    scene.configure(&environment())?;
    scene.nothing_to_do()?;
    let environment = scene
        .emulator
        .get(&id("Microsoft.Logic/integrationServiceEnvironments/new"))?;
    assert_eq!(environment["sku"]["capacity"], 2);
    Ok(())
}

/// The same arguments under another name.
fn renamed(block: &Block, name: &str) -> Block {
    let label = name.replace(['.', '-'], "_");
    block.labelled(&label).with_text("name", name)
}

fn definition(parameters: &str) -> String {
    format!(
        r#"jsonencode({{
      "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
      contentVersion = "1.0.0.0"
      parameters     = {parameters}
      triggers       = {{}}
      actions        = {{}}
    }})"#
    )
}

/// Some editors begin a file with one, and `file` keeps it.
#[test]
fn a_byte_order_mark_before_json_is_no_part_of_it() -> Result {
    let scene = adopted::scene()?;
    let [.., app] = adopted::blocks();
    let path = id("Microsoft.Logic/workflows/hello");
    let body = scene.emulator.get(&path)?;
    let marked = |value: &str| format!("\u{feff}{value}");
    let definition = body["properties"]["definition"].to_string();
    scene
        .workspace
        .write("workflow.json", &marked(&definition))?;
    scene
        .workspace
        .write("parameters.json", &marked(r#"{"greeting": "hello"}"#))?;
    let app = app
        .with("definition", r#"file("workflow.json")"#)
        .with("parameters", r#"file("parameters.json")"#);
    let [subnet, environment, account, _] = adopted::blocks();
    scene.configure(&format!("{subnet}{environment}{account}{app}"))?;
    scene.nothing_to_do()?;

    let secure = definition.replace(
        r#""parameters":{"#,
        r#""parameters":{"key":{"type":"SecureString"},"#,
    );
    assert_ne!(secure, definition);
    scene.workspace.write("workflow.json", &marked(&secure))?;
    scene
        .workspace
        .write("secure.json", &marked(r#"{"key": "hush"}"#))?;
    let app = app.with("secure_parameters_wo", r#"file("secure.json")"#);
    scene.configure(&format!("{subnet}{environment}{account}{app}"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let body = scene.emulator.get(&path)?;
    assert!(body["properties"]["definition"].is_object(), "{body}");
    assert_eq!(
        body["properties"]["parameters"]["greeting"]["value"],
        "hello"
    );
    Ok(())
}
