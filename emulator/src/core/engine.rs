//! What happens by itself as time passes.

use jiff::{SignedDuration, Timestamp};

use super::call::Call;
use super::clock::plus;
use super::definition::{Request, Table, Wish};
use super::ending;
use super::operations::Due;
use super::resource;
use super::world::World;

/// Applies, in order of time, everything that has fallen due.
pub(crate) fn settle(types: &'static Table, world: &mut World) {
    let now = world.clock.now();
    settle_until(types, world, now);
}

/// Applies what falls due within a span from now without moving the clock: fixtures have been there for long.
pub(crate) fn settle_all(types: &'static Table, world: &mut World, within: SignedDuration) {
    let now = world.now;
    settle_until(types, world, plus(now, within));
    world.now = now;
}

fn settle_until(types: &'static Table, world: &mut World, until: Timestamp) {
    while let Some((at, due)) = world.agenda.take(until) {
        world.now = at;
        match due {
            Due::Finish(name) => ending::finish(types, world, &name),
            Due::Wake { id, note } => {
                let Some(definition) = types.find(&id.type_name()) else {
                    continue;
                };
                if let Some(wish) = definition.behaviour.woken(world, &id, &note) {
                    let fulfilled = fulfil(types, world, &wish);
                    definition.behaviour.answered(world, &id, fulfilled);
                }
            }
        }
    }
    world.now = until;
}

/// Changes a resource as a client would; false when that is refused.
fn fulfil(types: &'static Table, world: &mut World, wish: &Wish) -> bool {
    let Some(definition) = types.find(&wish.id.type_name()) else {
        return false;
    };
    let version = definition.newest_version();
    let call = Call::own("PATCH", &wish.id.to_string(), version, &wish.body);
    let mut request = Request::own(types, world, &call);
    match resource::serve(&mut request, definition, &wish.id) {
        Ok(reply) => reply.status < 300,
        Err(error) => {
            tracing::info!(id = %wish.id, error = error.message, "a change by itself is refused");
            false
        }
    }
}
