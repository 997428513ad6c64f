//! Microsoft.Logic/integrationServiceEnvironments/managedApis: the connectors that run inside an environment.

use time::Duration;

use super::integration_service_environments::is_deployed;
use crate::core::call::{Call, Reply};
use crate::core::definition::{
    Behaviour, Deletion, Naming, Style, TypeDefinition, Work, Write, Written, unknown_below,
};
use crate::core::error::ArmError;
use crate::core::json::{Json, at, json, set};
use crate::core::operations::Ending;
use crate::core::paging;
use crate::core::store::Stored;
use crate::core::world::World;

/// Managed APIs.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    name: "Microsoft.Logic/integrationServiceEnvironments/managedApis",
    more_versions: &[],
    located: false,
    naming: Naming::Logic {
        parentheses: false,
        most: 80,
    },
    behaviour: &ManagedApis,
};

/// How long a connector takes to be deployed or removed (an assumption).
const DEPLOYMENT: Duration = Duration::minutes(5);

struct ManagedApis;

impl Behaviour for ManagedApis {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let body = &mut write.body;
        if at(body, "tags").is_some() {
            let message = format!(
                "The tags are not supported in the managed API '{}'.",
                write.id.name()
            );
            // The service's own spelling.
            return Err(ArmError::new(
                400,
                "IntergrationServiceEnvironmentManagedApiDefinitionTagsNotSupported",
                message,
            ));
        }
        let environment = write.id.root();
        let stored = world
            .resources
            .get(&environment)
            .filter(|environment| is_deployed(environment));
        let Some(stored) = stored else {
            let message = format!(
                "The integration service environment '{}' takes no managed API yet.",
                environment.name()
            );
            return Err(ArmError::new(
                409,
                "IntegrationServiceEnvironmentNotReady",
                message,
            ));
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

    /// Which operations a connector has is not known here.
    fn below(
        &self,
        _world: &mut World,
        call: &Call,
        stored: &Stored,
        tail: &[&str],
    ) -> Result<Reply, ArmError> {
        match tail {
            [one] if call.method == "GET" && one.eq_ignore_ascii_case("apiOperations") => {
                paging::page(call, Vec::new())
            }
            _ => Err(unknown_below(stored, tail)),
        }
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
        style: Style::Logic,
    }
}
