//! Changing some members of a JSON object whose keys are data.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tfplugin_framework::schema::Attribute;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::meaning::same_objects;
use super::overwritten::{Overwritten, WriteObject};
use super::read::{nulls, read_object};

/// Changes those members of an object in which two maps differ, and leaves the others as they are. Keys have no case.
///
/// `write` puts a value into its member, given the one before, and tells what it overwrote; a member that others took away
/// is written anew. `same` compares two values, and `is` a value with a member.
pub fn write_members<V>(
    json: &mut Json,
    (prior, planned): (&BTreeMap<&str, V>, &BTreeMap<&str, V>),
    same: impl Fn(&V, &V) -> bool,
    is: impl Fn(&V, &Json) -> bool,
    mut write: impl FnMut(Option<&V>, &V, &mut Json) -> Vec<Overwritten>,
) -> Vec<Overwritten> {
    let mut members = match json.take() {
        Json::Object(members) => members,
        _ => Map::new(),
    };
    let mut overwritten = Vec::new();
    let place = |key: &str| Path::root().with_key(key);
    for (key, before) in prior.iter().filter(|(key, _)| twin(planned, key).is_none()) {
        if let Some((_, removed)) = take(&mut members, key)
            && !is(before, &removed)
        {
            overwritten.push(Overwritten::untold(place(key)));
        }
    }
    for (key, value) in planned {
        let before = twin(prior, key);
        if before.is_some_and(|(known, before)| known == *key && same(before, value)) {
            continue;
        }
        let found = take(&mut members, key);
        let before = before.map(|(_, before)| before);
        let is_taken_away = found.is_none() && before.is_some();
        if is_taken_away {
            overwritten.push(Overwritten::untold(place(key)));
        }
        let mut member = found.map_or_else(|| Json::Object(Map::new()), |(_, member)| member);
        let told = write(before.filter(|_| !is_taken_away), value, &mut member);
        overwritten.extend(told.into_iter().map(|it| it.below(&place(key))));
        members.insert((*key).to_owned(), member);
    }
    *json = Json::Object(members);
    overwritten
}

/// The same for objects with a schema, of which `write` writes one.
pub(super) fn write_objects(
    attributes: &[Attribute],
    (prior, planned): (&Value, &Value),
    json: &mut Json,
    write: WriteObject,
) -> Vec<Overwritten> {
    let (prior, planned) = (objects(prior), objects(planned));
    let nothing = nulls(attributes);
    let is = |before: &&Object, member: &Json| {
        same_objects(attributes, before, &read_object(attributes, member))
    };
    let same = |a: &&Object, b: &&Object| same_objects(attributes, a, b);
    write_members(
        json,
        (&prior, &planned),
        same,
        is,
        |before, value, member| {
            let states = (before.copied().unwrap_or(&nothing), *value);
            write(attributes, states, member)
        },
    )
}

fn objects(value: &Value) -> BTreeMap<&str, &Object> {
    let members = value.as_map().into_iter().flatten();
    let objects = members.filter_map(|(key, value)| Some((key.as_str(), value.as_object()?)));
    objects.collect()
}

fn twin<'m, V>(map: &'m BTreeMap<&str, V>, key: &str) -> Option<(&'m str, &'m V)> {
    let exact = map.get_key_value(key);
    let alike = || {
        map.iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(key))
    };
    exact.or_else(alike).map(|(key, value)| (*key, value))
}

fn take(members: &mut Map<String, Json>, key: &str) -> Option<(String, Json)> {
    let mut keys = members.keys();
    let found = keys.find(|other| other.eq_ignore_ascii_case(key))?.clone();
    members.shift_remove_entry(&found)
}
