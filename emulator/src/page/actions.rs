//! The forms of the page, each the request to the control API that it stands for.

use super::example;
use crate::control;
use crate::control::changes::merge_patch;
use crate::core::call::Call;
use crate::core::json::{Json, json, merge, parse, text};
use crate::state::State;

/// What a form sends, by the names of its fields.
struct Fields(Vec<(String, String)>);

/// Does what a form asks for, or says why it cannot be done; none when there is no such form.
pub(super) fn run(state: &mut State, form: &Call, name: &str) -> Option<Result<(), String>> {
    let fields = url::form_urlencoded::parse(&form.body).into_owned();
    let fields = Fields(fields.collect());
    let (method, path, body) = match name {
        "clock" => ("POST", "clock".to_owned(), fields.all()),
        "faults" => ("POST", "faults".to_owned(), fields.all()),
        "faults/add" => match rule(&fields) {
            Ok(rule) => ("POST", "faults".to_owned(), rule),
            Err(why) => return Some(Err(why)),
        },
        "faults/remove" => {
            let path = format!("faults/{}", fields.text("number"));
            ("DELETE", path, Json::Null)
        }
        "faults/clear" => ("DELETE", "faults".to_owned(), Json::Null),
        "requests/clear" => ("DELETE", "requests".to_owned(), Json::Null),
        "drift" => match drift(&fields) {
            Ok(patch) => (
                "PUT",
                format!("resources{}", fields.text("resource")),
                patch,
            ),
            Err(why) => return Some(Err(why)),
        },
        "example" => return Some(example::load(state)),
        _ => return None,
    };
    let path = format!("/{}/{path}", control::PREFIX);
    let call = Call {
        base: form.base.clone(),
        ..Call::own(method, &path, "", &body)
    };
    let reply = control::serve(state, &call);
    if reply.status < 400 {
        return Some(Ok(()));
    }
    let message = reply
        .body
        .as_ref()
        .and_then(|body| text(body, "error/message"));
    Some(Err(message.unwrap_or("It could not be done.").to_owned()))
}

impl Fields {
    fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// A field as JSON: a number where it is one.
    fn value(&self, name: &str) -> Json {
        value_of(self.text(name))
    }

    /// All of them as the members of an object.
    fn all(&self) -> Json {
        let fields = self.0.iter();
        Json::Object(
            fields
                .map(|(name, value)| (name.clone(), value_of(value)))
                .collect(),
        )
    }
}

/// The rule that the form for faults describes. What its fields hold is for the control API to judge.
fn rule(fields: &Fields) -> Result<Json, String> {
    let mut rule = json!({
        "path": fields.text("path"),
        "nth": fields.value("nth"),
        "times": fields.value("times")
    });
    if !fields.text("method").is_empty() {
        rule["method"] = fields.text("method").into();
    }
    let failure = || json!({"code": fields.text("code"), "message": fields.text("message")});
    let (action, value) = match fields.text("action") {
        "answer" => {
            let mut answer = json!({"status": fields.value("status")});
            merge(&mut answer, &failure());
            if !fields.text("retry_after").is_empty() {
                answer["headers"] = json!({"Retry-After": fields.text("retry_after")});
            }
            ("answer", answer)
        }
        "stranger" => {
            let kind = json!({"Content-Type": "text/html"});
            let stranger = json!({"status": fields.value("status"), "headers": kind, "body": fields.text("body")});
            ("stranger", stranger)
        }
        "fail_operation" => {
            let mut failure = failure();
            if !fields.text("after").is_empty() {
                failure["after"] = fields.text("after").into();
            }
            ("fail_operation", failure)
        }
        "close before" => ("close", "before".into()),
        "close after" => ("close", "after".into()),
        action @ ("delay_ms" | "truncate") => (action, fields.value(action)),
        action @ ("swallow" | "corrupt" | "expire_tokens") => (action, true.into()),
        other => return Err(format!("There is no fault '{other}'.")),
    };
    rule[action] = value;
    Ok(rule)
}

/// The members that were edited: what the page showed, against what came back.
fn drift(fields: &Fields) -> Result<Json, String> {
    let read = |name: &str| {
        parse(fields.text(name).as_bytes()).map_err(|why| format!("This is no JSON: {why}."))
    };
    let (shown, wanted) = (read("shown")?, read("json")?);
    if !wanted.is_object() {
        return Err("A resource is a JSON object.".to_owned());
    }
    for fixed in ["id", "name", "type", "etag"] {
        if shown.get(fixed) != wanted.get(fixed) {
            return Err(format!(
                "'{fixed}' is the service's own and stays as it is."
            ));
        }
    }
    Ok(merge_patch(&shown, &wanted))
}

fn value_of(field: &str) -> Json {
    serde_json::from_str(field)
        .ok()
        .filter(Json::is_number)
        .unwrap_or_else(|| field.into())
}
