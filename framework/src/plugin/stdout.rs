//! Standard output belongs to the handshake: one line, complete and at once, and nothing after it.

use std::io::{self, Write};
use std::process::ExitCode;

/// Writes the line that the client waits for.
pub(super) fn announce(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}

/// Prints the answer to a command line that a person typed.
pub(super) fn say(text: &str) -> ExitCode {
    match announce(text) {
        Ok(()) => ExitCode::SUCCESS,
        // `terraform-provider-acme --help | head -1` has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Sends whatever a dependency may still print to the log. On the client's pipe it could block us for good: a long
/// line stops the client's reader.
#[cfg(unix)]
pub(super) fn close() {
    if let Err(error) = rustix::stdio::dup2_stdout(rustix::stdio::stderr()) {
        tracing::warn!(%error, "standard output stays open");
    }
}

/// There is no safe way on Windows; there, nothing in the tree prints, which a lint ensures for our part.
#[cfg(not(unix))]
pub(super) fn close() {}
