//! Why what was sent or stored is no value.

use std::fmt;

use super::number::NumberError;
use super::path::Path;

/// Why something is not a value of the wanted type.
///
/// ```
/// use tfplugin_framework::types::decode::DecodeError;
/// use tfplugin_framework::types::path::Path;
///
/// let error = DecodeError::malformed(&Path::attribute("port"), "80 at most");
/// assert_eq!(error.to_string(), "port: 80 at most");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub message: String,
    /// Who could have avoided it.
    pub cause: Cause,
}

/// Who could have avoided that something is no value.
///
/// ```
/// use tfplugin_framework::types::decode::{Cause, DecodeError};
/// use tfplugin_framework::types::path::Path;
///
/// let error = DecodeError::unsupported(&Path::root(), "the number has too many digits");
/// assert_eq!(error.cause, Cause::Unsupported);
/// assert_eq!(DecodeError::malformed(&Path::root(), "it ends too early").cause, Cause::Malformed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What sent or stored it: it has not the form that its type has.
    Malformed,
    /// Who wrote it: it is a value, but one that is not supported.
    Unsupported,
}

impl DecodeError {
    /// It has not the form that its type has.
    pub fn malformed(path: &Path, message: impl fmt::Display) -> Self {
        Self {
            path: path.clone(),
            message: message.to_string(),
            cause: Cause::Malformed,
        }
    }

    /// It is a value, but one that is not supported.
    pub fn unsupported(path: &Path, message: impl fmt::Display) -> Self {
        Self {
            cause: Cause::Unsupported,
            ..Self::malformed(path, message)
        }
    }
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

/// Why a number was not read.
pub(super) fn number_error(path: &Path, error: NumberError) -> DecodeError {
    match error {
        NumberError::Form(_) => DecodeError::malformed(path, error),
        NumberError::Exponent => DecodeError::unsupported(path, error),
    }
}
