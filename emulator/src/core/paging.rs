//! Lists, cut into pages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::call::{Call, Outcome, Reply};
use super::error::ArmError;
use super::errors;
use super::json::{Json, json};
use super::random::Random;

/// How many elements a page has unless `$top` asks for fewer.
const PAGE: usize = 100;

/// The page that the request asks for, with the address of the next one.
pub(crate) fn page(call: &Call, elements: Vec<Json>) -> Outcome {
    page_of(call, elements, |element| element)
}

/// The same for a list that may be long: only the elements of the page are shown.
pub(crate) fn page_of<T>(
    call: &Call,
    elements: impl IntoIterator<Item = T>,
    show: impl Fn(T) -> Json,
) -> Outcome {
    let size = call.query("$top").map_or(Ok(PAGE), |value| {
        let size = value.parse().ok().filter(|size: &usize| *size > 0);
        size.ok_or_else(|| invalid("$top", value))
    })?;
    let size = size.min(PAGE);
    let skipped = call.query("$skipToken").map_or(Ok(0), |token| {
        skipped(call, token).ok_or_else(|| invalid("$skipToken", token))
    })?;
    let mut rest = elements.into_iter().skip(skipped);
    let shown: Json = rest.by_ref().take(size).map(show).collect();
    let mut body = json!({});
    // Not by the macro, which copies what is put into it.
    body["value"] = shown;
    let next = skipped.saturating_add(size);
    if rest.next().is_some() {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let kept = call
            .query
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("$skipToken"));
        query
            .extend_pairs(kept)
            .append_pair("$skipToken", &token(call, next));
        body["nextLink"] = format!("{}{}?{}", call.base, call.path, query.finish()).into();
    }
    Ok(Reply::json(200, body))
}

/// A token for the page after so many elements, which only this list takes.
fn token(call: &Call, skipped: usize) -> String {
    let mark = Random::of(&format!("{}?{skipped}", call.path.to_lowercase())).next();
    URL_SAFE_NO_PAD.encode(format!("{skipped}.{mark:016x}"))
}

/// After how many elements the page of a token starts; none when it is no token of this list.
fn skipped(call: &Call, token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let skipped = text.split_once('.')?.0.parse().ok()?;
    (self::token(call, skipped) == token).then_some(skipped)
}

fn invalid(name: &str, value: &str) -> ArmError {
    errors::invalid_parameter(value, name)
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
            base: "http://here".to_owned(),
            ..Call::default()
        }
    }

    #[test]
    fn the_next_link_leads_through_all_elements() {
        let elements: Vec<Json> = (0..3).map(Json::from).collect();
        let first = page(
            &call(&[("api-version", "v"), ("$top", "2")]),
            elements.clone(),
        );
        let first = first.expect("a page").body.expect("a body");
        assert_eq!(first["value"], json!([0, 1]));
        let link = first["nextLink"].as_str().expect("a link");
        let (rest, token) = link.split_once("%24skipToken=").expect("a token");
        assert_eq!(rest, "http://here/list?api-version=v&%24top=2&");
        let last = page(&call(&[("$TOP", "2"), ("$skiptoken", token)]), elements).expect("a page");
        assert_eq!(last.body, Some(json!({"value": [2]})));
    }

    #[test]
    fn other_tokens_are_refused() {
        let mut other = call(&[]);
        other.path = "/other".to_owned();
        for token in ["x", "2", &URL_SAFE_NO_PAD.encode("2.0"), &token(&other, 2)] {
            let page = page(&call(&[("$skipToken", token)]), Vec::<Json>::new());
            assert_eq!(
                page.map_err(|error| error.status).err(),
                Some(400),
                "{token}"
            );
        }
    }
}
