//! The account that is signed in to the Azure CLI.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions};
use serde::Deserialize;
use tokio::process::Command;

use super::method::{Context, Method, Unready};
use crate::arm::arguments::{SUBSCRIPTION_ID, USE_CLI};

pub(super) const METHOD: Method = Method {
    name: "Azure CLI",
    credential,
};

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    let given = context.given;
    if given.bool(&USE_CLI) == Some(false) {
        return Err(Unready::NotConfigured(format!("switched off by {USE_CLI}")));
    }
    let tenant_id = context.tenant_id.map(str::to_owned);
    // The CLI takes one or the other; the subscription stands for the tenant it belongs to.
    let subscription = match tenant_id {
        Some(_) => None,
        None => given.text(&SUBSCRIPTION_ID).map(str::to_owned),
    };
    let options = AzureCliCredentialOptions {
        subscription,
        tenant_id,
        executor: None,
    };
    AzureCliCredential::new(Some(options))
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| Unready::Broken(error.to_string()))
}

/// What the Azure CLI uses when nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Account {
    /// The default subscription.
    #[serde(rename = "id")]
    pub(crate) subscription_id: String,
}

/// How long the Azure CLI may take to tell its account, which it does without network.
const LONGEST: Duration = Duration::from_secs(30);

/// Asks the Azure CLI for its default subscription; else tells why it could not answer, without a full stop.
pub(crate) async fn default_account() -> Result<Account, String> {
    let failed = |why: String| format!("az account show: {}", why.trim().trim_end_matches('.'));
    let mut command = az(&["account", "show", "--output", "json"]);
    let output = tokio::time::timeout(LONGEST, command.kill_on_drop(true).output())
        .await
        .map_err(|_| failed("no answer within 30 seconds".to_owned()))?
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => failed("az is not on the PATH".to_owned()),
            _ => failed(error.to_string()),
        })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(failed(stderr.into_owned()));
    }
    read_account(&output.stdout).map_err(|error| failed(error.to_string()))
}

fn read_account(output: &[u8]) -> serde_json::Result<Account> {
    serde_json::from_slice(output)
}

/// On Windows `az` is a batch file, which only the shell finds and runs: in the current folder before all others, so that
/// one is the system's own and not that of a configuration from somewhere.
fn az(arguments: &[&str]) -> Command {
    let mut command = if cfg!(windows) {
        let mut shell = Command::new("cmd");
        shell.args(["/C", "az"]);
        if let Some(system) = std::env::var_os("SystemRoot") {
            shell.current_dir(system);
        }
        shell
    } else {
        Command::new("az")
    };
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_as_the_cli_prints_it() -> serde_json::Result<()> {
        let output = br#"{
            "environmentName": "AzureCloud", "id": "sub", "isDefault": true, "name": "Pay as you go",
            "tenantId": "ten", "user": {"name": "me@example.org", "type": "user"}
        }"#;
        let account = read_account(output)?;
        assert_eq!(account.subscription_id, "sub");
        assert!(read_account(b"{}").is_err());
        Ok(())
    }
}
