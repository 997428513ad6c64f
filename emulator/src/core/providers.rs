//! The resource providers: their types, versions and registration. Every provider is registered from the start.

use super::call::{Call, Reply};
use super::error::ArmError;
use super::json::{Json, json};
use super::paging;
use super::versions;
use super::world::World;

/// The list of providers.
pub(crate) fn list(world: &World, call: &Call, subscription: &str) -> Result<Reply, ArmError> {
    versions::check_own(call.api_version()?)?;
    let mut namespaces: Vec<&str> = world
        .types
        .0
        .iter()
        .map(|definition| definition.namespace())
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    paging::page(
        call,
        namespaces
            .into_iter()
            .map(|namespace| provider(world, subscription, namespace))
            .collect(),
    )
}

/// One provider, also as the answer to its registration.
pub(crate) fn get(
    world: &World,
    call: &Call,
    subscription: &str,
    namespace: &str,
) -> Result<Reply, ArmError> {
    versions::check_own(call.api_version()?)?;
    let namespace = world.types.namespace(namespace).ok_or_else(|| {
        ArmError::gateway(
            404,
            "InvalidResourceNamespace",
            format!("The resource namespace '{namespace}' is invalid."),
        )
    })?;
    Ok(Reply::json(200, provider(world, subscription, namespace)))
}

fn provider(world: &World, subscription: &str, namespace: &str) -> Json {
    let types = world
        .types
        .0
        .iter()
        .filter(|definition| definition.namespace() == namespace);
    let types: Vec<Json> = types
        .map(|definition| {
            let name = definition.name.split_once('/').map_or("", |(_, name)| name);
            let capabilities = if definition.located { "SupportsTags, SupportsLocation" } else { "None" };
            json!({"resourceType": name, "locations": [], "apiVersions": definition.api_versions, "capabilities": capabilities})
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": types
    })
}
