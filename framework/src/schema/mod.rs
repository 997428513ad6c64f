//! Schemas as data: one row for each attribute, read by planning, validation, the wire and the documentation.

pub mod changes;
pub mod duration;
mod meaning;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use crate::types::overwritten::Overwritten;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// The attributes of a provider, resource or data source.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version of the state's shape; raise it together with an upgrade.
    pub version: i64,
    /// What the object is, in Markdown.
    pub description: &'static str,
    /// One row for each attribute.
    pub attributes: Vec<Attribute>,
    /// The default timeouts, where the object has a `timeouts` block.
    pub timeouts: Option<Timeouts>,
}

impl Schema {
    /// The type of a whole object of this schema.
    pub fn ty(&self) -> Type {
        let mut types = attribute_types(&self.attributes);
        if let Some(timeouts) = &self.timeouts {
            types.insert(TIMEOUTS.into(), timeouts.ty());
        }
        Type::Object(types)
    }

    /// An object of this schema with every attribute null.
    pub fn null_object(&self) -> Object {
        let names = self.attributes.iter().map(|attribute| attribute.name);
        let block = self.timeouts.iter().map(|_| TIMEOUTS);
        names.chain(block).map(|name| (name, Value::Null)).collect()
    }

    /// The row of a top-level attribute.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

/// The name of the one block that schemas here have.
pub const TIMEOUTS: &str = "timeouts";

/// How long each operation may take by default; `None` where the operation does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Creating the object.
    pub create: Option<Duration>,
    /// Reading the object.
    pub read: Option<Duration>,
    /// Updating the object in place.
    pub update: Option<Duration>,
    /// Deleting the object.
    pub delete: Option<Duration>,
}

impl Timeouts {
    /// The operations that have a timeout, with their defaults.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        let all = [
            ("create", self.create),
            ("read", self.read),
            ("update", self.update),
            ("delete", self.delete),
        ];
        all.into_iter()
            .filter_map(|(name, default)| Some((name, default?)))
    }

    fn ty(&self) -> Type {
        Type::object(self.operations().map(|(name, _)| (name, Type::String)))
    }
}

/// What the user is told about the timeout of an operation.
pub fn timeout_description(operation: &str, default: Duration) -> String {
    let what = match operation {
        "create" => "creating the object",
        "read" => "reading the object",
        "update" => "updating the object in place",
        _ => "deleting the object",
    };
    format!(
        "How long {what} may take. Defaults to `{}`.",
        duration::format(default)
    )
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Name in HCL.
    pub name: &'static str,
    /// Its type, or the attributes nested in it.
    pub kind: Kind,
    /// Who gives the value.
    pub mode: Mode,
    /// What it means, in Markdown.
    pub description: &'static str,
    /// The value when the configuration gives none.
    pub default: Option<Value>,
    /// Whether a change needs a new object.
    pub replaces: bool,
    /// What a change of it does to the remote object.
    pub effect: Effect,
    /// When an update may give a computed attribute a new value.
    pub recomputed: Recomputed,
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Whether the value is never stored.
    pub write_only: bool,
    /// What to use instead, once it is deprecated.
    pub deprecated: Option<&'static str>,
    /// What a known value must satisfy.
    pub checks: Vec<Check>,
    /// Whether two known values mean the same; then the old text stays and there is no diff.
    pub same: Option<Same>,
    /// Whether a collection without elements is something else than none.
    pub empty_is_a_value: bool,
    /// Whether the remote object may leave it out without a meaning; what was known then stays.
    pub may_be_untold: bool,
    /// Whether a change of it makes another kind of the object that holds it, whose other attributes change with it.
    pub discriminates: bool,
    /// Where the value is in the remote object.
    pub remote: Option<Remote>,
}

/// A comparison by meaning.
pub type Same = fn(&Value, &Value) -> bool;

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value of a type.
    Plain(Type),
    /// Objects with a schema of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// How nested objects are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// Objects under string keys.
    Map,
    /// A set of objects; none of their attributes may be computed.
    Set,
}

/// Who gives the value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody.
    Optional,
    /// The provider.
    Computed,
    /// The configuration, or else the provider.
    OptionalComputed,
}

/// What a change of an attribute does to the remote object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is sent.
    Sent,
    /// It is sent where one value follows another: neither the first one nor the end of the last asks for anything.
    SentAfterFirst,
    /// Only the provider knows it: nothing is sent.
    Local,
}

/// When an update may give a computed attribute a new value; until then a plan keeps the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recomputed {
    /// Never: ids and other fixed values.
    Never,
    /// By any update that sends something.
    OnUpdate,
    /// When one of these top-level attributes changes.
    With(&'static [&'static str]),
}

/// A rule for a known value; its message says what is wrong and what would be right, but not which attribute it is.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A whole number between these two, both included.
    Between(i64, i64),
    /// A rule for text.
    Text(fn(&str) -> Result<(), String>),
    /// A rule for any value.
    Value(fn(&Value) -> Result<(), String>),
    /// A rule for the text of each element of a list, set or map.
    EachText(fn(&str) -> Result<(), String>),
}

/// Where an attribute is in the JSON of the remote object, and how it is written there.
#[derive(Clone, Copy, Debug)]
pub struct Remote {
    /// Member names joined by dots; `[]` after a name goes through the elements of an array (`subnets[].id`).
    pub path: &'static str,
    /// How the JSON becomes a value, where it is not plain.
    pub read: Option<fn(&Json) -> Value>,
    /// How the value becomes JSON.
    pub write: Write,
}

/// Writes in what the second value differs from the first, and tells what of others it overwrote.
pub type WriteInto = fn(&Value, &Value, &mut Json) -> Vec<Overwritten>;

/// How a value gets into the JSON of the remote object.
#[derive(Clone, Copy, Debug)]
pub enum Write {
    /// As plain JSON.
    Plain,
    /// In a form of its own, which says all there is to say.
    As(fn(&Value) -> Json),
    /// Into what is there, of which it keeps what it does not know.
    Into(WriteInto),
}

impl Attribute {
    /// A string.
    pub fn string(name: &'static str) -> Self {
        Self::plain(name, Type::String)
    }

    /// A bool.
    pub fn bool(name: &'static str) -> Self {
        Self::plain(name, Type::Bool)
    }

    /// A number.
    pub fn number(name: &'static str) -> Self {
        Self::plain(name, Type::Number)
    }

    /// A value of any type.
    pub fn plain(name: &'static str, ty: Type) -> Self {
        Self::new(name, Kind::Plain(ty))
    }

    /// Objects with attributes of their own.
    pub fn nested(name: &'static str, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::new(name, Kind::Nested(nesting, attributes))
    }

    fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            mode: Mode::Optional,
            description: "",
            default: None,
            replaces: false,
            effect: Effect::Sent,
            recomputed: Recomputed::Never,
            sensitive: false,
            write_only: false,
            deprecated: None,
            checks: Vec::new(),
            same: None,
            empty_is_a_value: false,
            may_be_untold: false,
            discriminates: false,
            remote: None,
        }
    }

    /// The configuration must give it.
    #[must_use]
    pub fn required(self) -> Self {
        Self {
            mode: Mode::Required,
            ..self
        }
    }

    /// The provider gives it.
    #[must_use]
    pub fn computed(self) -> Self {
        Self {
            mode: Mode::Computed,
            ..self
        }
    }

    /// The provider gives it when the configuration does not.
    #[must_use]
    pub fn optional_computed(self) -> Self {
        Self {
            mode: Mode::OptionalComputed,
            ..self
        }
    }

    /// The value when the configuration gives none. Terraform then needs the attribute to be computed as well.
    #[must_use]
    pub fn default(self, value: impl Into<Value>) -> Self {
        Self {
            default: Some(value.into()),
            mode: Mode::OptionalComputed,
            ..self
        }
    }

    /// A change needs a new object.
    #[must_use]
    pub fn replaces(self) -> Self {
        Self {
            replaces: true,
            ..self
        }
    }

    /// What a change does to the remote object, where it is not simply sent.
    #[must_use]
    pub fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// When an update may give it a new value.
    #[must_use]
    pub fn recomputed(self, recomputed: Recomputed) -> Self {
        Self { recomputed, ..self }
    }

    /// Terraform hides the value.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self {
            sensitive: true,
            ..self
        }
    }

    /// The value is never stored, neither in plans nor in state.
    #[must_use]
    pub fn write_only(self) -> Self {
        Self {
            write_only: true,
            ..self
        }
    }

    /// What to use instead.
    #[must_use]
    pub fn deprecated(self, instead: &'static str) -> Self {
        Self {
            deprecated: Some(instead),
            ..self
        }
    }

    /// Adds a rule.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Values that mean the same are no difference.
    #[must_use]
    pub fn same(self, same: Same) -> Self {
        Self {
            same: Some(same),
            ..self
        }
    }

    /// A collection without elements is something else than none.
    #[must_use]
    pub fn empty_is_a_value(self) -> Self {
        Self {
            empty_is_a_value: true,
            ..self
        }
    }

    /// The remote object may leave it out without a meaning.
    #[must_use]
    pub fn may_be_untold(self) -> Self {
        Self {
            may_be_untold: true,
            ..self
        }
    }

    /// A change of it makes another kind of the object that holds it.
    #[must_use]
    pub fn discriminates(self) -> Self {
        Self {
            discriminates: true,
            ..self
        }
    }

    /// Where the value is in the remote object.
    #[must_use]
    pub fn remote(self, path: &'static str) -> Self {
        let remote = Remote {
            path,
            read: None,
            write: Write::Plain,
        };
        Self {
            remote: Some(remote),
            ..self
        }
    }

    /// Where the value is in the remote object, in a form of its own.
    #[must_use]
    pub fn remote_as(
        self,
        path: &'static str,
        read: fn(&Json) -> Value,
        write: fn(&Value) -> Json,
    ) -> Self {
        let remote = Remote {
            path,
            read: Some(read),
            write: Write::As(write),
        };
        Self {
            remote: Some(remote),
            ..self
        }
    }

    /// How the JSON in its place becomes a value, where it is not plain.
    #[must_use]
    pub fn read_as(mut self, read: fn(&Json) -> Value) -> Self {
        if let Some(remote) = &mut self.remote {
            remote.read = Some(read);
        }
        self
    }

    /// The same for a form with members that the value says nothing about.
    #[must_use]
    pub fn remote_into(
        self,
        path: &'static str,
        read: fn(&Json) -> Value,
        write: WriteInto,
    ) -> Self {
        let remote = Remote {
            path,
            read: Some(read),
            write: Write::Into(write),
        };
        Self {
            remote: Some(remote),
            ..self
        }
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn doc(self, description: &'static str) -> Self {
        Self {
            description,
            ..self
        }
    }

    /// The type of the attribute's value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = Type::Object(attribute_types(attributes));
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Map => Type::map(object),
                    Nesting::Set => Type::set(object),
                }
            }
        }
    }

    /// Whether the configuration may give it.
    pub fn is_configurable(&self) -> bool {
        self.mode != Mode::Computed
    }

    /// Whether the provider may give it.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }
}

/// Calls `visit` with each nested object of `value` and its place, in the order of the value.
pub(crate) fn for_each_nested<'v>(
    nesting: Nesting,
    value: &'v Value,
    path: &crate::types::path::Path,
    visit: &mut dyn FnMut(crate::types::path::Path, &'v Object),
) {
    match (nesting, value) {
        (Nesting::Single, Value::Object(object)) => visit(path.clone(), object),
        (Nesting::List, Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                if let Value::Object(object) = element {
                    visit(path.with_index(index), object);
                }
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                if let Value::Object(object) = element {
                    visit(path.with_key(key), object);
                }
            }
        }
        // Paths cannot point into a set, so its findings are reported at the set itself.
        (Nesting::Set, Value::Set(elements)) => {
            for element in elements {
                if let Value::Object(object) = element {
                    visit(path.clone(), object);
                }
            }
        }
        _ => {}
    }
}

fn attribute_types(attributes: &[Attribute]) -> BTreeMap<String, Type> {
    attributes
        .iter()
        .map(|attribute| (attribute.name.to_owned(), attribute.ty()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_holds_every_attribute_and_the_block() {
        let schema = Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::nested("identity", Nesting::Single, vec![Attribute::string("type")]),
            ],
            timeouts: Some(Timeouts::default()),
            ..Schema::default()
        };
        let Type::Object(types) = schema.ty() else {
            panic!("an object")
        };
        let names: Vec<_> = types.keys().map(String::as_str).collect();
        assert_eq!(names, ["id", "identity", "timeouts"]);
        let object_names: Vec<_> = schema
            .null_object()
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(object_names, names);
    }

    #[test]
    fn a_default_makes_an_attribute_computed() {
        let attribute = Attribute::bool("enabled").default(true);
        assert_eq!(attribute.mode, Mode::OptionalComputed);
    }
}
