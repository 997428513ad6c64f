//! The resource providers: their types, versions and registration. Every provider is registered from the start.

use time::Duration;

use super::call::{Call, Reply};
use super::error::ArmError;
use super::id::ResourceId;
use super::json::{Json, json, text};
use super::paging;
use super::regions;
use super::store::Stored;
use super::versions;
use super::world::World;

/// How long a registration takes, either way (an assumption).
const CHANGE: Duration = Duration::minutes(1);

/// The namespace that ARM serves itself: it takes no registration.
const OWN: &str = "Microsoft.Resources";

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
    paging::page_of(call, namespaces, |namespace| {
        provider(world, subscription, namespace)
    })
}

/// One provider.
pub(crate) fn get(
    world: &World,
    call: &Call,
    subscription: &str,
    namespace: &str,
) -> Result<Reply, ArmError> {
    versions::check_own(call.api_version()?)?;
    let namespace = known(world, namespace)?;
    Ok(Reply::json(200, provider(world, subscription, namespace)))
}

/// Starts a registration or its end. What is as wanted already stays as it is.
pub(crate) fn register(
    world: &mut World,
    call: &Call,
    subscription: &str,
    namespace: &str,
    wanted: bool,
) -> Result<Reply, ArmError> {
    versions::check_own(call.api_version()?)?;
    let namespace = known(world, namespace)?;
    call.check_body()?;
    if !wanted {
        check_unused(world, subscription, namespace)?;
    }
    let state = registration(world, subscription, namespace);
    if wanted != state.starts_with("Regist") {
        let target = if wanted { "Registered" } else { "Unregistered" };
        world.resources.insert(Stored {
            id: record(subscription, namespace),
            etag: String::new(),
            body: json!({ "registrationState": target }).into(),
            created: world.now,
            changed: world.now,
            hidden: Json::Null.into(),
        });
    }
    Ok(Reply::json(200, provider(world, subscription, namespace)))
}

/// Refuses a write to a provider that the subscription is not registered with.
pub(crate) fn check_registered(world: &World, id: &ResourceId) -> Result<(), ArmError> {
    let namespace = known(world, &id.namespace)?;
    if registration(world, &id.subscription, namespace) == "Registered" {
        return Ok(());
    }
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. \
         See https://aka.ms/rps-not-found for how to register subscriptions."
    );
    let mut error = ArmError::gateway(409, "MissingSubscriptionRegistration", message.clone());
    error.details = vec![("MissingSubscriptionRegistration".to_owned(), message)];
    Err(error)
}

/// The canonical spelling of a namespace.
fn known(world: &World, namespace: &str) -> Result<&'static str, ArmError> {
    world
        .types
        .namespace(namespace)
        .ok_or_else(|| ArmError::unknown_namespace(namespace))
}

/// A provider cannot go while it has resources. The code is ours.
fn check_unused(world: &World, subscription: &str, namespace: &str) -> Result<(), ArmError> {
    let is_used = namespace == OWN
        || world.resources.all().any(|stored| {
            stored.id.group.is_some()
                && stored.id.subscription.eq_ignore_ascii_case(subscription)
                && stored.id.namespace.eq_ignore_ascii_case(namespace)
        });
    if !is_used {
        return Ok(());
    }
    Err(ArmError::gateway(
        409,
        "ResourceProviderInUse",
        format!("The subscription still has resources of the namespace '{namespace}'."),
    ))
}

/// How far the registration of a provider is.
fn registration(world: &World, subscription: &str, namespace: &str) -> &'static str {
    let Some(stored) = world.resources.get(&record(subscription, namespace)) else {
        return "Registered";
    };
    let is_done = world.now - stored.created >= CHANGE;
    let is_on = text(&stored.body, "registrationState") == Some("Registered");
    match (is_on, is_done) {
        (true, true) => "Registered",
        (true, false) => "Registering",
        (false, true) => "Unregistered",
        (false, false) => "Unregistering",
    }
}

/// Where the last change of a registration is kept.
fn record(subscription: &str, namespace: &str) -> ResourceId {
    ResourceId {
        pairs: vec![("providers".to_owned(), namespace.to_owned())],
        ..ResourceId::of_group(subscription, "")
    }
}

/// The types of one provider.
pub(crate) fn types(world: &World, call: &Call, namespace: &str) -> Result<Reply, ArmError> {
    versions::check_own(call.api_version()?)?;
    let types = resource_types(world, known(world, namespace)?);
    Ok(Reply::json(200, json!({ "value": types })))
}

fn resource_types(world: &World, namespace: &str) -> Vec<Json> {
    let types = world
        .types
        .0
        .iter()
        .filter(|definition| definition.namespace() == namespace);
    types
        .map(|definition| {
            let name = definition.name.split_once('/').map_or("", |(_, name)| name);
            let (capabilities, locations) = if definition.located {
                ("SupportsTags, SupportsLocation", regions::names())
            } else {
                ("None", Vec::new())
            };
            json!({"resourceType": name, "locations": locations, "apiVersions": definition.api_versions(), "capabilities": capabilities})
        })
        .collect()
}

fn provider(world: &World, subscription: &str, namespace: &str) -> Json {
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "registrationPolicy": if namespace == OWN { "RegistrationFree" } else { "RegistrationRequired" },
        "registrationState": registration(world, subscription, namespace),
        "resourceTypes": resource_types(world, namespace)
    })
}
