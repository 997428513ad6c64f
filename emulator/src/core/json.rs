//! Small helpers over JSON values.

use serde_json::Map;
pub(crate) use serde_json::{Value as Json, json};

/// The text at `path` (members separated by `/`), if there is one.
pub(crate) fn text<'a>(value: &'a Json, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// The value at `path` (members separated by `/`), if there is one that is not null.
pub(crate) fn at<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('/')
        .try_fold(value, |value, member| value.get(member))
        .filter(|found| !found.is_null())
}

/// The elements of the array at `path`; none when there is no array.
pub(crate) fn list<'a>(value: &'a Json, path: &str) -> &'a [Json] {
    at(value, path)
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Puts `new` at `path`, making the objects on the way.
pub(crate) fn set(value: &mut Json, path: &str, new: Json) {
    let mut place = value;
    for member in path.split('/') {
        if !place.is_object() {
            *place = Json::Object(Map::new());
        }
        let Json::Object(members) = place else { return };
        place = members.entry(member).or_insert(Json::Null);
    }
    *place = new;
}

/// Puts `new` at `path` unless something is there.
pub(crate) fn set_default(value: &mut Json, path: &str, new: Json) {
    if at(value, path).is_none() {
        set(value, path, new);
    }
}

/// Takes the value at `path` out of its object.
pub(crate) fn take(value: &mut Json, path: &str) -> Option<Json> {
    let (parent, member) = match path.rsplit_once('/') {
        Some((parent, member)) => (
            parent
                .split('/')
                .try_fold(value, |value, member| value.get_mut(member))?,
            member,
        ),
        None => (value, path),
    };
    // shift_remove keeps the order of what stays.
    parent.as_object_mut()?.shift_remove(member)
}

/// Merges `patch` into `target` member by member; null removes a member (RFC 7386).
pub(crate) fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(members) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            members.shift_remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Json::Null), value);
        }
    }
}

/// The object with the members of `order` first and the others after them, as they were.
pub(crate) fn ordered(value: Json, order: &[&str]) -> Json {
    let Json::Object(mut members) = value else {
        return value;
    };
    let mut sorted = Map::new();
    for name in order {
        if let Some(value) = members.shift_remove(*name) {
            sorted.insert((*name).to_owned(), value);
        }
    }
    sorted.extend(members);
    Json::Object(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_into_objects() {
        let mut value = json!({"a": {"b": 1}});
        set(&mut value, "a/c/d", json!("x"));
        assert_eq!(text(&value, "a/c/d"), Some("x"));
        assert_eq!(take(&mut value, "a/b"), Some(json!(1)));
        assert_eq!(value, json!({"a": {"c": {"d": "x"}}}));
        assert_eq!(take(&mut value, "z/b"), None);
    }

    #[test]
    fn merging_replaces_adds_and_removes() {
        let mut value = json!({"keep": 1, "gone": 2, "deep": {"x": 1}});
        merge(
            &mut value,
            &json!({"gone": null, "deep": {"y": 2}, "new": [1]}),
        );
        assert_eq!(
            value,
            json!({"keep": 1, "deep": {"x": 1, "y": 2}, "new": [1]})
        );
    }
}
