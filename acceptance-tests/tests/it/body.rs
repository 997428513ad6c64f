//! Comparing bodies of resources.

use serde_json::{Value as Json, json};

/// A body without what changes with each write, and without members that say nothing.
pub(crate) fn lasting(body: &Json) -> Json {
    const FLEETING: [&str; 6] = [
        "principalId",
        "etag",
        "changedTime",
        "createdTime",
        "version",
        "provisioningState",
    ];
    let members = match body {
        Json::Object(members) => members,
        Json::Array(elements) => return elements.iter().map(lasting).collect(),
        _ => return body.clone(),
    };
    let says_nothing =
        |value: &Json| *value == json!(null) || *value == json!({}) || *value == json!([]);
    let members = members
        .iter()
        .filter(|(name, _)| !FLEETING.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), lasting(value)));
    members.filter(|(_, value)| !says_nothing(value)).collect()
}
