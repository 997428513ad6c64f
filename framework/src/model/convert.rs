//! The types that models are made of.

use std::collections::{BTreeMap, BTreeSet};

use super::traits::{FromValue, IntoValue, Model, Shape, WholeModel};
use crate::types::attr::Attr;
use crate::types::decode::DecodeError;
use crate::types::number::Number;
use crate::types::path::Path;
use crate::types::value::Value;

/// Why `value` is not what is wanted.
fn unlike(wanted: &str, value: &Value, path: &Path) -> DecodeError {
    let found = match value {
        Value::Null => "it is null",
        Value::Unknown(_) => "it is not known yet",
        Value::Bool(_) => "it is a bool",
        Value::Number(_) => "it is a number",
        Value::String(_) => "it is a string",
        Value::List(_) => "it is a list",
        Value::Set(_) => "it is a set",
        Value::Map(_) => "it is a map",
        Value::Object(_) => "it is an object",
        Value::Dynamic(_) => "it carries its own type",
    };
    DecodeError::malformed(
        path,
        format!("the provider needs {wanted} here, but {found}"),
    )
}

impl FromValue for Value {
    fn shape() -> Shape {
        Shape::Any
    }

    fn from_value(value: &Value, _: &Path) -> Result<Self, DecodeError> {
        Ok(value.clone())
    }
}

impl FromValue for String {
    fn shape() -> Shape {
        Shape::String
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| unlike("a string", value, path))
    }
}

impl FromValue for bool {
    fn shape() -> Shape {
        Shape::Bool
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        value
            .as_bool()
            .ok_or_else(|| unlike("true or false", value, path))
    }
}

impl FromValue for Number {
    fn shape() -> Shape {
        Shape::Number
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        let number = value.as_number().cloned();
        number.ok_or_else(|| unlike("a number", value, path))
    }
}

/// The nearest float.
impl FromValue for f64 {
    fn shape() -> Shape {
        Shape::Number
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        Ok(Number::from_value(value, path)?.to_f64())
    }
}

/// A float that is no number is null.
impl IntoValue for f64 {
    fn into_value(self) -> Value {
        Number::from_f64(self).map_or(Value::Null, Value::Number)
    }
}

macro_rules! whole_numbers {
    ($($ty:ident),*) => {
        $(
            impl FromValue for $ty {
                fn shape() -> Shape {
                    Shape::Number
                }

                fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
                    let number = Number::from_value(value, path)?;
                    let signed = || $ty::try_from(number.as_i64()?).ok();
                    let unsigned = || $ty::try_from(number.as_u64()?).ok();
                    signed().or_else(unsigned).ok_or_else(|| {
                        let (least, most) = ($ty::MIN, $ty::MAX);
                        DecodeError::unsupported(path, format!("{number} is not a whole number from {least} to {most}"))
                    })
                }
            }

            impl IntoValue for $ty {
                fn into_value(self) -> Value {
                    Value::Number(self.into())
                }
            }
        )*
    };
}

whole_numbers!(i64, u64, i32, u32, u16, usize);

impl<T: FromValue> FromValue for Option<T> {
    fn shape() -> Shape {
        Shape::Option(Box::new(T::shape()))
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value, path).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Attr<T> {
    fn shape() -> Shape {
        Shape::Attr(Box::new(T::shape()))
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown(_) => Ok(Self::Unknown),
            value => T::from_value(value, path).map(Self::Known),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        let Value::List(elements) = value else {
            return Err(unlike("a list", value, path));
        };
        let elements = elements.iter().enumerate();
        elements
            .map(|(index, it)| T::from_value(it, &path.with_index(index)))
            .collect()
    }
}

impl<T: FromValue + Ord> FromValue for BTreeSet<T> {
    fn shape() -> Shape {
        Shape::Set(Box::new(T::shape()))
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        let Value::Set(elements) = value else {
            return Err(unlike("a set", value, path));
        };
        // No path leads into a set.
        let inside = |it: DecodeError| DecodeError::unsupported(path, it.to_string());
        let elements = elements.iter();
        elements
            .map(|it| T::from_value(it, &Path::root()).map_err(inside))
            .collect()
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        let Value::Map(elements) = value else {
            return Err(unlike("a map", value, path));
        };
        let elements = elements.iter();
        elements
            .map(|(key, it)| Ok((key.clone(), T::from_value(it, &path.with_key(key))?)))
            .collect()
    }
}

impl<M: Model> FromValue for M {
    fn shape() -> Shape {
        Shape::Object(M::fields())
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
        match value {
            Value::Object(object) => M::from_attributes(object, path),
            value => Err(unlike("an object", value, path)),
        }
    }
}

macro_rules! plain_values {
    ($($ty:ty),*) => {
        $(impl IntoValue for $ty {
            fn into_value(self) -> Value {
                self.into()
            }
        })*
    };
}

plain_values!(Value, String, bool, Number);

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl<T: IntoValue> IntoValue for Attr<T> {
    fn into_value(self) -> Value {
        self.map(T::into_value).into()
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: IntoValue> IntoValue for BTreeSet<T> {
    fn into_value(self) -> Value {
        Value::set(self.into_iter().map(T::into_value))
    }
}

impl<T: IntoValue> IntoValue for BTreeMap<String, T> {
    fn into_value(self) -> Value {
        let elements = self.into_iter();
        Value::Map(elements.map(|(key, it)| (key, it.into_value())).collect())
    }
}

impl<M: WholeModel> IntoValue for M {
    fn into_value(self) -> Value {
        self.into_object().into()
    }
}
