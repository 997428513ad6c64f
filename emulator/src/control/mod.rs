//! What tests and people do to the emulator itself, under `/_emulator/`.

mod applications;
pub(crate) mod faults;
mod masking;
mod metrics;
pub(crate) mod requests;

use time::Duration;

use crate::core::call::{Call, Reply};
use crate::core::clock::{MAX_SCALE, parse_duration, timestamp};
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, merge, parse};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;
use crate::state::State;
use crate::types::autoscale_settings;

/// The path under which the emulator itself is controlled.
pub(crate) const PREFIX: &str = "/_emulator/";

/// Answers a request to the emulator itself.
pub(crate) fn serve(state: &mut State, call: &Call) -> Reply {
    route(state, call).unwrap_or_else(|error| Reply::error(&error, &state.world.clock))
}

/// Whether a request is about the emulator itself.
pub(crate) fn serves(call: &Call) -> bool {
    call.path.starts_with(PREFIX) || call.path == PREFIX.trim_end_matches('/')
}

/// A list that may be so long that nobody else should wait for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum List {
    Resources,
    Requests,
}

/// The long list that a request asks for.
pub(crate) fn list_of(call: &Call) -> Option<List> {
    match (call.method.as_str(), call.path.strip_prefix(PREFIX)?) {
        ("GET", "resources") => Some(List::Resources),
        ("GET", "requests") => Some(List::Requests),
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
        .map(|(_, stored)| render::resource(world, stored))
        .filter(|shown| shown.get("id").is_some());
    (shown.collect(), found.last().map(|(key, _)| (*key).clone()))
}

fn route(state: &mut State, call: &Call) -> Result<Reply, ArmError> {
    let path = call.path.strip_prefix(PREFIX).unwrap_or_default();
    match (call.method.as_str(), path) {
        ("POST", "reset") => state.reset().map(|()| Reply::empty(204)),
        ("GET", "clock") => Ok(clock(&state.world)),
        ("POST", "clock") => {
            set_clock(&mut state.world, &body(call)?)?;
            Ok(clock(&state.world))
        }
        ("DELETE", "requests") => {
            state.requests.clear();
            Ok(Reply::empty(204))
        }
        ("GET", "faults") => Ok(Reply::json(200, state.faults.list())),
        ("POST", "faults") => state
            .faults
            .add(&body(call)?)
            .map(|rule| Reply::json(201, rule)),
        ("DELETE", "faults") => {
            state.faults.clear();
            Ok(Reply::empty(204))
        }
        ("GET", "metrics") => Ok(Reply::json(200, metrics::list(&state.world))),
        ("POST", "metrics") => metrics::set(&mut state.world, &body(call)?),
        ("DELETE", "metrics") => {
            metrics::clear(&mut state.world);
            Ok(Reply::empty(204))
        }
        ("POST", "signin") => {
            state.environment.set(&body(call)?)?;
            Ok(Reply::empty(204))
        }
        (_, "applications") => applications::serve(&mut state.world.directory, call, None),
        (_, path) if path.starts_with("applications/") => {
            let client = &path["applications/".len()..];
            applications::serve(&mut state.world.directory, call, Some(client))
        }
        ("PUT", path) if path.starts_with("resources/") => {
            tamper(&mut state.world, &path["resources".len()..], &body(call)?)
        }
        _ => Err(ArmError::new(
            404,
            "NotFound",
            format!("The emulator has no '{} {}'.", call.method, call.path),
        )),
    }
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
    ArmError::control(why)
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
            let seconds = |seconds: u32| Duration::seconds(i64::from(seconds));
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
    world.settle();
    Ok(())
}

/// Changes a stored resource behind everyone's back, as someone in the portal would.
fn tamper(world: &mut World, path: &str, members: &Json) -> Result<Reply, ArmError> {
    let id = ResourceId::parse(path)
        .ok_or_else(|| invalid("the path after 'resources' is no resource id"))?;
    let stored = world
        .resources
        .get_mut(&id)
        .ok_or_else(|| ArmError::not_found(&id))?;
    merge(&mut stored.body, members);
    let stored = stored.clone();
    autoscale_settings::look(world, None);
    Ok(Reply::json(200, render::resource(world, &stored)))
}
