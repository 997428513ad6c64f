//! Blocks of configuration that differ in one argument.

use std::fmt;

/// A resource block: arguments by name, each with an expression.
#[derive(Clone, Debug)]
pub struct Block {
    kind: String,
    label: String,
    arguments: Vec<(String, String)>,
}

impl Block {
    /// A resource without arguments.
    pub fn resource(kind: &str, label: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            label: label.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// The same under another label.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            ..self.clone()
        }
    }

    /// The same with an argument set to an expression; an empty one takes it away.
    #[must_use]
    pub fn with(mut self, name: &str, expression: &str) -> Self {
        self.arguments.retain(|(found, _)| found != name);
        if !expression.is_empty() {
            self.arguments
                .push((name.to_owned(), expression.to_owned()));
        }
        self
    }

    /// The same with an argument set to a text.
    #[must_use]
    pub fn with_text(self, name: &str, text: &str) -> Self {
        self.with(name, &format!("{text:?}"))
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("{}.{}", self.kind, self.label)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "resource {:?} {:?} {{", self.kind, self.label)?;
        for (name, expression) in &self.arguments {
            // `timeouts` is a block, the one there is.
            let equals = if name == "timeouts" { "" } else { "= " };
            writeln!(f, "  {name} {equals}{expression}")?;
        }
        writeln!(f, "}}")
    }
}
