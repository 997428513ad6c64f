//! The state that Terraform proposes to a provider: the configuration, with what is computed as it was before.

use crate::schema::{Attribute, Members, Nesting, Row};
use crate::types::value::{Object, Value};

/// What Terraform proposes where `prior` is to become `config`.
///
/// Configured values win. What is computed and not configured has its prior value, in an object's counterpart of before:
/// in lists that of the same index, in maps that of the same key, and in sets the first one that the configuration could
/// have become. On create all of it is null, not unknown, and write-only values are there.
pub fn proposed_new(members: Members<'_>, config: &Object, prior: Option<&Object>) -> Object {
    let nothing = match prior {
        Some(_) => None,
        None => Some(members.null_object()),
    };
    let Some(prior) = prior.or(nothing.as_ref()) else {
        return config.clone();
    };
    let value = |row: Row<'_>| {
        let (config, prior) = (config.get(row.name()), prior.get(row.name()));
        match is_left_to_provider(row, config, prior) {
            true => prior.clone(),
            false => nested(row, config, prior),
        }
    };
    let rows = members.rows();
    rows.map(|row| (row.name(), value(row))).collect()
}

/// A configuration as a provider that plans sees it: computed blocks that are not written are null there, for it to decide.
pub(super) fn without_empty_blocks(members: Members<'_>, config: &Object) -> Object {
    let value = |row: Row<'_>| {
        let value = config.get(row.name());
        let is_block = row.attribute().is_none();
        let one = |it: &Value| match it {
            Value::Object(object) if is_block => without_empty_blocks(row.members(), object).into(),
            it => it.clone(),
        };
        match value {
            value if is_block && row.is_computed() && value.is_empty_collection() => Value::Null,
            Value::List(elements) => Value::List(elements.iter().map(one).collect()),
            Value::Set(elements) => Value::set(elements.iter().map(one)),
            Value::Map(elements) => {
                let elements = elements.iter().map(|(key, it)| (key.clone(), one(it)));
                Value::Map(elements.collect())
            }
            value => one(value),
        }
    };
    let rows = members.rows();
    rows.map(|row| (row.name(), value(row))).collect()
}

fn is_left_to_provider(row: Row<'_>, config: &Value, prior: &Value) -> bool {
    // Of blocks nothing is proposed but what is written.
    let is_computed = row.attribute().is_some_and(Attribute::is_computed);
    if !is_computed || !config.is_null() {
        return false;
    }
    // Where something of before can only have been written, the user has taken it out.
    !(row.is_configurable() && row.members().hold_written(prior))
}

fn nested(row: Row<'_>, config: &Value, prior: &Value) -> Value {
    let members = row.members();
    let one = |config: &Value, prior: Option<&Value>| match config {
        Value::Object(config) => {
            proposed_new(members, config, prior.and_then(Value::as_object)).into()
        }
        config => config.clone(),
    };
    match (row.nesting(), config) {
        (Some(Nesting::Single | Nesting::Group), config) => one(config, Some(prior)),
        (Some(Nesting::List), Value::List(elements)) => {
            let prior = |index: usize| prior.as_elements()?.get(index);
            let elements = elements.iter().enumerate();
            Value::List(elements.map(|(index, it)| one(it, prior(index))).collect())
        }
        (Some(Nesting::Map), Value::Map(elements)) => {
            let prior = |key: &String| prior.as_map()?.get(key);
            let elements = elements.iter();
            Value::Map(
                elements
                    .map(|(key, it)| (key.clone(), one(it, prior(key))))
                    .collect(),
            )
        }
        (Some(Nesting::Set), Value::Set(elements)) => {
            let mut left: Vec<&Value> = prior.as_elements().unwrap_or_default().iter().collect();
            let mut counterpart = |config: &Value| {
                let found = left
                    .iter()
                    .position(|prior| may_become(members, config, prior))?;
                Some(left.remove(found))
            };
            Value::set(elements.iter().map(|it| one(it, counterpart(it))))
        }
        (_, config) => config.clone(),
    }
}

/// Whether a prior element of a set may be what became of a configured one.
fn may_become(members: Members<'_>, config: &Value, prior: &Value) -> bool {
    match (config, prior) {
        (Value::Object(config), Value::Object(prior)) => members
            .rows()
            .all(|row| value_may_become(row, config.get(row.name()), prior.get(row.name()))),
        (config, prior) => config == prior,
    }
}

fn value_may_become(row: Row<'_>, config: &Value, prior: &Value) -> bool {
    if config == prior {
        return true;
    }
    let members = row.members();
    match (row.nesting(), config, prior) {
        (None, Value::Set(_), _) | (Some(Nesting::Set), ..) => false,
        (None, config, _) => row.is_computed() && config.is_null(),
        // Terraform walks through what was there before, and there is nothing.
        (Some(_), _, Value::Null) => true,
        (Some(_), Value::List(config), Value::List(prior)) => {
            let mut pairs = config.iter().zip(prior);
            prior.len() <= config.len()
                && pairs.all(|(config, prior)| may_become(members, config, prior))
        }
        (Some(_), Value::Map(config), Value::Map(prior)) => prior.iter().all(|(key, prior)| {
            let config = config.get(key);
            config.is_some_and(|config| may_become(members, config, prior))
        }),
        (Some(_), config, prior) => may_become(members, config, prior),
    }
}

#[cfg(test)]
mod tests;
