//! `arm-emulator run`: what the command gets, how it is told of signals, and what is left of it.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::client::group;

fn run(options: &[&str], command: &[&str]) -> Command {
    let mut run = Command::new(env!("CARGO_BIN_EXE_arm-emulator"));
    run.arg("run")
        .args(options)
        .arg("--")
        .args(command)
        .stdin(Stdio::null())
        // Not the foreground group of a terminal that the tests run in: there a Ctrl-C reaches the command by itself.
        .process_group(0)
        .kill_on_drop(true);
    for name in ["ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"] {
        run.env_remove(name);
    }
    run
}

async fn output(options: &[&str], command: &[&str]) -> Output {
    let output = run(options, command).output().await;
    output.expect("the emulator")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file with these fixtures, and its folder.
fn fixture(fixtures: &Value) -> (TempDir, String) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("fixture.json");
    std::fs::write(&file, fixtures.to_string()).expect("a file");
    let path = file.display().to_string();
    (folder, path)
}

#[tokio::test]
async fn the_command_finds_azure_in_its_environment_and_nothing_is_left_of_it() {
    let (_folder, file) = fixture(&json!([{"id": group(), "location": "westeurope"}]));
    let ran = run(&["--fixture", &file], &["env"])
        .env("ARM_CLIENT_ID", "mine")
        .env("ARM_OIDC_TOKEN", "theirs")
        .output()
        .await
        .expect("the emulator");
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(text(&ran.stderr), "");
    let shown = text(&ran.stdout);
    assert!(
        shown.lines().all(|line| line.contains('=')),
        "nothing but the command's own output: {shown}"
    );
    let variables: HashMap<&str, &str> = shown
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let base = variables["ARM_EMULATOR_URL"];
    let host = base.strip_prefix("https://127.0.0.1:").expect("a URL");
    assert!(host.parse::<u16>().is_ok_and(|port| port > 0), "{host}");
    for name in [
        "ARM_RESOURCE_MANAGER_ENDPOINT",
        "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST",
        "AZURE_AUTHORITY_HOST",
    ] {
        assert_eq!(variables[name], base, "{name}");
    }
    let metadata = variables["ARM_METADATA_HOSTNAME"];
    assert_eq!(format!("https://{metadata}"), base);
    assert_eq!(
        variables["ARM_SUBSCRIPTION_ID"], "00000000-0000-0000-0000-000000000001",
        "that of the fixtures"
    );
    assert_eq!(variables["ARM_CLIENT_ID"], "mine");
    assert!(!variables.contains_key("ARM_OIDC_TOKEN"));
    for name in ["SSL_CERT_FILE", "ARM_EMULATOR_CA", "AZURE_CONFIG_DIR"] {
        let path = Path::new(variables[name]);
        assert!(path.is_absolute() && !path.exists(), "{name}");
        let folder = path.parent().expect("a folder");
        assert!(!folder.exists(), "{name}: {}", folder.display());
    }
}

#[tokio::test]
async fn it_ends_as_the_command_ends() {
    for (command, code) in [
        (&["sh", "-c", "exit 0"][..], 0),
        (&["sh", "-c", "exit 7"], 7),
        (&["sh", "-c", "kill -TERM $$"], 128 + 15),
        (&["no-such-command"], 127),
        (&["/"], 126),
    ] {
        let ran = output(&[], command).await;
        assert_eq!(ran.status.code(), Some(code), "{command:?}: {ran:?}");
    }
}

#[tokio::test]
async fn no_command_runs_without_an_emulator() {
    let (_folder, file) = fixture(&json!([{"id": "nothing", "location": "westeurope"}]));
    let ran = output(&["--fixture", &file], &["echo", "ran"]).await;
    assert_eq!(ran.status.code(), Some(125), "{ran:?}");
    assert_eq!(text(&ran.stdout), "");
    assert!(text(&ran.stderr).contains("no resource id"), "{ran:?}");
    for wrong in [&["run"][..], &["run", "--"], &["run", "echo"]] {
        let ran = Command::new(env!("CARGO_BIN_EXE_arm-emulator"))
            .args(wrong)
            .output()
            .await
            .expect("the emulator");
        assert_eq!(ran.status.code(), Some(2), "{wrong:?}: {ran:?}");
    }
}

#[tokio::test]
async fn the_command_reads_what_is_typed() {
    let mut child = run(&[], &["cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the emulator");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"typed\n").await.expect("a line");
    drop(stdin);
    let ran = child.wait_with_output().await.expect("an end");
    assert_eq!(text(&ran.stdout), "typed\n");
}

/// Starts a command that says when it is ready.
async fn ready(script: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = run(&[], &["sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the emulator");
    let stdout = child.stdout.take().expect("a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let first = lines.next_line().await.expect("a line");
    assert_eq!(first.as_deref(), Some("ready"));
    (child, lines)
}

#[tokio::test]
async fn signals_are_the_commands_to_answer() {
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
    ] {
        // It goes on until it has been told, whatever the emulator does.
        let script = format!(
            "trap 'echo told {name}; exit 3' {name}; echo ready; while :; do sleep 0.05; done"
        );
        let (mut child, mut lines) = ready(&script).await;
        let pid = i32::try_from(child.id().expect("a process")).expect("an id");
        kill_process(Pid::from_raw(pid).expect("an id"), signal).expect("a signal");
        let told = lines.next_line().await.expect("a line");
        assert_eq!(told, Some(format!("told {name}")));
        let ended = child.wait().await.expect("an end");
        assert_eq!(ended.code(), Some(3), "{name}");
    }
}

/// The clients of a script trust the emulator, and go on trusting whom they trusted before.
#[tokio::test]
async fn a_client_of_the_environment_is_served_over_https() {
    let has_curl = Command::new("curl").arg("--version").output().await;
    if !has_curl.is_ok_and(|asked| asked.status.success()) {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let state = folder.path().join("state");
    let options = ["--state", state.to_str().expect("a text path")];
    let script = r#"
        set -eu
        token=$(curl --silent --fail --data "grant_type=client_credentials&client_id=$ARM_CLIENT_ID&client_secret=$ARM_CLIENT_SECRET" \
            --data-urlencode "scope=$ARM_RESOURCE_MANAGER_AUDIENCE/.default" \
            "$ARM_EMULATOR_URL/$ARM_TENANT_ID/oauth2/v2.0/token" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
        curl --silent --fail --request "$1" --header "Authorization: Bearer $token" --header 'Content-Type: application/json' \
            ${2:+--data "$2"} "$ARM_EMULATOR_URL/subscriptions/$ARM_SUBSCRIPTION_ID/resourceGroups/made?api-version=2022-09-01"
        echo
        grep -c 'BEGIN CERTIFICATE' "$SSL_CERT_FILE"
    "#;
    let body = r#"{"location":"westeurope"}"#;
    for arguments in [["PUT", body], ["GET", ""]] {
        let command = [&["sh", "-c", script, "sh"][..], &arguments].concat();
        let ran = output(&options, &command).await;
        assert!(ran.status.success(), "{ran:?}");
        let shown = text(&ran.stdout);
        let (answer, trusted) = shown.trim_end().split_once('\n').expect("two lines");
        let answer: Value = serde_json::from_str(answer).expect("an answer");
        assert_eq!(answer["name"], "made");
        let trusted: usize = trusted.parse().expect("a number");
        let known = rustls_native_certs::load_native_certs().certs;
        let known: std::collections::HashSet<_> = known.into_iter().collect();
        assert_eq!(trusted, known.len() + 1, "the machine's and our own");
    }
}
