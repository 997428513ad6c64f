//! What a configuration and the environment say, in the words of the table of arguments.

use std::collections::BTreeMap;

use azure_core::credentials::Secret;

use super::arguments::{
    ARGUMENTS, Argument, CLIENT_CERTIFICATE, Kind, USE_AKS_WORKLOAD_IDENTITY, USE_OIDC,
};
use super::file;

/// The values of arguments. Its `Debug` shows none of them.
#[derive(Clone, Debug, Default)]
pub struct Given(BTreeMap<&'static str, Secret>);

/// Something that is wrong with an argument.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Which.
    pub argument: &'static Argument,
    /// What is wrong, and what would be right.
    pub words: String,
}

/// Between the elements of a list.
const SEPARATOR: char = ';';

impl Given {
    /// What is `written` over what the `environment` has, and all that is wrong with it. Lists are written with `;` between
    /// their elements.
    pub fn look_up(
        written: impl Fn(&Argument) -> Option<String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> (Self, Vec<Mistake>) {
        let mut look_up = LookUp {
            written,
            environment,
            given: Self::default(),
            mistakes: Vec::new(),
        };
        for argument in ARGUMENTS {
            look_up.take(argument);
        }
        look_up.settle_files();
        look_up.add_workload_identity();
        look_up.check_files();
        let place = |mistake: &Mistake| {
            ARGUMENTS
                .iter()
                .position(|it| it.name == mistake.argument.name)
        };
        look_up.mistakes.sort_by_key(place);
        (look_up.given, look_up.mistakes)
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, argument: &Argument, value: impl Into<String>) -> Self {
        self.set(argument, value.into());
        self
    }

    fn set(&mut self, argument: &Argument, value: String) {
        self.0.insert(argument.name, Secret::new(value));
    }

    /// The text of an argument, unless it is empty.
    pub fn text(&self, argument: &Argument) -> Option<&str> {
        let text = self.0.get(argument.name)?.secret();
        let bare = text.trim();
        let text = if argument.is_verbatim { text } else { bare };
        (!bare.is_empty()).then_some(text)
    }

    /// Whether an argument is true.
    pub fn is_true(&self, argument: &Argument) -> bool {
        self.bool(argument) == Some(true)
    }

    /// What an argument says, if it says anything.
    pub fn bool(&self, argument: &Argument) -> Option<bool> {
        read_bool(self.text(argument)?).unwrap_or_default()
    }

    /// The elements of an argument.
    pub fn list(&self, argument: &Argument) -> Vec<&str> {
        let elements = self.text(argument).unwrap_or_default().split(SEPARATOR);
        let elements = elements.map(str::trim);
        elements.filter(|element| !element.is_empty()).collect()
    }

    /// Whether it has a value, or a file that holds it.
    pub(crate) fn has(&self, argument: &Argument) -> bool {
        self.text(argument).is_some() || self.file(argument).is_some()
    }

    /// The value, read anew from its file if it is in one. The error names the argument and the file.
    pub(crate) async fn read(&self, argument: &Argument) -> Result<Option<String>, String> {
        let (Some(path), Some(named)) = (self.file(argument), argument.file) else {
            return Ok(self.text(argument).map(str::to_owned));
        };
        let bytes = file::read(path).await;
        let content = bytes.and_then(|bytes| self.content(argument, path, bytes));
        content.map(Some).map_err(|why| format!("{named}: {why}"))
    }

    /// What the file of an argument holds; nothing if it is no ordinary file.
    fn read_ordinary(&self, argument: &Argument) -> Option<Result<String, String>> {
        let path = self.file(argument)?;
        let bytes = file::read_ordinary(path)?;
        Some(bytes.and_then(|bytes| self.content(argument, path, bytes)))
    }

    /// The value in a file, which has to be the one that is given besides.
    fn content(&self, argument: &Argument, path: &str, bytes: Vec<u8>) -> Result<String, String> {
        let text = String::from_utf8(bytes)
            .map_err(|_| format!("the file {path:?} does not hold a text"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        match self.text(argument) {
            _ if text.is_empty() => Err(format!("the file {path:?} is empty")),
            Some(value) if value != text => Err(format!(
                "{argument} is given too, and the file {path:?} holds something else: remove one of them, or make them the same"
            )),
            _ => Ok(text.to_owned()),
        }
    }

    /// What an argument is given by: it, or its file.
    pub(crate) fn by(&self, argument: &Argument) -> Option<&'static str> {
        let file = argument.file.filter(|file| self.text(file).is_some());
        match self.text(argument) {
            Some(_) => Some(argument.name),
            None => file.map(|file| file.name),
        }
    }

    /// The path of the file that holds the value.
    pub(crate) fn file(&self, argument: &Argument) -> Option<&str> {
        self.text(argument.file?)
    }
}

/// Takes what the standard libraries of Go take, which azurerm is written in.
fn read_bool(text: &str) -> Result<Option<bool>, ()> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" | "t" | "1" => Ok(Some(true)),
        "false" | "f" | "0" => Ok(Some(false)),
        _ => Err(()),
    }
}

struct LookUp<W, E> {
    written: W,
    environment: E,
    given: Given,
    mistakes: Vec<Mistake>,
}

impl<W, E> LookUp<W, E>
where
    W: Fn(&Argument) -> Option<String>,
    E: Fn(&str) -> Option<String>,
{
    fn take(&mut self, argument: &'static Argument) {
        if let Some(value) = (self.written)(argument) {
            let wrong = argument.rule.filter(|_| !value.is_empty());
            if let Some(Err(words)) = wrong.map(|rule| rule(&value)) {
                return self.wrong(argument, words);
            }
            self.given.set(argument, value);
            return;
        }
        let found = argument.variables.iter().find_map(|name| {
            let value = (self.environment)(name)?;
            (!value.trim().is_empty()).then_some((*name, value))
        });
        let Some((variable, value)) = found else {
            return;
        };
        if argument.kind == Kind::Bool && read_bool(value.trim()).is_err() {
            let words = format!(
                "The environment variable {variable} is {value:?}. Set it to true or false."
            );
            return self.wrong(argument, words);
        }
        let rule = argument.rule.filter(|_| !argument.is_of_way);
        if let Some(Err(words)) = rule.map(|rule| rule(value.trim())) {
            return self.wrong(argument, words);
        }
        self.given.set(argument, value.trim().to_owned());
    }

    fn is_written(&self, argument: &Argument) -> bool {
        (self.written)(argument).is_some_and(|value| !value.trim().is_empty())
    }

    /// Of a value and its file, what is written wins over what the environment has.
    fn settle_files(&mut self) {
        for argument in ARGUMENTS {
            let Some(file) = argument.file else { continue };
            match (self.is_written(argument), self.is_written(file)) {
                (true, false) => drop(self.given.0.remove(file.name)),
                (false, true) => drop(self.given.0.remove(argument.name)),
                _ => {}
            }
        }
    }

    /// What AKS tells a pod stands for what nobody says; where both speak, they have to agree.
    fn add_workload_identity(&mut self) {
        if !self.given.is_true(&USE_AKS_WORKLOAD_IDENTITY) {
            return;
        }
        self.given.set(&USE_OIDC, "true".to_owned());
        for argument in ARGUMENTS {
            let Some(variable) = argument.workload_identity else {
                continue;
            };
            let Some(value) = (self.environment)(variable).filter(|it| !it.trim().is_empty())
            else {
                continue;
            };
            // A token that is given goes before the pod's.
            let holder = ARGUMENTS
                .iter()
                .find(|it| it.file.is_some_and(|file| file.name == argument.name));
            if holder.is_some_and(|holder| self.given.has(holder)) {
                continue;
            }
            let named = argument.file.filter(|file| self.given.text(file).is_some());
            let known = match named {
                Some(_) => self.given.read_ordinary(argument).and_then(Result::ok),
                None if holder.is_some() => None,
                None => self.given.text(argument).map(str::to_owned),
            };
            let Some(known) = known else {
                self.given.set(argument, value);
                continue;
            };
            if !known.eq_ignore_ascii_case(value.trim()) {
                self.contradict(argument, &known, variable, value.trim());
            }
        }
    }

    fn contradict(
        &mut self,
        argument: &'static Argument,
        known: &str,
        variable: &str,
        value: &str,
    ) {
        // What a file holds is not told: its path may lead to anything.
        let named = argument
            .file
            .and_then(|file| Some((file, self.given.text(file)?)));
        let (wrong, what) = match named {
            Some((file, path)) => (file, format!("The file {path:?} holds something else")),
            None => (argument, format!("{argument} is {known:?}")),
        };
        let words = format!(
            "{what}, but {variable}, which AKS sets for the pod, is {value:?}. Remove one of them, make them the same, or set \
             {USE_AKS_WORKLOAD_IDENTITY} to false."
        );
        self.wrong(wrong, words);
    }

    /// Files have to be there, and what is given twice has to be the same.
    fn check_files(&mut self) {
        for argument in ARGUMENTS {
            let Some(named) = argument.file else { continue };
            let is_given = self.given.text(argument).is_some();
            if is_given && argument.name == CLIENT_CERTIFICATE.name {
                // azurerm takes the certificate itself.
                self.given.0.remove(named.name);
            }
            let Some(path) = self.given.text(named) else {
                continue;
            };
            // What is checked is only whether it is there: its content is read again whenever it is needed. Of a file that the
            // environment alone names, the way to sign in that reads it tells that it cannot.
            let found = match (file::check(path), is_given) {
                (Ok(()), true) => self.given.read_ordinary(argument),
                (found, _) => found.err().map(Err),
            };
            match found {
                // Later only the file counts, which may be renewed.
                Some(Ok(_)) => drop(self.given.0.remove(argument.name)),
                // Of variables that contradict each other, the way to sign in that reads them tells.
                Some(Err(why)) if self.is_written(named) => self.wrong(named, format!("{why}.")),
                _ => {}
            }
        }
    }

    fn wrong(&mut self, argument: &'static Argument, words: String) {
        self.mistakes.push(Mistake { argument, words });
    }
}
