//! The resources that a write links to, each with the action that it takes to link to it.

use super::action::Asked;
use crate::core::call::Call;
use crate::core::definition::Table;
use crate::core::json::Json;

/// The actions and the ids they are on.
pub(super) fn links(types: &Table, asked: &Asked, call: &Call) -> Vec<(&'static str, String)> {
    let written = asked.action.strip_suffix("/write");
    let definition = written.and_then(|name| types.find(name));
    let linking = definition.map_or(&[][..], |definition| definition.links);
    if linking.is_empty() {
        return Vec::new();
    }
    // A body that cannot be read is refused later, with a better reason.
    let body = call.spelled().unwrap_or_default();
    let mut found = Vec::new();
    for (path, action) in linking {
        let mut ids = Vec::new();
        collect(&body, path, &mut ids);
        found.extend(ids.into_iter().map(|id| (*action, id)));
    }
    found
}

/// Finds the ids at a path in which `*` is every element and `#` every name.
fn collect(value: &Json, path: &str, ids: &mut Vec<String>) {
    let (member, rest) = path.split_once('/').unwrap_or((path, ""));
    match (member, value) {
        ("", Json::String(id)) => ids.push(id.clone()),
        ("*", Json::Array(elements)) => {
            elements
                .iter()
                .for_each(|element| collect(element, rest, ids));
        }
        ("#", Json::Object(members)) => ids.extend(members.keys().cloned()),
        (member, Json::Object(members)) => {
            if let Some(value) = members.get(member) {
                collect(value, rest, ids);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    #[test]
    fn ids_are_found_where_they_are() {
        let body = json!({"a": {"list": [{"id": "x"}, {"id": "y"}, {"id": 1}, {}]}, "names": {"p": {}, "q": null}, "one": {"id": "z"}});
        for (path, expected) in [
            ("a/list/*/id", vec!["x", "y"]),
            ("names/#", vec!["p", "q"]),
            ("one/id", vec!["z"]),
            ("one/none", vec![]),
            ("one/id/deeper", vec![]),
        ] {
            let mut ids = Vec::new();
            collect(&body, path, &mut ids);
            assert_eq!(ids, expected, "{path}");
        }
    }
}
