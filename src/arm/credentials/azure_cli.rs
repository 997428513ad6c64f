//! The account that is signed in to the Azure CLI.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::process::{Output, Stdio};
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use serde::Deserialize;
use tokio::process::Command;

use super::method::{Context, LONGEST_ACCOUNT, Method, Unready};
use crate::arm::arguments::{SUBSCRIPTION_ID, USE_CLI};
use crate::arm::stranger::sanitised;

/// How many characters of what the Azure CLI prints are shown.
const LONGEST_WORDS: usize = 1000;

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
        executor: Some(Arc::new(Stoppable)),
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

/// Asks the Azure CLI for its default subscription; else tells why it could not answer, without a full stop.
pub(crate) async fn default_account() -> Result<Account, String> {
    let failed = |why: &str| format!("az account show: {}", why.trim_end_matches('.'));
    let command = az(&["account", "show", "--output", "json"]);
    let output = tokio::time::timeout(LONGEST_ACCOUNT, output(command))
        .await
        .map_err(|_| failed(&format!("no answer within {LONGEST_ACCOUNT:?}")))?
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => failed("az is not on the PATH"),
            _ => failed(&error.to_string()),
        })?;
    if !output.status.success() {
        return Err(failed(&printed(&String::from_utf8_lossy(&output.stderr))));
    }
    read_account(&output.stdout).map_err(|error| failed(&error.to_string()))
}

fn read_account(output: &[u8]) -> serde_json::Result<Account> {
    serde_json::from_slice(output)
}

/// What the Azure CLI prints, in one line without what a terminal would obey.
pub(super) fn printed(words: &str) -> String {
    let words: Vec<_> = words.split_whitespace().collect();
    sanitised(&words.join(" "), LONGEST_WORDS)
}

/// Runs commands that end when nobody waits for them any longer.
#[derive(Debug)]
struct Stoppable;

#[async_trait]
impl Executor for Stoppable {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let mut command = Command::new(program);
        command.args(arguments);
        output(command).await
    }
}

/// What a command gives; it ends when this future is dropped, with all that it has started: `az` is a script, and a shell starts it.
async fn output(mut command: Command) -> io::Result<Output> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn()?;
    #[cfg(unix)]
    let group = Group::of(&child);
    let output = child.wait_with_output().await;
    #[cfg(unix)]
    group.ended();
    output
}

/// The processes of a command.
#[cfg(unix)]
struct Group(Option<rustix::process::Pid>);

#[cfg(unix)]
impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(rustix::process::Pid::from_raw))
    }

    /// Its number may be another's from now on.
    fn ended(mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended just now.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
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
    fn what_it_prints_is_one_harmless_line() {
        let long = printed(&format!("ERROR:\n\u{1b}[31m{}", "x".repeat(2000)));
        assert!(long.starts_with("ERROR: [31mx"), "{long}");
        assert_eq!(long.chars().count(), LONGEST_WORDS);
    }

    /// A shell that waits for what it has started, as `az` is one.
    #[cfg(unix)]
    #[tokio::test]
    async fn whoever_stops_waiting_leaves_no_process_behind() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("process");
        let script = format!(
            "sleep 600 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait",
            file.display()
        );
        let arguments = [OsStr::new("-c"), OsStr::new(&script)];
        let run = Stoppable.run(OsStr::new("/bin/sh"), &arguments);
        let begun = async {
            while !file.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            done = run => panic!("{done:?}"),
            () = begun => {}
        }
        let id = std::fs::read_to_string(&file)?
            .trim()
            .parse()
            .expect("a number");
        let id = rustix::process::Pid::from_raw(id).expect("a process");
        // Nobody of ours waits for it: it is gone, or dead until somebody else does.
        let is_alive = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero()));
            let is_dead = stat.map_or(cfg!(target_os = "linux"), |it| it.contains(") Z "));
            !is_dead && rustix::process::test_kill_process(id).is_ok()
        };
        while is_alive() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let arguments = [OsStr::new("-c"), OsStr::new("echo done")];
        let done = Stoppable.run(OsStr::new("/bin/sh"), &arguments).await?;
        assert_eq!(done.stdout, b"done\n");
        Ok(())
    }

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
