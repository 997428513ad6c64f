//! The forms of the page, each the request to the control API that it stands for.

use crate::control;
use crate::core::call::Call;
use crate::core::json::{Json, text};
use crate::state::State;

/// Does what a form asks for, or says why it cannot be done; none when there is no such form.
pub(super) fn run(state: &mut State, form: &Call, name: &str) -> Option<Result<(), String>> {
    let (method, path) = match name {
        "clock" => ("POST", "clock"),
        "faults" => ("POST", "faults"),
        "faults/clear" => ("DELETE", "faults"),
        "requests/clear" => ("DELETE", "requests"),
        _ => return None,
    };
    let fields = url::form_urlencoded::parse(&form.body)
        .map(|(name, value)| (name.into_owned(), value_of(&value)));
    let body = Json::Object(fields.collect());
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

/// A field of a form: a number where it is one.
fn value_of(field: &str) -> Json {
    serde_json::from_str(field)
        .ok()
        .filter(Json::is_number)
        .unwrap_or_else(|| field.into())
}
