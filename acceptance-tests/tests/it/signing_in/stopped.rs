//! Ctrl-C while somebody signs in.

use acceptance_tests::Result;
use rustix::process::{Signal, kill_process_group};
use serde_json::json;

use super::{CLIENT, SECRET, TENANT, scene};
use crate::processes::{pid, until};

/// Nothing is wrong with the credentials, so nothing is said about them.
#[test]
fn ctrl_c_while_signing_in_is_told_as_a_stop() -> Result {
    let mut scene = scene()?;
    for (name, value) in [
        ("ARM_TENANT_ID", TENANT),
        ("ARM_CLIENT_ID", CLIENT),
        ("ARM_CLIENT_SECRET", SECRET),
    ] {
        scene.workspace.set_variable(name, value);
    }
    scene
        .emulator
        .fault(&json!({ "method": "POST", "path": "*/oauth2/v2.0/token", "delay_ms": 60_000 }))?;
    let plan = scene.start(&["plan"])?;
    until("the sign-in has begun", || scene.emulator.has_gone_wrong())?;
    kill_process_group(pid(plan.id())?, Signal::INT)?;
    let told = plan.wait()?.failure()?.diagnostics().to_string();
    assert!(told.contains("Stopped while signing in to Azure"), "{told}");
    for advice in ["Cannot sign in", "Correct that", "az login"] {
        assert!(!told.contains(advice), "{told}");
    }
    Ok(())
}
