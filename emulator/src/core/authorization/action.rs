//! The action that a request is, by its method and its path, and the scope it is on.

use crate::core::definition::Table;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) action: String,
    pub(super) scope: String,
    /// Whether it is a list, of which callers see what they may read.
    pub(super) is_list: bool,
}

/// Reads the segments of a path. None is what nobody needs a role for: the list of subscriptions, and operations, whose
/// names only those know who started them.
pub(super) fn asked(types: &Table, method: &str, segments: &[&str]) -> Option<Asked> {
    let [subscriptions, _, rest @ ..] = segments else {
        return None;
    };
    if !subscriptions.eq_ignore_ascii_case("subscriptions") {
        return None;
    }
    let verb = verb(method);
    let plain = |kind: &str, verb: &str, depth: usize, is_list: bool| {
        Some(Asked {
            action: format!("Microsoft.Resources/subscriptions{kind}/{verb}"),
            scope: scope(&segments[..depth]),
            is_list: is_list && verb == "read",
        })
    };
    let providers = rest.iter().enumerate().rposition(|(place, segment)| {
        let namespace = rest.get(place + 1);
        segment.eq_ignore_ascii_case("providers")
            && namespace.map_or(place == 0, |namespace| namespace.contains('.'))
    });
    if let Some(place) = providers {
        return match &rest[place + 1..] {
            [] | [_] => plain("/providers", verb, 2, false),
            [namespace, word] if is_registration(word) => Some(Asked {
                action: format!("{namespace}/{}/action", word.to_lowercase()),
                scope: scope(&segments[..2]),
                is_list: false,
            }),
            [namespace, pairs @ ..] => typed(types, verb, segments, namespace, pairs),
        };
    }
    match rest {
        [] => plain("", verb, 2, false),
        [kind] if kind.eq_ignore_ascii_case("resourceGroups") => {
            plain("/resourceGroups", verb, 2, true)
        }
        [kind] if kind.eq_ignore_ascii_case("resources") => plain("/resources", verb, 2, true),
        [kind, _] if kind.eq_ignore_ascii_case("resourceGroups") => {
            plain("/resourceGroups", verb, 4, false)
        }
        [kind, _, word] if kind.eq_ignore_ascii_case("resourceGroups") => {
            plain(&format!("/resourceGroups/{word}"), verb, 4, true)
        }
        [kind, _] if kind.eq_ignore_ascii_case("operationResults") => None,
        [word, ..] => plain(&format!("/{word}"), verb, 2, false),
    }
}

fn typed(
    types: &Table,
    verb: &str,
    segments: &[&str],
    namespace: &str,
    pairs: &[&str],
) -> Option<Asked> {
    let kinds: Vec<&str> = pairs.iter().step_by(2).copied().collect();
    if let [locations, .., operations] = kinds.as_slice()
        && locations.eq_ignore_ascii_case("locations")
        && operations.to_lowercase().starts_with("operation")
    {
        return None;
    }
    // What is left over after the pairs is the word of a list or of an action.
    let has_word = pairs.len() % 2 == 1;
    let left_out = match pairs {
        [_] => 3,
        _ => usize::from(has_word),
    };
    Some(Asked {
        action: format!("{}/{verb}", canonical(types, namespace, &kinds)),
        scope: scope(&segments[..segments.len() - left_out]),
        is_list: has_word && verb == "read",
    })
}

fn verb(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" => "read",
        "DELETE" => "delete",
        "POST" => "action",
        _ => "write",
    }
}

fn is_registration(word: &str) -> bool {
    ["register", "unregister"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

fn scope(segments: &[&str]) -> String {
    format!("/{}", segments.join("/"))
}

/// A type in its own spelling as far as it is one that is served, with the words that follow.
fn canonical(types: &Table, namespace: &str, kinds: &[&str]) -> String {
    let served = (1..=kinds.len()).rev().find_map(|depth| {
        let name = format!("{namespace}/{}", kinds[..depth].join("/"));
        Some((types.find(&name)?.name, &kinds[depth..]))
    });
    let (start, rest) = served.unwrap_or((namespace, kinds));
    rest.iter()
        .fold(start.to_owned(), |name, kind| format!("{name}/{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TABLE;

    #[test]
    fn requests_are_the_actions_that_roles_name() {
        let logic = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic";
        for (method, path, action, scope, is_list) in [
            (
                "GET",
                "/subscriptions/s",
                "Microsoft.Resources/subscriptions/read",
                "/subscriptions/s",
                false,
            ),
            (
                "GET",
                "/subscriptions/s/resourcegroups",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
                "/subscriptions/s",
                true,
            ),
            (
                "PUT",
                "/subscriptions/s/resourcegroups/g",
                "Microsoft.Resources/subscriptions/resourceGroups/write",
                "/subscriptions/s/resourcegroups/g",
                false,
            ),
            (
                "GET",
                "/subscriptions/s/resources",
                "Microsoft.Resources/subscriptions/resources/read",
                "/subscriptions/s",
                true,
            ),
            (
                "GET",
                "/subscriptions/s/providers/Microsoft.Logic",
                "Microsoft.Resources/subscriptions/providers/read",
                "/subscriptions/s",
                false,
            ),
            (
                "POST",
                "/subscriptions/s/providers/Microsoft.Logic/register",
                "Microsoft.Logic/register/action",
                "/subscriptions/s",
                false,
            ),
            (
                "GET",
                "/subscriptions/s/providers/Microsoft.Logic/workflows",
                "Microsoft.Logic/workflows/read",
                "/subscriptions/s",
                true,
            ),
            (
                "GET",
                &format!("{logic}/workflows"),
                "Microsoft.Logic/workflows/read",
                "/subscriptions/s/resourceGroups/g",
                true,
            ),
            (
                "PUT",
                &format!("{logic}/WORKFLOWS/w"),
                "Microsoft.Logic/workflows/write",
                &format!("{logic}/WORKFLOWS/w"),
                false,
            ),
            (
                "PATCH",
                &format!("{logic}/workflows/w"),
                "Microsoft.Logic/workflows/write",
                &format!("{logic}/workflows/w"),
                false,
            ),
            (
                "HEAD",
                &format!("{logic}/workflows/w"),
                "Microsoft.Logic/workflows/read",
                &format!("{logic}/workflows/w"),
                false,
            ),
            (
                "DELETE",
                &format!("{logic}/workflows/w"),
                "Microsoft.Logic/workflows/delete",
                &format!("{logic}/workflows/w"),
                false,
            ),
            (
                "POST",
                &format!("{logic}/workflows/w/enable"),
                "Microsoft.Logic/workflows/enable/action",
                &format!("{logic}/workflows/w"),
                false,
            ),
            (
                "POST",
                &format!("{logic}/workflows/w/triggers/t/run"),
                "Microsoft.Logic/workflows/triggers/run/action",
                &format!("{logic}/workflows/w/triggers/t"),
                false,
            ),
            (
                "GET",
                &format!("{logic}/workflows/providers"),
                "Microsoft.Logic/workflows/read",
                &format!("{logic}/workflows/providers"),
                false,
            ),
            (
                "PUT",
                &format!("{logic}/workflows/w/providers/Microsoft.Authorization/locks/l"),
                "Microsoft.Authorization/locks/write",
                &format!("{logic}/workflows/w/providers/Microsoft.Authorization/locks/l"),
                false,
            ),
        ] {
            let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
            let expected = Asked {
                action: action.to_owned(),
                scope: scope.to_owned(),
                is_list,
            };
            assert_eq!(
                asked(&TABLE, method, &segments),
                Some(expected),
                "{method} {path}"
            );
        }
        for path in [
            "/subscriptions",
            "/tenants",
            "/subscriptions/s/operationresults/o",
            "/subscriptions/s/providers/Microsoft.Network/locations/l/operationResults/o",
        ] {
            let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
            assert_eq!(asked(&TABLE, "GET", &segments), None, "{path}");
        }
    }
}
