//! From HTTP to the emulator and back.

use std::io;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use futures::{StreamExt as _, stream};
use time::OffsetDateTime;

use crate::Emulator;
use crate::connection::Connection;
use crate::control::faults::{Action, Damage};
use crate::control::guard;
use crate::control::requests::Entry;
use crate::core::call::{Call, Reply};
use crate::core::error::ArmError;
use crate::core::{authorization, response};
use crate::state::State;
use crate::{control, page, signin};

/// The largest request that ARM takes.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Everything under one handler: ARM's paths have no case, so a router of literal paths is of no use.
pub(crate) fn router(emulator: Emulator) -> Router {
    Router::new().fallback(handle).with_state(emulator)
}

async fn handle(Shared(emulator): Shared<Emulator>, request: Request) -> Response<Body> {
    let response = respond(&emulator, request).await;
    // No answer leaves before what it tells is in the state file; the page itself says when that fails.
    if response.extensions().get::<page::Shown>().is_some() || emulator.is_durable().await {
        return response;
    }
    let message = "The state file of the emulator cannot be written to any more; its log says why. Start it again.";
    let error = ArmError::new(500, "StateFileFailed", message);
    http(
        Reply::json(error.status, error.envelope()),
        Vec::new(),
        None,
    )
}

async fn respond(emulator: &Emulator, request: Request) -> Response<Body> {
    let connection = request
        .extensions()
        .get::<ConnectInfo<Connection>>()
        .map(|info| info.0.clone());
    let is_secure = connection.as_ref().is_some_and(Connection::is_secure);
    let (call, query) = match read(request, is_secure).await {
        Ok(read) => read,
        Err(status) => return plain(status),
    };
    if call.path.starts_with(control::PREFIX) || page::serves(&call) {
        let response = own(emulator, &call);
        if page::serves(&call) && !emulator.is_durable().await {
            return emulator.with(|state| page::despite_failure(state, &call));
        }
        return response;
    }
    let (at, started) = (OffsetDateTime::now_utc(), Instant::now());
    let action = emulator.with(|state| {
        state.world.settle();
        state.faults.pick(&state.world, &call, &query)
    });
    if let Some(Action::Delay(delay)) = action {
        tokio::time::sleep(delay).await;
    }
    let damage = match action {
        Some(Action::Damage(damage)) => Some(damage),
        _ => None,
    };
    let fault = action.as_ref().map(Action::name);
    let outcome = emulator.with(|state| answer(state, &call, action));
    let reply = outcome.as_ref().ok().map(|(reply, _)| reply);
    let status = reply.map(|reply| reply.status);
    tracing::info!(method = %call.method, path = %call.path, status, "request");
    // Nobody else waits while secrets are masked.
    let entry = Entry::new(
        &call,
        &query,
        (at, started.elapsed()),
        fault,
        outcome.as_ref().ok(),
    );
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

/// Answers what is about the emulator itself, not about Azure: no token is asked for, no fault acts, nothing is logged.
fn own(emulator: &Emulator, call: &Call) -> Response<Body> {
    if let Err(error) = guard::check(call) {
        let reply = Reply::json(error.status, error.envelope());
        return http(reply, Vec::new(), None);
    }
    emulator.with(|state| {
        state.world.settle();
        if page::serves(call) {
            page::serve(state, call)
        } else if let Some(last) = control::asks_for_requests(call) {
            match state.requests.list(last) {
                Ok(list) => with_json(plain(StatusCode::OK), list.into(), None),
                Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
            }
        } else {
            http(control::serve(state, call), Vec::new(), None)
        }
    })
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

async fn read(request: Request, is_secure: bool) -> Result<(Call, String), StatusCode> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, MAX_BODY)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let call = Call {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        base: base(&parts.uri, &headers, is_secure),
        headers,
        body: body.to_vec(),
    };
    Ok((call, query))
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
