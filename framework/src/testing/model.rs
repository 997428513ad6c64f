//! Whether a model fits its schema.

use crate::model::{Field, Model, Shape};
use crate::schema::{Members, Mode, Nesting, Row, Schema};
use crate::types::ty::Type;

/// Panics unless every field of the model has an attribute or block of a type that fits, and every attribute and block a
/// field; the latter not if the model is `#[model(partial)]`.
///
/// ```
/// use tfplugin_framework::model::Model;
/// use tfplugin_framework::schema::{Attribute, Schema};
/// use tfplugin_framework::testing::assert_model_fits;
///
/// #[derive(Model)]
/// struct File {
///     path: String,
/// }
///
/// let schema = Schema { attributes: vec![Attribute::string("path").required()], ..Schema::default() };
/// assert_model_fits::<File>(&schema);
/// ```
#[track_caller]
pub fn assert_model_fits<M: Model>(schema: &Schema) {
    let findings = findings::<M>(schema);
    let model = std::any::type_name::<M>();
    assert!(
        findings.is_empty(),
        "{model} does not fit the schema:\n{}",
        findings.join("\n")
    );
}

/// What does not fit, each with the path of the row.
fn findings<M: Model>(schema: &Schema) -> Vec<String> {
    let mut check = Check(Vec::new());
    check.rows(schema.members(), &M::fields(), M::IS_PARTIAL, "");
    check.0
}

struct Check(Vec<String>);

impl Check {
    fn find(&mut self, path: &str, words: &str) {
        self.0.push(format!("{path}: {words}"));
    }

    fn rows(&mut self, members: Members<'_>, fields: &[Field], is_partial: bool, parent: &str) {
        for field in fields {
            let path = format!("{parent}{}", field.name);
            match members.row(field.name) {
                Some(row) => self.row(row, &field.shape, &path),
                None => self.find(&path, "the schema has no such attribute or block"),
            }
        }
        for row in members.rows().filter(|_| !is_partial) {
            if !fields.iter().any(|field| field.name == row.name()) {
                self.find(
                    &format!("{parent}{}", row.name()),
                    "the model has no such field",
                );
            }
        }
    }

    fn row(&mut self, row: Row<'_>, shape: &Shape, path: &str) {
        let may_be_null = match row {
            Row::Attribute(it) => it.mode != Mode::Required || it.write_only,
            Row::Block(block) => block.nesting == Nesting::Single,
        };
        match shape {
            Shape::Any | Shape::Attr(_) => {}
            // What a plan does not know yet is what the provider decides.
            _ if row.default_value().is_some() => self.find(
                path,
                "it has a default and is computed by that, so the field is an Attr",
            ),
            _ if row.is_computed() => self.find(path, "it is computed, so the field is an Attr"),
            Shape::Option(_) => {}
            _ if may_be_null => {
                self.find(path, "it may be null, so the field is an Option or Attr")
            }
            _ => {}
        }
        match row.nesting() {
            None => self.ty(&row.ty(), shape, path),
            Some(nesting) => self.nested(nesting, row.members(), shape, path),
        }
    }

    fn nested(&mut self, nesting: Nesting, members: Members<'_>, shape: &Shape, path: &str) {
        let element = match (nesting, shape.of_known()) {
            (_, Shape::Any) => return,
            (Nesting::Single | Nesting::Group, shape) => shape,
            (Nesting::List, Shape::List(element))
            | (Nesting::Set, Shape::Set(element))
            | (Nesting::Map, Shape::Map(element)) => element.of_known(),
            (nesting, shape) => return self.differs(path, collection(nesting), words(shape)),
        };
        match element {
            Shape::Any => {}
            Shape::Object(fields) => self.rows(members, fields, false, &format!("{path}.")),
            shape => self.differs(path, "objects", words(shape)),
        }
    }

    fn ty(&mut self, ty: &Type, shape: &Shape, path: &str) {
        match (ty, shape.of_known()) {
            (_, Shape::Any)
            | (Type::String, Shape::String)
            | (Type::Number, Shape::Number)
            | (Type::Bool, Shape::Bool) => {}
            (Type::List(ty), Shape::List(shape))
            | (Type::Set(ty), Shape::Set(shape))
            | (Type::Map(ty), Shape::Map(shape)) => self.ty(ty, shape, path),
            (Type::Object(types), Shape::Object(fields)) => {
                for field in fields {
                    let path = format!("{path}.{}", field.name);
                    match types.get(field.name) {
                        Some(ty) => self.ty(ty, &field.shape, &path),
                        None => self.find(&path, "the type has no such attribute"),
                    }
                }
                for name in types.keys() {
                    if !fields.iter().any(|field| field.name == name) {
                        self.find(&format!("{path}.{name}"), "the model has no such field");
                    }
                }
            }
            (ty, shape) => self.differs(path, &ty.to_json().to_string(), words(shape)),
        }
    }

    fn differs(&mut self, path: &str, schema: &str, model: &str) {
        self.find(
            path,
            &format!("{schema} in the schema, {model} in the model"),
        );
    }
}

fn collection(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single | Nesting::Group => "an object",
        Nesting::List => "a list",
        Nesting::Map => "a map",
        Nesting::Set => "a set",
    }
}

fn words(shape: &Shape) -> &'static str {
    match shape.of_known() {
        Shape::String => "a string",
        Shape::Number => "a number",
        Shape::Bool => "a bool",
        Shape::List(_) => "a list",
        Shape::Set(_) => "a set",
        Shape::Map(_) => "a map",
        Shape::Object(_) => "an object",
        Shape::Any | Shape::Option(_) | Shape::Attr(_) => "anything",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::schema::{Attribute, Block, Timeouts};
    use crate::types::attr::Attr;
    use crate::types::value::Value;

    #[derive(Model)]
    struct Port {
        port: u16,
    }

    fn schema() -> Schema {
        let port = || vec![Attribute::number("port").required()];
        let timeouts = Timeouts {
            read: Some(Duration::from_secs(1)),
            ..Timeouts::default()
        };
        let address = Type::object([("port", Type::Number)]);
        Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::string("name").required(),
                Attribute::bool("enabled").default(true),
                Attribute::list("hosts", Type::String),
                Attribute::map("labels", Type::set(Type::Number)),
                Attribute::value("address", address).required(),
                Attribute::nested("owner", Nesting::Single, port()),
                Attribute::nested("ports", Nesting::Map, port()).required(),
                Attribute::string("secret").required().write_only(),
            ],
            blocks: vec![
                Block::new("rule", Nesting::Set, port()),
                Block::new("step", Nesting::List, port()),
                Block::new("site", Nesting::Single, port()),
                Block::new("base", Nesting::Group, port()),
                timeouts.block(),
            ],
            ..Schema::default()
        }
    }

    #[derive(Model)]
    struct Fits {
        id: Attr<String>,
        name: String,
        enabled: Attr<bool>,
        hosts: Option<Vec<String>>,
        labels: Attr<BTreeMap<String, BTreeSet<i64>>>,
        address: Port,
        owner: Option<Port>,
        ports: BTreeMap<String, Port>,
        secret: Option<String>,
        rule: BTreeSet<Ordered>,
        step: Vec<Attr<Port>>,
        site: Attr<Port>,
        base: Port,
        timeouts: Value,
    }

    #[derive(Model, PartialEq, Eq, PartialOrd, Ord)]
    struct Ordered {
        port: Attr<u16>,
    }

    #[derive(Model)]
    struct Differs {
        id: Option<String>,
        nmae: String,
        enabled: bool,
        hosts: BTreeSet<Attr<String>>,
        labels: Attr<BTreeMap<String, BTreeSet<String>>>,
        address: Empty,
        owner: Attr<Empty>,
        ports: Vec<Port>,
        secret: String,
        rule: BTreeSet<String>,
        step: Vec<Misspelt>,
        site: Port,
        timeouts: Attr<bool>,
    }

    #[derive(Model)]
    struct Empty {}

    #[derive(Model)]
    struct Misspelt {
        prot: u16,
        port: bool,
    }

    #[derive(Model)]
    #[model(partial)]
    struct Partial {
        name: String,
    }

    #[test]
    fn a_model_that_fits_has_all_rows() {
        assert_model_fits::<Fits>(&schema());
        assert_model_fits::<Partial>(&schema());
    }

    #[test]
    fn everything_that_does_not_fit_is_found() {
        let null = "it may be null, so the field is an Option or Attr";
        let computed = "it is computed, so the field is an Attr";
        let defaulted = "it has a default and is computed by that, so the field is an Attr";
        assert_eq!(
            findings::<Differs>(&schema()),
            [
                format!("id: {computed}"),
                "nmae: the schema has no such attribute or block".into(),
                format!("enabled: {defaulted}"),
                format!("hosts: {null}"),
                "hosts: [\"list\",\"string\"] in the schema, a set in the model".into(),
                "labels: \"number\" in the schema, a string in the model".into(),
                "address.port: the model has no such field".into(),
                "owner.port: the model has no such field".into(),
                "ports: a map in the schema, a list in the model".into(),
                format!("secret: {null}"),
                "rule: objects in the schema, a string in the model".into(),
                "step.prot: the schema has no such attribute or block".into(),
                "step.port: \"number\" in the schema, a bool in the model".into(),
                format!("site: {null}"),
                "timeouts: objects in the schema, a bool in the model".into(),
                "name: the model has no such field".into(),
                "base: the model has no such field".into(),
            ]
        );
        assert_eq!(
            findings::<Partial>(&Schema::default()),
            ["name: the schema has no such attribute or block"]
        );
    }

    #[test]
    #[should_panic(expected = "tests::Partial does not fit the schema:\nname: ")]
    fn a_model_that_does_not_fit_fails_the_test() {
        assert_model_fits::<Partial>(&Schema::default());
    }
}
