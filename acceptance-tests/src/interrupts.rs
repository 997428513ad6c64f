//! Signals that ask to end reach what the tests start, whatever the tests inherited.
//!
//! Who starts a process in the background of a script, or under `nohup`, has it ignore SIGINT or SIGHUP, and it hands that
//! on: a CLI that is interrupted before it has a handler of its own would never end. What is handled is not handed on.

use std::io::Result;
use std::sync::LazyLock;
use std::{fs, process};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// The signals by which tests ask the CLI to end.
const SIGNALS: [SignalKind; 2] = [SignalKind::interrupt(), SignalKind::terminate()];

/// From here on, no process that is started ignores a signal because this one does; this one goes on ignoring it.
pub(crate) fn reach_children() -> Result<()> {
    static HANDLED: LazyLock<std::result::Result<(), String>> =
        LazyLock::new(|| handle().map_err(|error| error.to_string()));
    HANDLED.clone().map_err(std::io::Error::other)
}

fn handle() -> Result<()> {
    let ignored: Vec<_> = SIGNALS
        .into_iter()
        .filter(|kind| is_ignored(*kind))
        .collect();
    if ignored.is_empty() {
        return Ok(());
    }
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    // The handler stays when this is gone, and does nothing.
    ignored
        .into_iter()
        .try_for_each(|kind| signal(kind).map(drop))
}

/// As Linux tells it. Elsewhere nothing does without unsafe code, and tests inherit what there is.
fn is_ignored(kind: SignalKind) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process::id()));
    let status = status.unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (kind.as_raw_value() - 1)) != 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;
    use std::{env, io};

    use super::*;

    /// Set for the half of the test that is started with signals ignored.
    const INSIDE: &str = "ISE_TEST_IGNORES_SIGNALS";

    #[test]
    fn children_of_a_process_that_ignores_signals_end_by_them() -> io::Result<()> {
        if env::var_os(INSIDE).is_some() {
            return inside();
        }
        let status = Command::new("sh")
            .args(["-c", "trap \"\" INT TERM; exec \"$0\" --exact \"$1\""])
            .arg(env::current_exe()?)
            .arg("interrupts::tests::children_of_a_process_that_ignores_signals_end_by_them")
            .env(INSIDE, "1")
            .status()?;
        assert!(status.success(), "{status}");
        Ok(())
    }

    fn inside() -> io::Result<()> {
        let end_itself = |signal: &str| {
            let script = format!("kill -{signal} $$; exit 7");
            Command::new("sh").args(["-c", &script]).status()
        };
        assert_eq!(
            end_itself("INT")?.code(),
            Some(7),
            "it inherits what is ignored"
        );
        reach_children()?;
        assert_eq!(end_itself("INT")?.signal(), Some(2));
        assert_eq!(end_itself("TERM")?.signal(), Some(15));
        Ok(())
    }
}
