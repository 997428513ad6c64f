//! Whether values, objects and bodies say the same.

use serde_json::Value as Json;
use tfplugin_framework::schema::{Attribute, Kind, Nesting, Schema};
use tfplugin_framework::types::value::{Object, Value};

use super::read::read;
use crate::azure::row::ArmAttribute as _;

/// Whether two values say the same about all that a configuration can give.
pub(super) fn means_same(attribute: &Attribute, a: &Value, b: &Value) -> bool {
    match (&attribute.kind, a, b) {
        (Kind::Nested(Nesting::Single, attributes), Value::Object(a), Value::Object(b)) => {
            same_objects(attributes, a, b)
        }
        _ => attribute.equal_remotely(a, b),
    }
}

/// Whether two bodies say the same about all that a configuration can give.
pub fn same_bodies(schema: &Schema, a: &Json, b: &Json) -> bool {
    let nothing = schema.null_object();
    let object = |body| read(schema, body, &nothing);
    same_objects(&schema.attributes, &object(a), &object(b))
}

pub(super) fn same_objects(attributes: &[Attribute], a: &Object, b: &Object) -> bool {
    let mut configurable = attributes.iter().filter(|it| it.is_configurable());
    configurable.all(|it| means_same(it, a.get(&it.name), b.get(&it.name)))
}
