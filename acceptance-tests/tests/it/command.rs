//! `arm-emulator run -- terraform …`: no address, name or secret is in the configuration.

use std::path::Path;
use std::process::{Command, Output};

use acceptance_tests::scene::REQUIRED_PROVIDERS;
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};

const CONFIGURATION: &str = r#"
provider "ise" {}

variable "network" {
  default = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/quickstart/providers/Microsoft.Network/virtualNetworks/network"
}

resource "ise_subnet" "ise" {
  for_each = { for index in range(4) : "ise-${index + 1}" => cidrsubnet("172.16.0.0/24", 3, index) }

  name               = each.key
  virtual_network_id = var.network
  address_prefix     = each.value
}

resource "ise" "main" {
  name                = "made"
  resource_group_name = "quickstart"
  location            = "westeurope"
  subnet_ids          = [for subnet in ise_subnet.ise : subnet.id]
}
"#;

#[test]
fn terraform_applies_without_any_setting() -> Result {
    let workspace = workspace()?;
    let planned = run(&workspace, "terraform plan -detailed-exitcode")?;
    assert_eq!(planned.status.code(), Some(2), "{planned:?}");
    let applied = run(
        &workspace,
        "terraform apply -auto-approve && terraform plan -detailed-exitcode && terraform destroy -auto-approve",
    )?;
    assert!(applied.status.success(), "{applied:?}");
    let shown = String::from_utf8_lossy(&applied.stdout);
    for words in ["5 added", "No changes", "5 destroyed"] {
        assert!(shown.contains(words), "no '{words}' in {shown}");
    }
    Ok(())
}

fn workspace() -> Result<Workspace> {
    let workspace = Workspace::new()?;
    workspace.write("main.tf", &format!("{REQUIRED_PROVIDERS}{CONFIGURATION}"))?;
    Ok(workspace)
}

/// Runs a script, in which `terraform` is the CLI that the scenarios run, with the quick start's fixture.
fn run(workspace: &Workspace, script: &str) -> Result<Output> {
    let cli = workspace.command(&[]);
    let fixture = binaries::root().join("examples/quickstart/azure.json");
    let mut run = Command::new(&binaries::built()?.emulator);
    run.args(["run", "--time-scale", "7200", "--fixture"])
        .arg(fixture)
        .args(["--", "sh", "-c"])
        .arg(script.replace(
            "terraform ",
            &format!("'{}' ", Path::new(cli.get_program()).display()),
        ))
        .current_dir(workspace.path())
        .env_clear()
        .envs(
            cli.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    Ok(run.output()?)
}
