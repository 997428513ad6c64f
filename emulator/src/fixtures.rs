//! Resources that are there from the start, as if they had been created long ago.

use time::Duration;

use crate::core::call::Call;
use crate::core::dispatch;
use crate::core::error::ArmError;
use crate::core::id::{GROUP, ResourceId};
use crate::core::json::{Json, take, text};
use crate::core::world::World;
use crate::types::autoscale_settings;

/// Creates the fixtures in the order in which they depend on one another, by the same requests that a client would send.
pub(crate) fn load(world: &mut World, fixtures: &[Json]) -> Result<(), ArmError> {
    let mut wanted: Vec<(ResourceId, Json)> = Vec::new();
    let (directory, resources) = split(fixtures);
    for (kind, fixture) in directory {
        register(world, kind, fixture)?;
    }
    for fixture in resources {
        let id = text(fixture, "id").and_then(ResourceId::parse);
        let id = id.ok_or_else(|| invalid(format!("A fixture has no resource id: {fixture}.")))?;
        if world.types.find(&id.type_name()).is_none() {
            return Err(invalid(format!(
                "The type of the fixture {id} is not served."
            )));
        }
        wanted.push((id, fixture.clone()));
    }
    wanted.sort_by_key(|(id, _)| rank(world, id));
    for (id, body) in wanted {
        create(world, &id, body)?;
    }
    // What was planned on the way to the end of their creation is not for now.
    autoscale_settings::look(world, None);
    Ok(())
}

/// What belongs to the directory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tenant,
    Application,
}

/// The fixtures of the directory, the tenant first, and those of subscriptions.
fn split(fixtures: &[Json]) -> (Vec<(Kind, &Json)>, Vec<&Json>) {
    let (mut directory, mut resources) = (Vec::new(), Vec::new());
    for fixture in fixtures {
        match text(fixture, "id").unwrap_or_default() {
            id if id.starts_with("/tenants/") => directory.push((Kind::Tenant, fixture)),
            id if id.starts_with("/applications/") => directory.push((Kind::Application, fixture)),
            _ => resources.push(fixture),
        }
    }
    directory.sort_by_key(|(kind, _)| *kind);
    (directory, resources)
}

fn register(world: &mut World, kind: Kind, fixture: &Json) -> Result<(), ArmError> {
    let mut source = fixture.clone();
    let id = take(&mut source, "id").unwrap_or_default();
    let id = id.as_str().unwrap_or_default();
    let name = id.rsplit('/').next().unwrap_or_default();
    let done = match kind {
        Kind::Tenant => world.directory.rename(name, &source),
        Kind::Application => world.directory.register(name, &source).map(|_| ()),
    };
    done.map_err(|error| invalid(format!("The fixture {id} is refused: {}", error.message)))
}

fn create(world: &mut World, id: &ResourceId, mut body: Json) -> Result<(), ArmError> {
    for member in ["id", "name", "type", "etag"] {
        take(&mut body, member);
    }
    let version = world
        .types
        .find(&id.type_name())
        .and_then(|definition| definition.api_versions.first())
        .copied();
    let call = Call {
        method: "PUT".to_owned(),
        path: id.to_string(),
        query: vec![(
            "api-version".to_owned(),
            version.unwrap_or_default().to_owned(),
        )],
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
        base: String::new(),
    };
    let reply = dispatch::serve(world, &call);
    if reply.status >= 300 {
        return Err(invalid(format!(
            "The fixture {id} is refused: {}",
            reply.body.unwrap_or_default()
        )));
    }
    // Fixtures have been there for long: whatever their creation started has ended.
    world.settle_all(Duration::days(1));
    Ok(())
}

/// The place of a type in the order of creation.
fn rank(world: &World, id: &ResourceId) -> usize {
    if id.type_name().eq_ignore_ascii_case(GROUP) {
        return 0;
    }
    let name = id.type_name();
    1 + world
        .types
        .0
        .iter()
        .position(|definition| definition.name.eq_ignore_ascii_case(&name))
        .unwrap_or(usize::MAX - 1)
}

fn invalid(message: String) -> ArmError {
    ArmError::new(400, "InvalidFixture", message)
}
