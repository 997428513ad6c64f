//! From HTTP to the emulator and back.

use std::io;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header, request::Parts};
use futures::{StreamExt as _, stream};
use time::OffsetDateTime;

use crate::Emulator;
use crate::control::faults::{Action, Damage};
use crate::control::requests::Entry;
use crate::core::call::{Call, Reply};
use crate::core::error::ArmError;
use crate::core::json::Json;
use crate::core::{authorization, response};
use crate::http::connection::Connection;
use crate::http::guard;
use crate::state::State;
use crate::{control, page, signin};

/// The largest request that ARM takes.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// How much of a larger one is read all the same: a client that is still sending does not read the refusal.
const MAX_READ: usize = 16 * MAX_BODY;
/// How long a body may take.
const BODY: Duration = Duration::from_secs(60);
/// How many resources of a long list are shown while others wait.
const SHOWN_AT_ONCE: usize = 50;

/// Everything under one handler: ARM's paths have no case, so a router of literal paths is of no use.
pub(crate) fn router(emulator: Emulator) -> Router {
    let handler = async |Shared(emulator): Shared<Emulator>, request: Request| {
        handle(&emulator, request, None).await
    };
    Router::new().fallback(handler).with_state(emulator)
}

/// Answers a request.
pub(crate) async fn handle(
    emulator: &Emulator,
    request: Request,
    connection: Option<Connection>,
) -> Response<Body> {
    let response = respond(emulator, request, connection).await;
    // No answer leaves before what it tells is in the state file.
    if emulator.is_durable().await {
        return response;
    }
    let message = "The state file of the emulator cannot be written to any more; its log says why. Start it again.";
    refusal(&ArmError::new(500, "StateFileFailed", message))
}

async fn respond(
    emulator: &Emulator,
    request: Request,
    connection: Option<Connection>,
) -> Response<Body> {
    let is_secure = connection.as_ref().is_some_and(Connection::is_secure);
    let (parts, body) = request.into_parts();
    let (at, started) = (OffsetDateTime::now_utc(), Instant::now());
    let body = tokio::time::timeout(BODY, read(body)).await;
    let body = body.unwrap_or(Err(Unread::Slow));
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mut call = call(&parts, &query, is_secure);
    let (outcome, fault, damage) = match body {
        Ok(body) => {
            call.body = body;
            if control::serves(&call) || page::serves(&call) {
                return own(emulator, &call).await;
            }
            under_fault(emulator, &call, &query).await
        }
        Err(unread) => {
            let outcome = match unread.error() {
                Some(error) => emulator.with(|state| {
                    let reply = Reply::error(&error, &state.world.clock);
                    Ok((complete(state, &call, reply), Vec::new()))
                }),
                None => Err(Silence::Close),
            };
            (outcome, None, None)
        }
    };
    let reply = outcome.as_ref().ok().map(|(reply, _)| reply);
    let status = reply.map(|reply| reply.status);
    tracing::info!(method = %call.method, path = %call.path, status, "request");
    // Nobody else waits while secrets are masked.
    let entry = Entry::new(&call, &query, (at, started.elapsed()), fault, reply);
    emulator.with(|state| state.requests.remember(entry));
    match outcome {
        Ok((reply, headers)) => http(reply, headers, damage),
        Err(Silence::Close) => {
            if let Some(connection) = connection {
                connection.close();
            }
            plain(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(Silence::Never) => std::future::pending().await,
    }
}

/// Serves a request under the fault that is for it, if there is one.
async fn under_fault(
    emulator: &Emulator,
    call: &Call,
    query: &str,
) -> (Answered, Option<&'static str>, Option<Damage>) {
    let action = emulator.with(|state| {
        state.world.settle();
        state.faults.pick(&state.world, call, query)
    });
    if let Some(Action::Delay(delay)) = action {
        tokio::time::sleep(delay).await;
    }
    let damage = match action {
        Some(Action::Damage(damage)) => Some(damage),
        _ => None,
    };
    let fault = action.as_ref().map(Action::name);
    (
        emulator.with(|state| answer(state, call, action)),
        fault,
        damage,
    )
}

/// Answers what is about the emulator itself, not about Azure: no token is asked for, no fault acts, nothing is logged.
async fn own(emulator: &Emulator, call: &Call) -> Response<Body> {
    if let Err(error) = guard::check(call) {
        return refusal(&error);
    }
    let list = match control::list_of(call) {
        Some(control::List::Resources) => resources(emulator).await,
        Some(control::List::Requests) => {
            // The text of so many is made while others go on.
            let entries = emulator.with(|state| state.requests.all());
            control::requests::list(&entries)
        }
        None => {
            return emulator.with(|state| {
                state.world.settle();
                if page::serves(call) {
                    page::serve(state, call)
                } else {
                    http(control::serve(state, call), Vec::new(), None)
                }
            });
        }
    };
    match list {
        Ok(list) => with_json(plain(StatusCode::OK), list.into(), None),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Every resource, as the JSON of a list. Only a few are shown at a time, so that others get on meanwhile.
async fn resources(emulator: &Emulator) -> serde_json::Result<String> {
    let mut text = String::from(r#"{"value":["#);
    let mut after = String::new();
    loop {
        let (shown, last): (Vec<Json>, Option<String>) = emulator.with(|state| {
            state.world.settle();
            control::resources_after(&state.world, &after, SHOWN_AT_ONCE)
        });
        for one in &shown {
            if !text.ends_with('[') {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(one)?);
        }
        let Some(last) = last else { break };
        after = last;
        tokio::task::yield_now().await;
    }
    text.push_str("]}");
    Ok(text)
}

/// How a client is left without an answer.
enum Silence {
    Close,
    Never,
}

type Answered = Result<(Reply, Vec<(String, String)>), Silence>;

/// Does the work of a request under a fault, if there is one.
fn answer(state: &mut State, call: &Call, action: Option<Action>) -> Answered {
    // What falls due by itself is not touched by a fault.
    state.world.settle();
    let silence = match action {
        Some(Action::CloseBefore) => return Err(Silence::Close),
        Some(Action::Answer(answer)) => {
            let (reply, headers) = answer.reply();
            return Ok((complete(state, call, reply), headers));
        }
        Some(Action::FailOperation(doom)) => {
            state.world.doom = Some(doom);
            None
        }
        Some(Action::ExpireTokens) => {
            state.tokens.expire();
            None
        }
        Some(Action::CloseAfter) => Some(Silence::Close),
        Some(Action::Swallow) => Some(Silence::Never),
        Some(Action::Delay(_) | Action::Damage(_)) | None => None,
    };
    let reply = work(state, call);
    state.world.doom = None;
    silence.map_or(Ok((reply, Vec::new())), Err)
}

fn work(state: &mut State, call: &Call) -> Reply {
    if let Some(reply) = signin::serve(state, call) {
        return reply;
    }
    let reply = match state.tokens.check(&state.world, call) {
        Ok(caller) => authorization::answer(&mut state.world, call, caller),
        Err(error) => signin::challenge(&state.world, call, &error),
    };
    complete(state, call, reply)
}

fn complete(state: &mut State, call: &Call, reply: Reply) -> Reply {
    let remaining = state.limits.count(&call.method);
    response::complete(reply, call, &mut state.world.random, remaining)
}

/// Why a body is not there.
enum Unread {
    TooLarge,
    Broken,
    Slow,
    /// The client has left.
    Gone,
}

impl Unread {
    /// What is answered, if anyone listens.
    fn error(&self) -> Option<ArmError> {
        let error = |status, code, message: &str| Some(ArmError::gateway(status, code, message));
        match self {
            Self::TooLarge => error(
                413,
                "RequestContentTooLarge",
                "The request content is too large: the maximum size is 4 MB.",
            ),
            Self::Broken => error(
                400,
                "InvalidRequestContent",
                "The request content was invalid: its transfer encoding cannot be read.",
            ),
            Self::Slow => error(
                408,
                "RequestTimeout",
                "The request content was not there within a minute.",
            ),
            Self::Gone => None,
        }
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Unread> {
    let mut parts = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| {
            if has_left(&error) {
                Unread::Gone
            } else {
                Unread::Broken
            }
        })?;
        length += part.len();
        if length <= MAX_BODY {
            bytes.extend_from_slice(&part);
        } else if length > MAX_READ {
            break;
        }
    }
    if length > MAX_BODY {
        Err(Unread::TooLarge)
    } else {
        Ok(bytes)
    }
}

/// Whether a body ends because its connection has ended.
fn has_left(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| {
        let of_http = cause.downcast_ref::<hyper::Error>();
        let of_io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        of_http.is_some_and(|error| error.is_incomplete_message() || error.is_canceled())
            || matches!(
                of_io,
                Some(
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::BrokenPipe
                )
            )
    })
}

fn call(parts: &Parts, query: &str, is_secure: bool) -> Call {
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    Call {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        base: base(&parts.uri, &headers, is_secure),
        headers,
        body: Vec::new(),
    }
}

/// The address under which the client reached us.
fn base(uri: &Uri, headers: &[(String, String)], is_secure: bool) -> String {
    let host = headers
        .iter()
        .find(|(name, _)| name == "host")
        .map(|(_, host)| host.as_str());
    let host = uri.authority().map(|authority| authority.as_str()).or(host);
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

/// An error of the emulator itself.
fn refusal(error: &ArmError) -> Response<Body> {
    http(
        Reply::json(error.status, error.envelope()),
        Vec::new(),
        None,
    )
}

fn http(reply: Reply, more: Vec<(String, String)>, damage: Option<Damage>) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = plain(status);
    let own = reply
        .headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    for (name, value) in own.chain(more) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    match reply.body {
        Some(body) => with_json(response, body.to_string().into(), damage),
        None => response,
    }
}

/// Gives an answer its body, damaged or not.
fn with_json(mut response: Response<Body>, bytes: Bytes, damage: Option<Damage>) -> Response<Body> {
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
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

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
