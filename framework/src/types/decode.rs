//! Why what was sent or stored is no value.

use std::fmt;

use super::path::Path;

/// Why something is not a value of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for DecodeError {}

/// `error`, with its place.
pub(super) fn at(path: &Path, error: impl fmt::Display) -> DecodeError {
    DecodeError {
        path: path.clone(),
        message: error.to_string(),
    }
}
