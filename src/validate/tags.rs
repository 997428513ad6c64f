//! Tags, by ARM's limits.

use std::collections::BTreeMap;

/// Azure Resource Manager, limitations of tags.
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 512;
const LONGEST_VALUE: usize = 256;
const FORBIDDEN_IN_KEYS: &str = "<>%&\\?/";
/// Tags such as `hidden-link:/subscriptions/…` have an ID in their names.
const ALLOWED_IN_HIDDEN_KEYS: char = '/';

/// A tag, or all of them, that ARM would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The tag at fault; `None` means the map as a whole.
    pub key: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// How the tags begin that portals and services use among themselves; users set some of them, such as `hidden-title`.
const HIDDEN: &str = "hidden-";

/// What some services add to the tags: the type of the object in which they keep them.
const TYPE: &str = "$type";

/// Whether a tag is not shown, and so is nobody's business but of those who wrote it.
pub fn is_hidden(key: &str) -> bool {
    let start = key.get(..HIDDEN.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(HIDDEN))
}

/// Whether it is no tag of anybody, though it stands among them.
pub fn is_of_azure(key: &str) -> bool {
    key == TYPE
}

/// Azure Resource Manager: at most 50 tags; a key of 1–512 characters without `< > % & \ ? /` (slashes apart in one that
/// begins with `hidden-`), unique without regard to case; a value of at most 256 characters. A value that is not known yet is `None`.
pub fn check<'a>(tags: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Vec<Finding> {
    let tags: BTreeMap<_, _> = tags.into_iter().collect();
    let mut findings = Vec::new();
    if tags.len() > MOST_TAGS {
        findings.push(Finding {
            key: None,
            message: format!(
                "a resource has at most {MOST_TAGS} tags, not {}",
                tags.len()
            ),
        });
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (key, value) in tags {
        let twin = seen.insert(key.to_lowercase(), key);
        let problems = [
            key_problem(key),
            value.and_then(value_problem),
            twin.map(|twin| format!("\"{twin}\" is there too, and tag names compare without regard to case: keep one")),
        ];
        findings.extend(problems.into_iter().flatten().map(|message| Finding {
            key: Some(key.to_owned()),
            message,
        }));
    }
    findings
}

/// [`check`], with all findings in one message.
pub fn all_right<'a>(
    tags: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Result<(), String> {
    let messages: Vec<_> = check(tags)
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    match messages.is_empty() {
        true => Ok(()),
        false => Err(messages.join("; ")),
    }
}

fn key_problem(key: &str) -> Option<String> {
    if is_of_azure(key) {
        return Some(format!(
            "the tag \"{key}\" is one of Azure's own: leave it to Azure"
        ));
    }
    let length = key.chars().count();
    if length == 0 || length > LONGEST_KEY {
        return Some(format!(
            "a tag's name has 1 to {LONGEST_KEY} characters, this has {length}"
        ));
    }
    let is_bad = |character: &char| {
        FORBIDDEN_IN_KEYS.contains(*character)
            && !(is_hidden(key) && *character == ALLOWED_IN_HIDDEN_KEYS)
    };
    let bad = key.chars().find(is_bad)?;
    Some(format!(
        "the tag name \"{key}\" has \"{bad}\" in it: none of < > % & \\ ? / is allowed"
    ))
}

fn value_problem(value: &str) -> Option<String> {
    let length = value.chars().count();
    (length > LONGEST_VALUE)
        .then(|| format!("a tag's value has at most {LONGEST_VALUE} characters, this has {length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let long_key = "k".repeat(513);
        let long_value = "v".repeat(257);
        for (tags, expected) in [
            (vec![("a", "1"), ("b", "")], vec![]),
            (
                vec![("$type", "1")],
                vec!["\"$type\" is one of Azure's own"],
            ),
            (
                vec![
                    ("hidden-title", "1"),
                    ("Hidden-link:/subscriptions/x/y", "Resource"),
                ],
                vec![],
            ),
            (
                vec![("hidden-link:?", "1"), ("not-hidden-/", "1")],
                vec!["\"hidden-link:?\" has \"?\"", "\"not-hidden-/\" has \"/\""],
            ),
            (vec![("", "1")], vec!["1 to 512 characters, this has 0"]),
            (vec![(&long_key[1..], &long_value[1..])], vec![]),
            (
                vec![(&long_key, &long_value)],
                vec!["this has 513", "this has 257"],
            ),
            (
                vec![("a/b", "1"), ("c?", "1")],
                vec!["\"a/b\" has \"/\"", "\"c?\" has \"?\""],
            ),
            (
                vec![("Env", "1"), ("env", "2")],
                vec!["\"Env\" is there too"],
            ),
        ] {
            let found = check(tags.iter().map(|(key, value)| (*key, Some(*value))));
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (finding, part) in found.iter().zip(expected) {
                assert!(finding.message.contains(part), "{finding:?}");
                assert!(finding.key.is_some());
            }
        }
        assert_eq!(check([("unknown", None)]), []);
    }

    #[test]
    fn fifty_at_most() {
        let keys: Vec<_> = (0..51).map(|number| format!("k{number}")).collect();
        let tags = |count: usize| check(keys[..count].iter().map(|key| (key.as_str(), Some("v"))));
        assert_eq!(tags(50), []);
        assert_eq!(tags(51)[0].key, None);
    }
}
