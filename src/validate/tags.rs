//! Tags, by ARM's limits.

use std::collections::BTreeMap;

/// Azure Resource Manager, limitations of tags.
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 512;
const LONGEST_VALUE: usize = 256;
const FORBIDDEN_IN_KEYS: &str = "<>%&\\?/";

/// A tag, or all of them, that ARM would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The tag at fault; `None` means the map as a whole.
    pub key: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// How Azure's own tags begin, which portals hide and nobody else manages.
const HIDDEN: &str = "hidden-";

/// What some services add to the tags: the type of the object in which they keep them.
const TYPE: &str = "$type";

/// Whether a tag is one of Azure's own.
pub fn is_hidden(key: &str) -> bool {
    let start = key.get(..HIDDEN.len());
    key == TYPE || start.is_some_and(|start| start.eq_ignore_ascii_case(HIDDEN))
}

/// Azure Resource Manager: at most 50 tags; a key of 1–512 characters without `< > % & \ ? /`, unique without regard to
/// case; a value of at most 256 characters. A value that is not known yet is `None`.
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
        false => Err(messages.join("\n")),
    }
}

fn key_problem(key: &str) -> Option<String> {
    if is_hidden(key) {
        return Some(format!(
            "the tag \"{key}\" is one of Azure's own, which are \"{TYPE}\" and what begins with \"{HIDDEN}\": leave it to Azure"
        ));
    }
    let length = key.chars().count();
    if length == 0 || length > LONGEST_KEY {
        return Some(format!(
            "a tag's name has 1 to {LONGEST_KEY} characters, this has {length}"
        ));
    }
    let bad = key
        .chars()
        .find(|character| FORBIDDEN_IN_KEYS.contains(*character))?;
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
            (vec![("Hidden-link", "1")], vec!["is one of Azure's own"]),
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
