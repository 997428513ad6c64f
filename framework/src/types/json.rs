//! Values as JSON, driven by their type: the form in which the state file keeps them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::decode::{DecodeError, number_error};
use super::path::Path;
use super::ty::Type;
use super::value::Value;

/// A stored object before it is decoded: attribute name → JSON text, so that no number loses precision.
pub type RawState = BTreeMap<String, Box<RawValue>>;

/// Reads a value of type `ty` from JSON text.
///
/// Attributes that the text lacks are null, and those that the type lacks are dropped: both were added or removed since
/// the state was written.
///
/// ```
/// use tfplugin_framework::types::json::decode;
/// use tfplugin_framework::types::{ty::Type, value::Value};
///
/// assert_eq!(decode("[2, 1, 2]", &Type::set(Type::Number))?, Value::set([1.into(), 2.into()]));
/// # Ok::<(), tfplugin_framework::types::decode::DecodeError>(())
/// ```
pub fn decode(text: &str, ty: &Type) -> Result<Value, DecodeError> {
    let raw: &RawValue = parse(text, &Path::root())?;
    value(raw, ty, &Path::root())
}

/// Reads what is stored of an object as a value of type `ty`, by the same rules: `ty` may leave out what does not count.
///
/// ```
/// use tfplugin_framework::types::json::{RawState, decode_raw};
/// use tfplugin_framework::types::ty::Type;
///
/// let stored: RawState = serde_json::from_str(r#"{ "name": "a", "old": true }"#)?;
/// let value = decode_raw(&stored, &Type::object([("name", Type::String), ("size", Type::Number)]))?;
/// let object = value.as_object().ok_or("no object")?;
/// assert_eq!((object.str("name"), object.get("size").is_null()), (Some("a"), true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decode_raw(raw: &RawState, ty: &Type) -> Result<Value, DecodeError> {
    let text = serde_json::to_string(raw);
    let text = text.map_err(|error| DecodeError::malformed(&Path::root(), error))?;
    decode(&text, ty)
}

/// Writes a known value as the state file has it; what is unknown is null.
///
/// ```
/// use tfplugin_framework::types::json::encode;
/// use tfplugin_framework::types::value::Value;
///
/// assert_eq!(encode(&Value::strings(["a", "b"])).to_string(), r#"["a","b"]"#);
/// ```
pub fn encode(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Number(number) => number.to_json(),
        Value::String(text) => Json::String(text.clone()),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(encode).collect(),
        Value::Map(elements) => {
            let elements = elements.iter();
            elements
                .map(|(key, it)| (key.clone(), encode(it)))
                .collect()
        }
        Value::Object(object) => {
            let members = object.iter();
            members
                .map(|(name, it)| (name.to_owned(), encode(it)))
                .collect()
        }
        Value::Dynamic(inner) => {
            let (ty, value) = &**inner;
            serde_json::json!({ "value": encode(value), "type": ty.to_json() })
        }
    }
}

fn value(raw: &RawValue, ty: &Type, path: &Path) -> Result<Value, DecodeError> {
    let text = raw.get();
    if text == "null" {
        return Ok(Value::Null);
    }
    match ty {
        Type::String => Ok(Value::String(parse(text, path)?)),
        Type::Bool => Ok(Value::Bool(parse(text, path)?)),
        Type::Number => number(text, path),
        Type::List(element) => Ok(Value::List(elements(text, element, path)?)),
        Type::Set(element) => Ok(Value::set(elements(text, element, path)?)),
        Type::Map(element) => parse::<BTreeMap<String, &RawValue>>(text, path)?
            .into_iter()
            .map(|(key, raw)| {
                let value = value(raw, element, &path.with_key(&key))?;
                Ok((key, value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        Type::Tuple(types) => tuple(text, types, path),
        Type::Object(types) => {
            let mut attributes: BTreeMap<String, &RawValue> = parse(text, path)?;
            types
                .iter()
                .map(|(name, ty)| {
                    let value = match attributes.remove(name) {
                        Some(raw) => value(raw, ty, &path.with_attribute(name))?,
                        None => Value::Null,
                    };
                    Ok((name.clone(), value))
                })
                .collect::<Result<_, _>>()
                .map(Value::Object)
        }
        Type::Dynamic => dynamic(text, path),
    }
}

fn elements(text: &str, ty: &Type, path: &Path) -> Result<Vec<Value>, DecodeError> {
    parse::<Vec<&RawValue>>(text, path)?
        .into_iter()
        .enumerate()
        .map(|(index, raw)| value(raw, ty, &path.with_index(index)))
        .collect()
}

fn tuple(text: &str, types: &[Type], path: &Path) -> Result<Value, DecodeError> {
    let elements: Vec<&RawValue> = parse(text, path)?;
    if elements.len() != types.len() {
        return Err(DecodeError::malformed(
            path,
            format!(
                "a tuple of {} is required, {} given",
                types.len(),
                elements.len()
            ),
        ));
    }
    let pairs = elements.into_iter().zip(types).enumerate();
    pairs
        .map(|(index, (raw, ty))| value(raw, ty, &path.with_index(index)))
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn dynamic(text: &str, path: &Path) -> Result<Value, DecodeError> {
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
        #[serde(rename = "type")]
        ty: serde_json::Value,
    }
    let typed: Typed<'_> = parse(text, path)?;
    let ty = Type::from_json(&typed.ty).map_err(|error| DecodeError::malformed(path, error))?;
    let value = value(typed.value, &ty, path)?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}

/// The state file may hold a number as text, as older Terraform versions wrote them.
fn number(text: &str, path: &Path) -> Result<Value, DecodeError> {
    let digits = match text.starts_with('"') {
        true => parse::<String>(text, path)?,
        false => text.to_owned(),
    };
    digits
        .parse()
        .map(Value::Number)
        .map_err(|error| number_error(path, error))
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str, path: &Path) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|error| DecodeError::malformed(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::value::Object;

    #[track_caller]
    fn check(text: &str, ty: &Type, expect: Value) {
        assert_eq!(decode(text, ty), Ok(expect), "{text}");
    }

    #[test]
    fn state_texts() {
        check("null", &Type::String, Value::Null);
        check(r#""a\u00e9""#, &Type::String, "aé".into());
        check(
            " [ 1 , 2 ] ",
            &Type::list(Type::Number),
            Value::List(vec![1_i64.into(), 2_i64.into()]),
        );
        check(
            r#"["b","a"]"#,
            &Type::set(Type::String),
            Value::set(["a".into(), "b".into()]),
        );
        check(
            r#"{"value":"x","type":"string"}"#,
            &Type::Dynamic,
            Value::Dynamic(Box::new((Type::String, "x".into()))),
        );
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let ty = Type::object([
            ("any", Type::Dynamic),
            ("map", Type::map(Type::Number)),
            ("set", Type::set(Type::Bool)),
        ]);
        let big = "12345678901234567890123.5".parse().map(Value::Number);
        let object: Object = [
            ("any", Value::Dynamic(Box::new((Type::String, "x".into())))),
            (
                "map",
                Value::Map([("a".to_owned(), big.expect("a number"))].into()),
            ),
            ("set", Value::set([true.into()])),
        ]
        .into_iter()
        .collect();
        check(
            &encode(&object.clone().into()).to_string(),
            &ty,
            object.into(),
        );
    }

    #[test]
    fn numbers_keep_every_digit() {
        let big = "12345678901234567890123.5";
        check(
            big,
            &Type::Number,
            Value::Number(big.parse().expect("a number")),
        );
        check(r#""7""#, &Type::Number, 7_i64.into());
    }

    #[test]
    fn attributes_added_since_are_null_and_removed_ones_are_dropped() {
        let ty = Type::object([("kept", Type::String), ("added", Type::Bool)]);
        let expect = [("added", Value::Null), ("kept", "x".into())];
        check(
            r#"{"kept":"x","removed":1}"#,
            &ty,
            Value::Object(expect.into_iter().collect()),
        );
    }

    #[test]
    fn errors_name_the_place() {
        let ty = Type::object([("list", Type::list(Type::Bool))]);
        let error = decode(r#"{"list":[true,1]}"#, &ty).expect_err("not a bool");
        assert_eq!(error.path.to_string(), "list[1]");
    }
}
