//! `instance_count` in ARM: a single profile whose limits are one number, without times and rules.

use serde_json::{Value as Json, json};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::counts;
use crate::azure::body::Overwritten;

/// What the profile of a new setting is called, as in Azure's portal.
const NAME: &str = "Default";

/// The number to which a setting scales, if it does nothing else.
pub(super) fn read(body: &Json) -> Value {
    let [profile] = body["properties"]["profiles"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
    else {
        return Value::Null;
    };
    let is_nothing = |member: &str| {
        let member = &profile[member];
        member.is_null() || member.as_array().is_some_and(Vec::is_empty)
    };
    let [least, most, usual] = ["minimum", "maximum", "default"]
        .map(|member| counts::read_number(&profile["capacity"][member]));
    let is_one = least == most && most == usual;
    match is_one
        && ["rules", "fixedDate", "recurrence"]
            .into_iter()
            .all(is_nothing)
    {
        true => least,
        false => Value::Null,
    }
}

/// Reads profiles as the number that they are, unless the state has them as profiles.
pub(super) fn settle(body: &Json, before: &Object, found: &mut Object) {
    let count = match before.get("profiles") {
        Value::Null => read(body),
        _ => Value::Null,
    };
    if !count.is_null() {
        found.set("profiles", Value::Null);
    }
    found.set("instance_count", count);
}

/// Makes a setting scale to a number, and nothing else.
pub(super) fn write(is_as_before: bool, planned: &Value, body: &mut Json) -> Option<Overwritten> {
    if read(body) == *planned {
        return None;
    }
    let number = counts::as_text(planned);
    let profiles = &mut body["properties"]["profiles"];
    let found = profiles.as_array().into_iter().flatten();
    let mut undated = found.filter(|it| it["fixedDate"].is_null() && it["recurrence"].is_null());
    let mut profile = undated
        .next()
        .cloned()
        .unwrap_or_else(|| json!({ "name": NAME }));
    profile["capacity"] = json!({ "minimum": number, "maximum": number, "default": number });
    profile["rules"] = json!([]);
    *profiles = json!([profile]);
    let told = || Overwritten::untold(Path::attribute("instance_count"));
    (!is_as_before).then(told)
}
