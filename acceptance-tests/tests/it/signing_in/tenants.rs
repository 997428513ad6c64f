//! What lives in another tenant: its token goes along with each request.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id};

use super::TOKEN;
use crate::secrets::files_with;

const OTHER: &str = "dddddddd-0000-4000-8000-000000000004";
const IDENTITY: &str = "/subscriptions/99999999-9999-9999-9999-999999999999/resourceGroups/hub/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mine";

/// A logic app with an identity that belongs to a subscription of another tenant.
fn app() -> Block {
    Block::resource("ise_logic_app", "it")
        .with_text("name", "it")
        .with_text("resource_group_name", "integration")
        .with_text(
            "ise_id",
            &id("Microsoft.Logic/integrationServiceEnvironments/existing"),
        )
        .with(
            "definition",
            r#"jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
  })"#,
        )
        .with(
            "identity",
            &format!(r#"{{ type = "UserAssigned", identity_ids = ["{IDENTITY}"] }}"#),
        )
}

#[test]
fn objects_of_another_tenant_are_linked_with_a_token_of_it() -> Result {
    let mut scene = Scene::new(Fixture::Tenants)?;
    for (name, value) in [("TF_LOG", "trace"), ("TF_LOG_PATH", "trace.log")] {
        scene.workspace.set_variable(name, value);
    }
    scene.configure(&app())?;
    let alone = scene.run(&["apply", "-auto-approve"])?.failure()?;
    let told = alone.diagnostics().to_string();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "LinkedAuthorizationFailed",
        "is not authorized to access linked subscription '99999999-9999-9999-9999-999999999999'",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    // The token of a tenant to which nothing there belongs is no help.
    let third = "eeeeeeee-0000-4000-8000-000000000005";
    scene.configure_provider(&format!("auxiliary_tenant_ids = [\"{third}\"]\n"))?;
    scene.run(&["apply", "-auto-approve"])?.failure()?;
    scene.configure_provider(&format!("auxiliary_tenant_ids = [\"{OTHER}\"]\n"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    // The variable does as well.
    scene.configure_provider("")?;
    let both = format!("{third};{OTHER}");
    scene
        .workspace
        .set_variable("ARM_AUXILIARY_TENANT_IDS", &both);
    scene.configure(&app().with("tags", r#"{ team = "integration" }"#))?;
    scene.apply()?;
    scene.destroy()?;
    assert_eq!(files_with(scene.path(), TOKEN)?, Vec::<String>::new());
    let transcript = scene.emulator.transcript()?;
    assert!(transcript.contains("x-ms-authorization-auxiliary"));
    assert!(!transcript.contains(TOKEN), "the emulator tells a token");
    Ok(())
}
