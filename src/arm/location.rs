//! Azure regions, whose display form ("West Europe") and short form ("westeurope") mean the same.

use std::fmt;
use std::hash::{Hash, Hasher};

/// A region as it was written; compared by its short form.
#[derive(Clone, Debug)]
pub struct Location(String);

impl Location {
    /// A region in display or short form.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The form ARM uses: lower case, without blanks.
    pub fn short(&self) -> String {
        self.0
            .chars()
            .filter(|character| !character.is_whitespace())
            .map(|character| character.to_ascii_lowercase())
            .collect()
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.short() == other.short()
    }
}

impl Eq for Location {}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.short().hash(state);
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_region_are_equal() {
        let west = Location::new("West Europe");
        assert_eq!(west, Location::new("westeurope"));
        assert_eq!(west, Location::new("WESTEUROPE"));
        assert_ne!(west, Location::new("northeurope"));
        assert_eq!(west.short(), "westeurope");
        assert_eq!(west.to_string(), "West Europe");
    }
}
