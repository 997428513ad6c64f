//! The plain values of a workflow's parameters, as ARM tells them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Value;

use crate::azure::body::{Overwritten, write_members};
use crate::validate::json;
use crate::validate::workflow::secure_kind;

/// The plain values in a body. Secure ones never come back, and whoever answers one all the same is not believed.
pub(super) fn read(json: &Json) -> Value {
    let values: Map<String, Json> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, parameter)| secure_kind(parameter).is_none())
        .filter_map(|(name, parameter)| Some((name.clone(), parameter.get("value")?.clone())))
        .collect();
    match values.is_empty() {
        true => Value::Null,
        false => Json::Object(values).to_string().into(),
    }
}

/// Writes the values in which two texts differ. What was overwritten is told without them: they may be anybody's secrets.
pub(super) fn write(prior: &Value, planned: &Value, json: &mut Json) -> Vec<Overwritten> {
    let parsed = |value: &Value| {
        value
            .as_str()
            .and_then(|text| json::object(text).ok())
            .unwrap_or_default()
    };
    let (prior, planned) = (parsed(prior), parsed(planned));
    let (prior, planned) = (by_name(&prior), by_name(&planned));
    let same = |a: &&Json, b: &&Json| json::same(a, b);
    let is = |value: &&Json, parameter: &Json| {
        let found = parameter.get("value");
        found.is_some_and(|found| json::same(found, value))
    };
    write_members(
        json,
        (&prior, &planned),
        same,
        is,
        |before, value, parameter| {
            let is_same = |value: &&Json| is(value, parameter);
            let is_of_others = !before.is_some_and(is_same) && parameter.get("value").is_some();
            if is_same(value) {
                return Vec::new();
            }
            parameter["value"] = (*value).clone();
            match is_of_others {
                true => vec![Overwritten::untold(Path::root())],
                false => Vec::new(),
            }
        },
    )
}

fn by_name(values: &Map<String, Json>) -> BTreeMap<&str, &Json> {
    values
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}
