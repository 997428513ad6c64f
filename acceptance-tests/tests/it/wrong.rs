//! Wrong configuration, and exactly what the user is told.
//!
//! Each `wrong/NAME.tf` holds blocks named after what is wrong in them, and `wrong/NAME.txt` what `validate` prints.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::run::Run;
use acceptance_tests::scene::{Fixture, REQUIRED_PROVIDERS, Scene, id};
use acceptance_tests::workspace::Workspace;

use crate::{adopted, snapshot};

#[test]
fn provider() -> Result {
    check("provider")
}

#[test]
fn ise_subnet() -> Result {
    check("ise_subnet")
}

#[test]
fn ise() -> Result {
    check("ise")
}

#[test]
fn ise_logic_app() -> Result {
    check("ise_logic_app")
}

#[test]
fn ise_integration_account() -> Result {
    check("ise_integration_account")
}

#[test]
fn ise_autoscale_setting() -> Result {
    check("ise_autoscale_setting")
}

#[test]
fn data_sources() -> Result {
    check("data_sources")
}

#[test]
fn at_plan() -> Result {
    let configuration = fs::read_to_string(path("at_plan"))?;
    let scene = Scene::new(Fixture::Environment)?;
    scene.workspace.write("at_plan.tf", &configuration)?;
    let run = scene.run(&["plan"])?.failure()?;
    compare("at_plan", &configuration, &run)?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

/// Replacing it would fail halfway: Azure deletes no subnet that an environment holds.
#[test]
fn a_subnet_in_use_is_not_replaced() -> Result {
    let scene = adopted::scene()?;
    scene.configure(&adopted::configuration().replace("172.16.2.0/27", "172.16.60.0/27"))?;
    let run = scene.run(&["plan"])?.failure()?;
    snapshot::check("wrong/subnet_in_use.txt", &run.diagnostics().to_string())
}

fn check(name: &str) -> Result {
    let configuration = fs::read_to_string(path(name))?;
    let workspace = Workspace::new()?;
    workspace.write("required_providers.tf", REQUIRED_PROVIDERS)?;
    workspace.write(&format!("{name}.tf"), &configuration)?;
    workspace.write("users.tf", &users_of_providers(&configuration))?;
    compare(
        name,
        &configuration,
        &workspace.run(&["validate"])?.failure()?,
    )
}

fn compare(name: &str, configuration: &str, run: &Run) -> Result {
    let found = run.diagnostics().to_string();
    snapshot::check(&format!("wrong/{name}.txt"), &found)?;
    for label in labels(configuration) {
        let is_mentioned =
            found.contains(&format!("\"{label}\":")) || found.contains(&format!("].{label},"));
        assert_eq!(is_mentioned, !label.starts_with("right"), "{label}");
    }
    Ok(())
}

/// The last label of each resource and data block, and the alias of each provider block.
fn labels(configuration: &str) -> impl Iterator<Item = &str> {
    configuration.lines().filter_map(|line| {
        let label = match line.split_once("alias ") {
            Some((_, alias)) => alias,
            None => {
                let block = line.strip_prefix("resource ");
                block.or(line.strip_prefix("data "))?.split(' ').nth(1)?
            }
        };
        Some(label.trim_matches([' ', '=', '"']))
    })
}

/// A resource for each provider block: the CLI looks at no other.
fn users_of_providers(configuration: &str) -> String {
    let aliases = configuration
        .lines()
        .filter_map(|line| line.trim().strip_prefix("alias = "));
    let user = |alias: &str| {
        Block::resource("ise_integration_account", alias)
            .with("provider", &format!("ise.{alias}"))
            .with_text("name", "partners")
            .with_text("resource_group_name", "integration")
            .with_text(
                "ise_id",
                &id("Microsoft.Logic/integrationServiceEnvironments/integration"),
            )
            .to_string()
    };
    aliases.map(|alias| user(alias.trim_matches('"'))).collect()
}

fn path(name: &str) -> PathBuf {
    let file = format!("tests/it/wrong/{name}.tf");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}
