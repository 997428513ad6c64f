//! Messages to the user: errors and warnings, each with the attribute it is about.

use std::error::Error;

use crate::types::path::Path;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The operation did not succeed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message to the user.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostic, Severity};
/// use tfplugin_framework::types::path::Path;
///
/// let diagnostic = Diagnostic::warning("Large file", "It has more than 1 MiB.").at(Path::attribute("content"));
/// assert_eq!(diagnostic.severity, Severity::Warning);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in a few words. Terraform merges warnings of equal summary, so it names the object.
    pub summary: String,
    /// Why, and what would be right.
    pub detail: String,
    /// The attribute at fault; the root when there is no particular one.
    pub path: Path,
}

impl Diagnostic {
    /// An error about no particular attribute.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            path: Path::root(),
        }
    }

    /// A warning about no particular attribute.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(summary, detail)
        }
    }

    /// The same message, about the attribute at `path`.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = path;
        self
    }
}

/// Proof that an error is reported: a value of it comes from adding an error to [`Diagnostics`], or of a [`Diagnostic`], which
/// is added when the operation has returned.
///
/// Operations fail with it, so none can fail without saying why: `?` is all that a helper's reason needs.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report, Reported};
///
/// fn parse(text: &str) -> Result<u16, Diagnostic> {
///     text.parse().map_err(|_| Diagnostic::error("No port", format!("{text:?} is no port.")))
/// }
/// fn operation() -> Result<u16, Reported> {
///     Ok(parse("eighty")?)
/// }
/// // The framework does this with what an operation returns.
/// let mut diagnostics = Diagnostics::new();
/// assert!(operation().report(&mut diagnostics).is_err() && diagnostics.has_error());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported(Option<Box<Diagnostic>>);

impl From<Diagnostic> for Reported {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Some(Box::new(diagnostic)))
    }
}

/// Everything one operation has to say; all findings, not the first only. The one place where messages go.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostics, Reported};
/// use tfplugin_framework::types::path::Path;
///
/// fn check(size: usize, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
///     match size {
///         0 => Err(diagnostics.add_attribute_error(Path::attribute("content"), "Empty file", "It needs content.")),
///         1..=99 => Ok(()),
///         _ => {
///             diagnostics.add_warning("Large file", "It has 100 bytes or more.");
///             diagnostics.check()
///         }
///     }
/// }
/// let mut diagnostics = Diagnostics::new();
/// assert!(check(100, &mut diagnostics).is_ok() && !diagnostics.has_error());
/// assert!(check(0, &mut diagnostics).is_err() && diagnostics.iter().count() == 2);
///
/// let mut all = Diagnostics::new();
/// all.extend(diagnostics);
/// all.add_attribute_warning(Path::attribute("content"), "No line break", "It ends without one.");
/// assert_eq!(all.iter().count(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Nothing to say.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error about no particular attribute.
    pub fn add_error(&mut self, summary: impl Into<String>, detail: impl Into<String>) -> Reported {
        self.fail(Diagnostic::error(summary, detail))
    }

    /// Adds an error about the attribute at `path`.
    pub fn add_attribute_error(
        &mut self,
        path: Path,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Reported {
        self.fail(Diagnostic::error(summary, detail).at(path))
    }

    /// Adds a warning about no particular attribute.
    pub fn add_warning(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.add(Diagnostic::warning(summary, detail));
    }

    /// Adds a warning about the attribute at `path`.
    pub fn add_attribute_warning(
        &mut self,
        path: Path,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.add(Diagnostic::warning(summary, detail).at(path));
    }

    /// Adds a message that was made elsewhere.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds a message as the reason of a failure: an error, whatever it was made as.
    pub fn fail(&mut self, diagnostic: Diagnostic) -> Reported {
        self.add(Diagnostic {
            severity: Severity::Error,
            ..diagnostic
        });
        Reported(None)
    }

    /// Adds all messages of `other`.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    /// Whether any message is an error.
    pub fn has_error(&self) -> bool {
        self.iter().any(|d| d.severity == Severity::Error)
    }

    /// Fails if any message is an error, for who goes on only when nothing is wrong.
    pub fn check(&self) -> Result<(), Reported> {
        match self.has_error() {
            true => Err(Reported(None)),
            false => Ok(()),
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(messages: I) -> Self {
        Self(messages.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What helpers that know one reason to fail give to the operation that they serve.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report, Reported};
///
/// fn parse(text: &str) -> Result<u16, Diagnostic> {
///     text.parse().map_err(|_| Diagnostic::error("No port", format!("{text:?} is no port.")))
/// }
/// fn operation(diagnostics: &mut Diagnostics) -> Result<u16, Reported> {
///     // `parse("eighty")?` does as well; this adds the reason now, before others.
///     let port = parse("eighty").report(diagnostics)?;
///     match port {
///         // The same by hand.
///         0 => Err(diagnostics.fail(Diagnostic::error("No port", "0 is no port."))),
///         port => Ok(port),
///     }
/// }
/// let mut diagnostics = Diagnostics::new();
/// assert!(operation(&mut diagnostics).is_err() && diagnostics.has_error());
/// ```
pub trait Report<T> {
    /// Adds the reason to what the operation has to say.
    fn report(self, diagnostics: &mut Diagnostics) -> Result<T, Reported>;
}

impl<T> Report<T> for Result<T, Diagnostic> {
    fn report(self, diagnostics: &mut Diagnostics) -> Result<T, Reported> {
        self.map_err(|diagnostic| diagnostics.fail(diagnostic))
    }
}

/// For who calls an operation: the reason that it failed with, if that is not among its diagnostics yet.
impl<T> Report<T> for Result<T, Reported> {
    fn report(self, diagnostics: &mut Diagnostics) -> Result<T, Reported> {
        self.map_err(|reported| match reported.0 {
            Some(diagnostic) => diagnostics.fail(*diagnostic),
            None => reported,
        })
    }
}

/// A rule's words as the sentence that a user reads.
///
/// ```
/// # use tfplugin_framework::diagnostics::sentence;
/// assert_eq!(sentence("it is too long"), "It is too long.");
/// assert_eq!(sentence("subnet_ids are four"), "subnet_ids are four.");
/// ```
pub fn sentence(words: &str) -> String {
    let first_word = words.split(' ').next().unwrap_or_default();
    let mut sentence = match first_word.contains('_') {
        // The name of an argument is written as it is.
        true => words.to_owned(),
        false => capitalised(words),
    };
    if !sentence.ends_with(['.', '!', '?', '\n']) {
        sentence.push('.');
    }
    sentence
}

/// Errors of other libraries as messages to the user.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostic, Explain, Reported};
/// use tfplugin_framework::types::path::Path;
///
/// fn read(path: &str) -> Result<String, Diagnostic> {
///     std::fs::read_to_string(path).explain_at(Path::attribute("path"), "Cannot read the file")
/// }
/// fn operation() -> Result<u16, Reported> {
///     let text = read("port.txt")?;
///     Ok(text.parse::<u16>().explain("The file has no port")?)
/// }
/// # assert!(operation().is_err());
/// let error = "eighty".parse::<u16>().explain("No port").expect_err("it is none");
/// assert_eq!(error, Diagnostic::error("No port", "Invalid digit found in string."));
/// ```
pub trait Explain<T> {
    /// The error, and what has caused it, as the reason of what is wrong.
    fn explain(self, summary: impl Into<String>) -> Result<T, Diagnostic>;

    /// The same, about the attribute at `path`.
    fn explain_at(self, path: Path, summary: impl Into<String>) -> Result<T, Diagnostic>;
}

impl<T, E: Error> Explain<T> for Result<T, E> {
    fn explain(self, summary: impl Into<String>) -> Result<T, Diagnostic> {
        self.map_err(|error| Diagnostic::error(summary, reasons(&error)))
    }

    fn explain_at(self, path: Path, summary: impl Into<String>) -> Result<T, Diagnostic> {
        self.explain(summary).map_err(|it| it.at(path))
    }
}

/// The words of an error and of what has caused it, as a sentence.
fn reasons(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        // Some errors have the words of their cause in their own.
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
        source = error.source();
    }
    sentence(&words)
}

/// The words with a capital in front, as messages to a user begin.
///
/// ```
/// # use tfplugin_framework::diagnostics::capitalised;
/// assert_eq!(capitalised("the file"), "The file");
/// ```
pub fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use std::{fmt, io};

    use super::*;

    #[test]
    fn a_failure_always_says_why() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.add_warning("a", "b");
        assert_eq!(diagnostics.check(), Ok(()));
        let failed: Result<(), _> = Err(Diagnostic::warning("c", "d"));
        assert!(failed.report(&mut diagnostics).is_err());
        assert!(diagnostics.check().is_err());
        let severities: Vec<_> = diagnostics.iter().map(|it| it.severity).collect();
        assert_eq!(severities, [Severity::Warning, Severity::Error]);
    }

    #[test]
    fn what_a_failure_holds_is_reported_once() {
        let failed: Result<(), Reported> = Err(Diagnostic::warning("a", "b").into());
        let mut diagnostics = Diagnostics::new();
        let reported = failed.report(&mut diagnostics);
        assert!(reported.clone().report(&mut diagnostics).is_err());
        assert_eq!(reported, Err(Reported(None)));
        let all: Vec<_> = diagnostics.into_iter().collect();
        assert_eq!(all, [Diagnostic::error("a", "b")]);
    }

    #[derive(Debug)]
    struct Outer(&'static str, io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn an_error_is_told_with_its_causes_and_none_twice() {
        let detail = |words| {
            let failed: Result<(), _> = Err(Outer(words, io::Error::other("it is torn")));
            failed.explain("a").expect_err("it failed").detail
        };
        assert_eq!(detail("no book"), "No book: it is torn.");
        assert_eq!(detail("no book, it is torn"), "No book, it is torn.");
        let failed: Result<(), _> = Err(io::Error::other("full."));
        let at = failed.explain_at(Path::attribute("b"), "a");
        let expected = Diagnostic::error("a", "Full.").at(Path::attribute("b"));
        assert_eq!(at, Err(expected));
    }

    #[test]
    fn words_become_sentences() {
        for (words, expect) in [
            ("it is wrong", "It is wrong."),
            ("Right?", "Right?"),
            ("subnet_ids are four", "subnet_ids are four."),
            ("\"a\" is short", "\"a\" is short."),
        ] {
            assert_eq!(sentence(words), expect);
        }
    }
}
