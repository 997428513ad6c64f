//! Schemas as data: one row for each attribute and block, read by planning, validation, the wire and the documentation.

pub mod config_validator;
pub mod custom_type;
pub mod duration;
pub mod extensions;
pub mod identity;
pub mod plan_modifier;
pub mod row;
pub mod validator;
pub mod walk;

mod build;
mod equality;
mod implementation;
mod look;
mod matching;
mod timeouts;

use std::sync::Arc;

use crate::types::ty::Type;
use crate::types::value::{Object, Value};

pub use row::{
    Attribute, Block, Kind, Members, Mode, Nesting, Place, PlanModifier, PlanModifyRequest,
    PlanModifyResponse, Row, Text,
};
pub use timeouts::{TIMEOUTS, Timeouts, timeout_description};
use validator::Validator;

/// The attributes and blocks of a provider, resource or data source.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use tfplugin_framework::schema::config_validator::exactly_one_of;
/// use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema, Timeouts};
/// use tfplugin_framework::types::ty::Type;
///
/// let timeouts = Timeouts { create: Some(Duration::from_secs(600)), ..Timeouts::default() };
/// let rules = vec![Attribute::string("from").required(), Attribute::list("ports", Type::Number)];
/// let schema = Schema {
///     version: 1,
///     description: "A file.".into(),
///     attributes: vec![
///         Attribute::string("content"),
///         Attribute::string("source"),
///         Attribute::nested("owner", Nesting::Single, vec![Attribute::string("name").required()]),
///     ],
///     blocks: vec![Block::new("rule", Nesting::List, rules).max_items(5).doc("Who may read it."), timeouts.block()],
///     validators: vec![Arc::new(exactly_one_of(&["content", "source"]))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.timeouts(), Some(timeouts));
/// // What Terraform refuses, and rows without effect; `testing::Core` looks as well.
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version of the state's shape; raise it together with an upgrade.
    pub version: i64,
    /// What the object is, in Markdown.
    pub description: Text,
    /// One row for each attribute.
    pub attributes: Vec<Attribute>,
    /// One row for each type of block.
    pub blocks: Vec<Block>,
    /// What to use instead, once all of it is deprecated.
    pub deprecation_message: Option<Text>,
    /// Rules between attributes.
    pub validators: Vec<Arc<dyn Validator>>,
}

impl Schema {
    /// The rows of a whole object.
    pub fn members(&self) -> Members<'_> {
        Members {
            attributes: &self.attributes,
            blocks: &self.blocks,
        }
    }

    /// The type of a whole object of this schema.
    pub fn ty(&self) -> Type {
        self.members().ty()
    }

    /// An object of this schema with nothing in it: attributes are null, and blocks absent.
    pub fn null_object(&self) -> Object {
        self.members().null_object()
    }

    /// The row of a top-level attribute.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// Calls `visit` with every row at every depth, and its path: names joined by dots.
    pub fn visit_rows<'s>(&'s self, visit: &mut dyn FnMut(&str, Place<'s>)) {
        self.members().visit_rows(visit);
    }

    /// The default timeouts, where users may give others.
    pub fn timeouts(&self) -> Option<Timeouts> {
        self.members().row(TIMEOUTS)?.extension().copied()
    }

    /// What an author would find out from Terraform, or never: rows that Terraform refuses, and rows that say something
    /// that has no effect. Each begins with the row's path.
    pub fn validate_implementation(&self) -> Vec<String> {
        implementation::validate(self.members(), &self.validators)
    }
}

/// Puts blocks of a list, set or map that are null, which no state may hold, to empty ones.
pub(crate) fn fill_blocks(members: Members<'_>, object: &mut Object) {
    for block in members.blocks {
        let row = Row::Block(block);
        let value = object.get_mut(&block.name);
        if value.is_null() {
            *value = row.null();
        }
        let fill = |value: &mut Value| {
            if let Value::Object(object) = value {
                fill_blocks(row.members(), object);
            }
        };
        match value {
            Value::List(elements) => elements.iter_mut().for_each(fill),
            Value::Map(elements) => elements.values_mut().for_each(fill),
            Value::Set(elements) => {
                elements.iter_mut().for_each(fill);
                *value = Value::set(std::mem::take(elements));
            }
            value => fill(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_holds_every_attribute_and_block() {
        let schema = Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::nested("identity", Nesting::Single, vec![Attribute::string("type")]),
            ],
            blocks: vec![Timeouts::default().block()],
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

    #[test]
    fn timeouts_are_a_block_or_an_attribute() {
        let timeouts = Timeouts {
            read: Some(std::time::Duration::from_secs(60)),
            ..Timeouts::default()
        };
        let block = Schema {
            blocks: vec![timeouts.block()],
            ..Schema::default()
        };
        let attribute = Schema {
            attributes: vec![timeouts.attribute()],
            ..Schema::default()
        };
        for schema in [block, attribute] {
            assert_eq!(schema.timeouts(), Some(timeouts));
            assert_eq!(schema.validate_implementation(), [""; 0]);
        }
        assert_eq!(Schema::default().timeouts(), None);
    }

    #[test]
    fn only_single_blocks_are_ever_null() {
        let inner = || Block::new("inner", Nesting::List, vec![Attribute::string("a")]);
        let block = |name: &'static str, nesting| {
            Block::new(name, nesting, vec![Attribute::string("a")]).blocks(vec![inner()])
        };
        let schema = Schema {
            blocks: vec![
                block("single", Nesting::Single),
                block("group", Nesting::Group),
                block("list", Nesting::List),
                block("set", Nesting::Set),
                block("map", Nesting::Map),
            ],
            ..Schema::default()
        };
        let nothing = schema.null_object();
        let content = |inner: Value| -> Value {
            let content = [("a", Value::Null), ("inner", inner)];
            content.into_iter().collect::<Object>().into()
        };
        let empty = || Value::List(Vec::new());
        assert_eq!(nothing.get("single"), &Value::Null);
        assert_eq!(nothing.get("group"), &content(empty()));
        assert_eq!(nothing.get("list"), &empty());
        assert_eq!(nothing.get("set"), &Value::set([]));
        assert_eq!(nothing.get("map"), &Value::Map(Default::default()));

        let names = ["single", "group", "list", "set", "map"];
        let mut stored: Object = names.map(|name| (name, Value::Null)).into_iter().collect();
        fill_blocks(schema.members(), &mut stored);
        assert_eq!(stored, nothing);
        stored.set("set", Value::set([content(Value::Null)]));
        fill_blocks(schema.members(), &mut stored);
        assert_eq!(stored.get("set"), &Value::set([content(empty())]));
    }
}
