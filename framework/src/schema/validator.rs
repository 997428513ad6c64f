//! Rules for values in a configuration, and those that providers are written with.
//!
//! A rule says what is wrong and what would be right, but not which attribute it is about: the place is added here.

use std::borrow::Cow;
use std::fmt;

use crate::diagnostics::{Diagnostics, sentence};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// A rule for the value of an attribute or block.
///
/// ```
/// use tfplugin_framework::diagnostics::Diagnostics;
/// use tfplugin_framework::schema::validator::{ValidateRequest, Validator};
/// use tfplugin_framework::types::ty::Type;
///
/// /// A text that another attribute may not have.
/// struct DiffersFrom(&'static str);
///
/// impl Validator for DiffersFrom {
///     fn description(&self) -> String {
///         format!("Not the same as `{}`.", self.0)
///     }
///
///     fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
///         let other = request.config.str(self.0);
///         if other.is_some() && request.value.as_str() == other {
///             request.report(Err(format!("it is the same as {}", self.0)), diagnostics);
///         }
///     }
///
///     fn applies_to(&self, ty: &Type) -> bool {
///         *ty == Type::String
///     }
/// }
/// # let _ = DiffersFrom("name");
/// ```
pub trait Validator: Send + Sync {
    /// What it asks for, for documentation: "One of `a`, `b`."
    fn description(&self) -> String {
        String::new()
    }

    /// Looks at a value that is not null. No finding may depend on an unknown value.
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics);

    /// Whether it has something to say about values of this type.
    fn applies_to(&self, _ty: &Type) -> bool {
        true
    }
}

impl fmt::Debug for dyn Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({:?})", self.description())
    }
}

/// What a validator looks at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ValidateRequest<'a> {
    /// Where the value is. Below a set this is the set.
    pub path: &'a Path,
    /// The value.
    pub value: &'a Value,
    /// The whole configuration.
    pub config: &'a Object,
    /// Whether the client keeps write-only values out of its state.
    pub write_only_allowed: bool,
}

impl<'a> ValidateRequest<'a> {
    pub(crate) fn new(path: &'a Path, value: &'a Value, config: &'a Object) -> Self {
        Self {
            path,
            value,
            config,
            write_only_allowed: false,
        }
    }

    fn of(self, path: &'a Path, value: &'a Value) -> Self {
        Self {
            path,
            value,
            ..self
        }
    }

    /// Reports what a rule finds wrong with the value.
    pub fn report(&self, result: Result<(), String>, diagnostics: &mut Diagnostics) {
        if let Err(words) = result {
            let path = self.path;
            diagnostics.add_attribute_error(
                path.clone(),
                format!("Invalid {path}"),
                sentence(&words),
            );
        }
    }
}

/// One of these texts.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::one_of;
///
/// let row = Attribute::string("kind").validator(one_of(["text", "binary"]));
/// # let _ = row;
/// ```
pub fn one_of<T: Into<Cow<'static, str>>>(choices: impl IntoIterator<Item = T>) -> impl Validator {
    OneOf(choices.into_iter().map(Into::into).collect())
}

/// A whole number between these two, both included.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::int64_between;
///
/// let row = Attribute::number("port").validator(int64_between(1, 65535));
/// # let _ = row;
/// ```
pub fn int64_between(low: i64, high: i64) -> impl Validator {
    Int64Between(low, high)
}

/// A text of that many characters, both included.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::length_between;
///
/// let row = Attribute::string("name").validator(length_between(1, 80));
/// # let _ = row;
/// ```
pub fn length_between(low: usize, high: usize) -> impl Validator {
    LengthBetween(low, high)
}

/// A list, set or map of that many elements, both included.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::size_between;
/// use tfplugin_framework::types::ty::Type;
///
/// let row = Attribute::set("tags", Type::String).validator(size_between(0, 10));
/// # let _ = row;
/// ```
pub fn size_between(low: usize, high: usize) -> impl Validator {
    SizeBetween(low, high)
}

/// A rule for each element of a list, set or map.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::{each_element, length_between};
/// use tfplugin_framework::types::ty::Type;
///
/// let row = Attribute::list("names", Type::String).validator(each_element(length_between(1, 80)));
/// # let _ = row;
/// ```
pub fn each_element(validator: impl Validator + 'static) -> impl Validator {
    EachElement(validator)
}

/// A list, set or map without elements that are null. Terraform lets them through.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::no_null_elements;
/// use tfplugin_framework::types::ty::Type;
///
/// let row = Attribute::list("names", Type::String).validator(no_null_elements());
/// # let _ = row;
/// ```
pub fn no_null_elements() -> impl Validator {
    NoNullElements
}

/// A rule for text.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::text;
///
/// let row = Attribute::string("path").validator(text(|path| match path.starts_with('/') {
///     true => Ok(()),
///     false => Err(format!("{path:?} does not begin with a slash")),
/// }));
/// # let _ = row;
/// ```
pub fn text(rule: fn(&str) -> Result<(), String>) -> impl Validator {
    TextRule(rule)
}

/// A rule for any value that is wholly known.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::validator::value;
///
/// let row = Attribute::number("half").validator(value(|value| match value.as_number() {
///     Some(number) if number.is_whole() => Err(format!("{number} is no fraction")),
///     _ => Ok(()),
/// }));
/// # let _ = row;
/// ```
pub fn value(rule: fn(&Value) -> Result<(), String>) -> impl Validator {
    ValueRule(rule)
}

struct OneOf(Box<[Cow<'static, str>]>);

impl Validator for OneOf {
    fn description(&self) -> String {
        let choices: Vec<_> = self.0.iter().map(|it| format!("`{it}`")).collect();
        format!("One of {}.", choices.join(", "))
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let Some(text) = request.value.as_str() else {
            return;
        };
        if self.0.iter().any(|choice| choice == text) {
            return;
        }
        let quoted: Vec<_> = self.0.iter().map(|it| format!("{it:?}")).collect();
        let mut alike = self.0.iter().filter(|it| it.eq_ignore_ascii_case(text));
        let hint = alike.next().map(|it| format!(" Did you mean {it:?}?"));
        let hint = hint.unwrap_or_default();
        let words = format!("{text:?} is not one of {}.{hint}", quoted.join(", "));
        request.report(Err(words), diagnostics);
    }

    fn applies_to(&self, ty: &Type) -> bool {
        *ty == Type::String
    }
}

struct Int64Between(i64, i64);

impl Validator for Int64Between {
    fn description(&self) -> String {
        format!("From {} to {}.", self.0, self.1)
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let Some(number) = request.value.as_number() else {
            return;
        };
        let Self(low, high) = self;
        let whole = number.as_i64();
        if whole.is_none_or(|whole| !(*low..=*high).contains(&whole)) {
            let words = format!("{number} is not a whole number from {low} to {high}.");
            request.report(Err(words), diagnostics);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        *ty == Type::Number
    }
}

struct LengthBetween(usize, usize);

impl Validator for LengthBetween {
    fn description(&self) -> String {
        format!("{} to {} characters.", self.0, self.1)
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let Some(text) = request.value.as_str() else {
            return;
        };
        let Self(low, high) = self;
        let length = text.chars().count();
        if !(*low..=*high).contains(&length) {
            let words = format!("{text:?} has {length} characters, not {low} to {high}.");
            request.report(Err(words), diagnostics);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        *ty == Type::String
    }
}

struct SizeBetween(usize, usize);

impl Validator for SizeBetween {
    fn description(&self) -> String {
        format!("{} to {} elements.", self.0, self.1)
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let Self(low, high) = self;
        let size = match request.value {
            Value::List(elements) => elements.len(),
            // Elements that are not known yet may turn out to be one.
            Value::Set(elements) if request.value.is_wholly_known() => elements.len(),
            Value::Map(elements) => elements.len(),
            _ => return,
        };
        if !(*low..=*high).contains(&size) {
            let words = format!("there are {size} elements, not {low} to {high}");
            request.report(Err(words), diagnostics);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        element(ty).is_some()
    }
}

struct EachElement<V>(V);

impl<V: Validator> Validator for EachElement<V> {
    fn description(&self) -> String {
        match self.0.description() {
            inner if inner.is_empty() => inner,
            inner => format!("Each: {inner}"),
        }
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        for_each_element(request.value, request.path, &mut |path, element| {
            if !element.is_null() {
                self.0.validate(&request.of(path, element), diagnostics);
            }
        });
    }

    fn applies_to(&self, ty: &Type) -> bool {
        element(ty).is_some_and(|element| self.0.applies_to(element))
    }
}

struct NoNullElements;

impl Validator for NoNullElements {
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        if let Value::Set(elements) = request.value {
            if elements.iter().any(Value::is_null) {
                let path = request.path;
                let words = format!("an element of {path} is null: remove it, or give it a value");
                request.report(Err(words), diagnostics);
            }
            return;
        }
        for_each_element(request.value, request.path, &mut |path, element| {
            if element.is_null() {
                let words = format!("the value of {path} is null: remove it, or give it one");
                let element = request.of(path, element);
                element.report(Err(words), diagnostics);
            }
        });
    }

    fn applies_to(&self, ty: &Type) -> bool {
        element(ty).is_some()
    }
}

struct TextRule(fn(&str) -> Result<(), String>);

impl Validator for TextRule {
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        if let Some(text) = request.value.as_str() {
            request.report((self.0)(text), diagnostics);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        *ty == Type::String
    }
}

struct ValueRule(fn(&Value) -> Result<(), String>);

impl Validator for ValueRule {
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        if request.value.is_wholly_known() {
            request.report((self.0)(request.value), diagnostics);
        }
    }
}

fn element(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element),
        _ => None,
    }
}

/// Calls `visit` with each element and its place; the elements of a set have that of the set.
fn for_each_element(value: &Value, path: &Path, visit: &mut dyn FnMut(&Path, &Value)) {
    match value {
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(&path.with_index(index), element);
            }
        }
        Value::Set(elements) => elements.iter().for_each(|element| visit(path, element)),
        Value::Map(elements) => {
            for (key, element) in elements {
                visit(&path.with_key(key), element);
            }
        }
        _ => {}
    }
}
