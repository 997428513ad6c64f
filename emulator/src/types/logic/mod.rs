//! Microsoft.Logic.

mod artifacts;
mod environment_link;
mod identity;
mod integration_accounts;
pub(crate) mod integration_service_environments;
mod managed_apis;
mod workflows;

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use jiff::SignedDuration;

use crate::core::asynchronous::{common_status, version};
use crate::core::call::{Call, Reply};
use crate::core::definition::{Handler, Provider, Style};
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::operations::Operation;
use crate::core::route::route;
use crate::core::world::World;

/// The accepted version of workflows and integration accounts of which no document is shipped.
const VERSIONS: &[&str] = &["2016-06-01"];

/// What it takes to link to others.
const JOIN_SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";
const JOIN_ENVIRONMENT: &str = "Microsoft.Logic/integrationServiceEnvironments/join/action";
const JOIN_ACCOUNT: &str = "Microsoft.Logic/integrationAccounts/join/action";
const ASSIGN_IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/// The namespace of environments and what lives in them.
pub(crate) static PROVIDER: Provider = Provider {
    namespace: "Microsoft.Logic",
    types: &[
        &integration_service_environments::DEFINITION,
        &managed_apis::DEFINITION,
        &integration_accounts::DEFINITION,
        &artifacts::AGREEMENTS,
        &artifacts::ASSEMBLIES,
        &artifacts::BATCH_CONFIGURATIONS,
        &artifacts::CERTIFICATES,
        &artifacts::MAPS,
        &artifacts::PARTNERS,
        &artifacts::SCHEMAS,
        &artifacts::SESSIONS,
        &workflows::DEFINITION,
    ],
    routes: &[
        route(
            "GET",
            "subscriptions/*/resourceGroups/*/providers/Microsoft.Logic/integrationServiceEnvironments/*/operationStatuses/*",
            STATUS,
        ),
        route(
            "GET",
            "subscriptions/*/resourceGroups/*/providers/Microsoft.Logic/integrationServiceEnvironments/*/managedApis/*/operationStatuses/*",
            STATUS,
        ),
        route(
            "POST",
            "subscriptions/*/resourceGroups/*/providers/Microsoft.Logic/locations/*/workflows/*/validate",
            workflows::validate_at_location,
        ),
    ],
    operations: &Style {
        name,
        announce,
        // An assumption.
        wait: |_| SignedDuration::from_secs(15),
    },
    etags: false,
    busy: None,
    not_found: errors::not_found,
    regional_requests: true,
    first: &["properties", "sku"],
    is_arm: false,
};

/// A status outlives what it is about: clients ask for it after a deletion.
const STATUS: Handler = |request, at| {
    let version = request.call.api_version()?;
    integration_service_environments::DEFINITION.check_version(version, "")?;
    common_status(request, at[at.len() - 1])
};

fn name(world: &mut World, kind: &str, _: &ResourceId) -> String {
    let sequence = format!("0858{:016}", world.random.below(10_u64.pow(16)));
    URL_SAFE.encode(format!(
        r#"{{"flowOperation":"{kind}","operationSequenceId":"{sequence}"}}"#
    ))
}

fn announce(reply: Reply, call: &Call, _: &World, operation: &Operation) -> Reply {
    let (target, name) = (&operation.target, &operation.name);
    let version = version(call);
    let url = format!("{}{target}/operationStatuses/{name}?{version}", call.base);
    reply.header("azure-AsyncOperation", url)
}
