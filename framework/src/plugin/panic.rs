//! Panics as the client expects them: Terraform shows lines of stderr to the user from one that begins with `panic: `, and
//! says that the plugin crashed.
//!
//! One that is caught crashes nothing. It goes to the log and, as a message, to the user.

use std::backtrace::Backtrace;
use std::io::Write;
use std::panic::{self, PanicHookInfo};

use crate::engine::panic::{NO_MESSAGE, is_caught};

/// The client collects a hundred lines after the first.
const MAX_LINES: usize = 99;

/// Replaces the standard report, whose form the client does not recognise.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let backtrace = Backtrace::force_capture().to_string();
        let report = report(message(info), place.as_deref(), &backtrace);
        if is_caught(place) {
            return tracing::error!(report, "a call panicked");
        }
        // A lost stderr must not become a second panic.
        std::io::stderr().lock().write_all(report.as_bytes()).ok();
    }));
}

fn message<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    info.payload_as_str().unwrap_or(NO_MESSAGE)
}

fn report(message: &str, place: Option<&str>, backtrace: &str) -> String {
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    let mut report = format!("panic: {first} at {}\n", place.unwrap_or("unknown"));
    let frames = backtrace
        .lines()
        // A stripped executable has no names to show.
        .filter(|line| !line.trim_end().ends_with("<unknown>"));
    for line in lines.chain(frames).take(MAX_LINES) {
        report.push_str("  ");
        report.push_str(line);
        report.push('\n');
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports() {
        let check = |message, place, backtrace, expect| {
            assert_eq!(report(message, place, backtrace), expect);
        };
        check(
            "boom",
            Some("src/a.rs:1:2"),
            "   0: f\n             at src/a.rs:1\n   1: <unknown>\n",
            "panic: boom at src/a.rs:1:2\n     0: f\n               at src/a.rs:1\n",
        );
        check(
            "not equal\n left: 1\nright: 2",
            Some("src/a.rs:1:2"),
            "",
            "panic: not equal at src/a.rs:1:2\n   left: 1\n  right: 2\n",
        );
        check("", None, "", "panic:  at unknown\n");
    }

    #[test]
    fn reports_end_where_the_client_stops_reading() {
        let long = "frame\n".repeat(1000);
        assert_eq!(report("boom", None, &long).lines().count(), 1 + MAX_LINES);
    }
}
