//! The four objects of the fixtures, described in HCL as they are.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id, subnet_ids};

/// Addresses and IDs of the four.
pub(crate) fn objects() -> [(&'static str, String); 4] {
    [
        ("ise_subnet.it", subnet_id("e")),
        (
            "ise.it",
            id("Microsoft.Logic/integrationServiceEnvironments/existing"),
        ),
        (
            "ise_integration_account.it",
            id("Microsoft.Logic/integrationAccounts/partners"),
        ),
        ("ise_logic_app.it", id("Microsoft.Logic/workflows/hello")),
    ]
}

/// Their configuration.
pub(crate) fn blocks() -> [Block; 4] {
    let [_, (_, ise_id), (_, account_id), _] = objects();
    [
        Block::resource("ise_subnet", "it")
            .with_text("name", "e")
            .with_text(
                "virtual_network_id",
                &id("Microsoft.Network/virtualNetworks/network"),
            )
            .with_text("address_prefix", "172.16.2.0/27"),
        Block::resource("ise", "it")
            .with_text("name", "existing")
            .with_text("resource_group_name", "integration")
            .with_text("location", "westeurope")
            .with("subnet_ids", &subnet_ids(["e", "f", "g", "h"])),
        Block::resource("ise_integration_account", "it")
            .with_text("name", "partners")
            .with_text("resource_group_name", "integration")
            .with_text("ise_id", &ise_id),
        Block::resource("ise_logic_app", "it")
            .with_text("name", "hello")
            .with_text("resource_group_name", "integration")
            .with_text("ise_id", &ise_id)
            .with_text("integration_account_id", &account_id)
            .with("definition", &definition())
            .with("parameters", r#"jsonencode({ greeting = "hello" })"#)
            .with(
                "access_control",
                r#"{ trigger = { allowed_caller_ip_ranges = ["172.16.0.0/16"] } }"#,
            )
            .with("tags", r#"{ team = "integration" }"#),
    ]
}

/// A scene in which the four are under management.
pub(crate) fn scene() -> Result<Scene> {
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(&configuration())?;
    scene
        .workspace
        .write("import.tf", &import_blocks(&objects()))?;
    scene.apply()?;
    scene.emulator.forget_requests()?;
    Ok(scene)
}

/// All blocks as one text.
pub(crate) fn configuration() -> String {
    blocks().iter().map(Block::to_string).collect()
}

/// Blocks that import objects.
pub(crate) fn import_blocks(objects: &[(&str, String)]) -> String {
    let block = |(address, id): &(&str, String)| {
        format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n")
    };
    objects.iter().map(block).collect()
}

fn definition() -> String {
    r#"jsonencode({
      "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
      contentVersion = "1.0.0.0"
      parameters     = { greeting = { type = "String" } }
      triggers       = { request = { type = "Request", kind = "Http" } }
      actions        = { answer = { type = "Response", inputs = { statusCode = 200, body = "@parameters('greeting')" } } }
    })"#
    .to_owned()
}
