//! Tags: what the user wrote, what the provider adds, and what Azure adds.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::azure::Azure;
use crate::sdk::context::Context;
use crate::sdk::path::Path;
use crate::sdk::plan::Plan;
use crate::sdk::remote::is_nothing;
use crate::sdk::value::{Object, Value};
use crate::validate::tags::{all_right, is_hidden};

/// Plans `tags_all`: the provider's default tags overlaid by `tags`.
pub(crate) fn plan(context: &Context<Azure>, plan: &mut Plan) {
    let Some(azure) = context.client_if_known() else {
        return plan.planned.set("tags_all", Value::unknown());
    };
    let Some(default_tags) = &azure.default_tags else {
        return plan.planned.set("tags_all", Value::unknown());
    };
    let all = all(default_tags, plan.planned.get("tags"));
    let tags = all.as_map().into_iter().flatten();
    if let Err(message) = all_right(tags.map(|(key, value)| (key.as_str(), value.as_str()))) {
        let detail = format!("Together with the provider's default_tags: {message}.");
        plan.diagnostics
            .error_at(Path::attribute("tags"), "Invalid tags", detail);
    }
    let unchanged = plan
        .prior
        .as_ref()
        .is_some_and(|prior| same(prior.get("tags_all"), &all));
    if !unchanged {
        plan.planned.set("tags_all", all);
    }
}

/// Reads `tags` and `tags_all` from a body, in the words of `object`.
pub(crate) fn read(default_tags: &BTreeMap<String, String>, body: &Json, object: &mut Object) {
    let found: BTreeMap<String, Value> = visible(body)
        .map(|(key, value)| (key.clone(), value.into()))
        .collect();
    let written = object.get("tags").as_map().cloned().unwrap_or_default();
    let is_default = |key: &str, value: &Value| {
        !has_twin(&written, key) && default_tags.get(key).map(String::as_str) == value.as_str()
    };
    let tags: BTreeMap<_, _> = found
        .iter()
        .filter(|(key, value)| !is_default(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    keep_nothing(object, "tags", tags);
    keep_nothing(object, "tags_all", found);
}

/// Writes `tags_all` into a body, beside Azure's own tags.
pub(crate) fn write(planned: &Object, body: &mut Json) {
    let all = match planned.get("tags_all") {
        Value::Unknown(_) => return,
        all => all.as_map().cloned().unwrap_or_default(),
    };
    let current: Map<String, Json> = body["tags"].as_object().cloned().unwrap_or_default();
    let hidden = current.into_iter().filter(|(key, _)| is_hidden(key));
    let planned = all
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), Json::from(value.as_str()?))));
    let tags: Map<String, Json> = hidden.chain(planned).collect();
    match (tags.is_empty(), body.as_object_mut()) {
        (true, Some(members)) => {
            members.shift_remove("tags");
        }
        _ => body["tags"] = Json::Object(tags),
    }
}

fn all(default_tags: &BTreeMap<String, String>, tags: &Value) -> Value {
    if !tags.is_null() && !tags.is_wholly_known() {
        return Value::unknown();
    }
    let own = tags.as_map().cloned().unwrap_or_default();
    let defaults = default_tags
        .iter()
        .filter(|(key, _)| !has_twin(&own, key))
        .map(|(key, value)| (key.clone(), Value::from(value)));
    let all: BTreeMap<_, _> = defaults.chain(own.clone()).collect();
    match all.is_empty() {
        true => Value::Null,
        false => Value::Map(all),
    }
}

/// Whether a tag of the name is there, in whatever casing: to ARM they are one.
fn has_twin(tags: &BTreeMap<String, Value>, key: &str) -> bool {
    tags.keys().any(|other| other.eq_ignore_ascii_case(key))
}

/// No tags and an empty map of tags are the same to ARM.
fn same(a: &Value, b: &Value) -> bool {
    a == b || (is_nothing(a) && is_nothing(b))
}

/// Sets a map, and keeps whichever form of "no tags" was there.
fn keep_nothing(object: &mut Object, name: &str, tags: BTreeMap<String, Value>) {
    if !tags.is_empty() {
        return object.set(name, Value::Map(tags));
    }
    if !object.get(name).is_empty_collection() {
        object.set(name, Value::Null);
    }
}

fn visible(body: &Json) -> impl Iterator<Item = (&String, &str)> {
    let tags = body["tags"].as_object().into_iter().flatten();
    tags.filter(|(key, _)| !is_hidden(key))
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn defaults() -> BTreeMap<String, String> {
        [("team".to_owned(), "integration".to_owned())].into()
    }

    fn map(tags: &[(&str, &str)]) -> Value {
        Value::Map(
            tags.iter()
                .map(|(key, value)| (key.to_string(), Value::from(*value)))
                .collect(),
        )
    }

    fn object(tags: Value) -> Object {
        [("tags", tags), ("tags_all", Value::Null)]
            .into_iter()
            .collect()
    }

    #[test]
    fn own_tags_win_over_default_tags() {
        assert_eq!(
            all(&defaults(), &Value::Null),
            map(&[("team", "integration")])
        );
        let own = map(&[("team", "mine"), ("a", "b")]);
        assert_eq!(all(&defaults(), &own), own);
        assert_eq!(all(&BTreeMap::new(), &Value::Null), Value::Null);
        assert!(all(&defaults(), &Value::unknown()).is_unknown());
    }

    #[test]
    fn names_of_tags_have_no_case() {
        let own = map(&[("TEAM", "mine")]);
        assert_eq!(all(&defaults(), &own), own);
    }

    #[test]
    fn a_read_tells_own_tags_from_default_and_hidden_ones() {
        let body = json!({ "tags": { "team": "integration", "a": "b", "Hidden-link": "x" } });
        let mut found = object(Value::Null);
        read(&defaults(), &body, &mut found);
        assert_eq!(found.get("tags"), &map(&[("a", "b")]));
        assert_eq!(
            found.get("tags_all"),
            &map(&[("team", "integration"), ("a", "b")])
        );

        let mut written = object(map(&[("team", "integration")]));
        read(&defaults(), &body, &mut written);
        assert_eq!(
            written.get("tags"),
            &map(&[("team", "integration"), ("a", "b")])
        );
    }

    #[test]
    fn no_tags_keep_the_form_they_had() {
        for form in [Value::Null, map(&[])] {
            let mut found = object(form.clone());
            read(&BTreeMap::new(), &json!({}), &mut found);
            assert_eq!(found.get("tags"), &form);
        }
    }

    #[test]
    fn a_write_keeps_hidden_tags_and_drops_the_rest() {
        let mut body = json!({ "tags": { "hidden-link": "x", "old": "gone" } });
        let mut planned = object(Value::Null);
        planned.set("tags_all", map(&[("new", "1")]));
        write(&planned, &mut body);
        assert_eq!(body, json!({ "tags": { "hidden-link": "x", "new": "1" } }));
        let body = json!({ "tags": { "old": "gone" } });
        for nothing in [map(&[]), Value::Null] {
            planned.set("tags_all", nothing);
            let mut body = body.clone();
            write(&planned, &mut body);
            assert_eq!(body, json!({}));
        }
    }
}
