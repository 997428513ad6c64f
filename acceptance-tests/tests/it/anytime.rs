//! The whole stack, stopped or killed at any moment of an apply or destroy, is finished by the next runs: nothing
//! doubled, nothing left behind.
//!
//! A moment is one of the requests of a whole run: the signal comes while it waits for its answer, so that every phase
//! is hit however fast the machine is.

#![cfg(unix)]

use std::fs;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance_tests::Result;
use acceptance_tests::emulator::Served;
use acceptance_tests::hcl::Block;
use acceptance_tests::profile;
use acceptance_tests::scene::{Fixture, Scene, id};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::{Value as Json, json};

use crate::adopted;
use crate::processes::{pid, providers, until};

/// Deploying takes about half a second.
const TIME_SCALE: f64 = 14_400.0;

/// How many runs may be needed to finish what one began.
const RUNS: usize = 5;

const APPLY: [&str; 2] = ["apply", "-auto-approve"];
const DESTROY: [&str; 2] = ["destroy", "-auto-approve"];

/// The objects of the stack: address, and what of its ID is below the group.
const STACK: [(&str, &str); 8] = [
    (
        "ise_subnet.a",
        "Microsoft.Network/virtualNetworks/other/subnets/a",
    ),
    (
        "ise_subnet.b",
        "Microsoft.Network/virtualNetworks/other/subnets/b",
    ),
    (
        "ise_subnet.c",
        "Microsoft.Network/virtualNetworks/other/subnets/c",
    ),
    (
        "ise_subnet.d",
        "Microsoft.Network/virtualNetworks/other/subnets/d",
    ),
    (
        "ise.it",
        "Microsoft.Logic/integrationServiceEnvironments/it",
    ),
    (
        "ise_integration_account.it",
        "Microsoft.Logic/integrationAccounts/it",
    ),
    ("ise_logic_app.it", "Microsoft.Logic/workflows/it"),
    (
        "ise_autoscale_setting.it",
        "Microsoft.Insights/autoscaleSettings/it",
    ),
];

#[test]
fn an_apply_cancelled_at_random_moments() -> Result {
    let scene = stack()?;
    let before = scene.emulator.ids()?;
    for moment in moments(&scene, &APPLY, profile::times(4, 10))? {
        let resumed = moment.hit(&scene, &APPLY, cancel).and_then(|()| {
            scene.apply()?;
            check_whole(&scene, &before)
        });
        resumed.map_err(|error| format!("cancelled at {moment:?}: {error}"))?;
        begin_anew(&scene)?;
    }
    Ok(())
}

#[test]
fn an_apply_killed_at_random_moments() -> Result {
    let scene = stack()?;
    let before = scene.emulator.ids()?;
    for moment in moments(&scene, &APPLY, profile::times(4, 10))? {
        let finished = moment.hit(&scene, &APPLY, kill).and_then(|()| {
            finish_by_import(&scene)?;
            check_whole(&scene, &before)
        });
        finished.map_err(|error| format!("killed at {moment:?}: {error}"))?;
        begin_anew(&scene)?;
    }
    Ok(())
}

#[test]
fn a_destroy_cancelled_or_killed_at_random_moments() -> Result {
    let scene = stack()?;
    let before = scene.emulator.ids()?;
    scene.apply()?;
    let moments = moments(&scene, &DESTROY, profile::times(2, 6))?;
    for (moment, end) in moments.iter().zip([cancel, kill].into_iter().cycle()) {
        scene.apply()?;
        let finished = moment.hit(&scene, &DESTROY, end).and_then(|()| {
            restore_state(&scene)?;
            // A refusal that a killed run left on its way passes.
            let again = scene.destroy().or_else(|_| scene.destroy());
            again.map(drop)
        });
        finished.map_err(|error| format!("ended at {moment:?}: {error}"))?;
        assert!(scene.state()?.addresses().is_empty(), "{moment:?}");
        assert_eq!(scene.emulator.ids()?, before, "{moment:?}");
        begin_anew(&scene)?;
    }
    Ok(())
}

/// A request of a run.
#[derive(Clone, Debug, PartialEq)]
struct Moment {
    method: String,
    /// Its path, with `*` for what differs from run to run.
    path: String,
    /// Which of those that are alike.
    nth: u64,
    /// Whether its work is done when the run ends.
    is_done: bool,
    /// A number to choose a signal by.
    dice: u64,
}

impl Moment {
    /// Begins the command, and ends it while this request waits for its answer.
    fn hit(&self, scene: &Scene, command: &[&str], end: fn(Pid, u64)) -> Result {
        let mut rule = json!({ "method": self.method, "path": self.path, "nth": self.nth });
        match self.is_done {
            true => rule["swallow"] = json!(true),
            false => rule["delay_ms"] = json!(400),
        }
        scene.emulator.fault(&rule)?;
        let mut run = scene.start(command)?;
        // A run may do with fewer requests than the one that told the moments.
        while !scene.emulator.has_gone_wrong()? && !run.has_ended()? {
            thread::sleep(Duration::from_millis(5));
        }
        if !run.has_ended()? {
            end(pid(run.id())?, self.dice);
        }
        run.wait()?;
        // A killed run leaves a provider, which ends what it has sent.
        until("its providers are gone", || {
            Ok(providers(&scene.workspace)?.is_empty())
        })?;
        scene.emulator.clear_faults()
    }
}

/// As a terminal does with Ctrl-C, `kill`, or a supervisor that tells the whole group.
fn cancel(cli: Pid, dice: u64) {
    let sent = match dice % 3 {
        0 => kill_process_group(cli, Signal::INT),
        1 => kill_process(cli, Signal::TERM),
        _ => kill_process_group(cli, Signal::TERM),
    };
    // It may have ended just now.
    sent.ok();
}

fn kill(cli: Pid, _: u64) {
    kill_process(cli, Signal::KILL).ok();
}

/// Runs the command to its end, and takes one request out of each equal part of it; ends where it began.
///
/// The seed is printed, and can be given again as `ISE_TEST_SEED`.
fn moments(scene: &Scene, command: &[&str], count: usize) -> Result<Vec<Moment>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let mut seed = match std::env::var("ISE_TEST_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => u64::from(now.subsec_nanos()),
    };
    eprintln!("ISE_TEST_SEED={seed}");
    let mut dice = || {
        // Knuth's multiplier; the high bits are the good ones.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    scene.emulator.forget_requests()?;
    scene.run(command)?.success()?;
    let kinds = kinds(&scene.emulator.requests()?);
    begin_anew(scene)?;
    let moment = |part: usize| {
        let (first, last) = (part * kinds.len() / count, (part + 1) * kinds.len() / count);
        let within = u64::try_from((last - first).max(1))?;
        let (kind, times) = &kinds[first + usize::try_from(dice() % within)?];
        let moment = Moment {
            nth: 1 + dice() % times,
            is_done: kind.method != "GET" && dice().is_multiple_of(2),
            dice: dice(),
            ..kind.clone()
        };
        eprintln!("{moment:?}");
        Ok(moment)
    };
    (0..count).map(moment).collect()
}

/// The requests that differ by more than when they were made, and how often each was made.
fn kinds(requests: &[Served]) -> Vec<(Moment, u64)> {
    let mut kinds: Vec<(Moment, u64)> = Vec::new();
    for request in requests {
        let path = ["/operationStatuses/", "/operations/"]
            .iter()
            .find_map(|part| {
                request
                    .path
                    .split_once(part)
                    .map(|(before, _)| (before, part))
            });
        let kind = Moment {
            method: request.method.clone(),
            path: match path {
                Some((before, part)) => format!("{before}{part}*"),
                None => format!("{}?*", request.path),
            },
            nth: 1,
            is_done: false,
            dice: 0,
        };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, times)) => *times += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds
}

/// Terraform empties the file of its state before it writes it anew, so that a kill may leave nothing of it. Its backup
/// is what a user then has.
fn restore_state(scene: &Scene) -> Result {
    let [state, backup] =
        ["terraform.tfstate", "terraform.tfstate.backup"].map(|name| scene.path().join(name));
    if serde_json::from_slice::<Json>(&fs::read(&state)?).is_err() {
        eprintln!("Terraform lost its state");
        fs::copy(backup, state)?;
    }
    Ok(())
}

/// Imports what is there and in no state, and applies, until that succeeds: a killed run may leave a request on its way.
fn finish_by_import(scene: &Scene) -> Result {
    let mut last = None;
    for _ in 0..RUNS {
        let exists = scene.emulator.ids()?;
        let found: Vec<_> = STACK
            .iter()
            .map(|(address, below)| (*address, id(below)))
            .filter(|(_, id)| exists.contains(id))
            .collect();
        scene
            .workspace
            .write("import.tf", &adopted::import_blocks(&found))?;
        match scene.apply() {
            Ok(_) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| "no run was made".into()))
}

/// Exactly the wanted objects exist, each was created once, the state has them, and there is nothing left to do.
fn check_whole(scene: &Scene, before: &[String]) -> Result {
    let mut expected: Vec<_> = STACK.iter().map(|(_, below)| id(below)).collect();
    expected.extend_from_slice(before);
    expected.sort();
    assert_eq!(scene.emulator.ids()?, expected);
    let requests = scene.emulator.requests()?;
    for (address, below) in STACK {
        let created = requests.iter().filter(|request| {
            // Without an answer it was done all the same.
            let accepted = request
                .status
                .is_none_or(|status| (200..300).contains(&status));
            request.method == "PUT" && accepted && request.path.ends_with(below)
        });
        assert_eq!(created.count(), 1, "{address}");
    }
    let deleted = requests.iter().filter(|request| request.method == "DELETE");
    assert_eq!(deleted.count(), 0);
    let state = scene.state()?;
    for (address, below) in STACK {
        assert_eq!(state.object(address)["id"], id(below), "{address}");
    }
    scene.nothing_to_do().map(drop)
}

fn begin_anew(scene: &Scene) -> Result {
    scene.emulator.reset()?;
    scene.emulator.forget_requests()?;
    for name in ["terraform.tfstate", "terraform.tfstate.backup", "import.tf"] {
        fs::remove_file(scene.path().join(name)).ok();
    }
    Ok(())
}

fn stack() -> Result<Scene> {
    let scene = Scene::new(Fixture::Network)?;
    scene.emulator.set_time_scale(TIME_SCALE)?;
    let subnet = |(index, name): (usize, &str)| {
        Block::resource("ise_subnet", name)
            .with_text("name", name)
            .with_text(
                "virtual_network_id",
                &id("Microsoft.Network/virtualNetworks/other"),
            )
            .with_text("address_prefix", &format!("172.16.{index}.0/27"))
    };
    let subnets = ["a", "b", "c", "d"].into_iter().enumerate().map(subnet);
    let named = |kind: &str| {
        Block::resource(kind, "it")
            .with_text("name", "it")
            .with_text("resource_group_name", "integration")
    };
    let [.., app] = adopted::blocks();
    let others = [
        named("ise").with_text("location", "westeurope").with(
            "subnet_ids",
            "[ise_subnet.a.id, ise_subnet.b.id, ise_subnet.c.id, ise_subnet.d.id]",
        ),
        named("ise_integration_account").with("ise_id", "ise.it.id"),
        app.with_text("name", "it")
            .with("ise_id", "ise.it.id")
            .with("integration_account_id", "ise_integration_account.it.id"),
        named("ise_autoscale_setting")
            .with("ise_id", "ise.it.id")
            .with("instance_count", "0"),
    ];
    let blocks = subnets.chain(others);
    scene.configure(&blocks.map(|block| block.to_string()).collect::<String>())?;
    Ok(scene)
}
