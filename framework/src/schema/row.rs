//! What a schema consists of: attributes and blocks, nested in each other, and what may be said about each.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::custom_type::CustomType;
use super::equality::{elements_mean_same, mean_same};
use super::extensions::Extensions;
use super::validator::Validator;
use crate::diagnostics::Diagnostics;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// Text of a schema: known when the provider is compiled, or made when it starts.
pub type Text = Cow<'static, str>;

/// One attribute.
///
/// ```
/// use tfplugin_framework::schema::plan_modifier::{requires_replace, use_non_null_state_for_unknown};
/// use tfplugin_framework::schema::validator::{one_of, size_between};
/// use tfplugin_framework::schema::{Attribute, Mode, Nesting};
/// use tfplugin_framework::types::ty::Type;
///
/// /// Where the API has it: what others attach to a row is theirs.
/// struct Field(&'static str);
///
/// let rows = [
///     Attribute::string("id").computed().plan(use_non_null_state_for_unknown()).doc("What others call it."),
///     Attribute::string("kind").required().validator(one_of(["text", "binary"])).plan(requires_replace()),
///     Attribute::bool("hidden").default(false).with(Field("isHidden")),
///     Attribute::number("size").optional_computed(),
///     Attribute::set("tags", Type::String).validator(size_between(0, 10)),
///     Attribute::map("labels", Type::String).deprecated("Use `tags`."),
///     Attribute::string("password").sensitive(),
///     Attribute::string("password_wo").write_only().doc("Is never stored."),
///     Attribute::value("anything", Type::Dynamic),
///     // An element is the same one before and after when its key is.
///     Attribute::nested("rules", Nesting::List, vec![Attribute::string("name").required()]).key("name"),
///     Attribute::string("json").semantic_equality(|prior, new| prior.as_str().map(str::trim) == new.as_str().map(str::trim)),
/// ];
/// assert_eq!(rows[2].mode, Mode::OptionalComputed);
/// assert!(rows[1].may_require_replace() && rows[1].is_configurable() && !rows[1].is_computed());
/// assert_eq!(rows[2].extension::<Field>().map(|it| it.0), Some("isHidden"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attribute {
    /// Name in HCL.
    pub name: Text,
    /// Its type, or the attributes nested in it.
    pub kind: Kind,
    /// Who gives the value.
    pub mode: Mode,
    /// What it means, in Markdown.
    pub description: Text,
    /// What to use instead, once it is deprecated.
    pub deprecation_message: Option<Text>,
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Whether the value is never stored.
    pub write_only: bool,
    /// The value when the configuration gives none.
    pub default: Option<Value>,
    /// What a value in the configuration must satisfy.
    pub validators: Vec<Arc<dyn Validator>>,
    /// What happens to its value in a plan.
    pub plan_modifiers: Vec<Arc<dyn PlanModifier>>,
    /// Rules of its type beyond the Terraform type.
    pub custom_type: Option<Arc<dyn CustomType>>,
    /// The same of the type of its elements.
    pub element_type: Option<Arc<dyn CustomType>>,
    /// The attribute by which elements of a nested list or set are known again.
    pub key: Option<Text>,
    /// What others attach to it.
    pub extensions: Extensions,
}

/// What an attribute holds.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Kind, Nesting};
///
/// let rules = Attribute::nested("rules", Nesting::List, vec![Attribute::string("name")]);
/// assert!(matches!(rules.kind, Kind::Nested(Nesting::List, rows) if rows.len() == 1));
/// ```
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value of a type.
    Value(Type),
    /// Objects with a schema of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// How objects are held in one another.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Block, Nesting};
///
/// let block = Block::new("defaults", Nesting::Group, vec![Attribute::string("region")]);
/// assert_eq!(block.nesting, Nesting::Group);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object, or none.
    Single,
    /// One object, always: a block that is not written holds what is null. For blocks only.
    Group,
    /// A list of objects.
    List,
    /// Objects under string keys.
    Map,
    /// A set of objects.
    Set,
}

/// Who gives the value of an attribute.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Mode};
///
/// assert_eq!(Attribute::string("note").mode, Mode::Optional);
/// assert_eq!(Attribute::string("name").required().mode, Mode::Required);
/// assert_eq!(Attribute::string("id").computed().mode, Mode::Computed);
/// assert_eq!(Attribute::string("zone").optional_computed().mode, Mode::OptionalComputed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or else it is null.
    Optional,
    /// The provider.
    Computed,
    /// The configuration, or else the provider.
    OptionalComputed,
}

/// One block, or several of one type.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Block, Nesting};
///
/// let inner = Block::new("condition", Nesting::Single, vec![Attribute::string("when")]);
/// let block = Block::new("rule", Nesting::Set, vec![Attribute::string("name").required()])
///     .blocks(vec![inner])
///     .min_items(1)
///     .max_items(5)
///     .key("name")
///     .doc("Who may read it.");
/// assert_eq!(block.blocks.len(), 1);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Block {
    /// Name in HCL.
    pub name: Text,
    /// How its objects are held.
    pub nesting: Nesting,
    /// The attributes in each.
    pub attributes: Vec<Attribute>,
    /// The blocks in each.
    pub blocks: Vec<Block>,
    /// How many a list or set has at least.
    pub min_items: u32,
    /// How many a list or set has at most; any number if it is 0.
    pub max_items: u32,
    /// Whether the provider decides where none is written.
    pub computed: bool,
    /// What it means, in Markdown.
    pub description: Text,
    /// What to use instead, once it is deprecated.
    pub deprecation_message: Option<Text>,
    /// What it must satisfy in the configuration.
    pub validators: Vec<Arc<dyn Validator>>,
    /// What happens to it in a plan.
    pub plan_modifiers: Vec<Arc<dyn PlanModifier>>,
    /// The attribute by which elements of a list or set are known again.
    pub key: Option<Text>,
    /// What others attach to it.
    pub extensions: Extensions,
}

/// Decides about the planned value of an attribute or block.
///
/// Modifiers run after defaults are filled in, and what is computed is marked unknown, in the order in which the row
/// names them; all of them see the plan as it was before the first one ran.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, PlanModifier, PlanModifyRequest, PlanModifyResponse, Text};
///
/// /// What is not configured is the name, as soon as that is known.
/// struct Name;
///
/// impl PlanModifier for Name {
///     fn description(&self) -> Text {
///         "Defaults to `name`.".into()
///     }
///
///     fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
///         if request.config_value.is_null() && (request.is_create() || request.changes("name")) {
///             *response.plan_value = request.plan.get("name").clone();
///         }
///     }
///
///     /// True for what makes a difference of form none: the title is no such thing.
///     fn runs_before_marking(&self) -> bool {
///         false
///     }
/// }
///
/// let row = Attribute::string("title").optional_computed().plan(Name);
/// assert_eq!(row.plan_modifiers.len(), 1);
/// ```
pub trait PlanModifier: Send + Sync {
    /// What it does, for documentation: "Changing it replaces the object."
    fn description(&self) -> Text {
        Text::default()
    }

    /// Decides.
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>);

    /// Whether it can ask for a new object.
    fn may_require_replace(&self) -> bool {
        false
    }

    /// Whether it has to run before it is known if the plan changes anything: what it does not change changes nothing.
    fn runs_before_marking(&self) -> bool {
        false
    }

    /// Says why it would have no effect on this row.
    fn validate_implementation(&self, _place: &Place<'_>) -> Result<(), String> {
        Ok(())
    }
}

impl fmt::Debug for dyn PlanModifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlanModifier({:?})", self.description())
    }
}

/// What a modifier decides by.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlanModifyRequest<'a> {
    /// Where the value is. Below a set this is the set.
    pub path: &'a Path,
    /// The attribute or block.
    pub row: Row<'a>,
    /// Its value in the configuration.
    pub config_value: &'a Value,
    /// Its value in the prior state.
    pub prior_value: &'a Value,
    /// Whether the object that holds it is new: the whole one, or an element of a collection.
    pub is_new: bool,
    /// All rows of the schema.
    pub members: Members<'a>,
    /// The whole configuration.
    pub config: &'a Object,
    /// The whole prior state; none for a create.
    pub prior: Option<&'a Object>,
    /// The whole planned state before the first modifier ran.
    pub plan: &'a Object,
    /// The same before what is computed was marked unknown: it has its prior values there.
    pub unmarked: &'a Object,
}

impl<'a> PlanModifyRequest<'a> {
    /// Whether the whole object is new.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the plan changes a top-level attribute or block, apart from what becomes unknown because of that.
    pub fn changes(&self, name: &str) -> bool {
        let after = self.unmarked.get(name);
        self.prior.is_none_or(|prior| prior.get(name) != after)
    }
}

/// What a modifier decides.
#[derive(Debug)]
#[non_exhaustive]
pub struct PlanModifyResponse<'a> {
    /// The planned value.
    pub plan_value: &'a mut Value,
    /// Whether the change needs a new object.
    pub requires_replace: bool,
    /// Messages to the user.
    pub diagnostics: &'a mut Diagnostics,
}

impl<'a> PlanModifyResponse<'a> {
    pub(crate) fn new(plan_value: &'a mut Value, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            plan_value,
            requires_replace: false,
            diagnostics,
        }
    }
}

/// Where a row is in its schema.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Nesting, Place, Schema};
///
/// let rows = vec![Attribute::string("name").required()];
/// let schema = Schema { attributes: vec![Attribute::nested("rules", Nesting::Set, rows)], ..Schema::default() };
/// let mut seen = Vec::new();
/// schema.visit_rows(&mut |path: &str, place: Place<'_>| seen.push((path.to_owned(), place.below_set)));
/// assert_eq!(seen, [("rules".to_owned(), false), ("rules.name".to_owned(), true)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The row.
    pub row: Row<'a>,
    /// All rows of the schema.
    pub members: Members<'a>,
    /// Whether it is in a set, at whatever depth.
    pub below_set: bool,
}

/// An attribute or a block.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Nesting, Row};
///
/// let attribute = Attribute::nested("owner", Nesting::Single, vec![Attribute::string("name").required()]);
/// let row = Row::Attribute(&attribute);
/// assert_eq!((row.name(), row.nesting()), ("owner", Some(Nesting::Single)));
/// assert!(row.is_configurable() && !row.is_computed() && !row.is_write_only());
/// assert!(row.default_value().is_none() && row.deprecation_message().is_none());
/// assert!(row.validators().is_empty() && row.plan_modifiers().is_empty() && row.null().is_null());
/// assert_eq!(row.members().rows().map(Row::name).collect::<Vec<_>>(), ["name"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Row<'s> {
    /// An attribute.
    Attribute(&'s Attribute),
    /// A block.
    Block(&'s Block),
}

/// The rows of one object.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Members, Schema};
///
/// let schema = Schema { attributes: vec![Attribute::string("name").required()], ..Schema::default() };
/// let members: Members<'_> = schema.members();
/// assert!(members.row("name").is_some() && members.row("size").is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Members<'s> {
    /// Its attributes.
    pub attributes: &'s [Attribute],
    /// Its blocks.
    pub blocks: &'s [Block],
}

impl<'s> Members<'s> {
    /// All of them, attributes first.
    pub fn rows(self) -> impl Iterator<Item = Row<'s>> {
        let attributes = self.attributes.iter().map(Row::Attribute);
        attributes.chain(self.blocks.iter().map(Row::Block))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.attributes.is_empty() && self.blocks.is_empty()
    }

    /// The row of this name.
    pub fn row(self, name: &str) -> Option<Row<'s>> {
        self.rows().find(|row| row.name() == name)
    }

    /// The type of the object.
    pub fn ty(self) -> Type {
        Type::object(self.rows().map(|row| (row.name(), row.ty())))
    }

    /// An object with nothing in it.
    pub fn null_object(self) -> Object {
        self.rows().map(|row| (row.name(), row.null())).collect()
    }

    /// Whether a value that holds such objects has something that only a configuration gives.
    pub fn hold_written(self, value: &Value) -> bool {
        match value {
            Value::Object(object) => self.rows().any(|row| {
                let value = object.get(row.name());
                !value.is_null() && (!row.is_computed() || row.members().hold_written(value))
            }),
            Value::List(elements) | Value::Set(elements) => {
                elements.iter().any(|element| self.hold_written(element))
            }
            Value::Map(elements) => elements.values().any(|element| self.hold_written(element)),
            _ => false,
        }
    }

    /// Calls `visit` with every row at every depth, and its path: names joined by dots.
    pub fn visit_rows(self, visit: &mut dyn FnMut(&str, Place<'s>)) {
        self.visit_below("", false, self, visit);
    }

    fn visit_below(
        self,
        parent: &str,
        below_set: bool,
        members: Members<'s>,
        visit: &mut dyn FnMut(&str, Place<'s>),
    ) {
        for row in self.rows() {
            let path = format!("{parent}{}", row.name());
            let place = Place {
                row,
                members,
                below_set,
            };
            visit(&path, place);
            let below_set = below_set || row.nesting() == Some(Nesting::Set);
            let inner = row.members();
            inner.visit_below(&format!("{path}."), below_set, members, visit);
        }
    }
}

impl Attribute {
    /// The type of the attribute's value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Value(ty) => ty.clone(),
            Kind::Nested(nesting, _) => nested_type(*nesting, Row::Attribute(self).members()),
        }
    }

    /// Whether a change of it can need a new object.
    pub fn may_require_replace(&self) -> bool {
        self.plan_modifiers
            .iter()
            .any(|it| it.may_require_replace())
    }

    /// Whether the configuration may give it.
    pub fn is_configurable(&self) -> bool {
        self.mode != Mode::Computed
    }

    /// Whether the provider may give it.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }

    /// Whether two values are equal, or mean the same by the attribute's custom type, or that of its elements. Null and unknown
    /// mean only themselves.
    pub fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
        let (custom_type, element_type) = (self.custom_type.as_ref(), self.element_type.as_ref());
        prior == new
            || custom_type.is_some_and(|it| mean_same(&**it, prior, new))
            || element_type.is_some_and(|it| elements_mean_same(&**it, prior, new))
    }
}

pub(super) fn nested_type(nesting: Nesting, members: Members<'_>) -> Type {
    let object = members.ty();
    match nesting {
        Nesting::Single | Nesting::Group => object,
        Nesting::List => Type::list(object),
        Nesting::Map => Type::map(object),
        Nesting::Set => Type::set(object),
    }
}
