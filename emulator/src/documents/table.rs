//! The tables as they are read.

use std::collections::HashMap;

use regex::Regex;
use serde::Deserialize;
use serde_json::Number;

/// What the documents say of the bodies of requests.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    pub(super) operations: Vec<Operation>,
    pub(super) models: HashMap<String, Schema>,
}

/// An operation whose requests have bodies.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) method: String,
    /// The segments, parameters as `{}`.
    path: Path,
    pub(super) version: String,
    pub(super) body: Schema,
}

/// A path with parameters.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Path(Vec<String>);

impl From<String> for Path {
    fn from(path: String) -> Self {
        Self(path.split('/').map(str::to_owned).collect())
    }
}

/// What may stand at a place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Schema {
    /// The model that says the rest.
    pub(super) model: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    pub(super) format: Option<String>,
    /// What an enumeration is called.
    pub(super) name: Option<String>,
    #[serde(rename = "enum")]
    pub(super) values_of: Vec<String>,
    pub(super) pattern: Option<Pattern>,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) items: Option<Box<Schema>>,
    /// In the order of the document.
    pub(super) members: Vec<(String, Schema)>,
    pub(super) required: Vec<String>,
    /// What members of any other name are.
    pub(super) values: Option<Box<Schema>>,
    /// Whether no other members are known.
    pub(super) closed: bool,
    /// Whether only the service sets it.
    pub(super) read_only: bool,
    /// Whether no error may show it.
    pub(super) secret: bool,
}

/// The kinds of JSON values that the documents tell apart.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    /// Any JSON.
    #[serde(skip)]
    Any,
}

/// A pattern of a text.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern(pub(super) Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(pattern: String) -> Result<Self, Self::Error> {
        Regex::new(&pattern).map(Self)
    }
}

impl Table {
    /// The operation that a request is: in its own version, or in the newest before it, or else in the oldest.
    pub(super) fn find(
        &self,
        method: &str,
        segments: &[&str],
        version: &str,
    ) -> Option<&Operation> {
        let found = |method: &str| {
            let matching = self.operations.iter().filter(|operation| {
                operation.method.eq_ignore_ascii_case(method) && operation.path.matches(segments)
            });
            matching.max_by_key(|operation| {
                let is_newer = operation.version.as_str() > version;
                // Of the older ones the newest, of the newer ones the oldest.
                let age = Age::of(&operation.version, is_newer);
                (operation.path.literals(), !is_newer, age)
            })
        };
        if !method.eq_ignore_ascii_case("PATCH") {
            return found(method);
        }
        // A change of which the document says nothing has the body of a creation.
        let creation = found("PUT");
        found(method)
            .filter(|change| creation.is_none_or(|one| one.version <= change.version))
            .or(creation)
    }

    /// The schema itself, or the model that it names.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        let mut schema = schema;
        while let Some(model) = schema.model.as_ref().and_then(|name| self.models.get(name)) {
            schema = model;
        }
        schema
    }
}

/// Orders versions from the worst to the best for a request.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Age<'a> {
    Newer(std::cmp::Reverse<&'a str>),
    Older(&'a str),
}

impl<'a> Age<'a> {
    fn of(version: &'a str, is_newer: bool) -> Self {
        if is_newer {
            Self::Newer(std::cmp::Reverse(version))
        } else {
            Self::Older(version)
        }
    }
}

impl Path {
    fn matches(&self, segments: &[&str]) -> bool {
        let fits = |template: &[String], segments: &[&str]| {
            template.len() == segments.len()
                && template.iter().zip(segments).all(|(wanted, found)| {
                    wanted.starts_with('{') || wanted.eq_ignore_ascii_case(found)
                })
        };
        match self.0.as_slice() {
            // A scope stands for any number of segments.
            [scope, rest @ ..] if scope == "{scope}" => {
                let skip = segments.len().checked_sub(rest.len());
                skip.is_some_and(|skip| fits(rest, &segments[skip..]))
            }
            template => fits(template, segments),
        }
    }

    fn literals(&self) -> usize {
        self.0
            .iter()
            .filter(|segment| !segment.starts_with('{'))
            .count()
    }
}

impl Operation {
    /// The segments behind the last `providers`, namespace first; none for what ARM serves itself.
    fn provided(&self) -> &[String] {
        let segments = self.path.0.as_slice();
        let place = segments.iter().rposition(|one| one == "providers");
        place.map_or(&[], |place| &segments[place + 1..])
    }

    /// The namespace of the provider that serves it.
    pub(super) fn namespace(&self) -> &str {
        match self.provided() {
            [namespace, ..] if namespace != "{}" => namespace,
            _ => OWN,
        }
    }

    /// The type whose resources it creates.
    pub(super) fn type_name(&self) -> String {
        match self.provided() {
            [namespace, pairs @ ..] => {
                let kinds = pairs.iter().step_by(2).map(String::as_str);
                let kinds: Vec<&str> = kinds.collect();
                format!("{namespace}/{}", kinds.join("/"))
            }
            [] => {
                let kind = self.path.0.iter().rev().nth(1).map_or("", String::as_str);
                format!("{OWN}/{kind}")
            }
        }
    }
}

/// The namespace of what ARM serves itself.
const OWN: &str = "Microsoft.Resources";

impl Schema {
    /// What kind of value stands there. Documents leave that out where it can be seen.
    pub(super) fn kind(&self) -> Kind {
        match self.kind {
            Some(kind) => kind,
            None if !self.members.is_empty() || self.values.is_some() => Kind::Object,
            None if self.items.is_some() => Kind::Array,
            None if !self.values_of.is_empty() => Kind::String,
            None => Kind::Any,
        }
    }

    /// Lets any value stand there.
    pub(super) fn open(&mut self) {
        *self = Self {
            kind: Some(Kind::Any),
            read_only: self.read_only,
            ..Self::default()
        };
    }

    /// A member in the document's own spelling.
    pub(super) fn member(&self, name: &str) -> Option<(&str, &Schema)> {
        let mut members = self.members.iter();
        let found = members.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(name, member)| (name.as_str(), member))
    }
}
