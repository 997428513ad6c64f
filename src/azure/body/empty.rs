//! Collections that an answer leaves out.

use tfplugin_framework::schema::{Attribute, Kind, Nesting};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

/// Puts empty lists and maps where there are none, at every depth: what is only ever told is gone through with `for`.
pub fn empty_for_null(attributes: &[Attribute], object: &mut Object) {
    for attribute in attributes.iter().filter(|it| !it.is_configurable()) {
        let value = object.get_mut(&attribute.name);
        match (&attribute.kind, &mut *value) {
            (Kind::Nested(_, inner), Value::Object(object)) => empty_for_null(inner, object),
            (Kind::Nested(_, inner), Value::List(elements)) => {
                elements.iter_mut().for_each(|it| fill(inner, it));
            }
            (Kind::Nested(_, inner), Value::Map(elements)) => {
                elements.values_mut().for_each(|it| fill(inner, it));
            }
            (Kind::Nested(Nesting::List, _) | Kind::Value(Type::List(_)), Value::Null) => {
                *value = Value::List(Vec::new());
            }
            (Kind::Nested(Nesting::Map, _) | Kind::Value(Type::Map(_)), Value::Null) => {
                *value = Value::Map(Default::default());
            }
            _ => {}
        }
    }
}

fn fill(attributes: &[Attribute], element: &mut Value) {
    if let Value::Object(object) = element {
        empty_for_null(attributes, object);
    }
}
