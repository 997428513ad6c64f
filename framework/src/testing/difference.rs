//! Where two states differ.

use std::collections::BTreeSet;

use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// The places that differ: as deep as both have something there, and a set as a whole.
pub(super) fn difference(before: &Object, after: &Object) -> Vec<Path> {
    let mut found = Vec::new();
    objects(before, after, &Path::root(), &mut found);
    found
}

fn objects(before: &Object, after: &Object, path: &Path, found: &mut Vec<Path>) {
    let names = before.iter().chain(after.iter()).map(|(name, _)| name);
    for name in names.collect::<BTreeSet<_>>() {
        let (before, after) = (before.find(name), after.find(name));
        values(before, after, path.with_attribute(name), found);
    }
}

fn values(before: Option<&Value>, after: Option<&Value>, path: Path, found: &mut Vec<Path>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            objects(before, after, &path, found);
        }
        (Some(Value::List(before)), Some(Value::List(after))) => {
            for index in 0..before.len().max(after.len()) {
                let (before, after) = (before.get(index), after.get(index));
                values(before, after, path.with_index(index), found);
            }
        }
        (Some(Value::Map(before)), Some(Value::Map(after))) => {
            for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let (before, after) = (before.get(key), after.get(key));
                values(before, after, path.with_key(key), found);
            }
        }
        _ => found.push(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
        members.into_iter().collect()
    }

    #[test]
    fn places_are_as_deep_as_both_go() {
        let map = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(key, it)| ((*key).to_owned(), Value::from(*it)));
            Value::Map(pairs.collect())
        };
        let rule = |port: Value| Value::Object(object([("port", port), ("name", "x".into())]));
        let before = object([
            ("same", "a".into()),
            ("text", "a".into()),
            ("id", "1".into()),
            (
                "list",
                Value::List(vec![rule("1".into()), rule("2".into())]),
            ),
            ("set", Value::set(["a".into(), "b".into()])),
            ("tags", map(&[("a", "1"), ("b", "2")])),
            ("gone", rule("1".into())),
        ]);
        let after = object([
            ("same", "a".into()),
            ("text", "b".into()),
            ("id", Value::unknown()),
            (
                "list",
                Value::List(vec![
                    rule("1".into()),
                    rule(Value::unknown()),
                    rule("3".into()),
                ]),
            ),
            ("set", Value::set(["a".into()])),
            ("tags", map(&[("b", "3"), ("c", "1")])),
            ("gone", Value::Null),
        ]);
        let found = difference(&before, &after);
        let found: Vec<_> = found.iter().map(Path::to_string).collect();
        let expect = [
            "gone",
            "id",
            "list[1].port",
            "list[2]",
            "set",
            "tags[\"a\"]",
            "tags[\"b\"]",
            "tags[\"c\"]",
            "text",
        ];
        assert_eq!(found, expect);
        assert_eq!(difference(&before, &before), []);
    }
}
