//! The processes of a run: who is left, and how to reach them.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use acceptance_tests::Result;
use acceptance_tests::workspace::Workspace;
use rustix::process::Pid;

/// How long anything may take that is to happen soon.
const PATIENCE: Duration = Duration::from_secs(60);

/// The processes of the provider that this workspace started.
pub(crate) fn providers(workspace: &Workspace) -> Result<Vec<String>> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=,args="])
        .output()?;
    let path = workspace.path().join(".provider").display().to_string();
    let lines = String::from_utf8(output.stdout)?;
    Ok(lines
        .lines()
        .filter(|line| line.contains(&path))
        .map(str::to_owned)
        .collect())
}

/// Waits for what is to happen soon.
pub(crate) fn until(what: &str, mut happened: impl FnMut() -> Result<bool>) -> Result {
    let started = Instant::now();
    while !happened()? {
        if started.elapsed() > PATIENCE {
            return Err(format!("{what}: it has not happened").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The ID of a process, as signals are sent to it.
pub(crate) fn pid(id: u32) -> Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(id)?).ok_or("no process has the ID 0")?)
}
