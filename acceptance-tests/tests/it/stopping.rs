//! Runs that end before Azure does: Ctrl-C, a timeout, kill -9. Nothing is lost, nothing is done twice.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene};
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};
use rustix::process::{Signal, kill_process, kill_process_group};

use crate::fresh::{environment, environment_id};
use crate::processes::{pid, providers, until};
use crate::{adopted, snapshot};

/// A pace at which nothing ends while a test looks at it.
const SLOW: f64 = 1.0;

/// A pace at which everything does.
const FAST: f64 = 36_000.0;

#[test]
fn ctrl_c_leaves_an_environment_deploying_and_the_next_apply_goes_on() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.emulator.set_time_scale(SLOW)?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the creation is accepted", || {
        Ok(writes(&scene)? == ["PUT integrationServiceEnvironments/new"])
    })?;
    kill_process_group(pid(apply.id())?, Signal::INT)?;
    let run = apply.wait()?;
    snapshot::check(
        "stopping/ctrl_c.txt",
        &without_durations(&run.diagnostics().to_string()),
    )?;
    let state = scene.state()?;
    assert_eq!(state.object("ise.it")["id"], environment_id());
    assert_eq!(state.object("ise.it")["provisioning_state"], "InProgress");
    assert!(!state.is_tainted("ise.it"));

    let plan = scene.only("ise.it", Action::Update)?;
    assert!(
        plan.changed_attributes("ise.it")
            .contains(&"provisioning_state")
    );
    scene.emulator.set_time_scale(FAST)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        scene.state()?.object("ise.it")["provisioning_state"],
        "Succeeded"
    );
    assert_eq!(writes(&scene)?, ["PUT integrationServiceEnvironments/new"]);
    Ok(())
}

/// Supervisors tell the CLI alone, or every process of its group.
#[test]
fn a_termination_is_like_ctrl_c() -> Result {
    for whole_group in [false, true] {
        let scene = Scene::new(Fixture::Network)?;
        scene.configure(&environment())?;
        scene.emulator.set_time_scale(SLOW)?;
        let apply = scene.start(&["apply", "-auto-approve"])?;
        until("the creation is accepted", || {
            Ok(!writes(&scene)?.is_empty())
        })?;
        match whole_group {
            true => kill_process_group(pid(apply.id())?, Signal::TERM)?,
            false => kill_process(pid(apply.id())?, Signal::TERM)?,
        }
        let run = apply.wait()?;
        let found = run.diagnostics();
        assert!(
            found.mention("Environment \"new\" was left deploying"),
            "{found}"
        );
        assert!(!scene.state()?.is_tainted("ise.it"));
        scene.emulator.set_time_scale(FAST)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        assert_eq!(writes(&scene)?, ["PUT integrationServiceEnvironments/new"]);
    }
    Ok(())
}

/// Of an update, a resumed wait included, the state keeps what Azure shows.
#[test]
fn an_update_that_is_stopped_or_times_out_is_an_error_and_goes_on() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.apply()?;
    scene.emulator.forget_requests()?;
    scene.emulator.set_time_scale(SLOW)?;
    scene.configure(&environment().with("capacity", "2"))?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the change is accepted", || Ok(!writes(&scene)?.is_empty()))?;
    kill_process_group(pid(apply.id())?, Signal::INT)?;
    let run = apply.wait()?.failure()?;
    let found = without_durations(&run.diagnostics().to_string());
    snapshot::check("stopping/ctrl_c_update.txt", &found)?;

    let timeouts = r#"{ update = "2s" }"#;
    scene.configure(
        &environment()
            .with("capacity", "2")
            .with("timeouts", timeouts),
    )?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    let found = without_durations(&run.diagnostics().to_string());
    snapshot::check("stopping/update_timeout.txt", &found)?;
    let state = scene.state()?;
    assert!(!state.is_tainted("ise.it"));
    assert_eq!(state.object("ise.it")["provisioning_state"], "InProgress");
    assert_eq!(state.object("ise.it")["capacity"], 2);

    scene.configure(&environment().with("capacity", "2"))?;
    scene.emulator.set_time_scale(FAST)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        writes(&scene)?,
        ["PATCH integrationServiceEnvironments/new"]
    );
    Ok(())
}

/// Azure shows nothing of a restart afterwards, so what was left is remembered: it is waited for, and done once.
#[test]
fn a_restart_that_is_stopped_or_times_out_goes_on_and_is_done_once() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let with_dns = |servers: &str| {
        environment().with(
            "restart_triggers",
            &format!("{{ dns_servers = {servers:?} }}"),
        )
    };
    scene.configure(&with_dns("172.16.0.132"))?;
    scene.apply()?;
    for is_timeout in [false, true] {
        let moved = with_dns(&format!("172.16.0.{}", 133 + u8::from(is_timeout)));
        scene.emulator.forget_requests()?;
        scene.emulator.set_time_scale(SLOW)?;
        let run = if is_timeout {
            let timeouts = r#"{ update = "2s" }"#;
            scene.configure(&moved.clone().with("timeouts", timeouts))?;
            scene.run(&["apply", "-auto-approve"])?
        } else {
            scene.configure(&moved)?;
            let apply = scene.start(&["apply", "-auto-approve"])?;
            until(
                "the restart is accepted",
                || Ok(!writes(&scene)?.is_empty()),
            )?;
            kill_process_group(pid(apply.id())?, Signal::INT)?;
            apply.wait()?
        };
        let found = run.failure()?.diagnostics().to_string();
        assert!(found.contains("is still being changed"), "{found}");
        assert!(!scene.state()?.is_tainted("ise.it"));

        scene.configure(&moved)?;
        let plan = scene.only("ise.it", Action::Update)?;
        let changed = plan.changed_attributes("ise.it");
        assert!(changed.contains(&"provisioning_state"), "{changed:?}");
        assert!(!changed.contains(&"restart_triggers"), "{changed:?}");
        scene.emulator.set_time_scale(FAST)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        assert_eq!(
            writes(&scene)?,
            ["POST integrationServiceEnvironments/new/restart"]
        );
    }
    Ok(())
}

#[test]
fn a_create_timeout_is_no_failure() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment().with("timeouts", r#"{ create = "2s" }"#))?;
    scene.emulator.set_time_scale(SLOW)?;
    let run = scene.apply()?;
    snapshot::check(
        "stopping/create_timeout.txt",
        &without_durations(&run.diagnostics().to_string()),
    )?;
    let state = scene.state()?;
    assert!(!state.is_tainted("ise.it"));
    assert_eq!(state.object("ise.it")["provisioning_state"], "InProgress");

    scene.only("ise.it", Action::Update)?;
    scene.emulator.set_time_scale(FAST)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(writes(&scene)?, ["PUT integrationServiceEnvironments/new"]);
    Ok(())
}

/// The timeout of the environment is not theirs.
#[test]
fn what_lives_in_an_environment_waits_while_it_deploys() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let account = Block::resource("ise_integration_account", "it")
        .with_text("name", "partners")
        .with_text("resource_group_name", "integration")
        .with("ise_id", "ise.it.id");
    let environment = environment().with("timeouts", r#"{ create = "1s" }"#);
    scene.configure(&format!("{environment}{account}"))?;
    scene.emulator.set_time_scale(SLOW)?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the account is on its way", || {
        let requests = scene.emulator.requests()?;
        Ok(requests
            .iter()
            .any(|request| request.path.ends_with("/integrationAccounts/partners")))
    })?;
    assert_eq!(writes(&scene)?, ["PUT integrationServiceEnvironments/new"]);
    scene.emulator.set_time_scale(FAST)?;
    apply.wait()?.success()?;
    assert_eq!(
        writes(&scene)?,
        [
            "PUT integrationServiceEnvironments/new",
            "PUT integrationAccounts/partners"
        ]
    );
    // The refresh finds the environment deployed.
    scene.nothing_to_do().map(drop)
}

#[test]
fn a_creation_that_fails_while_nobody_waits_is_replaced() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let reason = serde_json::json!({ "code": "InternalError", "message": "It broke." });
    let rule = serde_json::json!({ "method": "PUT", "path": "*/integrationServiceEnvironments/*", "fail_operation": reason });
    scene.emulator.fault(&rule)?;
    scene.configure(&environment().with("timeouts", r#"{ create = "1s" }"#))?;
    scene.emulator.set_time_scale(SLOW)?;
    scene.apply()?;
    scene.emulator.set_time_scale(FAST)?;
    scene.emulator.advance("3h")?;
    let plan = scene.only("ise.it", Action::Replace)?;
    assert_eq!(plan.replaced_by("ise.it"), ["provisioning_state"]);
    scene.configure(&environment())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn ctrl_c_during_a_destroy_leaves_the_rest_to_the_next_one() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.apply()?;
    scene.emulator.forget_requests()?;
    scene.emulator.set_time_scale(SLOW)?;
    let destroy = scene.start(&["destroy", "-auto-approve"])?;
    until("the deletion is accepted", || {
        Ok(!writes(&scene)?.is_empty())
    })?;
    kill_process_group(pid(destroy.id())?, Signal::INT)?;
    let run = destroy.wait()?.failure()?;
    snapshot::check(
        "stopping/ctrl_c_destroy.txt",
        &without_durations(&run.diagnostics().to_string()),
    )?;
    assert_eq!(
        scene.state()?.object("ise.it")["provisioning_state"],
        "ReleasingSubnets"
    );
    assert!(scene.emulator.find(&environment_id())?.is_none());
    // Terraform is told to keep it, so the plan is to finish the destroy and create it anew.
    scene.only("ise.it", Action::Replace)?;
    scene.emulator.set_time_scale(FAST)?;
    scene.run(&["apply", "plan"])?.success()?;
    scene.nothing_to_do()?;
    assert_eq!(
        writes(&scene)?,
        [
            "DELETE integrationServiceEnvironments/new",
            "PUT integrationServiceEnvironments/new"
        ]
    );
    Ok(())
}

/// The subnets are remembered, whatever the refresh finds of the environment.
#[test]
fn a_destroy_that_was_stopped_goes_on_until_the_subnets_are_free() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment().with("timeouts", r#"{ delete = "1s" }"#))?;
    scene.apply()?;
    scene.emulator.forget_requests()?;
    scene.emulator.set_time_scale(SLOW)?;
    // Twice: the wait that is resumed is cut short as well.
    for _ in 0..2 {
        let run = scene.run(&["destroy", "-auto-approve"])?.failure()?;
        let found = without_durations(&run.diagnostics().to_string());
        snapshot::check("stopping/delete_timeout.txt", &found)?;
    }
    scene.emulator.advance("2h")?;
    scene.destroy()?;
    assert!(scene.state()?.addresses().is_empty());
    assert_eq!(
        writes(&scene)?,
        ["DELETE integrationServiceEnvironments/new"]
    );
    Ok(())
}

#[test]
fn kill_9_leaves_no_process_and_what_it_began_can_be_imported() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.emulator.set_time_scale(SLOW)?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the creation is accepted", || {
        Ok(!writes(&scene)?.is_empty())
    })?;
    assert!(!providers(&scene.workspace)?.is_empty());
    kill_process(pid(apply.id())?, Signal::KILL)?;
    assert_eq!(apply.wait()?.code, None);
    until("its provider is gone", || {
        Ok(providers(&scene.workspace)?.is_empty())
    })?;
    assert!(scene.state()?.addresses().is_empty());

    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    assert!(
        run.diagnostics()
            .mention("Environment \"new\" already exists"),
        "{}",
        run.diagnostics()
    );
    scene
        .run(&["import", "ise.it", &environment_id()])?
        .success()?;
    scene.only("ise.it", Action::Update)?;
    scene.emulator.set_time_scale(FAST)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(writes(&scene)?, ["PUT integrationServiceEnvironments/new"]);
    Ok(())
}

/// Terraform goes without a farewell, whatever it was about to do.
#[test]
fn no_moment_to_end_leaves_a_process() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    for milliseconds in [20, 60, 100, 150, 250, 400, 700] {
        for signals in [&[Signal::KILL][..], &[Signal::INT, Signal::INT]] {
            scene.emulator.reset()?;
            scene.emulator.set_time_scale(SLOW)?;
            let apply = scene.start(&[
                "apply",
                "-auto-approve",
                "-state=none",
                "-state-out=ignored",
            ])?;
            thread::sleep(Duration::from_millis(milliseconds));
            for signal in signals {
                match signal {
                    // A terminal tells the whole group, `kill -9` the one process.
                    &Signal::INT => kill_process_group(pid(apply.id())?, Signal::INT)?,
                    signal => kill_process(pid(apply.id())?, *signal)?,
                }
            }
            apply.wait()?;
            until("no provider is left", || {
                Ok(providers(&scene.workspace)?.is_empty())
            })?;
        }
    }
    Ok(())
}

#[test]
fn a_provider_under_a_debugger_serves_one_run_after_another() -> Result {
    // Without `init`, only the running process can be the provider.
    let mut scene = Scene::with_workspace(Fixture::Environment, Workspace::with_mirror("0.0.1")?)?;
    let mut provider = Command::new(&binaries::built()?.provider)
        .arg("--debug")
        .env("TF_LOG", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(provider.stdout.take().ok_or("its output is piped")?).read_line(&mut line)?;
    let (name, value) = line
        .trim()
        .split_once('=')
        .ok_or_else(|| format!("{line:?} is no variable"))?;
    scene.workspace.set_variable(name, value.trim_matches('\''));
    scene.configure(&adopted::configuration())?;
    scene
        .workspace
        .write("import.tf", &adopted::import_blocks(&adopted::objects()))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert!(
        provider.try_wait()?.is_none(),
        "it serves until it is told to end"
    );
    kill_process(pid(provider.id())?, Signal::INT)?;
    provider.wait()?;
    Ok(())
}

fn writes(scene: &Scene) -> Result<Vec<String>> {
    scene.emulator.writes()
}

/// The text with `N` for the seconds in durations such as `2s`, which depend on the machine, as do the places where
/// lines with them are broken.
fn without_durations(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        match paragraph.contains("\n ") || paragraph.starts_with(' ') {
            true => paragraph.to_owned(),
            false => paragraph.replace('\n', " "),
        }
    });
    let text = paragraphs.collect::<Vec<_>>().join("\n\n");
    let words = text.split_inclusive([' ', '\n']);
    let words = words.map(|word| {
        let (number, end) = word.split_at(word.find('s').unwrap_or(0));
        match number.parse::<u64>() {
            Ok(_) => format!("N{end}"),
            Err(_) => word.to_owned(),
        }
    });
    words.collect()
}
