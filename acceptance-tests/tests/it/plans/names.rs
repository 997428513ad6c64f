//! One ID, one address.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_ids};

use super::SLOTS;

const DEFINITION: &str = r#"jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
  })"#;

/// An object of each type, with the last part of its ID and its name as an expression.
fn blocks(label: &str, name: &str) -> [(Block, &'static str); 4] {
    let existing = id("Microsoft.Logic/integrationServiceEnvironments/existing");
    let in_environment = |kind: &str| {
        Block::resource(kind, label)
            .with("name", name)
            .with_text("resource_group_name", "integration")
            .with_text("ise_id", &existing)
    };
    let network = id("Microsoft.Network/virtualNetworks/network");
    let environment = Block::resource("ise", label)
        .with("name", name)
        .with_text("resource_group_name", "integration")
        .with_text("location", "westeurope")
        .with("subnet_ids", &subnet_ids(["a", "b", "c", "d"]));
    let subnet = Block::resource("ise_subnet", label)
        .with("name", name)
        .with_text("virtual_network_id", &network)
        .with_text("address_prefix", "172.16.50.0/27");
    [
        (subnet, "subnets"),
        (environment, "integrationServiceEnvironments"),
        (
            in_environment("ise_integration_account"),
            "integrationAccounts",
        ),
        (
            in_environment("ise_logic_app").with("definition", DEFINITION),
            "workflows",
        ),
    ]
}

/// An expression that is known only after the apply.
const LATE: &str = "resource \"terraform_data\" \"late\" {\n  input = \"same\"\n}\n";

#[test]
fn two_of_one_name_are_refused_at_plan_in_any_casing() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    for slots in SLOTS {
        for names in [["same", "same"], ["same", "Same"]] {
            let names = format!("{names:?}[count.index]");
            let all = blocks("it", &names).map(|(block, _)| block.with("count", "2").to_string());
            scene.configure(&all.concat())?;
            let run = scene.run(&["plan", &format!("-parallelism={slots}")])?;
            let told = run.failure()?.diagnostics();
            for what in ["Subnet", "Environment", "Integration account", "Logic app"] {
                let is_told = ["same", "Same"]
                    .iter()
                    .any(|name| told.mention(&format!("Error: {what} {name:?} is planned twice")));
                assert!(is_told, "{what}: {told}");
            }
        }
    }
    Ok(())
}

#[test]
fn two_of_one_name_that_is_known_late_are_refused_at_apply() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let late = blocks("it", "terraform_data.late.output");
    let all = late.map(|(block, _)| block.with("count", "2").to_string());
    scene.configure(&format!("{LATE}{}", all.concat()))?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    let told = run.diagnostics();
    for what in ["Subnet", "Environment", "Integration account", "Logic app"] {
        let error = format!("Error: {what} \"same\" is planned twice");
        assert!(told.mention(&error), "{what}: {told}");
    }
    // One of each was sent, and is there to stay.
    assert_eq!(scene.emulator.writes()?.len(), 4);
    assert_eq!(scene.state()?.addresses().len(), 5);
    Ok(())
}

/// Each alias is served by a process of its own, which knows nothing of the other.
#[test]
fn two_of_one_name_through_two_aliases_are_refused_at_apply() -> Result {
    for (index, _) in blocks("x", "").iter().enumerate() {
        let scene = Scene::new(Fixture::Environment)?;
        let provider = std::fs::read_to_string(scene.path().join("provider.tf"))?;
        let (_, block) = provider.split_once("provider \"ise\"").unwrap_or_default();
        let alias = format!("provider \"ise\"{block}").replacen('{', "{\n  alias = \"other\"", 1);
        let (first, kind) = &blocks("x", "\"same\"")[index];
        let (second, _) = &blocks("y", "\"Same\"")[index];
        let second = second.clone().with("provider", "ise.other");
        scene.configure(&format!("{alias}{first}{second}"))?;
        scene.plan()?;
        let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
        let told = run.diagnostics();
        assert!(told.mention("already exists"), "{kind}: {told}");
        assert_eq!(scene.state()?.addresses().len(), 1, "{kind}: {told}");
    }
    Ok(())
}

/// The deletion under the old key and the creation under the new one have no order. Terraform has to have room for both
/// at a time: a creation waits for the deletion that it is in the way of.
#[test]
fn a_key_is_renamed_again_and_again() -> Result {
    let all = blocks("it", "\"same\"").map(|(block, _)| block);
    let [_, _, account, _] = &all;
    for (slots, blocks) in [("2", std::slice::from_ref(account)), ("10", &all)] {
        let scene = Scene::new(Fixture::Environment)?;
        let slots = format!("-parallelism={slots}");
        for key in ["a", "b", "a", "b", "a", "b"] {
            let keys = format!("toset([{key:?}])");
            let keyed = blocks
                .iter()
                .map(|block| block.clone().with("for_each", &keys));
            scene.configure(&keyed.map(|block| block.to_string()).collect::<String>())?;
            scene.plan_with(&["-parallelism=1"])?;
            scene.run(&["apply", &slots, "plan"])?.success()?;
            scene.nothing_to_do()?;
            let state = scene.state()?;
            let addresses = state.addresses();
            let ends = format!("[{key:?}]");
            assert_eq!(addresses.len(), blocks.len());
            assert!(addresses.iter().all(|address| address.ends_with(&ends)));
        }
    }
    Ok(())
}

/// Nothing about the objects changes, so the provider would keep them.
#[test]
fn a_replacement_that_the_user_asks_for_is_one_object() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let all = blocks("it", "\"same\"");
    let text: String = all.iter().map(|(block, _)| block.to_string()).collect();
    scene.configure(&text)?;
    scene.apply()?;
    let replaced: Vec<_> = all
        .iter()
        .map(|(block, _)| format!("-replace={}", block.address()))
        .collect();
    let mut arguments = vec!["apply", "-auto-approve"];
    arguments.extend(replaced.iter().map(String::as_str));
    scene.run(&arguments)?.success()?;
    scene.nothing_to_do()?;
    Ok(())
}

/// The create half of a replacement finds the old object: both cases are named, and neither is claimed.
#[test]
fn what_exists_may_be_the_old_half_of_a_replacement() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let [_, _, (account, _), _] = blocks("it", "\"same\"");
    let cautious = account.to_string().replace(
        "\n}\n",
        "\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n",
    );
    scene.configure(&cautious)?;
    scene.apply()?;
    let run = scene.run(&[
        "apply",
        "-auto-approve",
        "-replace=ise_integration_account.it",
    ])?;
    let told = run.failure()?.diagnostics();
    for part in [
        "Error: Integration account \"same\" already exists",
        "Either it is not in this Terraform state.",
        "Or it is in this state, and this was the half of its replacement that creates, which comes first under create_before_destroy: \
         its own, or that of a resource that depends on it.",
    ] {
        assert!(told.mention(part), "{told}");
    }
    // The old one is as it was.
    scene.configure(&account)?;
    scene.nothing_to_do()?;
    Ok(())
}
