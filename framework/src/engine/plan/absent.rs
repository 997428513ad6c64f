//! What is planned of a nested object that is not written, where the provider gives it and attributes in it have defaults.

use crate::schema::Row;
use crate::types::value::{Object, Value};

/// Puts the defaults into the object as it was before; where there was none, the apply decides about all else.
pub(super) fn fill(row: Row<'_>, planned: &mut Value) {
    let Value::Object(object) = planned else {
        *planned = open(row);
        return;
    };
    for row in row.members().rows() {
        let value = object.get_mut(row.name());
        match row.default_value() {
            Some(default) => *value = default.clone(),
            None if row.has_defaults_below() => fill(row, value),
            None => {}
        }
    }
}

/// The object with its defaults, and with all else unknown.
pub(super) fn open(row: Row<'_>) -> Value {
    let value = |row: Row<'_>| match row.default_value() {
        Some(default) => default.clone(),
        None if row.has_defaults_below() => open(row),
        None => Value::unknown(),
    };
    let rows = row.members().rows();
    let object: Object = rows.map(|row| (row.name(), value(row))).collect();
    object.into()
}
