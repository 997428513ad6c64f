//! The link of a workflow or an account to the environment it lives in.

use super::integration_service_environments::is_deployed;
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// What is linked, for messages, and the code when its link changes.
pub(crate) struct Linked {
    pub(crate) thing: &'static str,
    pub(crate) mismatch: &'static str,
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
            let message = format!(
                "The integration service environment of the {thing} '{}' cannot be changed.",
                existing.id.name()
            );
            return Err(ArmError::new(400, linked.mismatch, message));
        }
    }
    let Some(wanted) = wanted else { return Ok(()) };
    let environment = ResourceId::parse(&wanted).and_then(|id| world.resources.get(&id));
    let environment = environment
        .filter(|one| one.id.type_name() == "Microsoft.Logic/integrationServiceEnvironments");
    let Some(environment) = environment else {
        let message = format!("The integration service environment '{wanted}' could not be found.");
        return Err(ArmError::new(
            404,
            "IntegrationServiceEnvironmentNotFound",
            message,
        ));
    };
    let name = environment.id.name();
    if !is_deployed(environment) {
        let state = text(&environment.body, "properties/provisioningState").unwrap_or_default();
        let message = format!(
            "The integration service environment '{name}' is in provisioning state '{state}' and takes no {thing} yet."
        );
        return Err(ArmError::new(
            409,
            "IntegrationServiceEnvironmentNotReady",
            message,
        ));
    }
    let (home, location) = (text(&environment.body, "location"), text(body, "location"));
    if home != location {
        // The rule is Azure's, the code ours.
        let message = format!(
            "The {thing} must be in the location '{}' of the integration service environment '{name}'.",
            home.unwrap_or_default()
        );
        return Err(ArmError::new(
            400,
            "IntegrationServiceEnvironmentLocationMismatch",
            message,
        ));
    }
    let shown = json!({"name": name, "id": wanted, "type": "Microsoft.Logic/integrationServiceEnvironments"});
    set(body, PATH, shown);
    Ok(())
}
