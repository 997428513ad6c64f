//! The `$filter` of lists: comparisons of fields with texts, joined by `and` and `or`.

use super::call::Call;
use super::directory::guid;
use super::error::ArmError;
use super::errors;
use super::json::Json;

/// A filter: one of several sets of comparisons has to hold.
#[derive(Debug, PartialEq)]
pub(crate) struct Filter(Vec<Vec<Term>>);

#[derive(Debug, PartialEq)]
struct Term {
    field: &'static str,
    how: How,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Equal,
    Unequal,
    Contains,
    Starts,
}

impl Filter {
    /// The filter of a request, which may name these fields only.
    pub(crate) fn of(call: &Call, fields: &[&'static str]) -> Result<Option<Self>, ArmError> {
        let Some(text) = call
            .query("$filter")
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let alternatives = split(text, " or ")
            .into_iter()
            .map(|all| {
                let terms = split(all, " and ").into_iter();
                terms.map(|term| Term::read(term.trim(), fields)).collect()
            })
            .collect::<Option<_>>();
        match alternatives {
            Some(alternatives) => Ok(Some(Self(alternatives))),
            None => Err(errors::invalid_filter_in_query_string(
                text,
                fields.join(", "),
            )),
        }
    }

    /// Whether something fits whose fields have these values, if any.
    pub(crate) fn accepts<'a>(&self, values: impl Fn(&str) -> Vec<&'a str>) -> bool {
        let holds = |term: &Term| {
            let wanted = term.value.to_lowercase();
            let any = |fits: &dyn Fn(&str) -> bool| {
                values(term.field)
                    .iter()
                    .any(|value| fits(&value.to_lowercase()))
            };
            match term.how {
                How::Equal => any(&|value| value == wanted),
                How::Unequal => !any(&|value| value == wanted),
                How::Contains => any(&|value| value.contains(&wanted)),
                How::Starts => any(&|value| value.starts_with(&wanted)),
            }
        };
        self.0.iter().any(|all| all.iter().all(holds))
    }
}

impl Filter {
    /// Whether a resource fits: what is asked of tags has to hold for one and the same of them.
    pub(crate) fn accepts_resource<'a>(
        &self,
        body: &'a Json,
        values: impl Fn(&str) -> Vec<&'a str>,
    ) -> bool {
        let tags = body["tags"].as_object().into_iter().flatten();
        let tags = tags.map(|(name, value)| Some((name.as_str(), value.as_str())));
        let fits = |tag: Option<(&'a str, Option<&'a str>)>| {
            self.accepts(|field| match (field, tag) {
                ("tagName", Some((name, _))) => vec![name],
                ("tagValue", Some((_, value))) => value.into_iter().collect(),
                ("tagName" | "tagValue", None) => Vec::new(),
                (field, _) => values(field),
            })
        };
        tags.chain([None]).any(fits)
    }
}

impl Term {
    fn read(text: &str, fields: &[&'static str]) -> Option<Self> {
        let call = text.split_once('(');
        let call = call.filter(|(name, _)| !name.trim().contains(' '));
        let (field, how, value) = if let Some((name, arguments)) = call {
            let arguments = arguments.strip_suffix(')')?;
            match (
                name.trim().to_lowercase().as_str(),
                arguments.split_once(','),
            ) {
                ("substringof", Some((first, second))) => (second, How::Contains, first),
                ("startswith", Some((first, second))) => (first, How::Starts, second),
                // What holds or does not, and what is about one field.
                (_, None) if arguments.trim().is_empty() => (name, How::Equal, "'true'"),
                (_, None) => (name, How::Equal, arguments),
                _ => return None,
            }
        } else {
            let (field, rest) = text.split_once(' ')?;
            let (operator, value) = rest.trim().split_once(' ')?;
            let how = match operator.to_lowercase().as_str() {
                "eq" => How::Equal,
                "ne" => How::Unequal,
                _ => return None,
            };
            (field, how, value)
        };
        let mut known = fields.iter();
        let field = known.find(|known| known.eq_ignore_ascii_case(field.trim()))?;
        let value = value.trim();
        let quoted = value
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        // The documents of roles write ids without quotes.
        let value = quoted.or_else(|| guid(value).map(|_| value))?;
        Some(Self {
            field,
            how,
            value: value.replace("''", "'"),
        })
    }
}

/// The parts of a text between a word that stands outside quotes.
fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        if character == '\'' {
            quoted = !quoted;
        }
        let here = text.get(at..at + word.len());
        if !quoted && at >= start && here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
            parts.push(&text[start..at]);
            start = at + word.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    fn filter(text: &str) -> Result<Option<Filter>, u16> {
        let call = Call {
            query: vec![("$filter".to_owned(), text.to_owned())],
            ..Call::default()
        };
        Filter::of(&call, &["name", "tagName", "tagValue"]).map_err(|error| error.status)
    }

    #[test]
    fn comparisons_are_joined() {
        for (text, expected) in [
            ("name eq 'One'", true),
            ("NAME EQ 'one'", true),
            ("name eq 'two'", false),
            ("name ne 'two'", true),
            ("name eq 'two' or tagName eq 'a'", true),
            ("name eq 'one' and tagName eq 'c'", false),
            ("name eq 'x' and name eq 'y' or tagName eq 'b'", true),
            ("substringof('ne', name)", true),
            ("startswith(tagName, 'B')", true),
            ("name eq 'one or two'", false),
            ("name eq 'one (or two)'", false),
            ("tagName()", false),
            ("name('One') and startswith(tagName, 'b')", true),
            ("name ne 00000000-0000-0000-0000-000000000001", true),
        ] {
            let filter = filter(text).expect("a filter").expect("one");
            let fits = filter.accepts(|field| match field {
                "name" => vec!["one"],
                _ => vec!["a", "b"],
            });
            assert_eq!(fits, expected, "{text}");
        }
        assert_eq!(filter(" "), Ok(None));
    }

    #[test]
    fn names_and_values_of_tags_go_together() {
        let filter = filter("tagName eq 'a' and tagValue eq 'x'")
            .expect("a filter")
            .expect("one");
        for (tags, expected) in [
            (json!({"a": "x", "b": "y"}), true),
            (json!({"a": "y", "b": "x"}), false),
            (json!({}), false),
        ] {
            let body = json!({ "tags": tags });
            assert_eq!(
                filter.accepts_resource(&body, |_| Vec::new()),
                expected,
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_comparison_is_refused() {
        for text in [
            "name",
            "name eq one",
            "size eq 'x'",
            "name gt 'a'",
            "(name eq 'a')",
            "name eq 'a' and",
        ] {
            assert_eq!(filter(text), Err(400), "{text}");
        }
    }
}
