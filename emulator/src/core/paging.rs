//! Lists, cut into pages.

use super::call::{Call, Reply};
use super::error::ArmError;
use super::json::{Json, json};

/// How many elements a page has unless `$top` asks for fewer.
const PAGE: usize = 100;

/// The page that the request asks for, with the address of the next one.
pub(crate) fn page(call: &Call, elements: Vec<Json>) -> Result<Reply, ArmError> {
    let number = |name: &str, default: usize| {
        call.query(name).map_or(Ok(default), |value| {
            value.parse::<usize>().map_err(|_| invalid(name, value))
        })
    };
    let size = number("$top", PAGE)?.clamp(1, PAGE);
    let skipped = number("$skipToken", 0)?;
    let total = elements.len();
    let mut body =
        json!({"value": elements.into_iter().skip(skipped).take(size).collect::<Vec<_>>()});
    let next = skipped.saturating_add(size);
    if next < total {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let kept = call
            .query
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("$skipToken"));
        query
            .extend_pairs(kept)
            .append_pair("$skipToken", &next.to_string());
        body["nextLink"] = format!("{}{}?{}", call.base, call.path, query.finish()).into();
    }
    Ok(Reply::json(200, body))
}

fn invalid(name: &str, value: &str) -> ArmError {
    ArmError::gateway(
        400,
        "InvalidParameter",
        format!("The value '{value}' of the query parameter '{name}' is invalid."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(query: &[(&str, &str)]) -> Call {
        Call {
            method: "GET".to_owned(),
            path: "/list".to_owned(),
            query: query
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            headers: Vec::new(),
            body: Vec::new(),
            base: "http://here".to_owned(),
        }
    }

    #[test]
    fn the_next_link_leads_through_all_elements() {
        let elements: Vec<Json> = (0..3).map(Json::from).collect();
        let first = page(
            &call(&[("api-version", "v"), ("$top", "2")]),
            elements.clone(),
        )
        .expect("a page");
        assert_eq!(
            first.body,
            Some(
                json!({"value": [0, 1], "nextLink": "http://here/list?api-version=v&%24top=2&%24skipToken=2"})
            )
        );
        let last = page(&call(&[("$TOP", "2"), ("$skiptoken", "2")]), elements).expect("a page");
        assert_eq!(last.body, Some(json!({"value": [2]})));
    }

    #[test]
    fn a_token_that_is_no_number_is_refused() {
        assert_eq!(
            page(&call(&[("$skipToken", "x")]), Vec::new())
                .map_err(|error| error.status)
                .err(),
            Some(400)
        );
    }
}
