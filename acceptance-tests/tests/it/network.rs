//! The network example: four subnets, the rules and the route that an environment in them needs, and the environment.

use std::fs;

use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use acceptance_tests::{Result, binaries, cli};
use serde_json::{Value as Json, json};

/// With all that it says, the emulator deploys the environment.
#[test]
fn the_network_example_lives() -> Result {
    let Some(scene) = scene()? else {
        return Ok(());
    };
    fill(&scene, "")?;
    let told = scene.apply()?.diagnostics();
    assert!(told.is_empty(), "{told}");
    scene.nothing_to_do()?;
    let environment = id("Microsoft.Logic/integrationServiceEnvironments/it");
    assert_eq!(scene.state()?.output("environment_id"), &json!(environment));
    let found = scene.emulator.get(&environment)?;
    assert_eq!(found["properties"]["provisioningState"], "Succeeded");
    let fourth = scene.emulator.get(&subnet_id("ise-4"))?;
    assert_eq!(fourth["properties"]["addressPrefix"], "172.16.64.96/27");
    scene.destroy()?;
    Ok(())
}

/// Without one of what it says, the plan says so, and no environment is deployed. With a default route, only Azure knows what
/// `VirtualNetwork` means in rules: what they close is a warning then.
#[test]
fn a_rule_or_a_route_that_is_left_out_is_missed() -> Result {
    for (left_out, rule) in [
        ("app-service-management", "network-ports"),
        ("internet", "express-route"),
    ] {
        let Some(scene) = scene()? else {
            return Ok(());
        };
        fill(&scene, left_out)?;
        let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
        let told = run.diagnostics();
        assert!(told.mention(&format!("(preflight rule {rule})")), "{told}");
    }
    Ok(())
}

/// The example as a module, with the group and the table of the fixtures.
fn scene() -> Result<Option<Scene>> {
    if !cli::version()?.calls_functions() {
        return Ok(None);
    }
    let scene = Scene::new(Fixture::Network)?;
    let module = scene.path().join("module");
    fs::create_dir(&module)?;
    for file in ["main.tf", "variables.tf", "outputs.tf"] {
        let example = binaries::root().join("examples/network").join(file);
        fs::copy(example, module.join(file))?;
    }
    scene.configure(&include_str!("network/main.tf"))?;
    scene.run(&["get"])?.success()?;
    Ok(Some(scene))
}

/// Puts into the group and the table what the module says, as azurerm and azapi do, without what has such a name.
fn fill(scene: &Scene, left_out: &str) -> Result {
    let filled = [
        "-target=terraform_data.group",
        "-target=terraform_data.table",
    ];
    scene
        .run(&[&["apply", "-auto-approve"], &filled[..]].concat())?
        .success()?;
    let state = scene.state()?;
    let values = |address: &str| -> Vec<(String, Json)> {
        let members = state.object(address)["output"].as_object();
        let members = members.into_iter().flatten();
        let members =
            members.filter(|(name, _)| left_out.is_empty() || !name.starts_with(left_out));
        members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let rules: Vec<_> = values("terraform_data.group")
        .iter()
        .map(security_rule)
        .collect();
    let routes: Vec<_> = values("terraform_data.table").iter().map(route).collect();
    assert!(rules.len() > 15 && routes.len() + usize::from(left_out == "internet") == 1);
    let group = id("Microsoft.Network/networkSecurityGroups/guard");
    let rules = json!({ "location": "westeurope", "properties": { "securityRules": rules } });
    scene.emulator.put(&group, &rules)?;
    let table = id("Microsoft.Network/routeTables/routes");
    let routes = json!({ "location": "westeurope", "properties": { "routes": routes } });
    scene.emulator.put(&table, &routes)
}

fn security_rule((name, rule): &(String, Json)) -> Json {
    json!({
        "name": name,
        "properties": {
            "priority": rule["priority"],
            "direction": rule["direction"],
            "access": rule["access"],
            "protocol": rule["protocol"],
            "sourceAddressPrefix": rule["source_address_prefix"],
            "sourcePortRange": rule["source_port_range"],
            "destinationAddressPrefix": rule["destination_address_prefix"],
            "destinationPortRanges": rule["destination_port_ranges"],
        },
    })
}

fn route((name, route): &(String, Json)) -> Json {
    json!({
        "name": name,
        "properties": { "addressPrefix": route["address_prefix"], "nextHopType": route["next_hop_type"] },
    })
}
