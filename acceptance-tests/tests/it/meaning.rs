//! What means the same to ARM is no difference, however it is written.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{id, subnet_ids};

use crate::adopted;

#[test]
fn other_words_for_the_same_are_no_difference() -> Result {
    let scene = adopted::scene()?;
    let before = scene.state()?;
    let [subnet, environment, account, app] = adopted::blocks();
    let environment_id = id("Microsoft.Logic/integrationServiceEnvironments/existing");
    let other_words = [
        subnet.with_text(
            "virtual_network_id",
            &id("Microsoft.Network/virtualNetworks/network").to_uppercase(),
        ),
        environment
            .with_text("location", "West Europe")
            .with_text("resource_group_name", "INTEGRATION")
            .with("subnet_ids", &subnet_ids(["H", "g", "F", "e"]))
            .with("capacity", "0"),
        account
            .with_text("ise_id", &environment_id.to_lowercase())
            .with_text("name", "Partners"),
        app.with_text("ise_id", &environment_id.to_uppercase())
            .with_text(
                "integration_account_id",
                &id("Microsoft.Logic/integrationAccounts/PARTNERS"),
            )
            .with("definition", DEFINITION)
            .with("parameters", r#""{\n  \"greeting\" : \"hello\"\n}""#),
    ];
    scene.configure(&other_words.iter().map(Block::to_string).collect::<String>())?;
    scene.nothing_to_do()?;
    let after = scene.state()?;
    assert_eq!(
        after.object("ise.it")["location"],
        before.object("ise.it")["location"]
    );
    Ok(())
}

/// The text that the author wrote is what stays in the state, though ARM answers with another.
#[test]
fn the_authors_words_stay() -> Result {
    let scene = adopted::scene()?;
    let block = Block::resource("ise_logic_app", "words")
        .with_text("name", "Words")
        .with_text("resource_group_name", "Integration")
        .with_text(
            "ise_id",
            &id("Microsoft.Logic/integrationServiceEnvironments/EXISTING"),
        )
        .with("definition", DEFINITION)
        .with("parameters", r#""{ \"greeting\": \"hello\" }""#);
    scene.workspace.write("words.tf", &block.to_string())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    scene
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    let state = scene.state()?;
    let words = state.object(&block.address());
    assert_eq!(words["resource_group_name"], "Integration");
    assert_eq!(words["parameters"], r#"{ "greeting": "hello" }"#);
    assert!(
        words["definition"]
            .as_str()
            .is_some_and(|text| text.contains("\n  \"actions\"")),
        "{words:#}"
    );
    Ok(())
}

/// The fixture's definition in other words: order, blanks, empty members, the type's case.
const DEFINITION: &str = r#"<<-JSON
    {
      "actions": {
        "answer": {
          "runAfter": {},
          "inputs": { "body": "@parameters('greeting')", "statusCode": 200.0 },
          "type": "Response"
        }
      },
      "outputs": {},
      "parameters": { "greeting": { "type": "string" } },
      "triggers": { "request": { "kind": "Http", "type": "Request" } },
      "contentVersion": "1.0.0.0",
      "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    }
  JSON
"#;
