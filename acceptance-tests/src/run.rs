//! What one command of the CLI came to.

use std::fmt;
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
        Err(Unexpected {
            run: self,
            code,
            at: Location::caller(),
        }
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

/// A command that ended otherwise than it should have.
struct Unexpected {
    run: Run,
    code: i32,
    at: &'static Location<'static>,
}

impl std::error::Error for Unexpected {}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run {
            command,
            stdout,
            stderr,
            ..
        } = &self.run;
        let ended = self
            .run
            .code
            .map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        write!(
            f,
            "{}: `{command}` ended with {ended} instead of {}\n{stdout}{stderr}",
            self.at, self.code
        )
    }
}

/// The same as what is displayed: the test runner prints errors this way, and escaped line breaks are hard to read.
impl fmt::Debug for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
