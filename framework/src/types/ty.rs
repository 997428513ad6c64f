//! Terraform's type system (cty), as far as schemas and dynamic values need it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The type of a value.
///
/// ```
/// use tfplugin_framework::types::{ty::Type, value::Value};
///
/// let port = Type::object([("name", Type::String), ("number", Type::Number)]);
/// assert_eq!(Type::map(Type::list(port)).to_json()[0], "map");
/// assert_eq!(Type::from_json(&"bool".into()), Ok(Type::Bool));
/// assert!(Value::strings(["a", "b"]).is_of(&Type::Tuple(vec![Type::String, Type::String])));
/// assert!(Value::strings(["a"]).is_of(&Type::list(Type::String)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Unicode text, NFC-normalised by Terraform.
    String,
    /// A number of any size and precision.
    Number,
    /// True or false.
    Bool,
    /// A value that carries its own type.
    Dynamic,
    /// An ordered sequence.
    List(Box<Type>),
    /// An unordered collection without duplicates.
    Set(Box<Type>),
    /// Values of one type under string keys.
    Map(Box<Type>),
    /// A sequence with a type per position.
    Tuple(Vec<Type>),
    /// A fixed set of named attributes.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// `list(element)`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({ name = type, … })`.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// The type as the JSON that schemas and dynamic values carry.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json).collect::<Vec<_>>()
                ])
            }
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                json!(["object", attributes])
            }
        }
    }

    /// Reads the JSON form.
    pub fn from_json(json: &Json) -> Result<Self, String> {
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                other => Err(format!("unknown type {other:?}")),
            },
            Json::Array(parts) => Self::from_json_parts(parts),
            other => Err(format!("a type is a string or an array, not {other}")),
        }
    }

    fn from_json_parts(parts: &[Json]) -> Result<Self, String> {
        // A third element lists optional attributes of an object; values do not need it.
        let [Json::String(kind), inner, ..] = parts else {
            return Err("a complex type is an array of its kind and its content".into());
        };
        match (kind.as_str(), inner) {
            ("list", element) => Ok(Self::list(Self::from_json(element)?)),
            ("set", element) => Ok(Self::set(Self::from_json(element)?)),
            ("map", element) => Ok(Self::map(Self::from_json(element)?)),
            ("tuple", Json::Array(elements)) => elements
                .iter()
                .map(Self::from_json)
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            ("object", Json::Object(attributes)) => attributes
                .iter()
                .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)))
                .collect::<Result<_, String>>()
                .map(Self::Object),
            (kind, _) => Err(format!("unknown kind of type {kind:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_survive_their_json_form() {
        let types = [
            Type::String,
            Type::list(Type::Number),
            Type::set(Type::Bool),
            Type::map(Type::Dynamic),
            Type::Tuple(vec![Type::String, Type::list(Type::Dynamic)]),
            Type::object([
                ("a", Type::String),
                ("b", Type::object([("c", Type::Bool)])),
            ]),
        ];
        for ty in types {
            assert_eq!(Type::from_json(&ty.to_json()), Ok(ty));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for nonsense in [
            json!("text"),
            json!(1),
            json!(["list"]),
            json!(["bag", "string"]),
        ] {
            assert!(Type::from_json(&nonsense).is_err(), "{nonsense}");
        }
    }
}
