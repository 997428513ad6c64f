//! The messages of something that failed.

use std::error::Error;
use std::fmt;

use crate::diagnostics::{Diagnostic, Severity};

/// Messages with at least one error among them.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(Vec<Diagnostic>);

impl Failure {
    pub(super) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic::error(summary, detail).into()
    }

    /// All messages, the warnings too.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }

    /// The summaries of the errors.
    pub fn summaries(&self) -> Vec<&str> {
        let errors = self.0.iter().filter(|it| it.severity == Severity::Error);
        errors.map(|it| it.summary.as_str()).collect()
    }
}

impl From<Diagnostic> for Failure {
    fn from(error: Diagnostic) -> Self {
        Self(vec![error])
    }
}

/// The messages themselves, if none of them is an error.
pub(super) fn unless_failed(messages: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Failure> {
    match has_error(&messages) {
        true => Err(Failure(messages)),
        false => Ok(messages),
    }
}

pub(super) fn has_error(messages: &[Diagnostic]) -> bool {
    messages.iter().any(|it| it.severity == Severity::Error)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&transcript(&self.0))
    }
}

/// A failure is mostly read where a test did not expect one.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Error for Failure {}

/// The messages as text, to compare with a snapshot: each with its severity, place, summary and detail.
///
/// ```
/// use tfplugin_framework::diagnostics::Diagnostic;
/// use tfplugin_framework::testing::transcript;
///
/// let told = transcript(&[Diagnostic::error("No such file", "a.txt is not there.")]);
/// assert_eq!(told, "Error: No such file\na.txt is not there.\n");
/// ```
pub fn transcript(messages: &[Diagnostic]) -> String {
    let texts = messages.iter().map(|it| {
        let severity = match it.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        let place = match it.path.is_root() {
            true => String::new(),
            false => format!(" ({})", it.path),
        };
        format!("{severity}: {}{place}\n{}\n", it.summary, it.detail)
    });
    texts.collect::<Vec<_>>().join("\n")
}
