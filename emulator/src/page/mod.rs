//! A page for people: what there is, what is going on, and the clock and the faults at hand.
//!
//! It is rendered here, whole, for each look at it, and its forms work without a script. With one, the browser fetches
//! the page again every second and changes in place what differs.

mod actions;
mod document;
mod parts;
mod scene;
mod sections;
mod words;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::core::call::Call;
use crate::http::guard;
use crate::state::State;

/// Where the files and the forms of the page are.
const PREFIX: &str = "/_emulator/page/";

/// Nothing from elsewhere, nothing inline, and in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether a request is one for the page or one that the page makes.
pub(crate) fn serves(call: &Call) -> bool {
    let reads = matches!(call.method.as_str(), "GET" | "HEAD");
    (reads && matches!(call.path.as_str(), "/" | "/favicon.ico")) || call.path.starts_with(PREFIX)
}

/// Answers a request for the page or for what belongs to it.
pub(crate) fn serve(state: &mut State, call: &Call) -> Response<Body> {
    if let Err(error) = guard::check_host(call) {
        return text(StatusCode::FORBIDDEN, &error.message);
    }
    let path = call.path.strip_prefix(PREFIX).unwrap_or(&call.path);
    match (call.method.as_str(), path) {
        ("GET" | "HEAD", "/") => document(StatusCode::OK, state, call, None),
        ("GET" | "HEAD", "style.css") => file("text/css", include_str!("style.css")),
        ("GET" | "HEAD", "script.js") => file("text/javascript", include_str!("script.js")),
        ("GET" | "HEAD", "icon.svg" | "/favicon.ico") => {
            file("image/svg+xml", include_str!("icon.svg"))
        }
        ("POST", form) => match actions::run(state, call, form) {
            Some(Ok(())) => back(),
            Some(Err(why)) => document(StatusCode::BAD_REQUEST, state, call, Some(&why)),
            None => text(StatusCode::NOT_FOUND, "The page has no such form."),
        },
        _ => text(StatusCode::NOT_FOUND, "The page has no such part."),
    }
}

fn document(
    status: StatusCode,
    state: &State,
    call: &Call,
    problem: Option<&str>,
) -> Response<Body> {
    let page = document::render(state, &call.base, problem);
    let mut response = answer(status, "text/html", page.into_string());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    // Not stricter: a browser that may tell nobody where a form comes from does not tell us either.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends a browser back to the page after a form, so that reloading it sends nothing again.
fn back() -> Response<Body> {
    let mut response = answer(StatusCode::SEE_OTHER, "text/plain", String::new());
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static("/"));
    response
}

fn file(kind: &'static str, content: &'static str) -> Response<Body> {
    let mut response = answer(StatusCode::OK, kind, content);
    // A new version of the emulator has other files under the same names.
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn text(status: StatusCode, text: &str) -> Response<Body> {
    answer(status, "text/plain", text.to_owned())
}

fn answer(status: StatusCode, kind: &str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
