//! Texts, numbers and truths, as Azure's readers take them.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::refusal::Wrong;
use super::table::{Kind, Schema};
use crate::core::json::Json;

/// A text that a schema takes, in the document's own spelling. `lets_in` says whether a value that the document lacks is
/// kept as it was sent.
pub(super) fn text(
    schema: &Schema,
    text: &str,
    lets_in: impl FnOnce() -> bool,
) -> Result<Json, Wrong> {
    let mut values = schema.values_of.iter();
    if let Some(known) = values.find(|known| known.eq_ignore_ascii_case(text)) {
        return Ok(known.as_str().into());
    }
    if !schema.values_of.is_empty() && !lets_in() {
        return Err(Wrong::Value {
            given: (!schema.secret).then(|| text.to_owned()),
            kind: schema.name.clone().unwrap_or_else(|| "String".to_owned()),
        });
    }
    if schema.format.as_deref() == Some("date-time") && !is_time(text) {
        return Err(Wrong::Value {
            given: (!schema.secret).then(|| text.to_owned()),
            kind: "DateTime".to_owned(),
        });
    }
    let length = text.chars().count();
    if schema.min_length.is_some_and(|least| length < least) {
        return Err(Wrong::Short);
    }
    if schema.max_length.is_some_and(|most| length > most) {
        return Err(Wrong::Long);
    }
    match &schema.pattern {
        Some(pattern) if !pattern.0.is_match(text) => Err(Wrong::Pattern(pattern.0.to_string())),
        _ => Ok(text.into()),
    }
}

/// A point in time. Which of the many forms that .NET reads a service takes is not published: these are those that
/// clients send.
fn is_time(text: &str) -> bool {
    let local = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    text.parse::<Timestamp>().is_ok() || local.parse::<DateTime>().is_ok()
}

/// A number, or the text of one.
pub(super) fn number(schema: &Schema, kind: Kind, value: &Json) -> Result<Json, Wrong> {
    let due = match kind {
        Kind::Integer => "Integer",
        _ => "Number",
    };
    let read: Json = match value {
        Json::Number(_) => value.clone(),
        Json::String(text) => {
            let number = text.trim().parse::<serde_json::Number>();
            number.map_err(|_| Wrong::Kind(due))?.into()
        }
        _ => return Err(Wrong::Kind(due)),
    };
    let size = read.as_f64().filter(|size| size.is_finite());
    let size = size.ok_or(Wrong::Kind(due))?;
    let read = if kind == Kind::Integer {
        integer(schema, &read, size).ok_or(Wrong::Kind(due))?
    } else {
        read
    };
    let bound = |bound: &Option<serde_json::Number>| bound.as_ref().and_then(|one| one.as_f64());
    let is_low = bound(&schema.minimum).is_some_and(|least| size < least);
    let is_high = bound(&schema.maximum).is_some_and(|most| size > most);
    if is_low || is_high {
        return Err(Wrong::Range);
    }
    Ok(read)
}

/// A whole number that its format can hold.
fn integer(schema: &Schema, value: &Json, size: f64) -> Option<Json> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number without a fraction that is small enough"
    )]
    let whole = || (size.fract() == 0.0 && size.abs() < 9e15).then_some(size as i64);
    let number = value.as_i64().or_else(whole)?;
    let is_long = schema.format.as_deref() == Some("int64");
    (is_long || i32::try_from(number).is_ok()).then(|| number.into())
}

/// True or false, or the text of one.
pub(super) fn boolean(value: &Json) -> Result<Json, Wrong> {
    match value {
        Json::Bool(_) => Ok(value.clone()),
        Json::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true.into()),
        Json::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false.into()),
        _ => Err(Wrong::Kind("Boolean")),
    }
}
