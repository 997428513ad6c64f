//! What is there from the start: the directory, and resources as if they had been created long ago.

use jiff::SignedDuration;

use crate::core::call::Call;
use crate::core::definition::{Request, Table};
use crate::core::dispatch;
use crate::core::ending;
use crate::core::engine;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::{GROUP, ResourceId};
use crate::core::json::{Json, take, text};
use crate::core::world::World;

/// What is given to scopes, in the order of creation, with the version in which it is created.
const GIVEN: [(&str, &str); 4] = [
    (
        "/providers/microsoft.authorization/roledefinitions/",
        "2022-04-01",
    ),
    (
        "/providers/microsoft.authorization/roleassignments/",
        "2022-04-01",
    ),
    (
        "/providers/microsoft.authorization/denyassignments/",
        "2022-04-01",
    ),
    ("/providers/microsoft.authorization/locks/", "2020-05-01"),
];

/// A fixture and where it belongs; they are created in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tenant,
    /// A subscription of another tenant.
    Subscription,
    Application,
    /// Groups first, then types in the order in which they can be created.
    Resource {
        rank: usize,
        version: &'static str,
    },
    /// What is given to a scope, by its place in `GIVEN`.
    Given(usize),
}

/// Creates the fixtures in the order in which they depend on one another, by the same requests that a client would send.
pub(crate) fn load(
    types: &'static Table,
    world: &mut World,
    fixtures: &[Json],
) -> Result<(), ArmError> {
    let mut wanted = Vec::new();
    for fixture in fixtures {
        let mut body = fixture.clone();
        let Some(Json::String(id)) = take(&mut body, "id") else {
            // Not shown: it may have secrets in it.
            return Err(invalid("A fixture has no resource id.".to_owned()));
        };
        wanted.push((kind(types, &id)?, id, body));
    }
    wanted.sort_by_key(|(kind, ..)| *kind);
    for (kind, id, body) in wanted {
        let name = id.rsplit('/').next().unwrap_or_default();
        let done = match kind {
            Kind::Tenant => world.directory.rename(name, &body),
            Kind::Subscription => world.directory.move_subscription(name, &body),
            Kind::Application => world.directory.register(name, &body).map(|_| ()),
            Kind::Resource { version, .. } => create(types, world, &id, version, body),
            Kind::Given(place) => create(types, world, &id, GIVEN[place].1, body),
        };
        done.map_err(|error| invalid(format!("The fixture {id} is refused: {}", error.message)))?;
    }
    // What was planned on the way to the end of their creation is not for now.
    ending::notice(types, world, None);
    Ok(())
}

fn kind(types: &Table, id: &str) -> Result<Kind, ArmError> {
    let lower = id.to_lowercase();
    if lower.starts_with("/tenants/") {
        return Ok(Kind::Tenant);
    }
    let subscription = lower.strip_prefix("/subscriptions/");
    if subscription.is_some_and(|id| !id.contains('/')) {
        return Ok(Kind::Subscription);
    }
    if lower.starts_with("/applications/") {
        return Ok(Kind::Application);
    }
    if let Some(place) = GIVEN.iter().position(|(kind, _)| lower.contains(kind)) {
        return Ok(Kind::Given(place));
    }
    let parsed = ResourceId::parse(id)
        .ok_or_else(|| invalid(format!("The id '{id}' of a fixture is no resource id.")))?;
    let name = parsed.type_name();
    let definition = types
        .find(&name)
        .ok_or_else(|| invalid(format!("The type of the fixture {id} is not served.")))?;
    let place = types
        .all()
        .take_while(|known| known.name != definition.name)
        .count();
    Ok(Kind::Resource {
        rank: if definition.name == GROUP {
            0
        } else {
            1 + place
        },
        version: definition.newest_version(),
    })
}

fn create(
    types: &'static Table,
    world: &mut World,
    path: &str,
    version: &str,
    mut body: Json,
) -> Result<(), ArmError> {
    for member in ["name", "type", "etag"] {
        take(&mut body, member);
    }
    let call = Call::own("PUT", path, version, &body);
    let reply = dispatch::serve(&mut Request::own(types, world, &call));
    if reply.status >= 300 {
        let answer = reply.body.unwrap_or_default();
        let why = text(&answer, "error/message").unwrap_or_default();
        let code = text(&answer, "error/code").unwrap_or_default();
        return Err(invalid(format!("{code}: {why}")));
    }
    // Fixtures have been there for long: whatever their creation started has ended.
    engine::settle_all(types, world, SignedDuration::from_hours(24));
    Ok(())
}

fn invalid(message: String) -> ArmError {
    errors::invalid_fixture(message)
}
