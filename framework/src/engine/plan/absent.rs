//! What is planned of a nested object that is not written, where the provider gives it and attributes in it have defaults.
//!
//! A new object has it, with its defaults. Where an object was without it before, the remote system is asked: a plan that
//! promised it there would never come to an end with one that has no such thing.

use crate::schema::Row;
use crate::types::value::{Object, Value};

/// Puts the defaults into the object as it was before; where all around it is new, the apply decides about all else.
pub(super) fn fill(row: Row<'_>, planned: &mut Value, is_new: bool) {
    let Value::Object(object) = planned else {
        if is_new {
            *planned = open(row, None);
        }
        return;
    };
    for row in row.members().rows() {
        let value = object.get_mut(row.name());
        match row.default_value() {
            Some(default) => *value = default.clone(),
            None if row.has_defaults_below() => fill(row, value, false),
            None => {}
        }
    }
}

/// The object with its defaults, and with all else unknown; `prior` is what was in its place, unless all around it is new.
pub(super) fn open(row: Row<'_>, prior: Option<&Value>) -> Value {
    if prior.is_some_and(Value::is_null) {
        return Value::unknown();
    }
    let before = prior.and_then(Value::as_object);
    let value = |row: Row<'_>| match row.default_value() {
        Some(default) => default.clone(),
        None if row.has_defaults_below() => open(row, before.map(|it| it.get(row.name()))),
        None => Value::unknown(),
    };
    let rows = row.members().rows();
    let object: Object = rows.map(|row| (row.name(), value(row))).collect();
    object.into()
}
