//! Why a call has no response of its own.

use crate::diagnostics::Diagnostic;

/// Why a call fails.
#[derive(Debug)]
pub(super) enum CallError {
    /// Something that an author or a user can change: they read it in a normal response.
    Diagnostic(Diagnostic),
    /// A message that breaks the protocol, which neither can change: a gRPC error.
    Protocol(String),
}

impl CallError {
    /// A message that breaks the protocol, in words that go on from "The request …".
    pub(super) fn protocol(words: impl Into<String>) -> Self {
        Self::Protocol(words.into())
    }
}

impl From<Diagnostic> for CallError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostic(diagnostic)
    }
}
