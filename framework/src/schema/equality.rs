//! Values that mean the same, and what is kept of those before.

use super::custom_type::CustomType;
use super::matching::matched;
use crate::types::value::Value;

/// Whether two values are equal, or mean the same. Null and unknown mean only themselves.
pub(super) fn mean_same(custom: &dyn CustomType, prior: &Value, new: &Value) -> bool {
    let is_known = |value: &Value| !value.is_null() && value.is_wholly_known();
    let are_known = || is_known(prior) && is_known(new);
    prior == new || (are_known() && custom.semantically_equal(prior, new))
}

/// The same for what is in lists, sets and maps: elements of a list belong together by their index, those of a map by their
/// key, and those of a set by what they mean, in any order.
pub(super) fn elements_mean_same(custom: &dyn CustomType, prior: &Value, new: &Value) -> bool {
    let same = |prior: &Value, new: &Value| elements_mean_same(custom, prior, new);
    match (prior, new) {
        (Value::List(prior), Value::List(new)) => {
            let mut pairs = prior.iter().zip(new);
            prior.len() == new.len() && pairs.all(|(prior, new)| same(prior, new))
        }
        (Value::Map(prior), Value::Map(new)) => {
            let mut pairs = prior.iter().zip(new.values());
            prior.keys().eq(new.keys()) && pairs.all(|((_, prior), new)| same(prior, new))
        }
        (Value::Set(prior), Value::Set(new)) => {
            let pairs = counterparts(custom, prior, new);
            prior.len() == new.len() && pairs.iter().all(Option::is_some)
        }
        (prior, new) => mean_same(custom, prior, new),
    }
}

/// Puts each element that means the same as one of before into the form that it had.
pub(super) fn keep_elements(custom: &dyn CustomType, prior: &Value, new: &mut Value) {
    match (prior, new) {
        (Value::List(prior), Value::List(new)) => {
            for (prior, new) in prior.iter().zip(new) {
                keep_elements(custom, prior, new);
            }
        }
        (Value::Map(prior), Value::Map(new)) => {
            for (key, new) in new {
                if let Some(prior) = prior.get(key) {
                    keep_elements(custom, prior, new);
                }
            }
        }
        (Value::Set(prior), value @ Value::Set(_)) => {
            let Value::Set(mut new) = std::mem::replace(value, Value::Null) else {
                return;
            };
            let pairs = counterparts(custom, prior, &new);
            for (new, pair) in new.iter_mut().zip(pairs) {
                if let Some(pair) = pair {
                    *new = prior[pair].clone();
                }
            }
            *value = Value::set(new);
        }
        (prior, new) if mean_same(custom, prior, new) => *new = prior.clone(),
        _ => {}
    }
}

/// For each element of a set the index of the one of before that means the same.
fn counterparts(custom: &dyn CustomType, prior: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    matched(
        new,
        prior,
        &[&|a, b| new[a] == prior[b], &|a, b| {
            elements_mean_same(custom, &prior[b], &new[a])
        }],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::custom_type::SemanticEquality;

    const IGNORING_CASE: SemanticEquality = SemanticEquality(|a, b| {
        let texts = a.as_str().zip(b.as_str());
        texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    });

    fn set<const N: usize>(texts: [&str; N]) -> Value {
        Value::set(texts.map(Value::from))
    }

    fn map(value: &str) -> Value {
        Value::Map([("k".to_owned(), value.into())].into())
    }

    #[track_caller]
    fn check(prior: Value, new: Value, kept: Value, is_same: bool) {
        assert_eq!(elements_mean_same(&IGNORING_CASE, &prior, &new), is_same);
        let mut found = new;
        keep_elements(&IGNORING_CASE, &prior, &mut found);
        assert_eq!(found, kept);
    }

    #[test]
    fn each_element_is_kept_that_means_the_same() {
        let list = Value::strings::<&str>;
        check(
            list(vec!["a", "b"]),
            list(vec!["A", "B"]),
            list(vec!["a", "b"]),
            true,
        );
        check(
            list(vec!["a", "b"]),
            list(vec!["B", "A"]),
            list(vec!["B", "A"]),
            false,
        );
        check(
            list(vec!["a"]),
            list(vec!["A", "B"]),
            list(vec!["a", "B"]),
            false,
        );
        check(
            set(["a", "b", "c"]),
            set(["C", "A", "B"]),
            set(["a", "b", "c"]),
            true,
        );
        check(set(["a", "b"]), set(["C", "A"]), set(["a", "C"]), false);
        // What is equal goes before what only means the same.
        check(set(["a", "A"]), set(["A"]), set(["A"]), false);
        check(map("v"), map("V"), map("v"), true);
        check(map("v"), map("W"), map("W"), false);
        let nested = |text: &str| Value::List(vec![set([text, "x"])]);
        check(nested("a"), nested("A"), nested("a"), true);
    }

    #[test]
    fn null_and_unknown_mean_only_themselves() {
        let list = |value: Value| Value::List(vec![value]);
        check(list(Value::Null), list("".into()), list("".into()), false);
        check(
            list("a".into()),
            list(Value::unknown()),
            list(Value::unknown()),
            false,
        );
        check(Value::Null, set([]), set([]), false);
        check(Value::Null, Value::Null, Value::Null, true);
    }
}
