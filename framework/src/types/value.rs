//! Values as Terraform passes them: known, null or unknown, at every level.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

use super::number::Number;
use super::ty::Type;

/// A value of any type.
///
/// Equality is Terraform's: numbers by value, sets without order, and one unknown equals another whatever is known about them.
///
/// ```
/// use tfplugin_framework::types::value::{Object, Value};
///
/// let tags = Value::Map([("team".to_owned(), "web".into())].into());
/// let attributes = [("name", "a".into()), ("ports", Value::Null), ("tags", tags)];
/// let mut object: Object = attributes.into_iter().collect();
/// // Sets have no order, and nothing twice.
/// object.set("ports", Value::set([443.into(), 80.into(), 443.into()]));
/// assert_eq!(object.get("ports"), &Value::set([80.into(), 443.into()]));
/// assert_eq!(object.get("ports").as_elements().map(<[_]>::len), Some(2));
/// assert_eq!(object.str("name"), Some("a"));
/// assert!(Value::unknown().is_unknown() && !Value::strings(["a"]).is_null());
/// let list = Value::List(vec![true.into(), Value::unknown()]);
/// assert!(!list.is_wholly_known() && !list.is_empty_collection());
/// assert_eq!(list.as_elements().and_then(|it| it[0].as_bool()), Some(true));
/// assert!(object.get("tags").as_map().is_some_and(|tags| tags.contains_key("team")));
/// // What models have for fields, values are made of: numbers, vectors for lists, B-tree sets for sets, B-tree maps for maps.
/// assert_eq!(Value::from(vec!["a", "b"]), Value::strings(["a", "b"]));
/// assert_eq!(Value::from("text".len()), Value::from(4.0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value.
    Null,
    /// A value that is known only after apply.
    Unknown(Refinements),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// The elements of a list or tuple.
    List(Vec<Value>),
    /// The elements of a set, sorted; build it with [`Value::set`].
    Set(Vec<Value>),
    /// The elements of a map.
    Map(BTreeMap<String, Value>),
    /// The attributes of an object.
    Object(Object),
    /// A value that carries its own type.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// Whether it is a value of type `ty`; null and unknown are of every type.
    pub fn is_of(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Value::Null | Value::Unknown(_), _)
            | (Value::Bool(_), Type::Bool)
            | (Value::Number(_), Type::Number)
            | (Value::String(_), Type::String) => true,
            (Value::Dynamic(inner), Type::Dynamic) => inner.1.is_of(&inner.0),
            (Value::List(elements), Type::List(ty)) | (Value::Set(elements), Type::Set(ty)) => {
                elements.iter().all(|element| element.is_of(ty))
            }
            (Value::List(elements), Type::Tuple(types)) => {
                let mut pairs = elements.iter().zip(types);
                elements.len() == types.len() && pairs.all(|(it, ty)| it.is_of(ty))
            }
            (Value::Map(elements), Type::Map(ty)) => elements.values().all(|it| it.is_of(ty)),
            (Value::Object(object), Type::Object(types)) => {
                let fits = |(name, value): (&str, &Value)| {
                    types.get(name).is_some_and(|ty| value.is_of(ty))
                };
                object.iter().count() == types.len() && object.iter().all(fits)
            }
            _ => false,
        }
    }

    /// An unknown of which nothing is known.
    pub fn unknown() -> Self {
        Self::Unknown(Refinements::default())
    }

    /// A set: sorted, and without the duplicates of wholly known elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// A list of strings.
    pub fn strings<S: Into<String>>(elements: impl IntoIterator<Item = S>) -> Self {
        let text = |element: S| Self::String(element.into());
        Self::List(elements.into_iter().map(text).collect())
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this itself is unknown; its elements may be when it is not.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether neither this nor anything in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            Self::Object(object) => object.iter().all(|(_, value)| value.is_wholly_known()),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// The text, if this is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth, if this is a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements, if this is a known list, tuple or set.
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements, if this is a known map.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// The attributes, if this is a known object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether this is a list, set or map without elements.
    pub fn is_empty_collection(&self) -> bool {
        match self {
            Self::List(elements) | Self::Set(elements) => elements.is_empty(),
            Self::Map(elements) => elements.is_empty(),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::String(text.clone())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_numbers {
    ($($ty:ty),*) => {
        $(impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self::Number(value.into())
            }
        })*
    };
}

from_numbers!(i64, u64, i32, u32, u16, usize);

/// A float that is no number is null.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Number::from_f64(value).map_or(Self::Null, Self::Number)
    }
}

/// A list.
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<BTreeSet<T>> for Value {
    fn from(elements: BTreeSet<T>) -> Self {
        Self::set(elements.into_iter().map(Into::into))
    }
}

impl<T: Into<Value>> From<BTreeMap<String, T>> for Value {
    fn from(elements: BTreeMap<String, T>) -> Self {
        let elements = elements.into_iter();
        Self::Map(elements.map(|(key, it)| (key, it.into())).collect())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The attributes of an object, or of a whole resource.
///
/// Objects are made from a schema or decoded against one, so every attribute is present. Asking for one that the schema does
/// not have is a mistake in the provider: it panics in debug builds, so in tests, and elsewhere is null and an error in the log.
///
/// ```
/// use tfplugin_framework::types::value::{Object, Value};
///
/// let mut object: Object = [("name", Value::from("a")), ("enabled", true.into())].into_iter().collect();
/// object.set("name", "b");
/// *object.get_mut("enabled") = Value::Null;
/// assert_eq!((object.str_or_empty("name"), object.bool("enabled")), ("b", None));
/// // A name that the schema lacks is a mistake of the author's, which `get` tells; `find` asks.
/// assert!(object.find("size").is_none());
/// for (_, value) in object.iter_mut() {
///     *value = Value::Null;
/// }
/// assert!(object.iter().all(|(_, value)| value.is_null()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object(BTreeMap<String, Value>);

/// Reports that an author asked for an attribute that does not exist.
#[track_caller]
fn no_attribute(name: &str) {
    let place = Location::caller();
    tracing::error!(attribute = name, %place, "the schema has no such attribute");
    debug_assert!(false, "the schema has no attribute {name:?}");
}

impl Object {
    /// The value of an attribute, if there is one of this name.
    pub fn find(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value of an attribute.
    #[track_caller]
    pub fn get(&self, name: &str) -> &Value {
        if !self.0.contains_key(name) {
            no_attribute(name);
        }
        self.find(name).unwrap_or(&Value::Null)
    }

    /// Replaces the value of an attribute.
    #[track_caller]
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.get_mut(name) {
            Some(place) => *place = value.into(),
            None => no_attribute(name),
        }
    }

    /// The value of an attribute, to change it.
    #[track_caller]
    pub fn get_mut(&mut self, name: &str) -> &mut Value {
        if !self.0.contains_key(name) {
            no_attribute(name);
        }
        // Where there is none, what is written goes nowhere: encoding takes the attributes of the schema only.
        self.0.entry(name.to_owned()).or_insert(Value::Null)
    }

    /// The text of an attribute, if it is a known string.
    #[track_caller]
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    /// The text of an attribute; empty if it is null or unknown.
    ///
    /// For required attributes and ids in operations, where Terraform vouches that they are known.
    #[track_caller]
    pub fn str_or_empty(&self, name: &str) -> &str {
        self.str(name).unwrap_or_default()
    }

    /// The truth of an attribute, if it is a known bool.
    #[track_caller]
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name).as_bool()
    }

    /// The attributes of a nested object, if it is known.
    #[track_caller]
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.get(name).as_object()
    }

    /// All attributes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// All attributes, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.0
            .iter_mut()
            .map(|(name, value)| (name.as_str(), value))
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(attributes: I) -> Self {
        Self(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// What is known about an unknown value. It narrows what the value may become and is no part of its identity.
///
/// ```
/// use tfplugin_framework::types::value::{Known, Refinements, Value};
///
/// let known = Known { prefix: Some("arn:".into()), ..Known::default() };
/// let refinements = Refinements::from(known.clone());
/// assert_eq!(refinements.known(), Some(&known));
/// // It is an unknown value like any other.
/// assert_eq!(Value::Unknown(refinements), Value::unknown());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Refinements(Option<Box<Known>>);

/// The content of [`Refinements`].
///
/// ```
/// use tfplugin_framework::types::value::Known;
///
/// let known = Known { null: Some(false), prefix: Some("https://".into()), ..Known::default() };
/// assert!(known.allows(&"https://example.com".into()));
/// assert!(!known.allows(&"http://example.com".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Whether it will be null; only "no" is ever known of an unknown.
    pub null: Option<bool>,
    /// How the text begins.
    pub prefix: Option<String>,
    /// The least number, and whether it is itself possible.
    pub minimum: Option<(Number, bool)>,
    /// The greatest number, and whether it is itself possible.
    pub maximum: Option<(Number, bool)>,
    /// The least number of elements.
    pub min_length: Option<u64>,
    /// The greatest number of elements.
    pub max_length: Option<u64>,
}

impl Known {
    /// Whether an unknown of which this is known may become `value`.
    pub fn allows(&self, value: &Value) -> bool {
        if value.is_unknown() {
            return true;
        }
        if value.is_null() {
            return self.null != Some(false);
        }
        let text = || value.as_str().zip(self.prefix.as_deref());
        let number = |bound: &Option<(Number, bool)>, way: Ordering| {
            let Some((number, (bound, inclusive))) = value.as_number().zip(bound.as_ref()) else {
                return true;
            };
            let order = number.cmp(bound);
            order == way || (*inclusive && order == Ordering::Equal)
        };
        let length = match value {
            Value::List(elements) | Value::Set(elements) => Some(elements.len() as u64),
            Value::Map(elements) => Some(elements.len() as u64),
            _ => None,
        };
        text().is_none_or(|(text, prefix)| text.starts_with(prefix))
            && number(&self.minimum, Ordering::Greater)
            && number(&self.maximum, Ordering::Less)
            && length.is_none_or(|length| {
                self.min_length.is_none_or(|least| length >= least)
                    && self.max_length.is_none_or(|most| length <= most)
            })
    }
}

impl Refinements {
    /// What is known, if anything.
    pub fn known(&self) -> Option<&Known> {
        self.0.as_deref()
    }
}

impl From<Known> for Refinements {
    fn from(known: Known) -> Self {
        Self((known != Known::default()).then(|| Box::new(known)))
    }
}

impl PartialEq for Refinements {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Refinements {}

impl PartialOrd for Refinements {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Refinements {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_made_of_what_models_have_for_fields() {
        use crate::model::IntoValue;
        assert_eq!(Value::from(u64::MAX), u64::MAX.into_value());
        assert_eq!(Value::from(7_usize), 7_usize.into_value());
        assert_eq!(Value::from(0.5), 0.5.into_value());
        assert_eq!(Value::from(f64::NAN), Value::Null);
        let list = vec![Some("a".to_owned()), None];
        assert_eq!(Value::from(list.clone()), list.into_value());
        let set = BTreeSet::from([2_i64, 1]);
        assert_eq!(Value::from(set.clone()), set.into_value());
        let map = BTreeMap::from([("a".to_owned(), vec![true])]);
        assert_eq!(Value::from(map.clone()), map.into_value());
    }

    #[test]
    fn sets_have_no_order_and_no_duplicates() {
        let a = Value::set(["b".into(), "a".into(), "b".into()]);
        let b = Value::set(["a".into(), "b".into()]);
        assert_eq!(a, b);
    }

    #[test]
    fn unknown_elements_of_a_set_stay_distinct() {
        let set = Value::set([Value::unknown(), Value::unknown()]);
        assert_eq!(set.as_elements().map(<[_]>::len), Some(2));
    }

    #[test]
    fn unknowns_hide_at_any_depth() {
        let object: Object = [("a", Value::List(vec![Value::unknown()]))]
            .into_iter()
            .collect();
        assert!(!Value::from(object).is_wholly_known());
        assert!(Value::List(vec![Value::Null]).is_wholly_known());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "no attribute \"nmae\"")]
    fn a_misspelt_attribute_is_found_at_once() {
        let object: Object = [("name", "x")].into_iter().collect();
        object.get("nmae");
    }

    #[test]
    #[cfg(not(debug_assertions))]
    fn a_misspelt_attribute_is_null_in_front_of_a_user() {
        let mut object: Object = [("name", "x")].into_iter().collect();
        assert_eq!(object.get("nmae"), &Value::Null);
        object.set("nmae", "y");
        assert_eq!(object.find("nmae"), None);
    }
}
