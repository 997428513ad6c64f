//! Answers as they go out.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use futures::{StreamExt as _, stream};

use crate::control::faults::{Damage, Form};
use crate::core::call::Reply;
use crate::core::error::ArmError;
use crate::core::json::Json;

/// An error of the emulator itself.
pub(super) fn refusal(error: &ArmError) -> Response<Body> {
    let reply = Reply::json(error.status, error.envelope());
    http(reply, None, Form::default(), None)
}

/// An answer in the form that is asked for. The text of its body may have been made already.
pub(super) fn http(
    reply: Reply,
    text: Option<String>,
    form: Form,
    damage: Option<Damage>,
) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = plain(status);
    let own = reply
        .headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    for (name, value) in own.chain(form.headers) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    let bytes: Bytes = match reply.body {
        None => return response,
        Some(Json::String(text)) if form.is_text => text.into(),
        Some(body) => text.unwrap_or_else(|| body.to_string()).into(),
    };
    let is_told = response.headers().contains_key(header::CONTENT_TYPE);
    let response = if is_told || form.is_bare {
        response
    } else {
        as_json(response)
    };
    with_body(response, bytes, damage)
}

/// Calls the body JSON, as ARM does.
pub(super) fn as_json(mut response: Response<Body>) -> Response<Body> {
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Gives an answer its body, damaged or not.
pub(super) fn with_body(
    mut response: Response<Body>,
    bytes: Bytes,
    damage: Option<Damage>,
) -> Response<Body> {
    // A damaged answer announces what the whole one would have been.
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, bytes.len().into());
    *response.body_mut() = match damage {
        None => Body::from(bytes),
        Some(Damage::Truncate(length)) => truncated(bytes, length),
        Some(Damage::Corrupt) => corrupted(&bytes),
    };
    response
}

/// The first bytes of a body, after which the connection breaks.
fn truncated(bytes: Bytes, length: usize) -> Body {
    if length >= bytes.len() {
        return Body::from(bytes);
    }
    let broken = async {
        // What is there gets sent before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    let start = stream::iter([Ok(bytes.slice(..length))]);
    Body::from_stream(start.chain(stream::once(broken)))
}

/// A body with a zero in its middle, which JSON has nowhere.
fn corrupted(bytes: &[u8]) -> Body {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte = 0;
    }
    Body::from(bytes)
}

/// An answer without a body.
pub(super) fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
