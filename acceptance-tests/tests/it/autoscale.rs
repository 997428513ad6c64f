//! Autoscale: a metric rises, the clock moves, and the capacity of the environment follows.

use std::fs;

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id};
use serde_json::Value as Json;

use crate::fresh::{environment, environment_id};
use crate::snapshot;

const PROCESSOR: &str = "IntegrationServiceEnvironmentWorkflowProcessorUsage";

/// A pace at which time passes by hand only.
const SLOW: f64 = 1.0;

/// A pace at which everything ends.
const FAST: f64 = 36_000.0;

const RULES: &str = r#"[{
  name    = "usual"
  minimum = 0
  maximum = 3
  default = 0
  rules = [
    { metric = "workflow_processor", operator = "GreaterThan", threshold = 75, direction = "Increase", change_count = 2, cooldown = "PT2H" },
    { metric = "workflow_processor", operator = "LessThan", threshold = 25, direction = "Decrease", change_count = 1, cooldown = "PT2H" },
  ]
}]"#;

fn setting() -> Block {
    Block::resource("ise_autoscale_setting", "it")
        .with_text("name", "scale")
        .with_text("resource_group_name", "integration")
        .with("ise_id", "ise.it.id")
        .with("profiles", RULES)
}

fn setting_id() -> String {
    id("Microsoft.Insights/autoscaleSettings/scale")
}

fn capacity(scene: &Scene) -> Result<Json> {
    Ok(scene.emulator.get(&environment_id())?["sku"]["capacity"].clone())
}

/// Azure's clock moves on while the metric is as high as this.
fn load(scene: &Scene, value: f64, span: &str) -> Result {
    scene
        .emulator
        .set_metric(&environment_id(), PROCESSOR, value)?;
    scene.emulator.advance(span)
}

#[test]
fn capacity_follows_the_load_and_the_environment_lets_it() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&format!("{}{}", environment(), setting()))?;
    let run = scene.apply()?;
    assert!(run.diagnostics().is_empty(), "{}", run.diagnostics());
    scene.emulator.set_time_scale(SLOW)?;
    scene.nothing_to_do()?;
    assert_eq!(capacity(&scene)?, 0);

    load(&scene, 90.0, "11m")?;
    load(&scene, 50.0, "1h")?;
    assert_eq!(capacity(&scene)?, 2);
    // Nobody has written a capacity, so this is no difference, and nothing to warn of.
    let run = scene.nothing_to_do()?;
    assert!(run.diagnostics().is_empty(), "{}", run.diagnostics());
    scene
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    assert_eq!(scene.state()?.object("ise.it")["capacity"], 2);

    load(&scene, 10.0, "90m")?;
    load(&scene, 50.0, "1h")?;
    assert_eq!(capacity(&scene)?, 1);
    scene.nothing_to_do()?;
    scene.emulator.set_time_scale(FAST)?;
    scene.destroy()?;
    assert!(scene.state()?.addresses().is_empty());
    Ok(())
}

#[test]
fn a_capacity_that_is_written_fights_autoscale_and_both_are_named() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let both =
        |capacity: &str| format!("{}{}", environment().with("capacity", capacity), setting());
    scene.configure(&both("1"))?;
    // The environment's ID is known at the apply only.
    let run = scene.apply()?;
    assert!(
        run.diagnostics()
            .mention("Capacity of environment \"new\" is managed twice"),
        "{}",
        run.diagnostics()
    );
    scene.emulator.set_time_scale(SLOW)?;
    load(&scene, 90.0, "11m")?;
    load(&scene, 50.0, "2h")?;
    assert_eq!(capacity(&scene)?, 3);
    let run = scene.run(&["plan"])?.success()?;
    snapshot::check("autoscale/planned.txt", &run.diagnostics().to_string())?;
    assert_eq!(
        scene
            .only("ise.it", Action::Update)?
            .changed_attributes("ise.it")[0],
        "capacity"
    );

    // The setting is somebody else's now.
    scene
        .run(&["state", "rm", "ise_autoscale_setting.it"])?
        .success()?;
    scene.configure(&environment().with("capacity", "1"))?;
    let run = scene.run(&["plan"])?.success()?;
    snapshot::check("autoscale/of_others.txt", &run.diagnostics().to_string())?;

    // Who leaves the capacity alone has peace.
    scene.configure(&environment())?;
    let run = scene.nothing_to_do()?;
    assert!(run.diagnostics().is_empty(), "{}", run.diagnostics());
    Ok(())
}

#[test]
fn an_imported_setting_plans_empty_with_the_configuration_that_is_generated() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let existing = id("Microsoft.Logic/integrationServiceEnvironments/existing");
    let setting = setting().with("ise_id", &format!("{existing:?}"));
    let notifications =
        r#"{ send_to_subscription_administrator = true, custom_emails = ["a@example.com"] }"#;
    for block in [
        setting
            .clone()
            .with("profiles", "")
            .with("instance_count", "3"),
        setting
            .with("notifications", notifications)
            .with("tags", r#"{ stage = "test" }"#),
    ] {
        scene.configure(&block)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        scene
            .run(&["state", "rm", "ise_autoscale_setting.it"])?
            .success()?;
        let import = format!(
            "import {{\n  to = ise_autoscale_setting.it\n  id = {:?}\n}}\n",
            setting_id().to_lowercase()
        );
        scene.workspace.write("import.tf", &import)?;
        // As it was written.
        let plan = scene.plan()?;
        assert_eq!(plan.action("ise_autoscale_setting.it"), Action::Nothing);
        // As it is generated.
        scene.configure(&"")?;
        scene.generate_configuration()?;
        let plan = scene.plan()?;
        assert_eq!(plan.action("ise_autoscale_setting.it"), Action::Nothing);
        fs::remove_file(scene.workspace.path().join("generated.tf"))?;
        scene.workspace.write("import.tf", "")?;
        scene.emulator.delete(&setting_id())?;
    }
    Ok(())
}
