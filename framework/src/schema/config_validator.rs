//! Rules between the attributes of one object: of the whole configuration, or of each object in an attribute or block.
//!
//! Names are relative to the object, and lead into single nested objects with dots: `identity.type`.

use super::validator::{ValidateRequest, Validator};
use crate::diagnostics::Diagnostics;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// At most one of these.
///
/// ```
/// use std::sync::Arc;
/// use tfplugin_framework::schema::config_validator::conflicting;
/// use tfplugin_framework::schema::{Attribute, Schema};
///
/// let schema = Schema {
///     attributes: vec![Attribute::string("content"), Attribute::string("content_wo").write_only()],
///     validators: vec![Arc::new(conflicting(&["content", "content_wo"]))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
pub fn conflicting(names: &'static [&'static str]) -> impl Validator {
    Among(names, Rule::Conflicting)
}

/// One of these, and no other.
///
/// ```
/// use std::sync::Arc;
/// use tfplugin_framework::schema::config_validator::exactly_one_of;
/// use tfplugin_framework::schema::{Attribute, Schema};
///
/// let schema = Schema {
///     attributes: vec![Attribute::string("content"), Attribute::string("content_wo").write_only()],
///     validators: vec![Arc::new(exactly_one_of(&["content", "content_wo"]))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
pub fn exactly_one_of(names: &'static [&'static str]) -> impl Validator {
    Among(names, Rule::ExactlyOne)
}

/// One of these, or more.
///
/// ```
/// use std::sync::Arc;
/// use tfplugin_framework::schema::config_validator::at_least_one_of;
/// use tfplugin_framework::schema::{Attribute, Schema};
///
/// let schema = Schema {
///     attributes: vec![Attribute::string("content"), Attribute::string("content_wo").write_only()],
///     validators: vec![Arc::new(at_least_one_of(&["content", "content_wo"]))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
pub fn at_least_one_of(names: &'static [&'static str]) -> impl Validator {
    Among(names, Rule::AtLeastOne)
}

/// All of these, or none.
///
/// ```
/// use std::sync::Arc;
/// use tfplugin_framework::schema::config_validator::required_together;
/// use tfplugin_framework::schema::{Attribute, Schema};
///
/// let schema = Schema {
///     attributes: vec![Attribute::string("content"), Attribute::string("content_wo").write_only()],
///     validators: vec![Arc::new(required_together(&["content", "content_wo"]))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
pub fn required_together(names: &'static [&'static str]) -> impl Validator {
    Among(names, Rule::Together)
}

/// A warning where the first is given, although the client takes the second, which is write-only and so never stored.
///
/// ```
/// use std::sync::Arc;
/// use tfplugin_framework::schema::config_validator::prefer_write_only;
/// use tfplugin_framework::schema::{Attribute, Schema};
///
/// let schema = Schema {
///     attributes: vec![Attribute::string("content"), Attribute::string("content_wo").write_only()],
///     validators: vec![Arc::new(prefer_write_only("content", "content_wo"))],
///     ..Schema::default()
/// };
/// assert_eq!(schema.validate_implementation(), [""; 0]);
/// ```
pub fn prefer_write_only(name: &'static str, write_only: &'static str) -> impl Validator {
    PreferWriteOnly(name, write_only)
}

// The words of HashiCorp's own validators, which users search for.
const INVALID: &str = "Invalid Attribute Combination";
const MISSING: &str = "Missing Attribute Configuration";

struct Among(&'static [&'static str], Rule);

#[derive(Clone, Copy)]
enum Rule {
    Conflicting,
    ExactlyOne,
    AtLeastOne,
    Together,
}

impl Validator for Among {
    fn description(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|it| format!("`{it}`")).collect();
        let names = names.join(", ");
        match self.1 {
            Rule::Conflicting => format!("At most one of {names}."),
            Rule::ExactlyOne => format!("Exactly one of {names}."),
            Rule::AtLeastOne => format!("At least one of {names}."),
            Rule::Together => format!("All of {names}, or none."),
        }
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        match request.value {
            Value::Object(object) => self.check(object, request.path, diagnostics),
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if let Value::Object(object) = element {
                        self.check(object, &request.path.with_index(index), diagnostics);
                    }
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    if let Value::Object(object) = element {
                        self.check(object, &request.path.with_key(key), diagnostics);
                    }
                }
            }
            Value::Set(elements) => {
                for object in elements.iter().filter_map(Value::as_object) {
                    self.check(object, request.path, diagnostics);
                }
            }
            _ => {}
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        let has_all = |ty: &Type| self.0.iter().all(|name| has(ty, name));
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => has_all(element),
            ty => has_all(ty),
        }
    }
}

impl Among {
    fn check(&self, object: &Object, path: &Path, diagnostics: &mut Diagnostics) {
        let found = |name: &str| at(object, name);
        let names = self.0.iter().copied();
        let given: Vec<_> = names
            .clone()
            .filter(|name| found(name).is_some_and(|it| it.will_be_null() == Some(false)))
            .collect();
        let is_open = names
            .clone()
            .any(|name| found(name).is_some_and(|it| it.will_be_null().is_none()));
        let lacking = || {
            let absent = |name: &&str| found(name).is_none_or(Value::is_null);
            names.clone().find(absent).filter(|_| !given.is_empty())
        };
        let all = || names.clone().collect::<Vec<_>>().join(", ");
        let (at, summary, detail) = match self.1 {
            Rule::Conflicting | Rule::ExactlyOne if given.len() > 1 => {
                let detail = format!("{} go not together: give one of them.", given.join(", "));
                (given[1], INVALID, detail)
            }
            Rule::ExactlyOne if given.is_empty() && !is_open => {
                let detail = format!("Exactly one of these is required: {}.", all());
                ("", MISSING, detail)
            }
            Rule::AtLeastOne if given.is_empty() && !is_open => {
                let detail = format!("At least one of these is required: {}.", all());
                ("", MISSING, detail)
            }
            Rule::Together => {
                let Some(lacking) = lacking() else { return };
                let detail = format!("{} needs {lacking} as well.", given[0]);
                (given[0], INVALID, detail)
            }
            _ => return,
        };
        let steps = at.split('.').filter(|name| !name.is_empty());
        let path = steps.fold(path.clone(), |path, name| path.with_attribute(name));
        diagnostics.add_attribute_error(path, summary, detail);
    }
}

struct PreferWriteOnly(&'static str, &'static str);

impl Validator for PreferWriteOnly {
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let Self(name, write_only) = self;
        let given = request
            .value
            .as_object()
            .and_then(|object| at(object, name));
        if request.write_only_allowed && given.is_some_and(|given| !given.is_null()) {
            let path = name
                .split('.')
                .fold(request.path.clone(), |path, name| path.with_attribute(name));
            let summary = "Available Write-Only Attribute Alternative";
            let detail =
                format!("{name} is stored in the state. Use {write_only} instead, which is not.");
            diagnostics.add_attribute_warning(path, summary, detail);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        has(ty, self.0) && has(ty, self.1)
    }
}

/// The value at a relative path; none below what is null.
fn at<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let mut attributes = object.iter();
    let (_, value) = attributes.find(|(name, _)| *name == first)?;
    match (rest, value) {
        ("", value) => Some(value),
        (rest, Value::Object(inner)) => at(inner, rest),
        // Whatever is in it is not known either.
        (_, Value::Unknown(_)) => Some(value),
        _ => None,
    }
}

fn has(ty: &Type, name: &str) -> bool {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    match ty {
        Type::Object(attributes) => attributes
            .get(first)
            .is_some_and(|inner| rest.is_empty() || has(inner, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(validator: &dyn Validator, a: Value, b: Value) -> Vec<String> {
        let inner: Object = [("b", b)].into_iter().collect();
        let object: Object = [("a", a), ("inner", inner.into())].into_iter().collect();
        let (value, mut diagnostics) = (Value::Object(object.clone()), Diagnostics::new());
        let root = Path::root();
        let request = ValidateRequest::new(&root, &value, &object);
        validator.validate(&request, &mut diagnostics);
        let found = diagnostics.iter();
        found
            .map(|it| format!("{}: {}", it.path, it.detail))
            .collect()
    }

    #[test]
    fn nothing_is_found_that_depends_on_an_unknown() {
        const NAMES: &[&str] = &["a", "inner.b"];
        let x = || Value::from("x");
        let (null, unknown) = (|| Value::Null, Value::unknown);
        // Not known, but not null either.
        let given = || Value::unknown().refine_as_not_null();
        let both = &["inner.b: a, inner.b go not together: give one of them."][..];
        let none = |rule: &str| vec![format!(": {rule} of these is required: a, inner.b.")];
        for (a, b, conflicts, exactly, at_least, together) in [
            (
                null(),
                null(),
                &[][..],
                none("Exactly one"),
                none("At least one"),
                &[][..],
            ),
            (
                x(),
                null(),
                &[],
                vec![],
                vec![],
                &["a: a needs inner.b as well."],
            ),
            (
                null(),
                x(),
                &[],
                vec![],
                vec![],
                &["inner.b: inner.b needs a as well."],
            ),
            (x(), x(), both, vec![both[0].to_owned()], vec![], &[]),
            (unknown(), null(), &[], vec![], vec![], &[]),
            (unknown(), x(), &[], vec![], vec![], &[]),
            (given(), x(), both, vec![both[0].to_owned()], vec![], &[]),
            (
                given(),
                null(),
                &[],
                vec![],
                vec![],
                &["a: a needs inner.b as well."],
            ),
            (given(), unknown(), &[], vec![], vec![], &[]),
        ] {
            let check = |validator: &dyn Validator| found(validator, a.clone(), b.clone());
            assert_eq!(check(&conflicting(NAMES)), conflicts);
            assert_eq!(check(&exactly_one_of(NAMES)), exactly);
            assert_eq!(check(&at_least_one_of(NAMES)), at_least);
            assert_eq!(check(&required_together(NAMES)), together);
        }
    }

    #[test]
    fn a_name_that_is_not_there_makes_no_rule() {
        let inner = Type::object([("b", Type::String)]);
        let ty = Type::object([("a", Type::String), ("inner", inner)]);
        assert!(conflicting(&["a", "inner.b"]).applies_to(&Type::list(ty.clone())));
        for names in [&["a", "inner.c"][..], &["c"], &["a.b"]] {
            assert!(!conflicting(names).applies_to(&ty), "{names:?}");
        }
    }
}
