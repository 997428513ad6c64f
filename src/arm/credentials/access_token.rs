//! The token of an answer.

use azure_core::credentials::AccessToken;
use serde_json::Value as Json;
use time::{Duration, OffsetDateTime};

/// Reads a token and when it expires. Its times are numbers, or texts with numbers.
pub(super) fn read(answer: &Json, whom: &str, now: OffsetDateTime) -> Result<AccessToken, String> {
    let seconds = |name: &str| match &answer[name] {
        Json::String(text) => text.trim().parse::<i64>().ok(),
        other => other.as_i64(),
    };
    let token = answer["access_token"].as_str().filter(|it| !it.is_empty());
    let token = token.ok_or_else(|| format!("the answer of {whom} has no access_token"))?;
    let expires_on =
        seconds("expires_on").and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let lasts = || now.checked_add(Duration::seconds(seconds("expires_in")?));
    let expires_on = expires_on.or_else(lasts);
    let expires_on = expires_on.ok_or_else(|| {
        format!(
            "the answer of {whom} does not say when its token expires, in seconds that a calendar has"
        )
    })?;
    Ok(AccessToken::new(token.to_owned(), expires_on))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_come_as_numbers_and_as_texts_and_may_be_beyond_all() {
        let now = OffsetDateTime::UNIX_EPOCH;
        for (name, time, expected) in [
            ("expires_in", json!(3599), Some(3599)),
            ("expires_in", json!("3599"), Some(3599)),
            ("expires_on", json!("100"), Some(100)),
            ("expires_in", json!(i64::MAX), None),
            ("expires_in", json!(i64::MIN), None),
            ("expires_in", json!("9".repeat(18)), None),
            ("expires_on", json!(i64::MAX), None),
            ("expires_in", json!("soon"), None),
        ] {
            let mut answer = json!({ "access_token": "t" });
            answer[name] = time.clone();
            let read = read(&answer, "somebody", now);
            let seconds = read.map(|token| token.expires_on.unix_timestamp());
            match expected {
                Some(expected) => assert_eq!(seconds, Ok(expected), "{name} {time}"),
                None => {
                    let error = seconds.expect_err("no time");
                    assert!(
                        error.contains("does not say when its token expires"),
                        "{error}"
                    );
                }
            }
        }
    }
}
