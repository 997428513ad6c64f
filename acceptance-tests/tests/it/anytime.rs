//! The whole stack, stopped or killed at any moment, is finished by the next runs: nothing doubled, nothing left behind.

#![cfg(unix)]

use std::fs;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, Scene, id};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::adopted;

/// Deploying takes about half a second, so that moments fall before, into and after it.
const TIME_SCALE: f64 = 14_400.0;

/// How many runs may be needed to finish what one began.
const RUNS: usize = 5;

/// The objects of the stack: address, and what of its ID is below the group.
const STACK: [(&str, &str); 7] = [
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
];

#[test]
fn cancelled_at_ten_moments() -> Result {
    let scene = stack()?;
    let before = scene.emulator.ids()?;
    for moment in moments()? {
        let apply = scene.start(&["apply", "-auto-approve"])?;
        thread::sleep(moment);
        // It may have ended already.
        kill_process_group(pid(apply.id())?, Signal::INT).ok();
        apply.wait()?;
        scene
            .apply()
            .map_err(|error| format!("stopped after {moment:?}: {error}"))?;
        check_whole(&scene, &before)
            .map_err(|error| format!("stopped after {moment:?}: {error}"))?;
        begin_anew(&scene)?;
    }
    Ok(())
}

#[test]
fn killed_at_ten_moments() -> Result {
    let scene = stack()?;
    let before = scene.emulator.ids()?;
    for moment in moments()? {
        let apply = scene.start(&["apply", "-auto-approve"])?;
        thread::sleep(moment);
        kill_process(pid(apply.id())?, Signal::KILL).ok();
        apply.wait()?;
        finish_by_import(&scene).map_err(|error| format!("killed after {moment:?}: {error}"))?;
        check_whole(&scene, &before)
            .map_err(|error| format!("killed after {moment:?}: {error}"))?;
        begin_anew(&scene)?;
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
            let accepted = request
                .status
                .is_some_and(|status| (200..300).contains(&status));
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

/// Ten moments in the time that an apply takes. The seed is printed, and can be given again as `ISE_TEST_SEED`.
fn moments() -> Result<Vec<Duration>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let mut seed = match std::env::var("ISE_TEST_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => u64::from(now.subsec_nanos()),
    };
    eprintln!("ISE_TEST_SEED={seed}");
    let mut next = || {
        // Knuth's multiplier; the high bits are the good ones.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % 250
    };
    // One in each tenth of two and a half seconds.
    Ok((0..10)
        .map(|tenth| Duration::from_millis(tenth * 250 + next()))
        .collect())
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
    ];
    let blocks = subnets.chain(others);
    scene.configure(&blocks.map(|block| block.to_string()).collect::<String>())?;
    Ok(scene)
}

fn pid(id: u32) -> Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(id)?).ok_or("no process has the ID 0")?)
}
