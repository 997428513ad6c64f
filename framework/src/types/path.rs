//! Where in a configuration, plan or state a value sits.

use std::fmt;

/// One step of a [`Path`].
///
/// ```
/// use tfplugin_framework::types::path::{Path, Step};
///
/// let path = Path::attribute("rules").with_index(2);
/// assert_eq!(path.steps(), [Step::Attribute("rules".into()), Step::Index(2)]);
/// assert_eq!(Path::attribute("tags").with_key("a").steps()[1], Step::Key("a".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object, or a block.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list or tuple.
    Index(usize),
}

/// The way from the root of a block to one value. Paths cannot point into a set: its elements have no keys.
///
/// ```
/// use tfplugin_framework::types::path::Path;
///
/// let path = Path::attribute("rules").with_index(2).with_attribute("labels").with_key("team");
/// assert_eq!(path.to_string(), "rules[2].labels[\"team\"]");
/// assert!(Path::root().is_root());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The root block itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A top-level attribute.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self(vec![Step::Attribute(name.into())])
    }

    /// The same path, one attribute deeper.
    #[must_use]
    pub fn with_attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// The same path, one list element deeper.
    #[must_use]
    pub fn with_index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The same path, one map element deeper.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(f, "{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_hcl() {
        let path = Path::attribute("access_control")
            .with_attribute("trigger")
            .with_attribute("policies")
            .with_key("office")
            .with_attribute("ranges")
            .with_index(2);
        assert_eq!(
            path.to_string(),
            r#"access_control.trigger.policies["office"].ranges[2]"#
        );
        assert_eq!(Path::root().to_string(), "");
    }
}
