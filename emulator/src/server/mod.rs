//! From HTTP to the emulator and back.

mod incoming;
mod outgoing;

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{Response, StatusCode};
use jiff::Timestamp;

use self::outgoing::{as_json, http, plain, refusal, with_body};
use crate::control::faults::{Action, Damage, Form};
use crate::control::masking;
use crate::control::requests::Entry;
use crate::core::authorization::{self, Sight};
use crate::core::call::{Call, Reply};
use crate::core::definition::Request;
use crate::core::directory::Caller;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::Json;
use crate::core::operations::Doom;
use crate::core::target::Target;
use crate::core::world::World;
use crate::core::{dispatch, response};
use crate::emulator::Emulator;
use crate::http::connection::Connection;
use crate::http::guard;
use crate::signin::{Desk, Signed};
use crate::state::State;
use crate::types::TABLE;
use crate::{control, page, signin};

/// How many resources of a long list are shown while others wait.
const SHOWN_AT_ONCE: usize = 10;

/// Everything under one handler: ARM's paths have no case, so a router of literal paths is of no use.
pub(crate) fn router(emulator: Emulator) -> Router {
    let handler = async |Shared(emulator): Shared<Emulator>, request: axum::extract::Request| {
        handle(&emulator, request, None).await
    };
    Router::new().fallback(handler).with_state(emulator)
}

/// Answers a request.
pub(crate) async fn handle(
    emulator: &Emulator,
    request: axum::extract::Request,
    connection: Option<Connection>,
) -> Response<Body> {
    let response = respond(emulator, request, connection).await;
    // No answer leaves before what it tells is in the state file; the page itself says when that fails.
    if response.extensions().get::<page::Shown>().is_some() || emulator.is_durable().await {
        return response;
    }
    refusal(&errors::state_file_failed())
}

async fn respond(
    emulator: &Emulator,
    request: axum::extract::Request,
    connection: Option<Connection>,
) -> Response<Body> {
    let is_secure = connection.as_ref().is_some_and(Connection::is_secure);
    let (parts, body) = request.into_parts();
    let (at, started) = (Timestamp::now(), Instant::now());
    let body = incoming::read(body).await;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mut call = incoming::call(&parts, &query, is_secure);
    let whole = Target::read(&call.path).map_err(Some).and_then(|target| {
        call.target = target;
        body.map_err(|unread| unread.error())
    });
    let (outcome, fault, damage) = match whole {
        Ok(body) => {
            call.body = body;
            if control::serves(&call) || page::serves(&call) {
                let response = own(emulator, &call).await;
                if page::serves(&call) && !emulator.is_durable().await {
                    return emulator.with(|state| page::despite_failure(state, &call));
                }
                return response;
            }
            under_fault(emulator, &call, &query).await
        }
        // Nobody can tell what it is about, or all of it.
        Err(error) => {
            let outcome = match error {
                Some(error) => emulator.with(|state| {
                    let reply = Reply::error(&error, &state.world.clock);
                    Ok((complete(state, &call, reply), Form::default()))
                }),
                None => Err(Silence::Close),
            };
            (outcome, None, None)
        }
    };
    let reply = outcome.as_ref().ok().map(|(reply, _)| reply);
    let status = reply.map(|reply| reply.status);
    tracing::info!(method = %call.method, path = %call.path, status, "request");
    // Nobody else waits while secrets are masked. Where there are none, what is remembered is what is sent.
    let shown = reply.and_then(|reply| reply.body.as_ref());
    let shown = shown.map(masking::whole_or_masked);
    let text = shown.as_ref().map(|shown| match shown {
        Ok(text) | Err(text) => text.as_str(),
    });
    let took = (at, started.elapsed());
    let entry = Entry::new(&call, &query, took, fault, outcome.as_ref().ok(), text);
    emulator.with(|state| state.requests.remember(entry));
    match outcome {
        Ok((reply, form)) => http(reply, shown.and_then(Result::ok), form, damage),
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
    // Nobody else waits while a signature is checked.
    let token = Signed::read(call);
    let served = emulator.with(|state| {
        state.settle();
        match state.faults.pick(&state.world, call, query) {
            Some(Action::Delay(delay)) => Err(delay),
            action => {
                let damage = match action {
                    Some(Action::Damage(damage)) => Some(damage),
                    _ => None,
                };
                let fault = action.as_ref().map(Action::name);
                Ok((answer(state, call, &token, action), fault, damage))
            }
        }
    });
    match served {
        Ok(served) => served,
        Err(delay) => {
            let delayed = Action::Delay(delay);
            tokio::time::sleep(delay).await;
            let fault = Some(delayed.name());
            (
                emulator.with(|state| answer(state, call, &token, Some(delayed))),
                fault,
                None,
            )
        }
    }
}

/// Answers what is about the emulator itself, not about Azure: no token is asked for, no fault acts, nothing is logged.
async fn own(emulator: &Emulator, call: &Call) -> Response<Body> {
    if let Err(error) = guard::check(call) {
        return refusal(&error);
    }
    let list = match control::list_of(call) {
        Some(control::List::Resources) => resources(emulator).await.ok(),
        Some(control::List::Requests(last)) => {
            // The text of so many is made while others go on.
            let entries = emulator.with(|state| state.requests.last(last));
            let text = tokio::task::spawn_blocking(move || control::requests::list(&entries));
            text.await.ok().and_then(Result::ok)
        }
        None => {
            return emulator.with(|state| {
                state.settle();
                if page::serves(call) {
                    page::serve(state, call)
                } else {
                    http(control::serve(state, call), None, Form::default(), None)
                }
            });
        }
    };
    match list {
        Some(list) => with_body(as_json(plain(StatusCode::OK)), list.into(), None),
        None => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Every resource, as the JSON of a list. Only a few are shown at a time, so that others get on meanwhile.
async fn resources(emulator: &Emulator) -> serde_json::Result<String> {
    let mut text = String::from(r#"{"value":["#);
    let mut after = String::new();
    loop {
        let (shown, last): (Vec<Json>, Option<String>) = emulator.with(|state| {
            state.settle();
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

/// The token of a request, or why it does not do.
type Token<'a> = Result<Signed<'a>, ArmError>;

type Answered = Result<(Reply, Form), Silence>;

/// Does the work of a request under a fault, if there is one.
fn answer(state: &mut State, call: &Call, token: &Token<'_>, action: Option<Action>) -> Answered {
    // What falls due by itself is not touched by a fault.
    state.settle();
    let mut doom = None;
    let silence = match action {
        Some(Action::CloseBefore) => return Err(Silence::Close),
        Some(Action::Answer(answer)) => {
            let (reply, form) = answer.reply();
            return Ok((complete(state, call, reply), form));
        }
        Some(Action::Stranger(stranger)) => return Ok(stranger.reply()),
        Some(Action::FailOperation(failure)) => {
            doom = Some(failure);
            None
        }
        Some(Action::ExpireTokens) => {
            state.signin.tokens.expire();
            None
        }
        Some(Action::CloseAfter) => Some(Silence::Close),
        Some(Action::Swallow) => Some(Silence::Never),
        Some(Action::Delay(_) | Action::Damage(_)) | None => None,
    };
    let reply = work(state, call, token, doom);
    silence.map_or(Ok((reply, Form::default())), Err)
}

fn work(state: &mut State, call: &Call, token: &Token<'_>, doom: Option<Doom>) -> Reply {
    let World {
        directory,
        random,
        clock,
        ..
    } = &mut state.world;
    let (directory, clock) = (&*directory, &*clock);
    let mut desk = Desk {
        signin: &state.signin,
        directory,
        random,
        clock,
    };
    if let Some(reply) = signin::serve(&mut desk, call) {
        return reply;
    }
    let tokens = &state.signin.tokens;
    let token = token.as_ref().map_err(ArmError::clone);
    let caller = token.and_then(|token| tokens.check(directory, call, token));
    let reply = match caller {
        Ok(caller) => for_caller(&mut state.world, call, &caller, doom),
        Err(error) => signin::challenge(directory, clock, call, &error),
    };
    complete(state, call, reply)
}

/// Answers a request to ARM as far as its caller may make it.
fn for_caller(world: &mut World, call: &Call, caller: &Caller, doom: Option<Doom>) -> Reply {
    let sight = match authorization::check(&TABLE, world, call, caller) {
        Ok(sight) => sight,
        Err(error) => return Reply::error(&error, &world.clock),
    };
    let mut request = Request {
        caller: Some(caller),
        doom,
        ..Request::own(&TABLE, world, call)
    };
    let mut reply = dispatch::serve(&mut request);
    if let Sight::Parts(action) = sight {
        authorization::restrict(world, caller, &action, &mut reply);
    }
    reply
}

fn complete(state: &mut State, call: &Call, reply: Reply) -> Reply {
    let remaining = state.limits.count(&call.method);
    response::complete(&TABLE, reply, call, &mut state.world.random, remaining)
}
