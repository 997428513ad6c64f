//! Small helpers over JSON values.

use serde_json::Map;
pub(crate) use serde_json::{Value as Json, json};

/// How deep the objects and arrays of a request may lie in one another. JSON that is read back from a state file lies a
/// few levels deeper, and serde_json reads 128.
const MAX_DEPTH: usize = 100;

/// Reads the JSON of a request.
pub(crate) fn parse(bytes: &[u8]) -> Result<Json, String> {
    let value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if depth(&value) > MAX_DEPTH {
        return Err(format!(
            "The JSON is nested deeper than {MAX_DEPTH} levels."
        ));
    }
    Ok(value)
}

fn depth(value: &Json) -> usize {
    match value {
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        Json::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

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
pub(crate) fn ordered(value: Json, order: &[impl AsRef<str>]) -> Json {
    let Json::Object(members) = value else {
        return value;
    };
    let place = |name: &str| {
        let place = order.iter().position(|known| known.as_ref() == name);
        place.unwrap_or(order.len())
    };
    if members.keys().map(|name| place(name)).is_sorted() {
        return Json::Object(members);
    }
    let mut members: Vec<(String, Json)> = members.into_iter().collect();
    members.sort_by_cached_key(|(name, _)| place(name));
    Json::Object(members.into_iter().collect())
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
    fn json_that_could_not_be_read_back_is_refused() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
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
