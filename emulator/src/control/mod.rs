//! What tests and people do to the emulator itself, under `/_emulator/`.

mod applications;
pub(crate) mod changes;
pub(crate) mod faults;
pub(crate) mod masking;
mod metrics;
pub(crate) mod requests;
pub(crate) mod snapshots;

use jiff::SignedDuration;

use crate::core::call::{Call, Outcome, Reply};
use crate::core::clock::{MAX_SCALE, parse_duration, timestamp};
use crate::core::ending;
use crate::core::engine;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, merge, parse};
use crate::core::render;
use crate::core::route::{Route, Routed, find, route};
use crate::core::store::Stored;
use crate::core::world::World;
use crate::state::State;
use crate::types::TABLE;

/// The first segment of the paths under which the emulator itself is controlled.
pub(crate) const PREFIX: &str = "_emulator";

type Handler = fn(&mut State, &Call, &[&str]) -> Outcome;

/// What can be done. The lists that may be long are served elsewhere.
static ROUTES: &[Route<Handler>] = &[
    route("POST", "_emulator/reset", |state, _, _| {
        state.reset().map(|()| Reply::empty(204))
    }),
    route("GET", "_emulator/clock", |state, _, _| {
        Ok(clock(&state.world))
    }),
    route("POST", "_emulator/clock", |state, call, _| {
        set_clock(&mut state.world, &body(call)?)?;
        Ok(clock(&state.world))
    }),
    route("DELETE", "_emulator/requests", |state, _, _| {
        state.requests.clear();
        Ok(Reply::empty(204))
    }),
    route("GET", "_emulator/faults", |state, _, _| {
        Ok(Reply::json(200, state.faults.list()))
    }),
    route("POST", "_emulator/faults", |state, call, _| {
        let rule = state.faults.add(&body(call)?)?;
        Ok(Reply::json(201, rule))
    }),
    route("DELETE", "_emulator/faults", |state, _, _| {
        state.faults.clear();
        Ok(Reply::empty(204))
    }),
    route("DELETE", "_emulator/faults/*", |state, _, captured| {
        let number = captured.first().copied().unwrap_or_default();
        let known = number.parse().ok();
        if known.is_some_and(|known| state.faults.remove(known)) {
            Ok(Reply::empty(204))
        } else {
            Err(errors::no_fault(number))
        }
    }),
    route("GET", "_emulator/metrics", |state, _, _| {
        Ok(Reply::json(200, metrics::list(&state.world)))
    }),
    route("POST", "_emulator/metrics", |state, call, _| {
        metrics::set(&mut state.world, &body(call)?)
    }),
    route("DELETE", "_emulator/metrics", |state, _, _| {
        metrics::clear(&mut state.world);
        Ok(Reply::empty(204))
    }),
    route("GET", "_emulator/snapshots", |state, _, _| {
        Ok(Reply::json(200, state.snapshots.list()))
    }),
    route("POST", "_emulator/snapshots", |state, call, _| {
        let (reply, loaded) = state.snapshots.serve(&state.world, &body(call)?)?;
        if let Some(world) = loaded {
            state.replace(world);
        }
        Ok(reply)
    }),
    route("DELETE", "_emulator/snapshots", |state, _, _| {
        state.snapshots.clear();
        Ok(Reply::empty(204))
    }),
    route("POST", "_emulator/signin", |state, call, _| {
        state.signin.environment.set(&body(call)?)?;
        Ok(Reply::empty(204))
    }),
    route("GET", "_emulator/applications", applications::list),
    route("GET", "_emulator/applications/*", applications::get),
    route("PUT", "_emulator/applications/*", applications::put),
    route("DELETE", "_emulator/applications/*", applications::delete),
    route("PUT", "_emulator/resources/**", |state, call, _| {
        tamper(&mut state.world, &call.target.segments()[2..], &body(call)?)
    }),
];

/// Answers a request to the emulator itself.
pub(crate) fn serve(state: &mut State, call: &Call) -> Reply {
    let segments = call.target.segments();
    let done = match find(ROUTES, &call.method, &segments) {
        Routed::Found(handler, captured) => handler(state, call, &captured),
        Routed::WrongVerb(allow) => Err(errors::method(&call.method, &allow)),
        Routed::Nowhere => Err(errors::no_control(&call.method, &call.path)),
    };
    done.unwrap_or_else(|error| Reply::error(&error, &state.world.clock))
}

/// Whether a request is about the emulator itself.
pub(crate) fn serves(call: &Call) -> bool {
    let segments = call.target.segments();
    segments
        .first()
        .is_some_and(|first| first.eq_ignore_ascii_case(PREFIX))
}

/// A list that may be so long that nobody else should wait for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum List {
    Resources,
    /// So many of the last ones.
    Requests(usize),
}

static LISTS: &[Route<List>] = &[
    route("GET", "_emulator/resources", List::Resources),
    route("GET", "_emulator/requests", List::Requests(usize::MAX)),
];

/// The long list that a request asks for.
pub(crate) fn list_of(call: &Call) -> Option<List> {
    match find(LISTS, &call.method, &call.target.segments()) {
        Routed::Found(List::Requests(_), _) => {
            let last = call.query("last").and_then(|last| last.parse().ok());
            Some(List::Requests(last.unwrap_or(usize::MAX)))
        }
        Routed::Found(list, _) => Some(list),
        _ => None,
    }
}

/// Some resources after the one of that key, and the last key that was looked at, if there may be more.
pub(crate) fn resources_after(
    world: &World,
    key: &str,
    most: usize,
) -> (Vec<Json>, Option<String>) {
    let found: Vec<(&String, &Stored)> = world.resources.after(key).take(most).collect();
    // Runs and versions of workflows and registrations are none.
    let shown = found
        .iter()
        .map(|(_, stored)| render::resource(&TABLE, world, stored))
        .filter(|shown| shown.get("id").is_some());
    (shown.collect(), found.last().map(|(key, _)| (*key).clone()))
}

fn body(call: &Call) -> Result<Json, ArmError> {
    match parse(&call.body) {
        Ok(body @ Json::Object(_)) => Ok(body),
        Ok(_) => Err(invalid("a JSON object is expected")),
        Err(why) => Err(invalid(&why)),
    }
}

/// A request to the emulator itself that cannot be understood.
fn invalid(why: &str) -> ArmError {
    errors::invalid_control_request(why)
}

fn clock(world: &World) -> Reply {
    Reply::json(
        200,
        json!({"now": timestamp(world.clock.now()), "scale": world.clock.scale()}),
    )
}

fn set_clock(world: &mut World, wanted: &Json) -> Result<(), ArmError> {
    let scale = match wanted.get("scale") {
        None => None,
        Some(scale) => {
            let scale = scale
                .as_f64()
                .filter(|scale| *scale > 0.0 && *scale <= MAX_SCALE);
            Some(scale.ok_or_else(|| invalid("'scale' is a number above 0 and up to a million"))?)
        }
    };
    let advance = match wanted.get("advance") {
        None => None,
        Some(advance) => {
            let seconds = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
            let span = advance
                .as_u64()
                .and_then(|number| u32::try_from(number).ok())
                .map(seconds);
            let span = span.or_else(|| parse_duration(advance.as_str()?));
            Some(span.ok_or_else(|| invalid("'advance' is a span such as '1h', '25m' or '90s'"))?)
        }
    };
    if scale.is_none() && advance.is_none() {
        return Err(invalid("'advance' or 'scale' is expected"));
    }
    if let Some(scale) = scale {
        world.clock.set_scale(scale);
    }
    if let Some(span) = advance {
        world.clock.advance(span);
    }
    engine::settle(&TABLE, world);
    Ok(())
}

/// Changes a stored resource behind everyone's back, as someone in the portal would.
fn tamper(world: &mut World, path: &[&str], members: &Json) -> Outcome {
    let id = ResourceId::of_segments(path)
        .ok_or_else(|| invalid("the path after 'resources' is no resource id"))?;
    let stored = world
        .resources
        .get_mut(&id)
        .ok_or_else(|| errors::not_found(&id))?;
    merge(&mut stored.body, members);
    let stored = stored.clone();
    ending::notice(&TABLE, world, None);
    Ok(Reply::json(200, render::resource(&TABLE, world, &stored)))
}
