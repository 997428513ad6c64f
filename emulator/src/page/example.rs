//! An example to look at: a network, and an environment in it that is just growing.

use crate::core::call::Call;
use crate::core::clock::Clock;
use crate::core::definition::Request;
use crate::core::dispatch;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, text};
use crate::core::world::World;
use crate::fixtures;
use crate::state::State;
use crate::types::TABLE;

/// What it consists of.
const RESOURCES: &str = include_str!("example.json");

/// What is done with it at once, so that something is under way.
const GROWING: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/example/providers/Microsoft.Logic/\
                       integrationServiceEnvironments/contoso-integration";

/// Whether its environment is there.
pub(super) fn is_there(world: &World) -> bool {
    world.resources.at(&GROWING.to_lowercase()).is_some()
}

/// Puts the example beside what is there.
pub(super) fn load(state: &mut State) -> Result<(), String> {
    let resources: Vec<Json> =
        serde_json::from_str(RESOURCES).map_err(|error| error.to_string())?;
    let ids = resources.iter().filter_map(|one| text(one, "id"));
    let known = ids
        .filter_map(ResourceId::parse)
        .any(|id| state.world.resources.has(&id));
    if known {
        return Err("The example is there already, or a part of it.".to_owned());
    }
    // Made in a world of its own: what runs in this one is not hurried on.
    let mut apart = World::new(1.0, state.world.random.next());
    apart.clock = Clock::starting(state.world.now, 1.0);
    fixtures::load(&TABLE, &mut apart, &resources).map_err(|error| error.message)?;
    for stored in apart.resources.all() {
        state.world.resources.insert(stored.clone());
    }
    grow(&mut state.world)
}

/// Gives the environment a unit more.
fn grow(world: &mut World) -> Result<(), String> {
    let body = json!({"sku": {"name": "Premium", "capacity": 2}});
    let call = Call::own("PATCH", GROWING, "2019-05-01", &body);
    let reply = dispatch::serve(&mut Request::own(&TABLE, world, &call));
    if reply.status < 300 {
        return Ok(());
    }
    let answer = reply.body.unwrap_or_default();
    Err(text(&answer, "error/message")
        .unwrap_or_default()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn it_is_whole_and_something_is_under_way() {
        let mut state = State::new(Options::default()).expect("a state");
        load(&mut state).expect("the example");
        let id = ResourceId::parse(GROWING).expect("an id");
        assert!(state.world.operations.running(&id).is_some());
        assert!(load(&mut state).is_err(), "it is there already");
    }
}
