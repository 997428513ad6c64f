//! The Azure CLI, from `az cloud register` to the deletion of the group that all of it lay in.

use tokio::process::Command;

use super::{Secure, environment, scripts, succeed};
use crate::client::SUBSCRIPTION;

#[tokio::test]
#[ignore = "downloads the Azure CLI"]
async fn a_life() {
    let programs = environment("az").await;
    // `az login` wants a subscription, and those that hold something are listed.
    let group = format!("{SUBSCRIPTION}/resourceGroups/first");
    let fixtures = serde_json::json!([{"id": group, "location": "westeurope"}]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixtures.json");
    std::fs::write(&file, fixtures.to_string()).expect("a file");
    let cloud = Secure::start(&["--fixture", file.to_str().expect("a text path")]).await;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut life = Command::new("bash");
    life.arg(scripts("az").join("life.sh"))
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("AZURE_CONFIG_DIR", folder.path().join("config"));
    succeed(life.arg(cloud.url()).arg(cloud.authority())).await;
}

#[tokio::test]
#[ignore = "downloads the Azure CLI"]
async fn a_command_that_run_runs_needs_no_setting() {
    let programs = environment("az").await;
    let group = format!("{SUBSCRIPTION}/resourceGroups/first");
    let fixtures = serde_json::json!([{"id": group, "location": "westeurope"}]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixtures.json");
    std::fs::write(&file, fixtures.to_string()).expect("a file");
    let path = std::env::var("PATH").unwrap_or_default();
    let script = r#"
        set -eu
        az login --service-principal --username "$ARM_CLIENT_ID" --password "$ARM_CLIENT_SECRET" --tenant "$ARM_TENANT_ID" --output none
        test "$(az account show --query id --output tsv)" = "$ARM_SUBSCRIPTION_ID"
        test "$(az group list --query '[].name' --output tsv)" = first
    "#;
    let mut run = Command::new(env!("CARGO_BIN_EXE_arm-emulator"));
    run.args(["run", "--fixture"])
        .arg(&file)
        .args(["--", "sh", "-c", script])
        .env("PATH", format!("{}:{path}", programs.display()));
    succeed(&mut run).await;
}
