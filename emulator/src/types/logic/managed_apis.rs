//! Microsoft.Logic/integrationServiceEnvironments/managedApis: the connectors that run inside an environment.

use time::Duration;

use super::PROVIDER;
use super::integration_service_environments::is_deployed;
use crate::core::definition::{Behaviour, Deletion, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, at, json, set};
use crate::core::operations::{Ending, Work};
use crate::core::paging;
use crate::core::route::route;
use crate::core::world::World;

/// Managed APIs.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    naming: Naming::Logic {
        parentheses: false,
        most: 80,
    },
    // Which operations a connector has is not known here.
    below: &[route("GET", "apiOperations", |request, _, _| {
        paging::page(request.call, Vec::new())
    })],
    ..TypeDefinition::new(
        "Microsoft.Logic/integrationServiceEnvironments/managedApis",
        &PROVIDER,
        &ManagedApis,
    )
};

/// How long a connector takes to be deployed or removed (an assumption).
const DEPLOYMENT: Duration = Duration::minutes(5);

struct ManagedApis;

impl Behaviour for ManagedApis {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let body = &mut write.body;
        if at(body, "tags").is_some() {
            // The service's own spelling.
            return Err(
                errors::intergration_service_environment_managed_api_definition_tags_not_supported(
                    write.id.name(),
                ),
            );
        }
        let environment = write.id.root();
        let stored = world
            .resources
            .get(&environment)
            .filter(|environment| is_deployed(environment));
        let Some(stored) = stored else {
            return Err(errors::environment_takes_no_managed_api(environment.name()));
        };
        let name = write.id.name();
        set(body, "location", stored.body["location"].clone());
        set(
            body,
            "properties/generalInformation",
            json!({"displayName": name, "description": name, "releaseTag": "Production", "tier": "Standard"}),
        );
        set(
            body,
            "properties/integrationServiceEnvironment",
            json!({
                "name": stored.id.name(),
                "id": stored.id.to_string(),
                "type": "Microsoft.Logic/integrationServiceEnvironments"
            }),
        );
        set(body, "properties/provisioningState", json!("InProgress"));
        set(body, "properties/category", json!("Standard"));
        let work = work("PutIntegrationServiceEnvironmentManagedApi", Ending::Settle);
        Ok(Written {
            body: write.body,
            hidden: Json::Null,
            work: Some(work),
        })
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(work(
            "DeleteIntegrationServiceEnvironmentManagedApi",
            Ending::Remove,
        ))
    }
}

fn work(kind: &'static str, ending: Ending) -> Work {
    Work {
        kind,
        lasts: DEPLOYMENT,
        ending,
    }
}
