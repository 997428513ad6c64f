//! What one command of the CLI came to.

use std::panic::Location;

use crate::Result;
use crate::diagnostics::Diagnostics;

/// A command that has ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// The command, for messages.
    pub command: String,
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Texts that differ from run to run, and what stands for them in diagnostics.
    pub(crate) replacements: Vec<(String, &'static str)>,
}

impl Run {
    /// Goes on if the command succeeded.
    #[track_caller]
    pub fn success(self) -> Result<Self> {
        self.exits_with(0)
    }

    /// Goes on if the command failed, as it should.
    #[track_caller]
    pub fn failure(self) -> Result<Self> {
        self.exits_with(1)
    }

    /// Goes on if the command ended with this exit code.
    #[track_caller]
    pub fn exits_with(self, code: i32) -> Result<Self> {
        if self.code == Some(code) {
            return Ok(self);
        }
        let at = Location::caller();
        let ended = self
            .code
            .map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        Err(format!(
            "{at}: `{}` ended with {ended} instead of {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.stdout, self.stderr
        )
        .into())
    }

    /// What it complained about. Errors are printed to stderr, warnings to stdout.
    pub fn diagnostics(&self) -> Diagnostics {
        Diagnostics::parse(
            &format!("{}\n{}", self.stdout, self.stderr),
            &self.replacements,
        )
    }
}
