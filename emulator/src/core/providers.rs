//! The resource providers: their types, versions and registration. Every provider is registered from the start.

use jiff::SignedDuration;

use super::call::{Outcome, Reply};
use super::definition::{Provider, Request, Table, TypeDefinition};
use super::error::ArmError;
use super::errors;
use super::id::ResourceId;
use super::json::{Json, json, text};
use super::paging;
use super::regions;
use super::store::Stored;
use super::versions;
use super::world::World;

/// How long a registration takes, either way (an assumption).
const CHANGE: SignedDuration = SignedDuration::from_mins(1);

/// The list of providers.
pub(crate) fn list(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let mut providers = request.types.0.to_vec();
    providers.sort_unstable_by_key(|provider| provider.namespace);
    let world = &*request.world;
    paging::page_of(request.call, providers, |provider| {
        show(world, at[0], provider)
    })
}

/// One provider.
pub(crate) fn get(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let provider = known(request.types, at[1])?;
    Ok(Reply::json(200, show(request.world, at[0], provider)))
}

/// Starts a registration or its end. What is as wanted already stays as it is.
pub(crate) fn register(request: &mut Request<'_>, at: &[&str], wanted: bool) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let (subscription, provider) = (at[0], known(request.types, at[1])?);
    request.call.check_body()?;
    let world = &mut *request.world;
    if !wanted {
        check_unused(world, subscription, provider)?;
    }
    let state = registration(world, subscription, provider.namespace);
    if wanted != state.starts_with("Regist") {
        let target = if wanted { "Registered" } else { "Unregistered" };
        world.resources.insert(Stored {
            id: record(subscription, provider.namespace),
            etag: String::new(),
            body: json!({ "registrationState": target }).into(),
            created: world.now,
            changed: world.now,
            hidden: Json::Null.into(),
        });
    }
    Ok(Reply::json(200, show(world, subscription, provider)))
}

/// Refuses a write to a provider that the subscription is not registered with.
pub(crate) fn check_registered(
    types: &Table,
    world: &World,
    id: &ResourceId,
) -> Result<(), ArmError> {
    let namespace = known(types, &id.namespace)?.namespace;
    if registration(world, &id.subscription, namespace) == "Registered" {
        return Ok(());
    }
    let mut error = errors::missing_subscription_registration(namespace);
    error.details = vec![(error.code.to_string(), error.message.clone())];
    Err(error)
}

fn known(types: &Table, namespace: &str) -> Result<&'static Provider, ArmError> {
    let found = types.provider(namespace);
    found.ok_or_else(|| errors::invalid_resource_namespace(namespace))
}

/// A provider cannot go while it has resources. The code is ours.
fn check_unused(world: &World, subscription: &str, provider: &Provider) -> Result<(), ArmError> {
    let namespace = provider.namespace;
    let is_used = provider.is_arm
        || world.resources.all().any(|stored| {
            stored.id.group.is_some()
                && stored.id.subscription.eq_ignore_ascii_case(subscription)
                && stored.id.namespace.eq_ignore_ascii_case(namespace)
        });
    if !is_used {
        return Ok(());
    }
    Err(errors::resource_provider_in_use(namespace))
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
pub(crate) fn types(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let types = resource_types(known(request.types, at[1])?);
    Ok(Reply::json(200, json!({ "value": types })))
}

fn resource_types(provider: &Provider) -> Vec<Json> {
    let show = |definition: &&TypeDefinition| {
        let name = definition.name.split_once('/').map_or("", |(_, name)| name);
        let (capabilities, locations) = if definition.located {
            ("SupportsTags, SupportsLocation", regions::names())
        } else {
            ("None", Vec::new())
        };
        json!({"resourceType": name, "locations": locations, "apiVersions": definition.api_versions(), "capabilities": capabilities})
    };
    provider.types.iter().map(show).collect()
}

fn show(world: &World, subscription: &str, provider: &Provider) -> Json {
    let namespace = provider.namespace;
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "registrationPolicy": if provider.is_arm { "RegistrationFree" } else { "RegistrationRequired" },
        "registrationState": registration(world, subscription, namespace),
        "resourceTypes": resource_types(provider)
    })
}
