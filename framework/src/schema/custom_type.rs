//! Types with rules of their own: what is valid, and when two values mean the same.

use std::fmt;

use crate::types::value::Value;

/// A type of values that is more than its Terraform type: JSON, a CIDR block, a name without case.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, custom_type::CustomType};
/// use tfplugin_framework::types::value::Value;
///
/// /// A name whose case does not matter.
/// struct CaseInsensitive;
///
/// impl CustomType for CaseInsensitive {
///     fn validate(&self, value: &Value) -> Result<(), String> {
///         match value.as_str() {
///             Some("") => Err("it is empty".into()),
///             _ => Ok(()),
///         }
///     }
///
///     fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
///         let lower = |value: &Value| value.as_str().map(str::to_lowercase);
///         lower(prior) == lower(new)
///     }
/// }
///
/// let row = Attribute::string("region").custom_type(CaseInsensitive);
/// assert!(row.custom_type.is_some());
/// ```
pub trait CustomType: Send + Sync {
    /// Says what is wrong with a known value, without naming the attribute.
    fn validate(&self, _value: &Value) -> Result<(), String> {
        Ok(())
    }

    /// Whether two known values mean the same. The prior one then stays, in its own form.
    fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
        prior == new
    }
}

impl fmt::Debug for dyn CustomType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomType")
    }
}

/// A comparison by meaning and nothing else.
pub(super) struct SemanticEquality(pub(super) fn(&Value, &Value) -> bool);

impl CustomType for SemanticEquality {
    fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
        (self.0)(prior, new)
    }
}
