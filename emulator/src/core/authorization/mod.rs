//! Microsoft.Authorization's roles: who may do what, and the objects that say so.
//!
//! While nothing is assigned in a subscription, everyone may do everything in it. From the first role assignment on,
//! callers may do what their roles give them. Deny assignments always count.

mod access;
mod action;
mod linked;
mod objects;
mod roles;

pub(crate) use objects::{built_in_role, built_in_roles, serve};

use self::access::Sight;
use super::call::{Call, Reply};
use super::directory::Caller;
use super::dispatch;
use super::world::World;

/// The kinds of objects.
const ASSIGNMENTS: &str = "roleAssignments";
const DENIALS: &str = "denyAssignments";

/// Answers a request to ARM as far as its caller may make it.
pub(crate) fn answer(world: &mut World, call: &Call, caller: Caller) -> Reply {
    let segments = dispatch::segments(call);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let sight = match access::check(world, call, &segments, &caller) {
        Ok(sight) => sight,
        Err(error) => return Reply::error(&error, &world.clock),
    };
    world.caller = Some(caller.clone());
    let mut reply = dispatch::serve(world, call);
    world.caller = None;
    if let Sight::Parts(action) = sight {
        access::restrict(world, &caller, &action, &mut reply);
    }
    reply
}
