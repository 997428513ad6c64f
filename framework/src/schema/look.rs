//! What can be said of an attribute and of a block alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::equality::keep_elements;
use super::row::{Attribute, Kind, Members, Nesting, PlanModifier, Row, nested_type};
use super::validator::Validator;
use crate::types::ty::Type;
use crate::types::value::Value;

impl<'s> Row<'s> {
    /// Name in HCL.
    pub fn name(self) -> &'s str {
        match self {
            Self::Attribute(attribute) => &attribute.name,
            Self::Block(block) => &block.name,
        }
    }

    /// How its objects are held, if it holds objects with rows of their own.
    pub fn nesting(self) -> Option<Nesting> {
        match self {
            Self::Attribute(attribute) => match &attribute.kind {
                Kind::Value(_) => None,
                Kind::Nested(nesting, _) => Some(*nesting),
            },
            Self::Block(block) => Some(block.nesting),
        }
    }

    /// The rows in each of its objects.
    pub fn members(self) -> Members<'s> {
        match self {
            Self::Attribute(attribute) => match &attribute.kind {
                Kind::Value(_) => Members::default(),
                Kind::Nested(_, attributes) => Members {
                    attributes,
                    blocks: &[],
                },
            },
            Self::Block(block) => Members {
                attributes: &block.attributes,
                blocks: &block.blocks,
            },
        }
    }

    /// The type of its value.
    pub fn ty(self) -> Type {
        match (self, self.nesting()) {
            (Self::Attribute(attribute), _) => attribute.ty(),
            (Self::Block(_), nesting) => {
                nested_type(nesting.unwrap_or(Nesting::Single), self.members())
            }
        }
    }

    /// The attribute, if it is one.
    pub fn attribute(self) -> Option<&'s Attribute> {
        match self {
            Self::Attribute(attribute) => Some(attribute),
            Self::Block(_) => None,
        }
    }

    /// Whether the provider may give its value.
    pub fn is_computed(self) -> bool {
        match self {
            Self::Attribute(attribute) => attribute.is_computed(),
            Self::Block(block) => block.computed,
        }
    }

    /// Whether the configuration may give its value.
    pub fn is_configurable(self) -> bool {
        self.attribute().is_none_or(Attribute::is_configurable)
    }

    /// Whether its value is never stored.
    pub fn is_write_only(self) -> bool {
        self.attribute().is_some_and(|it| it.write_only)
    }

    /// Its value when the configuration gives none.
    pub fn default_value(self) -> Option<&'s Value> {
        self.attribute()?.default.as_ref()
    }

    /// Whether it is a single nested object that the provider gives where the configuration does not, and something in it has
    /// a default.
    pub(crate) fn has_defaults_below(self) -> bool {
        let is_given = self.attribute().is_some() && self.is_computed() && self.is_configurable();
        let is_open = is_given && self.default_value().is_none();
        let has_default = |row: Row<'_>| row.default_value().is_some() || row.has_defaults_below();
        is_open && self.nesting() == Some(Nesting::Single) && self.members().rows().any(has_default)
    }

    /// What to use instead, once it is deprecated.
    pub fn deprecation_message(self) -> Option<&'s str> {
        match self {
            Self::Attribute(attribute) => attribute.deprecation_message.as_deref(),
            Self::Block(block) => block.deprecation_message.as_deref(),
        }
    }

    /// What it must satisfy.
    pub fn validators(self) -> &'s [Arc<dyn Validator>] {
        match self {
            Self::Attribute(attribute) => &attribute.validators,
            Self::Block(block) => &block.validators,
        }
    }

    /// What happens to it in a plan.
    pub fn plan_modifiers(self) -> &'s [Arc<dyn PlanModifier>] {
        match self {
            Self::Attribute(attribute) => &attribute.plan_modifiers,
            Self::Block(block) => &block.plan_modifiers,
        }
    }

    /// The attribute by which its elements are known again.
    pub fn key(self) -> Option<&'s str> {
        match self {
            Self::Attribute(attribute) => attribute.key.as_deref(),
            Self::Block(block) => block.key.as_deref(),
        }
    }

    /// What others attached to it.
    pub fn extension<T: Send + Sync + 'static>(self) -> Option<&'s T> {
        match self {
            Self::Attribute(attribute) => attribute.extensions.get(),
            Self::Block(block) => block.extensions.get(),
        }
    }

    /// Whether two values are equal, or mean the same.
    pub fn semantically_equal(self, prior: &Value, new: &Value) -> bool {
        match self {
            Self::Attribute(attribute) => attribute.semantically_equal(prior, new),
            Self::Block(_) => prior == new,
        }
    }

    /// Puts what means the same as before into the form that it had: the whole value, or some of its elements.
    pub(crate) fn keep_semantically_equal(self, prior: &Value, new: &mut Value) {
        if self.semantically_equal(prior, new) {
            *new = prior.clone();
        } else if let Some(element_type) = self.attribute().and_then(|it| it.element_type.as_ref())
        {
            keep_elements(&**element_type, prior, new);
        }
    }

    /// Whether a configuration with this value leaves it out.
    pub fn is_left_out(self, value: &Value) -> bool {
        value.is_null() || (self.attribute().is_none() && *value == self.null())
    }

    /// Its value where neither configuration nor provider gives one: blocks of a list, set or map are empty, and never null.
    pub fn null(self) -> Value {
        match self {
            Self::Attribute(_) => Value::Null,
            Self::Block(block) => match block.nesting {
                Nesting::Single => Value::Null,
                Nesting::Group => self.members().null_object().into(),
                Nesting::List => Value::List(Vec::new()),
                Nesting::Set => Value::set([]),
                Nesting::Map => Value::Map(BTreeMap::new()),
            },
        }
    }
}
