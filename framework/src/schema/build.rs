//! How an author writes rows.

use std::sync::Arc;

use super::custom_type::{CustomType, SemanticEquality};
use super::extensions::Extensions;
use super::row::{Attribute, Block, Kind, Mode, Nesting, PlanModifier, Text};
use super::validator::Validator;
use crate::types::ty::Type;
use crate::types::value::Value;

impl Attribute {
    /// A string.
    pub fn string(name: impl Into<Text>) -> Self {
        Self::value(name, Type::String)
    }

    /// A bool.
    pub fn bool(name: impl Into<Text>) -> Self {
        Self::value(name, Type::Bool)
    }

    /// A number.
    pub fn number(name: impl Into<Text>) -> Self {
        Self::value(name, Type::Number)
    }

    /// A list of values of one type.
    pub fn list(name: impl Into<Text>, element: Type) -> Self {
        Self::value(name, Type::list(element))
    }

    /// A set of values of one type.
    pub fn set(name: impl Into<Text>, element: Type) -> Self {
        Self::value(name, Type::set(element))
    }

    /// Values of one type under string keys.
    pub fn map(name: impl Into<Text>, element: Type) -> Self {
        Self::value(name, Type::map(element))
    }

    /// A value of any type.
    pub fn value(name: impl Into<Text>, ty: Type) -> Self {
        Self::new(name.into(), Kind::Value(ty))
    }

    /// Objects with attributes of their own.
    pub fn nested(name: impl Into<Text>, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::new(name.into(), Kind::Nested(nesting, attributes))
    }

    fn new(name: Text, kind: Kind) -> Self {
        Self {
            name,
            kind,
            mode: Mode::Optional,
            description: Text::default(),
            deprecation_message: None,
            sensitive: false,
            write_only: false,
            default: None,
            validators: Vec::new(),
            plan_modifiers: Vec::new(),
            custom_type: None,
            element_type: None,
            key: None,
            extensions: Extensions::default(),
        }
    }

    /// The configuration must give it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.mode = Mode::Required;
        self
    }

    /// The provider gives it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.mode = Mode::Computed;
        self
    }

    /// The provider gives it when the configuration does not.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// The value when the configuration gives none. Terraform then needs the attribute to be computed as well. That holds too
    /// in an object that is not written and that the provider gives then, one that is nested as [`Nesting::Single`]: a create
    /// then promises that object. Where the remote system may answer without it, give what is in it no default, and let the
    /// apply say what there is.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.mode = Mode::OptionalComputed;
        self
    }

    /// Terraform hides the value.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The value is never stored, neither in plans nor in state.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// What to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<Text>) -> Self {
        self.deprecation_message = Some(message.into());
        self
    }

    /// Adds a rule for its value.
    #[must_use]
    pub fn validator(mut self, validator: impl Validator + 'static) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// Adds what happens to it in a plan.
    #[must_use]
    pub fn plan(mut self, modifier: impl PlanModifier + 'static) -> Self {
        self.plan_modifiers.push(Arc::new(modifier));
        self
    }

    /// Its type has rules of its own.
    #[must_use]
    pub fn custom_type(mut self, custom_type: impl CustomType + 'static) -> Self {
        self.custom_type = Some(Arc::new(custom_type));
        self
    }

    /// Two known values for which this is true mean the same.
    #[must_use]
    pub fn semantic_equality(self, equal: fn(&Value, &Value) -> bool) -> Self {
        self.custom_type(SemanticEquality(equal))
    }

    /// The type of its elements has rules of its own: each is validated, and keeps the form that it had where it means the
    /// same, in sets in any order. Where lists, sets and maps hold each other, it is what the innermost hold.
    ///
    /// ```
    /// use tfplugin_framework::schema::Attribute;
    /// use tfplugin_framework::schema::custom_type::CustomType;
    /// use tfplugin_framework::types::ty::Type;
    /// use tfplugin_framework::types::value::Value;
    ///
    /// struct HostName;
    ///
    /// impl CustomType for HostName {
    ///     fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
    ///         let names = prior.as_str().zip(new.as_str());
    ///         names.is_some_and(|(prior, new)| prior.eq_ignore_ascii_case(new))
    ///     }
    /// }
    ///
    /// let hosts = Attribute::set("hosts", Type::String).element_type(HostName);
    /// let set = |names: [&str; 2]| Value::set(names.map(Value::from));
    /// assert!(hosts.semantically_equal(&set(["a", "b"]), &set(["B", "A"])));
    /// ```
    #[must_use]
    pub fn element_type(mut self, element_type: impl CustomType + 'static) -> Self {
        self.element_type = Some(Arc::new(element_type));
        self
    }

    /// Two known elements for which this is true mean the same.
    ///
    /// ```
    /// use tfplugin_framework::schema::Attribute;
    /// use tfplugin_framework::types::ty::Type;
    ///
    /// let row = Attribute::set("regions", Type::String)
    ///     .element_semantic_equality(|prior, new| prior.as_str().map(str::to_lowercase) == new.as_str().map(str::to_lowercase));
    /// # let _ = row;
    /// ```
    #[must_use]
    pub fn element_semantic_equality(self, equal: fn(&Value, &Value) -> bool) -> Self {
        self.element_type(SemanticEquality(equal))
    }

    /// The attribute by which the elements of a nested list or set are known again.
    #[must_use]
    pub fn key(mut self, name: impl Into<Text>) -> Self {
        self.key = Some(name.into());
        self
    }

    /// Attaches a value that the framework does not look at.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    /// What is attached of this type.
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.extensions.get()
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn doc(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }
}

impl Block {
    /// A block that holds these attributes, or several of them.
    pub fn new(name: impl Into<Text>, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self {
            name: name.into(),
            nesting,
            attributes,
            blocks: Vec::new(),
            min_items: 0,
            max_items: 0,
            computed: false,
            description: Text::default(),
            deprecation_message: None,
            validators: Vec::new(),
            plan_modifiers: Vec::new(),
            key: None,
            extensions: Extensions::default(),
        }
    }

    /// The blocks in each.
    #[must_use]
    pub fn blocks(mut self, blocks: Vec<Block>) -> Self {
        self.blocks = blocks;
        self
    }

    /// How many a list or set has at least.
    #[must_use]
    pub fn min_items(mut self, number: u32) -> Self {
        self.min_items = number;
        self
    }

    /// How many a list or set has at most.
    #[must_use]
    pub fn max_items(mut self, number: u32) -> Self {
        self.max_items = number;
        self
    }

    /// Where none is written, the provider decides. All that is in it is computed too.
    ///
    /// Needs Terraform 1.16 or later: clients that do not know it are told to have the block written.
    ///
    /// ```
    /// use tfplugin_framework::schema::{Attribute, Block, Nesting};
    ///
    /// let route = Block::new(
    ///     "route",
    ///     Nesting::List,
    ///     vec![Attribute::string("prefix").optional_computed()],
    /// )
    /// .computed();
    /// assert!(route.computed);
    /// ```
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// What to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<Text>) -> Self {
        self.deprecation_message = Some(message.into());
        self
    }

    /// Adds a rule for it.
    #[must_use]
    pub fn validator(mut self, validator: impl Validator + 'static) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// Adds what happens to it in a plan.
    #[must_use]
    pub fn plan(mut self, modifier: impl PlanModifier + 'static) -> Self {
        self.plan_modifiers.push(Arc::new(modifier));
        self
    }

    /// The attribute by which the elements of a list or set are known again.
    #[must_use]
    pub fn key(mut self, name: impl Into<Text>) -> Self {
        self.key = Some(name.into());
        self
    }

    /// Attaches a value that the framework does not look at.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn doc(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }
}
