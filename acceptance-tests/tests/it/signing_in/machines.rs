//! Machines with an identity: what their services answer, and Azure Arc, whose folder only root could make.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use acceptance_tests::Result;
use acceptance_tests::scene::Scene;
use serde_json::json;
use tempfile::TempDir;

use super::{CLIENT, LOG, TOKEN, scene};
use crate::secrets::files_with;

/// Where the folder of Azure Arc's agent lies, in a namespace of mounts of its own.
const OPT: &str = "/var/opt";

/// Shows the folder that is the first argument as `/var/opt` to a command, and to nobody else.
const MOUNT: &str = r#"mount --bind "$0" /var/opt && exec "$@""#;

#[test]
fn azure_arc_asks_for_a_key_that_its_agent_wrote() -> Result {
    let machine = TempDir::new()?;
    if !in_namespace(machine.path(), &Command::new("true"))?
        .status
        .success()
    {
        eprintln!("Not tried: this machine lets nobody mount a folder for a process of their own.");
        return Ok(());
    }
    let mut scene = scene()?;
    let base = scene.emulator.url();
    for (name, value) in [
        ("ARM_USE_MSI", "true"),
        ("ARM_USE_CLI", "false"),
        (
            "IDENTITY_ENDPOINT",
            &*format!("{base}/arc/metadata/identity/oauth2/token"),
        ),
        ("IMDS_ENDPOINT", &*base),
    ] {
        scene.workspace.set_variable(name, value);
    }
    // The agent's folder under its real name here, and under its fixed name there.
    let (agents, elsewhere) = (TempDir::new()?, TempDir::new()?);
    fs::create_dir(machine.path().join("azcmagent"))?;
    std::os::unix::fs::symlink(agents.path(), machine.path().join("azcmagent/tokens"))?;
    let listen = |folder: &Path| {
        let folder = folder.canonicalize()?;
        scene
            .emulator
            .expect_of_machines(&json!({ "arcFolder": folder }))
    };
    listen(agents.path())?;
    let (status, told) = plan(&scene, machine.path())?;
    assert!(status, "{told}");
    let log = fs::read_to_string(scene.path().join(LOG))?;
    assert!(
        log.lines()
            .any(|it| it.contains("signed in:") && it.contains("managed identity"))
    );
    assert_eq!(
        fs::read_dir(agents.path())?.count(),
        0,
        "the key has served"
    );
    assert_eq!(files_with(scene.path(), TOKEN)?, Vec::<String>::new());
    // Whoever names a file elsewhere gets nothing of it.
    listen(elsewhere.path())?;
    scene.emulator.forget_requests()?;
    let (status, told) = plan(&scene, machine.path())?;
    assert!(!status, "{told}");
    for words in [
        "which is not read",
        "it is not in /var/opt/azcmagent/tokens",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    let file = fs::read_dir(elsewhere.path())?.next().ok_or("no key")??;
    let key = fs::read_to_string(file.path())?;
    assert!(!told.contains(&key), "{told}");
    assert_eq!(files_with(scene.path(), &key)?, Vec::<String>::new());
    assert_eq!(
        scene
            .emulator
            .count("/arc/metadata/identity/oauth2/token")?,
        1
    );
    // A server has no user-assigned identities.
    scene.workspace.set_variable("ARM_CLIENT_ID", CLIENT);
    let (_, told) = plan(&scene, machine.path())?;
    assert!(told.contains("has no user-assigned identities"), "{told}");
    Ok(())
}

/// Plans where the machine's `/var/opt` is this folder: whether it went well, and what was printed, in one line.
fn plan(scene: &Scene, opt: &Path) -> Result<(bool, String)> {
    let done = in_namespace(opt, &scene.workspace.command(&["plan", "-no-color"]))?;
    let printed = [done.stdout, done.stderr].concat();
    let printed = String::from_utf8(printed)?.replace('│', " ");
    let words: Vec<_> = printed.split_whitespace().collect();
    Ok((done.status.success(), words.join(" ")))
}

/// Runs a command to which `/var/opt` is another folder. Root needs no namespace of users for that, and others have one.
fn in_namespace(opt: &Path, command: &Command) -> Result<Output> {
    let run = |options: &[&str]| {
        let mut outer = Command::new("unshare");
        outer.args(options).args(["sh", "-c", MOUNT]).arg(opt);
        outer.arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            outer.current_dir(folder).env_clear();
        }
        for (name, value) in command.get_envs() {
            outer.env(name, value.unwrap_or_default());
        }
        outer.output()
    };
    let is_root = rustix::process::geteuid().is_root();
    let done = match is_root {
        true => run(&["--mount"]),
        false => run(&["--user", "--map-root-user", "--mount"]),
    };
    match done {
        // There is no such program, or no such folder.
        Err(_) => Ok(Command::new("false").output()?),
        Ok(_) if !Path::new(OPT).is_dir() => Ok(Command::new("false").output()?),
        Ok(done) => Ok(done),
    }
}

/// What services of machines answer now and then is ridden out, and told when it stays.
#[test]
fn odd_answers_of_a_machines_service_are_ridden_out_or_told() -> Result {
    let mut scene = scene()?;
    let base = scene.emulator.url();
    for (name, value) in [
        ("ARM_USE_MSI", "true"),
        ("ARM_USE_CLI", "false"),
        (
            "ARM_MSI_ENDPOINT",
            &*format!("{base}/metadata/identity/oauth2/token"),
        ),
    ] {
        scene.workspace.set_variable(name, value);
    }
    let answer = |status: u16, headers: serde_json::Value, times: u8| {
        scene.emulator.fault(&json!({
            "method": "GET", "path": "*/metadata/identity/oauth2/token?*", "times": times,
            "stranger": { "status": status, "headers": headers, "body": "<html><title>Odd</title></html>" },
        }))
    };
    for status in [404, 410, 429, 500] {
        answer(status, json!({ "Retry-After": "0" }), 1)?;
    }
    scene.run(&["plan"])?.success()?;
    assert_eq!(scene.emulator.count("/metadata/identity/oauth2/token")?, 5);
    for (status, expected) in [
        (403, "answered HTTP 403 Forbidden: Odd"),
        (200, "something else than a token"),
    ] {
        answer(status, json!({}), 0)?;
        let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(expected), "no {expected:?} in {told}");
        scene.emulator.clear_faults()?;
    }
    Ok(())
}
