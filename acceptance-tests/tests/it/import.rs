//! Objects that exist are imported by their IDs, and then there is nothing to do.

use std::fmt::Write;

use acceptance_tests::Result;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::json;

use crate::{adopted, snapshot};

#[test]
fn import_blocks_take_over_each_object() -> Result {
    let scene = adopted::scene()?;
    scene.nothing_to_do()?;
    let state = scene.state()?;
    for (address, id) in adopted::objects() {
        assert_eq!(state.object(address)["id"], id);
    }
    let app = state.object("ise_logic_app.it");
    assert_eq!(
        app["tags"],
        json!({ "team": "integration" }),
        "Azure's hidden tags are nobody's"
    );
    assert_eq!(app["enabled"], true);
    assert_eq!(state.object("ise_subnet.it")["address_class"], "warn");
    assert_eq!(state.object("ise.it")["express_route"], false);
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn the_casing_of_an_id_makes_no_difference() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(&adopted::configuration())?;
    for (address, id) in adopted::objects() {
        scene
            .run(&["import", address, &id.to_uppercase()])?
            .success()?;
        assert_eq!(
            scene.state()?.object(address)["id"],
            id,
            "names and casing come from ARM"
        );
    }
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn generated_configuration_plans_empty() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    scene
        .workspace
        .write("import.tf", &adopted::import_blocks(&adopted::objects()))?;
    scene.generate_configuration()?;
    let plan = scene.plan()?;
    assert_eq!(plan.actions(), []);
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

/// Whatever Azure keeps of an object is in what Terraform generates, but for secrets: none is asked for until one is sent.
#[test]
fn generated_configuration_of_rich_objects_plans_empty() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&include_str!("import/rich.tf"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let state = scene.state()?;
    let objects = state.addresses().into_iter().map(|address| {
        let id = state.object(address)["id"].as_str().unwrap_or_default();
        (address, id.to_uppercase())
    });
    let imports = adopted::import_blocks(&objects.collect::<Vec<_>>());
    for file in ["main.tf", "terraform.tfstate"] {
        std::fs::remove_file(scene.path().join(file))?;
    }
    scene.emulator.forget_requests()?;
    scene.workspace.write("import.tf", &imports)?;
    scene.generate_configuration()?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

/// Azure takes more forms of callers than anybody writes in one place, and gives them back as they were sent.
#[test]
fn generated_configuration_of_every_form_of_callers_plans_empty() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let [.., app] = adopted::objects();
    let ranges = |ranges: &[&str]| {
        let ranges = ranges.iter().map(|it| json!({ "addressRange": it }));
        json!({ "allowedCallerIpAddresses": ranges.collect::<Vec<_>>() })
    };
    let access = json!({
        "triggers": ranges(&["10.0.0.0/24", "10.0.1.7/24", "203.0.113.7", "203.0.113.8/32", "0.0.0.0/0"]),
        "actions": ranges(&["10.1.0.1-10.1.0.9", "10.2.0.1 - 10.2.0.9"]),
        "contents": ranges(&["2001:db8::/64", "2001:0DB8:0001:0000::/64", "2001:db8::7", "::/0"]),
        "workflowManagement": ranges(&["2001:db8::1-2001:db8::ff"]),
    });
    scene.emulator.edit(
        &app.1,
        &json!({ "properties": { "accessControl": access } }),
    )?;
    scene
        .workspace
        .write("import.tf", &adopted::import_blocks(&[app]))?;
    scene.generate_configuration()?;
    assert_eq!(scene.plan()?.actions(), []);
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

/// What only the provider knows is not in ARM: other values than the defaults show once, and send nothing.
#[test]
fn arguments_of_the_provider_alone_show_once() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let [subnet, environment, ..] = adopted::blocks();
    let subnet = subnet
        .with_text("address_class", "enforce")
        .with("timeouts", r#"{ create = "1h" }"#);
    let environment = environment
        .with("express_route", "true")
        .with("restart_triggers", r#"{ dns = "1" }"#)
        .with("preflight", r#"{ mode = "off" }"#);
    scene.configure(&format!("{subnet}{environment}"))?;
    let [subnet, environment, ..] = adopted::objects();
    scene
        .workspace
        .write("import.tf", &adopted::import_blocks(&[subnet, environment]))?;
    let plan = scene.plan()?;
    assert_eq!(
        plan.actions(),
        [
            ("ise.it", Action::Update),
            ("ise_subnet.it", Action::Update)
        ]
    );
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn ids_that_cannot_be_imported_are_explained() -> Result {
    let environment = id("Microsoft.Logic/integrationServiceEnvironments/existing");
    let foreign = environment.replace(
        "11111111-1111-1111-1111-111111111111",
        "99999999-9999-9999-9999-999999999999",
    );
    let wrong = [
        ("ise.it", "existing".to_owned()),
        ("ise.it", environment.trim_start_matches('/').to_owned()),
        ("ise.it", format!("{environment}/")),
        ("ise.it", environment.replace("/existing", "")),
        (
            "ise.it",
            environment.replace("resourceGroups", "resourceGroup"),
        ),
        ("ise.it", foreign),
        ("ise.it", id("Microsoft.Logic/workflows/hello")),
        (
            "ise_subnet.it",
            id("Microsoft.Network/virtualNetworks/network"),
        ),
        (
            "ise_logic_app.it",
            id("Microsoft.Logic/integrationAccounts/partners"),
        ),
        (
            "ise_integration_account.it",
            format!(
                "{}/maps/orders",
                id("Microsoft.Logic/integrationAccounts/partners")
            ),
        ),
    ];
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(&adopted::configuration())?;
    let mut found = String::new();
    for (address, id) in wrong {
        let run = scene.run(&["import", address, &id])?.failure()?;
        writeln!(found, "$ import {address} {id}\n\n{}", run.diagnostics())?;
    }
    snapshot::check("import.txt", &found)
}

/// What is told of it are the CLI's own words, in which each names itself.
#[test]
fn what_does_not_exist_cannot_be_imported() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(&adopted::configuration())?;
    for (address, id) in [
        (
            "ise.it",
            id("Microsoft.Logic/integrationServiceEnvironments/missing"),
        ),
        ("ise_subnet.it", subnet_id("missing")),
    ] {
        let run = scene.run(&["import", address, &id])?.failure()?;
        let found = run.diagnostics();
        let words = format!(
            "existing object to \"{address}\", the provider detected that no object exists"
        );
        assert!(found.mention(&words), "{found}");
        assert!(scene.state()?.addresses().is_empty());
    }
    Ok(())
}
