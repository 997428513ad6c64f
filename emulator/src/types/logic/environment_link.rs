//! The link of a workflow or an account to the environment it lives in.

use super::integration_service_environments::is_deployed;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// What is linked, for messages, and the refusal of a change of its link.
pub(crate) struct Linked {
    pub(crate) thing: &'static str,
    pub(crate) mismatch: fn(&str) -> ArmError,
}

const PATH: &str = "properties/integrationServiceEnvironment";

/// The environment must be there, be deployed and be in the same region, and a link is for good.
pub(crate) fn check(
    world: &World,
    linked: &Linked,
    body: &mut Json,
    existing: Option<&Stored>,
) -> Result<(), ArmError> {
    let thing = linked.thing;
    let reference = |body: &Json| text(body, &format!("{PATH}/id")).map(str::to_owned);
    let wanted = reference(body);
    if let Some(existing) = existing {
        let lower = |id: Option<String>| id.map(|id| id.to_lowercase());
        if lower(reference(&existing.body)) != lower(wanted.clone()) {
            return Err((linked.mismatch)(existing.id.name()));
        }
    }
    let Some(wanted) = wanted else { return Ok(()) };
    let environment = ResourceId::parse(&wanted).and_then(|id| world.resources.get(&id));
    let environment = environment
        .filter(|one| one.id.type_name() == "Microsoft.Logic/integrationServiceEnvironments");
    let Some(environment) = environment else {
        return Err(errors::integration_service_environment_not_found(wanted));
    };
    let name = environment.id.name();
    if !is_deployed(environment) {
        let state = text(&environment.body, "properties/provisioningState").unwrap_or_default();
        return Err(errors::environment_takes_nothing_yet(name, state, thing));
    }
    let (home, location) = (text(&environment.body, "location"), text(body, "location"));
    if home != location {
        // The rule is Azure's, the code ours.
        return Err(errors::integration_service_environment_location_mismatch(
            thing,
            home.unwrap_or_default(),
            name,
        ));
    }
    let shown = json!({"name": name, "id": wanted, "type": "Microsoft.Logic/integrationServiceEnvironments"});
    set(body, PATH, shown);
    Ok(())
}
