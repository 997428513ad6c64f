//! What a plan left open, filled in from what was found.

use tfplugin_framework::types::value::{Object, Value};

/// `planned` with everything that was unknown taken from `found`, or null where that is unknown too.
pub fn fill_unknowns(planned: &Object, found: &Object) -> Object {
    planned
        .iter()
        .map(|(name, planned)| (name, fill_value(planned, found.get(name))))
        .collect()
}

fn fill_value(planned: &Value, found: &Value) -> Value {
    match (planned, found) {
        (Value::Unknown(_), found) if found.is_wholly_known() => found.clone(),
        (Value::Unknown(_), _) => Value::Null,
        (Value::Object(planned), Value::Object(found)) => {
            Value::Object(fill_unknowns(planned, found))
        }
        (Value::Object(planned), _) => Value::Object(fill_unknowns(
            planned,
            &planned
                .iter()
                .map(|(name, _)| (name, Value::Null))
                .collect(),
        )),
        (Value::List(planned), found) => {
            let found = |index: usize| {
                found
                    .as_elements()
                    .and_then(|found| found.get(index))
                    .unwrap_or(&Value::Null)
            };
            Value::List(
                planned
                    .iter()
                    .enumerate()
                    .map(|(index, planned)| fill_value(planned, found(index)))
                    .collect(),
            )
        }
        (Value::Map(planned), found) => {
            let found = |key: &str| {
                found
                    .as_map()
                    .and_then(|found| found.get(key))
                    .unwrap_or(&Value::Null)
            };
            Value::Map(
                planned
                    .iter()
                    .map(|(key, planned)| (key.clone(), fill_value(planned, found(key))))
                    .collect(),
            )
        }
        (planned, _) => planned.clone(),
    }
}
