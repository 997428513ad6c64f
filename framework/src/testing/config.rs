//! Configurations as tests write them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::failure::Failure;
use crate::schema::{Members, Row, Schema, fill_blocks};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// What a user writes: JSON that is read as HCL would be, or values.
///
/// Arguments that are left out are null, and blocks that are left out absent. Blocks of a list or set are arrays, those of
/// a map objects. Numbers and bools become text where text is wanted, and the other way round, as in HCL.
#[derive(Clone, Debug)]
pub struct Config(Source);

#[derive(Clone, Debug)]
enum Source {
    Json(Json),
    Values(Object),
}

/// No configuration file can hold this text.
const UNKNOWN: &str = "\0unknown";

/// A value that is known only after apply, for JSON of a [`Config`].
///
/// ```
/// use serde_json::json;
/// use tfplugin_framework::testing::{Config, unknown};
///
/// let config: Config = json!({ "name": "a", "owner": unknown() }).into();
/// # let _ = config;
/// ```
pub fn unknown() -> Json {
    Json::String(UNKNOWN.to_owned())
}

impl From<Json> for Config {
    fn from(json: Json) -> Self {
        Self(Source::Json(json))
    }
}

impl From<Object> for Config {
    fn from(values: Object) -> Self {
        Self(Source::Values(values))
    }
}

impl From<&Object> for Config {
    fn from(values: &Object) -> Self {
        values.clone().into()
    }
}

impl Config {
    /// The configuration as core decodes it, or what core has to say against it before it calls a provider.
    pub(super) fn decode(self, schema: &Schema) -> Result<Object, Failure> {
        let mut config = match self.0 {
            Source::Json(Json::Object(json)) => object(&json, schema.members(), &Path::root())?,
            Source::Json(json) => return Err(wrong(&Path::root(), "an object", &json)),
            Source::Values(values) => complete(values, schema.members())?,
        };
        fill_blocks(schema.members(), &mut config);
        check_blocks(schema.members(), &config)?;
        Ok(config)
    }
}

/// Values of which those that are left out are null.
fn complete(values: Object, members: Members<'_>) -> Result<Object, Failure> {
    let mut config = members.null_object();
    for (name, value) in values.iter() {
        match members.row(name) {
            Some(_) => config.set(name, value.clone()),
            None => return Err(unsupported(&Path::attribute(name))),
        }
    }
    Ok(config)
}

fn check_blocks(members: Members<'_>, config: &Object) -> Result<(), Failure> {
    for block in members.blocks {
        let value = config.get(&block.name);
        let count = match value {
            Value::List(elements) | Value::Set(elements) => elements.len(),
            Value::Object(_) => 1,
            _ => 0,
        };
        let (min, max) = (block.min_items as usize, block.max_items as usize);
        let name = &block.name;
        if count < min && !value.is_unknown() {
            let detail = format!("At least {min} {name:?} blocks are required.");
            return Err(Failure::new(format!("Insufficient {name} blocks"), detail));
        }
        if max > 0 && count > max {
            let detail = format!("No more than {max} {name:?} blocks are allowed.");
            return Err(Failure::new(format!("Too many {name} blocks"), detail));
        }
        let inner = Row::Block(block).members();
        let elements: Vec<&Value> = match value {
            Value::List(elements) | Value::Set(elements) => elements.iter().collect(),
            Value::Map(elements) => elements.values().collect(),
            value => vec![value],
        };
        for object in elements.into_iter().filter_map(Value::as_object) {
            check_blocks(inner, object)?;
        }
    }
    Ok(())
}

fn object(json: &Map<String, Json>, members: Members<'_>, path: &Path) -> Result<Object, Failure> {
    let unknown = json.keys().find(|name| members.row(name).is_none());
    if let Some(name) = unknown {
        return Err(unsupported(&path.with_attribute(name)));
    }
    let types = members.rows().map(|row| (row.name(), row.ty()));
    typed_object(json, types, path)
}

fn typed_object<'t>(
    json: &Map<String, Json>,
    types: impl Iterator<Item = (&'t str, Type)>,
    path: &Path,
) -> Result<Object, Failure> {
    let attribute = |(name, ty): (&'t str, Type)| {
        let given = json.get(name).unwrap_or(&Json::Null);
        Ok((name, value(given, &ty, &path.with_attribute(name))?))
    };
    types.map(attribute).collect()
}

fn value(json: &Json, ty: &Type, path: &Path) -> Result<Value, Failure> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    if json.as_str() == Some(UNKNOWN) {
        return Ok(Value::unknown());
    }
    match (ty, json) {
        (Type::String, Json::String(text)) => Ok(text.into()),
        (Type::String, Json::Bool(_) | Json::Number(_)) => Ok(json.to_string().into()),
        (Type::Bool, Json::Bool(it)) => Ok((*it).into()),
        (Type::Bool, Json::String(text)) => match text.as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(wrong(path, "a bool", json)),
        },
        (Type::Number, Json::Number(number)) => parse_number(&number.to_string(), json, path),
        (Type::Number, Json::String(text)) => parse_number(text, json, path),
        (Type::List(element), Json::Array(array)) => {
            Ok(Value::List(elements(array, element, path)?))
        }
        (Type::Set(element), Json::Array(array)) => Ok(Value::set(elements(array, element, path)?)),
        (Type::Map(element), Json::Object(map)) => {
            let pair = |(key, it): (&String, &Json)| {
                Ok((key.clone(), value(it, element, &path.with_key(key))?))
            };
            let pairs: Result<BTreeMap<_, _>, Failure> = map.iter().map(pair).collect();
            pairs.map(Value::Map)
        }
        (Type::Object(types), Json::Object(json)) => {
            let unknown = json.keys().find(|name| !types.contains_key(*name));
            if let Some(name) = unknown {
                return Err(unsupported(&path.with_attribute(name)));
            }
            let types = types.iter().map(|(name, ty)| (name.as_str(), ty.clone()));
            typed_object(json, types, path).map(Value::Object)
        }
        (Type::Tuple(types), Json::Array(array)) if types.len() == array.len() => {
            let pairs = types.iter().zip(array).enumerate();
            let elements: Result<_, _> = pairs
                .map(|(index, (ty, it))| value(it, ty, &path.with_index(index)))
                .collect();
            elements.map(Value::List)
        }
        (Type::Dynamic, json) => {
            let ty = implied_type(json);
            let value = value(json, &ty, path)?;
            Ok(Value::Dynamic(Box::new((ty, value))))
        }
        (ty, json) => Err(wrong(path, &ty.to_json().to_string(), json)),
    }
}

fn elements(array: &[Json], ty: &Type, path: &Path) -> Result<Vec<Value>, Failure> {
    let pairs = array.iter().enumerate();
    pairs
        .map(|(index, it)| value(it, ty, &path.with_index(index)))
        .collect()
}

fn parse_number(text: &str, json: &Json, path: &Path) -> Result<Value, Failure> {
    let number = text.parse().map(Value::Number);
    number.map_err(|_| wrong(path, "a number", json))
}

/// The type that an expression in HCL has of itself.
fn implied_type(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(elements) => Type::Tuple(elements.iter().map(implied_type).collect()),
        Json::Object(members) => {
            let members = members.iter();
            Type::object(members.map(|(name, it)| (name, implied_type(it))))
        }
    }
}

fn unsupported(path: &Path) -> Failure {
    Failure::new(
        "Unsupported argument",
        format!("The schema has no {path}; it is not expected here."),
    )
}

fn wrong(path: &Path, wanted: &str, json: &Json) -> Failure {
    Failure::new(
        "Incorrect attribute value type",
        format!("{path} is {wanted}, not {json}."),
    )
}
