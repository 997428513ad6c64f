//! A page for people: what there is, what is going on, and the clock and the faults at hand.
//!
//! It is rendered here, whole, for each look at it, and its forms work without a script. With one, the browser fetches
//! the page again every second and changes in place what differs.

mod actions;
mod document;
mod example;
mod parts;
mod scene;
mod sections;
mod view;
mod words;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use self::view::View;
use crate::core::call::Call;
use crate::core::render;
use crate::http::guard;
use crate::state::State;
use crate::types::TABLE;

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
        ("GET" | "HEAD", "/") => {
            let view = View::of(&call.query);
            document(StatusCode::OK, state, call, &view, None)
        }
        ("GET" | "HEAD", "style.css") => file("text/css", include_str!("style.css")),
        ("GET" | "HEAD", "script.js") => file("text/javascript", include_str!("script.js")),
        ("GET" | "HEAD", "icon.svg" | "/favicon.ico") => {
            file("image/svg+xml", include_str!("icon.svg"))
        }
        ("GET" | "HEAD", "json") => json(state, call),
        ("POST", form) => {
            let view = View::behind(call);
            match actions::run(state, call, form) {
                Some(Ok(())) => back(&after(form, view)),
                Some(Err(why)) => document(StatusCode::BAD_REQUEST, state, call, &view, Some(&why)),
                None => text(StatusCode::NOT_FOUND, "The page has no such form."),
            }
        }
        _ => text(StatusCode::NOT_FOUND, "The page has no such part."),
    }
}

/// Marks an answer that says by itself that the state file cannot be written to any more.
#[derive(Clone, Copy)]
pub(crate) struct Shown;

/// Answers when the state file cannot be written to any more: people still see what was there, and why nothing works.
pub(crate) fn despite_failure(state: &mut State, call: &Call) -> Response<Body> {
    let is_document = call.path == "/" || call.method == "POST";
    let mut response = match guard::check_host(call) {
        Ok(()) if is_document => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            document(status, state, call, &View::of(&call.query), None)
        }
        // A file of the page, which has nothing to do with it.
        _ => serve(state, call),
    };
    response.extensions_mut().insert(Shown);
    response
}

/// What is looked at after a form: a fault that was made of a request is made.
fn after(form: &str, mut view: View) -> View {
    if form == "faults/add" {
        view.fault = None;
    }
    view
}

/// A resource as ARM shows it, without a token: for people who want it raw.
fn json(state: &State, call: &Call) -> Response<Body> {
    let id = call.query("resource").unwrap_or_default().to_lowercase();
    let Some(stored) = state.world.resources.at(&id) else {
        return text(StatusCode::NOT_FOUND, "Nothing of that id is there.");
    };
    let body = render::resource(&TABLE, &state.world, stored);
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    let mut response = answer(StatusCode::OK, "application/json", body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn document(
    status: StatusCode,
    state: &State,
    call: &Call,
    view: &View,
    problem: Option<&str>,
) -> Response<Body> {
    let page = document::render(state, view, &call.base, problem);
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
fn back(to: &View) -> Response<Body> {
    let mut response = answer(StatusCode::SEE_OTHER, "text/plain", String::new());
    // It is made of escapes, so it always is a header.
    if let Ok(address) = HeaderValue::from_str(&to.address()) {
        response.headers_mut().insert(header::LOCATION, address);
    }
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
