//! Wrong configuration, and exactly what the user is told.
//!
//! Each `wrong/NAME.tf` holds blocks named after what is wrong in them, and `wrong/NAME.txt` what `validate` prints.
//! `UPDATE_EXPECT=1 cargo test --package acceptance-tests` writes the latter; read them before you commit them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{REQUIRED_PROVIDERS, id};
use acceptance_tests::workspace::Workspace;

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

fn check(name: &str) -> Result {
    let configuration = fs::read_to_string(path(name, "tf"))?;
    let workspace = Workspace::new()?;
    workspace.write("required_providers.tf", REQUIRED_PROVIDERS)?;
    workspace.write(&format!("{name}.tf"), &configuration)?;
    workspace.write("users.tf", &users_of_providers(&configuration))?;
    let found = workspace
        .run(&["validate"])?
        .failure()?
        .diagnostics()
        .to_string();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path(name, "txt"), &found)?;
    }
    let expected = fs::read_to_string(path(name, "txt"))?;
    assert!(
        found == expected,
        "{name}.txt is not what is printed, which is:\n\n{found}"
    );
    for label in labels(&configuration) {
        let is_mentioned =
            found.contains(&format!("\"{label}\":")) || found.contains(&format!("].{label},"));
        assert_eq!(is_mentioned, !label.starts_with("right"), "{label}");
    }
    Ok(())
}

/// The last label of each resource block, and the alias of each provider block.
fn labels(configuration: &str) -> impl Iterator<Item = &str> {
    configuration.lines().filter_map(|line| {
        let label = match line.split_once("alias ") {
            Some((_, alias)) => alias,
            None => line.strip_prefix("resource ")?.split(' ').nth(1)?,
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

fn path(name: &str, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/wrong")
        .join(name)
        .with_extension(extension)
}
