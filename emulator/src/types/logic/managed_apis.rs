//! Microsoft.Logic/integrationServiceEnvironments/managedApis: the connectors that run inside an environment.

use std::sync::LazyLock;

use jiff::SignedDuration;

use super::PROVIDER;
use super::integration_service_environments::is_deployed;
use crate::core::call::Outcome;
use crate::core::definition::{
    Behaviour, Deletion, Naming, Request, TypeDefinition, Write, Written,
};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, at, json, list, set, text};
use crate::core::operations::{Ending, Work};
use crate::core::paging;
use crate::core::route::route;
use crate::core::store::Stored;
use crate::core::world::World;

/// Managed APIs.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    naming: Naming::Logic {
        parentheses: false,
        most: 80,
    },
    below: &[route("GET", "apiOperations", operations)],
    ..TypeDefinition::new(
        "Microsoft.Logic/integrationServiceEnvironments/managedApis",
        &PROVIDER,
        &ManagedApis,
    )
};

/// How long a connector takes to be deployed or removed (an assumption).
const DEPLOYMENT: SignedDuration = SignedDuration::from_mins(5);

/// The operations of the connectors that are published, by the names of the connectors.
static OPERATIONS: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/operations.json")).unwrap_or_default()
});

/// The operations of a connector; none where they are not published.
fn operations(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let environment = &stored.body["properties"]["integrationServiceEnvironment"];
    let api = json!({
        "displayName": stored.id.name(),
        "description": stored.id.name(),
        "category": stored.body["properties"]["category"],
        "integrationServiceEnvironment": environment,
        "id": stored.id.to_string(),
        "name": stored.id.name(),
        "type": DEFINITION.name
    });
    let known = list(&OPERATIONS, &stored.id.name().to_lowercase()).iter();
    paging::page_of(request.call, known, |operation| {
        let name = text(operation, "name").unwrap_or_default();
        let mut shown = operation.clone();
        set(&mut shown, "properties/api", api.clone());
        shown["id"] = format!("{}/apiOperations/{name}", stored.id).into();
        shown["type"] = format!("{}/apiOperations", DEFINITION.name).into();
        shown["location"] = stored.body["location"].clone();
        shown
    })
}

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
