//! What differs between two states of Azure, or of one resource.

use std::collections::BTreeMap;

use crate::core::json::{Json, json};

/// The resources that came, went and changed, by their ids in lower case.
pub(super) fn between(from: &BTreeMap<String, Json>, to: &BTreeMap<String, Json>) -> Json {
    let missing = |of: &BTreeMap<String, Json>, elsewhere: &BTreeMap<String, Json>| {
        let missing = of.iter().filter(|(key, _)| !elsewhere.contains_key(*key));
        missing
            .map(|(_, body)| body["id"].clone())
            .collect::<Vec<_>>()
    };
    let both = from
        .iter()
        .filter_map(|(key, before)| Some((before, to.get(key)?)));
    let changed = both.filter(|(before, after)| before != after);
    let changed = changed.map(|(before, after)| {
        let mut changes = Vec::new();
        compare("", Some(before), Some(after), &mut changes);
        json!({"id": after["id"], "changes": changes})
    });
    json!({
        "added": missing(to, from),
        "removed": missing(from, to),
        "changed": changed.collect::<Vec<_>>()
    })
}

/// Adds each place, as a JSON pointer, at which two values differ; what is not there at one time is left out.
fn compare(path: &str, from: Option<&Json>, to: Option<&Json>, changes: &mut Vec<Json>) {
    match (from, to) {
        (from, to) if from == to => {}
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            let new = after.keys().filter(|name| !before.contains_key(*name));
            for name in before.keys().chain(new) {
                let below = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&below, before.get(name), after.get(name), changes);
            }
        }
        (Some(Json::Array(before)), Some(Json::Array(after))) => {
            for place in 0..before.len().max(after.len()) {
                let below = format!("{path}/{place}");
                compare(&below, before.get(place), after.get(place), changes);
            }
        }
        (from, to) => {
            let mut change = json!({ "path": path });
            for (name, value) in [("from", from), ("to", to)] {
                if let Some(value) = value {
                    change[name] = value.clone();
                }
            }
            changes.push(change);
        }
    }
}

/// The members to merge into one value, null for those that go, so that it becomes the other (RFC 7386).
pub(crate) fn merge_patch(from: &Json, to: &Json) -> Json {
    let (Json::Object(before), Json::Object(after)) = (from, to) else {
        return to.clone();
    };
    let mut patch = json!({});
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        patch[name] = Json::Null;
    }
    for (name, value) in after {
        match before.get(name) {
            Some(known) if known == value => {}
            Some(known) => patch[name] = merge_patch(known, value),
            None => patch[name] = value.clone(),
        }
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::merge;

    #[test]
    fn changes_are_told_by_their_place() {
        let resource = |body: Json| BTreeMap::from([("/a".to_owned(), body)]);
        let found = between(
            &resource(
                json!({"id": "/A", "gone": 1, "same": 2, "list": [1, 2], "a/b": {"c~d": null}}),
            ),
            &resource(
                json!({"id": "/A", "same": 2, "list": [1, 3, 4], "a/b": {"c~d": 5}, "new": {}}),
            ),
        );
        let expected = json!([{"id": "/A", "changes": [
            {"path": "/gone", "from": 1},
            {"path": "/list/1", "from": 2, "to": 3},
            {"path": "/list/2", "to": 4},
            {"path": "/a~1b/c~0d", "from": null, "to": 5},
            {"path": "/new", "to": {}}
        ]}]);
        assert_eq!(found["changed"], expected);
        assert_eq!(
            (&found["added"], &found["removed"]),
            (&json!([]), &json!([]))
        );
    }

    #[test]
    fn a_patch_makes_one_value_the_other() {
        for (from, to, patch) in [
            (
                json!({"a": 1, "b": {"c": 2, "d": 3}}),
                json!({"b": {"c": 2, "d": 4}, "e": [1]}),
                json!({"a": null, "b": {"d": 4}, "e": [1]}),
            ),
            (json!({"a": {"b": 1}}), json!({"a": 2}), json!({"a": 2})),
            (json!({"a": 1}), json!({"a": 1}), json!({})),
        ] {
            assert_eq!(merge_patch(&from, &to), patch);
            let mut merged = from;
            merge(&mut merged, &patch);
            assert_eq!(merged, to);
        }
    }
}
