//! Tags: what the user wrote, what the provider adds, and what Azure adds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::schema::Schema;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use crate::azure::Azure;
use crate::azure::body::{Change, Overwritten};
use crate::azure::row::mark_update;
use crate::validate::tags::{all_right, is_hidden, is_of_azure};

/// Plans `tags_all`: the provider's default tags overlaid by `tags`.
pub(crate) fn plan(context: &Context<Azure>, schema: &Schema, plan: &mut Plan<'_>) {
    let azure = context.data_if_known();
    let all = match azure.and_then(|azure| azure.default_tags.as_ref()) {
        Some(default_tags) => all(default_tags, plan.planned.get("tags")),
        None => Value::unknown(),
    };
    let tags = all.as_map().into_iter().flatten();
    if let Err(message) = all_right(tags.map(|(key, value)| (key.as_str(), value.as_str()))) {
        let detail = format!("Together with the provider's default_tags: {message}.");
        plan.diagnostics
            .add_attribute_error(Path::attribute("tags"), "Invalid tags", detail);
    }
    let before = plan.prior.map(|prior| prior.get("tags_all"));
    match before.filter(|before| !all.is_unknown() && same(before, &all)) {
        Some(before) => plan.planned.set("tags_all", before.clone()),
        None => {
            plan.planned.set("tags_all", all);
            mark_update(schema, plan);
        }
    }
}

/// Reads `tags` and `tags_all` from a body, in the words of `object`. Hidden tags count where somebody wrote them.
///
/// While the default tags are not known, those are taken for them that the state has and nobody wrote.
pub(crate) fn read(
    default_tags: Option<&BTreeMap<String, String>>,
    body: &Json,
    object: &mut Object,
) {
    let known = |name: &str| object.get(name).as_map().cloned().unwrap_or_default();
    let (written, all) = (known("tags"), known("tags_all"));
    let spelled = |key: &str| {
        let twin = twin(&written, key).or_else(|| twin(&all, key));
        twin.map_or_else(|| key.to_owned(), |(known, _)| known.clone())
    };
    let defaults = match default_tags {
        Some(defaults) => defaults
            .iter()
            .map(|(key, value)| (key.clone(), value.into()))
            .collect(),
        None => all.clone(),
    };
    let is_somebodys = |key: &str| {
        [&written, &all, &defaults]
            .iter()
            .any(|tags| twin(tags, key).is_some())
    };
    let found: BTreeMap<String, Value> = members(body)
        .filter(|(key, _)| !is_of_azure(key) && (!is_hidden(key) || is_somebodys(key)))
        .filter_map(|(key, value)| Some((spelled(key), value.as_str()?.into())))
        .collect();
    let is_default = |key: &str, value: &Value| {
        let default = twin(&defaults, key).map(|(_, default)| default);
        twin(&written, key).is_none() && default == Some(value)
    };
    let tags: BTreeMap<_, _> = found
        .iter()
        .filter(|(key, value)| !is_default(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    keep_nothing(object, "tags", tags);
    keep_nothing(object, "tags_all", found);
}

/// All tags of a body, whoever they are from.
pub(crate) fn all_of(body: &Json) -> Value {
    let found = members(body).filter(|(key, _)| !is_of_azure(key));
    let found = found.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.into())));
    Value::Map(found.collect())
}

/// Gives the tags of a body names that can be compared: ARM keeps the case in which it learned one.
pub(crate) fn without_case(body: &mut Json) {
    let Some(tags) = body.get("tags").and_then(Json::as_object) else {
        return;
    };
    let tags = tags.iter();
    body["tags"] = tags
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
}

/// Writes those tags into a body in which `tags_all` changes, whoever the others are from; tells what was overwritten.
pub(crate) fn write(change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
    const ALL: &str = "tags_all";
    let planned = change.planned.get(ALL);
    if planned.is_unknown() {
        return Vec::new();
    }
    let prior = change.prior.map_or(&Value::Null, |prior| prior.get(ALL));
    let is_again = change.again.iter().any(|name| name == ALL);
    let (prior, planned) = (by_name(prior), by_name(planned));
    let mut tags = body["tags"].as_object().cloned().unwrap_or_default();
    let before = tags.clone();
    let mut overwritten = Vec::new();
    let names: BTreeSet<_> = prior.keys().chain(planned.keys()).collect();
    for name in names {
        let (was, wanted) = (prior.get(name), planned.get(name));
        let text = |tag: Option<&(String, String)>| tag.map(|(_, value)| value.clone());
        if text(was) == text(wanted) && !is_again {
            continue;
        }
        let spelled = tags
            .keys()
            .find(|key| key.to_lowercase() == **name)
            .cloned();
        let found = spelled.and_then(|key| tags.shift_remove(&key));
        let found = found.as_ref().and_then(Json::as_str).map(str::to_owned);
        if found != text(was) && found != text(wanted) {
            let key = wanted.or(was).map_or(name, |(key, _)| key);
            let path = Path::attribute("tags").with_key(key);
            overwritten.push(Overwritten::new(path, json!(found), json!(text(wanted))));
        }
        if let Some((key, value)) = wanted {
            tags.insert(key.clone(), json!(value));
        }
    }
    if tags == before {
        return overwritten;
    }
    match (tags.is_empty(), body.as_object_mut()) {
        (true, Some(members)) => {
            members.shift_remove("tags");
        }
        _ => body["tags"] = Json::Object(tags),
    }
    overwritten
}

/// Tags by name, with its spelling and the value.
fn by_name(tags: &Value) -> BTreeMap<String, (String, String)> {
    let tags = tags.as_map().into_iter().flatten();
    let tags = tags.filter_map(|(key, value)| {
        Some((
            key.to_lowercase(),
            (key.clone(), value.as_str()?.to_owned()),
        ))
    });
    tags.collect()
}

/// The names of tags of `body` that are not in `wanted`.
pub(crate) fn missing(body: &Json, wanted: &Json) -> Vec<String> {
    let is_wanted = |key: &str| members(wanted).any(|(wanted, _)| same_name(wanted, key));
    members(body)
        .filter(|(key, value)| !value.is_null() && !is_wanted(key))
        .map(|(key, _)| key.clone())
        .collect()
}

/// Whether two maps hold the same tags. The case of names makes no difference, and to ARM no tags are an empty map.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    let by_name = |value: &Value| -> BTreeMap<String, Value> {
        let tags = value.as_map().into_iter().flatten();
        tags.map(|(key, value)| (key.to_lowercase(), value.clone()))
            .collect()
    };
    by_name(a) == by_name(b)
}

fn all(default_tags: &BTreeMap<String, String>, tags: &Value) -> Value {
    if !tags.is_null() && !tags.is_wholly_known() {
        return Value::unknown();
    }
    let own = tags.as_map().cloned().unwrap_or_default();
    let defaults = default_tags
        .iter()
        .filter(|(key, _)| twin(&own, key).is_none())
        .map(|(key, value)| (key.clone(), Value::from(value)));
    let all: BTreeMap<_, _> = defaults.chain(own.clone()).collect();
    match all.is_empty() {
        true => Value::Null,
        false => Value::Map(all),
    }
}

/// The tag of the name, in whatever casing: to ARM they are one.
fn twin<'t>(tags: &'t BTreeMap<String, Value>, key: &str) -> Option<(&'t String, &'t Value)> {
    tags.iter().find(|(other, _)| same_name(other, key))
}

fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
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

fn members(body: &Json) -> impl Iterator<Item = (&String, &Json)> {
    body["tags"].as_object().into_iter().flatten()
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
        read(Some(&defaults()), &body, &mut found);
        assert_eq!(found.get("tags"), &map(&[("a", "b")]));
        assert_eq!(
            found.get("tags_all"),
            &map(&[("team", "integration"), ("a", "b")])
        );

        let mut written = object(map(&[("team", "integration")]));
        read(Some(&defaults()), &body, &mut written);
        assert_eq!(
            written.get("tags"),
            &map(&[("team", "integration"), ("a", "b")])
        );
    }

    #[test]
    fn hidden_tags_count_where_somebody_wrote_them() {
        let body =
            json!({ "tags": { "hidden-title": "x", "Hidden-link:/a": "y", "hidden-other": "z" } });
        let title = map(&[("Hidden-Title", "x")]);
        let mut known = object(title.clone());
        read(Some(&BTreeMap::new()), &body, &mut known);
        assert_eq!(known.get("tags"), &title);
        assert_eq!(known.get("tags_all"), &title);

        let defaults = [("hidden-link:/a".to_owned(), "y".to_owned())].into();
        let mut known = object(title.clone());
        read(Some(&defaults), &body, &mut known);
        assert_eq!(known.get("tags"), &title);
        let all = map(&[("Hidden-Title", "x"), ("Hidden-link:/a", "y")]);
        assert_eq!(known.get("tags_all"), &all);

        // Drift, and what is gone.
        let mut known = object(title);
        read(
            Some(&BTreeMap::new()),
            &json!({ "tags": { "hidden-title": "other" } }),
            &mut known,
        );
        assert_eq!(known.get("tags"), &map(&[("Hidden-Title", "other")]));
        read(
            Some(&BTreeMap::new()),
            &json!({ "tags": { "hidden-new": "z" } }),
            &mut known,
        );
        assert_eq!(known.get("tags"), &Value::Null);
    }

    #[test]
    fn names_are_read_in_the_case_in_which_they_were_written() {
        let body = json!({ "tags": { "TEAM": "integration", "A": "b", "$type": "x" } });
        let mut known = object(map(&[("a", "b")]));
        known.set("tags_all", map(&[("team", "integration"), ("a", "b")]));
        let expect = known.clone();
        read(Some(&defaults()), &body, &mut known);
        assert_eq!(known, expect);
        assert!(same(&map(&[("A", "b")]), &map(&[("a", "b")])));
        assert!(!same(&map(&[("a", "B")]), &map(&[("a", "b")])));
        assert!(same(&map(&[]), &Value::Null));
    }

    #[test]
    fn default_tags_that_are_not_known_yet_are_taken_from_the_state() {
        let mut known = object(map(&[("a", "b")]));
        known.set("tags_all", map(&[("team", "integration"), ("a", "b")]));
        let expect = known.clone();
        read(
            None,
            &json!({ "tags": { "team": "integration", "a": "b" } }),
            &mut known,
        );
        assert_eq!(known, expect);
        read(
            None,
            &json!({ "tags": { "team": "other", "a": "b" } }),
            &mut known,
        );
        assert_eq!(known.get("tags"), &map(&[("a", "b"), ("team", "other")]));
    }

    #[test]
    fn a_default_tag_that_is_removed_shows_as_a_tag_to_remove() {
        let mut known = object(Value::Null);
        known.set("tags_all", map(&[("team", "integration")]));
        read(
            Some(&BTreeMap::new()),
            &json!({ "tags": { "team": "integration" } }),
            &mut known,
        );
        assert_eq!(known.get("tags"), &map(&[("team", "integration")]));
        assert!(all(&BTreeMap::new(), &Value::Null).is_null());
    }

    #[test]
    fn what_is_missing_is_told_without_regard_to_case() {
        let body = json!({ "tags": { "Team": "x", "old": "y", "gone": null } });
        let wanted = json!({ "tags": { "team": "x" } });
        assert_eq!(missing(&body, &wanted), ["old"]);
        assert_eq!(missing(&json!({}), &wanted), [""; 0]);
    }

    #[test]
    fn no_tags_keep_the_form_they_had() {
        for form in [Value::Null, map(&[])] {
            let mut found = object(form.clone());
            read(Some(&BTreeMap::new()), &json!({}), &mut found);
            assert_eq!(found.get("tags"), &form);
        }
    }

    /// Writes a change of tags into a body with other ones; the body, and what was overwritten.
    fn written(states: [Value; 2], again: &[String], body: Json) -> (Json, Vec<String>) {
        let [prior, planned] = states.map(|tags| {
            let mut state = object(Value::Null);
            state.set("tags_all", tags);
            state
        });
        let mut body = json!({ "tags": body });
        let change = Change::between(&prior, &planned).and_again(again);
        let overwritten = write(change, &mut body);
        let paths = overwritten.iter().map(|it| it.path.to_string());
        (body["tags"].take(), paths.collect())
    }

    #[test]
    fn a_write_changes_what_the_plan_changes_and_keeps_all_else() {
        let hidden = || json!({ "hidden-link": "x", "by": "others" });
        for (prior, planned, before, after) in [
            (
                map(&[]),
                map(&[("new", "1")]),
                hidden(),
                json!({ "hidden-link": "x", "by": "others", "new": "1" }),
            ),
            (
                map(&[("old", "1")]),
                map(&[]),
                json!({ "Old": "1" }),
                Json::Null,
            ),
            (
                map(&[("old", "1")]),
                Value::Null,
                json!({ "old": "1", "by": "others" }),
                json!({ "by": "others" }),
            ),
            // What others changed or took away stays so unless it is what the plan changes.
            (
                map(&[("a", "1"), ("b", "1")]),
                map(&[("a", "1"), ("b", "2")]),
                json!({ "a": "3", "b": "1" }),
                json!({ "a": "3", "b": "2" }),
            ),
            (
                map(&[("a", "1"), ("b", "1")]),
                map(&[("a", "1"), ("b", "2")]),
                json!({ "b": "1" }),
                json!({ "b": "2" }),
            ),
            (
                map(&[]),
                map(&[("TEAM", "x")]),
                json!({ "team": "x" }),
                json!({ "TEAM": "x" }),
            ),
            (map(&[]), map(&[]), json!({}), json!({})),
        ] {
            let (written, overwritten) = written([prior, planned], &[], before);
            assert_eq!((written, overwritten), (after, vec![]));
        }
        let (written, overwritten) = written(
            [map(&[("a", "1"), ("b", "1")]), map(&[("a", "2")])],
            &[],
            json!({ "A": "3", "b": "4" }),
        );
        assert_eq!(written, json!({ "a": "2" }));
        assert_eq!(overwritten, [r#"tags["a"]"#, r#"tags["b"]"#]);
    }

    #[test]
    fn tags_of_a_change_that_failed_are_written_again() {
        let tags = || map(&[("a", "1")]);
        let again = ["tags_all".to_owned()];
        let before = || json!({ "by": "others" });
        assert_eq!(written([tags(), tags()], &[], before()).0, before());
        let (written, _) = written([tags(), tags()], &again, before());
        assert_eq!(written, json!({ "by": "others", "a": "1" }));
    }
}
