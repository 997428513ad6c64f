//! Microsoft.Logic/integrationServiceEnvironments.

mod endpoints;
mod health;
mod injection;

use jiff::SignedDuration;

use super::identity;
use super::{ASSIGN_IDENTITY, JOIN_SUBNET, PROVIDER};
use crate::core::asynchronous::start;
use crate::core::call::{Outcome, Reply};
use crate::core::clock::plus;
use crate::core::definition::{
    Behaviour, Naming, Request, TypeDefinition, Wish, Write, Written, merge_members,
};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, list, set, set_default, text};
use crate::core::operations::{Due, Ending, Operation, Work};
use crate::core::random::Random;
use crate::core::route::route;
use crate::core::store::Stored;
use crate::core::world::World;

/// Integration service environments.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    located: true,
    naming: Naming::Logic {
        parentheses: false,
        most: 80,
    },
    links: &[
        ("properties/networkConfiguration/subnets/*/id", JOIN_SUBNET),
        ("identity/userAssignedIdentities/#", ASSIGN_IDENTITY),
    ],
    below: &[
        route("GET", "skus", |_, _, _| Ok(Reply::json(200, skus()))),
        route("GET", "health/network", |request, environment, _| {
            let report = health::report(request.world, &environment.body);
            Ok(Reply::json(200, report))
        }),
        route("POST", "restart", restart),
    ],
    ..TypeDefinition::new(
        "Microsoft.Logic/integrationServiceEnvironments",
        &PROVIDER,
        &Environments,
    )
};

/// How long Azure takes to deploy an environment.
const CREATION: SignedDuration = SignedDuration::from_hours(2);
/// How long it takes to add or remove a unit of capacity.
const CAPACITY_STEP: SignedDuration = SignedDuration::from_mins(25);
/// How long any other change takes (an assumption).
const CHANGE: SignedDuration = SignedDuration::from_mins(1);
/// How long a restart takes (an assumption).
const RESTART: SignedDuration = SignedDuration::from_mins(10);
/// How many units an environment may have beyond the first.
pub(crate) const MOST_UNITS: u32 = 10;
/// How long the platform holds on to the subnets of an environment that failed or was deleted.
const RELEASE: SignedDuration = SignedDuration::from_hours(1);

/// The hidden member that says that the environment was deployed once.
const READY: &str = "ready";

const RESTARTING: &str = "RestartIntegrationServiceEnvironment";

struct Environments;

impl Behaviour for Environments {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        check_sku(&write.body)?;
        check_certificates(&write.body)?;
        let body = &mut write.body;
        set_default(
            body,
            "properties/networkConfiguration/accessEndpoint/type",
            json!("External"),
        );
        identity::complete(world, body);
        let deployed = write.existing.is_some_and(is_deployed);
        if let Some(old) = write.existing {
            check_idle(old)?;
            check_unchanged(&old.body, body)?;
        }
        let lasts = match write.existing {
            Some(old) if deployed => change_lasts(&old.body, body),
            _ => deploy(world, write.id, body)?,
        };
        set(body, "properties/provisioningState", json!("InProgress"));
        show_references(body);
        let hidden = json!({ READY: deployed });
        Ok(Written {
            body: write.body,
            hidden,
            work: Some(work("PutIntegrationServiceEnvironment", lasts)),
        })
    }

    /// Merges tags and SKU; other members of `properties` are replaced, and checked as a PUT's are.
    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        let mut body = merge_members(existing, patch, &["tags", "sku", "identity"]);
        let properties = at(patch, "properties").and_then(Json::as_object);
        for (name, value) in properties.into_iter().flatten() {
            set(&mut body, &format!("properties/{name}"), value.clone());
        }
        Ok(body)
    }

    fn patch_is_put(&self) -> bool {
        true
    }

    fn may_delete(&self, world: &World, stored: &Stored) -> Result<(), ArmError> {
        let lives_there = |one: &&Stored| {
            let reference = text(&one.body, "properties/integrationServiceEnvironment/id");
            reference
                .and_then(ResourceId::parse)
                .is_some_and(|id| id.same(&stored.id))
        };
        let Some(tenant) = world.resources.all().find(lives_there) else {
            return Ok(());
        };
        // Azure's guide wants the contents deleted first; how the service says so is not known, so the code is ours.
        Err(errors::integration_service_environment_not_empty(
            stored.id.name(),
            &tenant.id,
        ))
    }

    /// The answer to a deletion comes at once; the subnets come free later.
    fn removed(&self, world: &mut World, stored: &Stored) {
        release_later(world, stored);
    }

    fn finished(&self, world: &mut World, operation: &Operation) {
        if operation.kind == RESTARTING {
            return;
        }
        let Some(stored) = world.resources.get(&operation.target).cloned() else {
            return;
        };
        let mut failure = operation.failure.clone();
        if failure.is_none() && !is_deployed(&stored) {
            failure = health::blocked(world, &stored.body);
        }
        let Some(failure) = failure else {
            world.resources.set_state(&stored.id, "Succeeded");
            if let Some(stored) = world.resources.get_mut(&stored.id) {
                stored.hidden = json!({ READY: true }).into();
            }
            return;
        };
        world.resources.set_state(&stored.id, "Failed");
        world.operations.fail(&operation.name, failure);
        if !is_deployed(&stored) {
            release_later(world, &stored);
        }
    }

    /// The platform lets go of the subnets.
    fn woken(&self, world: &mut World, id: &ResourceId, note: &Json) -> Option<Wish> {
        injection::release(world, id, note.as_str().unwrap_or_default());
        None
    }
}

/// The part of an environment's own id that stands in the names of what belongs to it.
pub(crate) fn short(own: &str) -> &str {
    own.get(..16).unwrap_or(own)
}

/// Whether the environment was deployed once: what failed later still runs.
pub(crate) fn is_deployed(stored: &Stored) -> bool {
    stored.hidden[READY] == json!(true)
}

/// An environment whose capacity can be changed now: its id, its units and the most it can have.
pub(crate) fn scalable(world: &World, id: &ResourceId) -> Option<(ResourceId, u32, u32)> {
    let stored = world.resources.get(id)?;
    let most = most_units(&stored.body).filter(|most| *most > 0)?;
    let ready = stored.id.type_name() == DEFINITION.name
        && is_deployed(stored)
        && check_idle(stored).is_ok();
    let units = at(&stored.body, "sku/capacity").and_then(Json::as_u64);
    let units = u32::try_from(units.unwrap_or_default()).ok()?;
    ready.then(|| (stored.id.clone(), units, most))
}

/// How many units beyond the first the SKU of an environment may have.
fn most_units(body: &Json) -> Option<u32> {
    match text(body, "sku/name") {
        Some("Premium") => Some(MOST_UNITS),
        Some("Developer") => Some(0),
        _ => None,
    }
}

/// The addresses of a workflow that lives in no environment.
pub(crate) fn public_endpoints(random: &mut Random) -> Json {
    let public = endpoints::public(random);
    json!({
        "workflow": {
            "outgoingIpAddresses": endpoints::addresses(&public[..2]),
            "accessEndpointIpAddresses": endpoints::addresses(&public[2..3])
        },
        "connector": {"outgoingIpAddresses": endpoints::addresses(&public[3..])}
    })
}

fn work(kind: &'static str, lasts: SignedDuration) -> Work {
    Work {
        kind,
        lasts,
        ending: Ending::ByType,
    }
}

/// Starts the deployment, for the first time or again after a failure: the subnets are held from now on.
fn deploy(world: &mut World, id: &ResourceId, body: &mut Json) -> Result<SignedDuration, ArmError> {
    let own = text(body, "properties/integrationServiceEnvironmentId").map(str::to_owned);
    let subnets = injection::check(world, body, own.as_deref())?;
    let own = own.unwrap_or_else(|| world.random.hex32());
    world
        .agenda
        .cancel(|due| matches!(due, Due::Wake { note, .. } if *note == own));
    let internal =
        text(body, "properties/networkConfiguration/accessEndpoint/type") == Some("Internal");
    let prefixes: Vec<_> = subnets.iter().map(|subnet| subnet.prefix).collect();
    if at(body, "properties/endpointsConfiguration").is_none() {
        let configuration = endpoints::configuration(&mut world.random, &prefixes, internal);
        set(body, "properties/endpointsConfiguration", configuration);
    }
    injection::hold(world, id, &own, &subnets);
    set(
        body,
        "properties/integrationServiceEnvironmentId",
        json!(own),
    );
    set(body, "properties/state", json!("Enabled"));
    Ok(CREATION)
}

/// Lets the subnets go after a while, unless that is on its way already.
fn release_later(world: &mut World, stored: &Stored) {
    let Some(holder) = text(&stored.body, "properties/integrationServiceEnvironmentId") else {
        return;
    };
    let failed_before = !is_deployed(stored)
        && text(&stored.body, "properties/provisioningState") == Some("Failed");
    if !failed_before {
        // By its own id: another environment may have the same name by then.
        let due = Due::Wake {
            id: stored.id.clone(),
            note: json!(holder),
        };
        world.agenda.add(plus(world.now, RELEASE), due);
    }
}

fn change_lasts(old: &Json, new: &Json) -> SignedDuration {
    let capacity = |body: &Json| {
        at(body, "sku/capacity")
            .and_then(Json::as_i64)
            .unwrap_or_default()
    };
    let steps = i32::try_from(capacity(old).abs_diff(capacity(new))).unwrap_or_default();
    if steps == 0 {
        CHANGE
    } else {
        CAPACITY_STEP * steps
    }
}

fn restart(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    check_idle(stored)?;
    if !is_deployed(stored) {
        return Err(busy(stored));
    }
    let work = work(RESTARTING, RESTART);
    Ok(start(
        request,
        &PROVIDER,
        work,
        &stored.id,
        Reply::empty(200),
    ))
}

/// Refuses a change while another one goes on. The code is ours.
fn check_idle(stored: &Stored) -> Result<(), ArmError> {
    if text(&stored.body, "properties/provisioningState") == Some("InProgress") {
        Err(busy(stored))
    } else {
        Ok(())
    }
}

fn busy(stored: &Stored) -> ArmError {
    let state = text(&stored.body, "properties/provisioningState").unwrap_or_default();
    errors::integration_service_environment_not_ready(stored.id.name(), state)
}

/// The SKU is a Premium one with up to ten more units, or a Developer one without any. The codes are ours.
fn check_sku(body: &Json) -> Result<(), ArmError> {
    let refuse = |message: String| Err(errors::invalid_environment_sku(message));
    let Some(name) = text(body, "sku/name") else {
        return refuse("An integration service environment needs a SKU.".to_owned());
    };
    let Some(most) = most_units(body) else {
        return refuse(format!(
            "The SKU '{name}' is not one of 'Premium' and 'Developer'."
        ));
    };
    let capacity = at(body, "sku/capacity").and_then(Json::as_i64);
    match capacity.unwrap_or_default() {
        capacity if (0..=most.into()).contains(&capacity) => Ok(()),
        capacity => refuse(format!(
            "The capacity {capacity} of the SKU '{name}' is not between 0 and {most}."
        )),
    }
}

fn check_certificates(body: &Json) -> Result<(), ArmError> {
    let certificates = at(body, "properties/certificates")
        .and_then(Json::as_object)
        .map_or(0, serde_json::Map::len);
    if certificates > 20 {
        return Err(errors::too_many_integration_service_environment_certificates(certificates));
    }
    Ok(())
}

/// Refuses the change of what is fixed at creation. The code is ours.
fn check_unchanged(old: &Json, new: &Json) -> Result<(), ArmError> {
    let subnets = |body: &Json| {
        let mut ids: Vec<String> = list(body, "properties/networkConfiguration/subnets")
            .iter()
            .map(|subnet| text(subnet, "id").unwrap_or_default().to_lowercase())
            .collect();
        ids.sort();
        ids
    };
    let changed = if subnets(old) == subnets(new) {
        const FIXED: [&str; 4] = [
            "sku/name",
            "properties/networkConfiguration/accessEndpoint/type",
            "properties/networkConfiguration/virtualNetworkAddressSpace",
            "properties/encryptionConfiguration",
        ];
        FIXED
            .into_iter()
            .find(|path| at(old, path) != at(new, path))
    } else {
        Some("properties/networkConfiguration/subnets")
    };
    let Some(path) = changed else { return Ok(()) };
    Err(errors::integration_service_environment_property_cannot_be_changed(path.replace('/', ".")))
}

/// Adds name and type to the references to the subnets, and the capacity that is always shown.
fn show_references(body: &mut Json) {
    set_default(body, "sku/capacity", json!(0));
    let Some(Json::Array(subnets)) = body.pointer_mut("/properties/networkConfiguration/subnets")
    else {
        return;
    };
    for subnet in subnets {
        let Some(id) = text(subnet, "id").map(str::to_owned) else {
            continue;
        };
        let name = ResourceId::parse(&id).map_or_else(String::new, |id| id.names());
        *subnet =
            json!({"name": name, "id": id, "type": "Microsoft.Network/virtualNetworks/subnets"});
    }
}

fn skus() -> Json {
    let sku = |name: &str, most: u32, scale: &str| {
        json!({
            "resourceType": DEFINITION.name,
            "sku": {"name": name},
            "capacity": {"minimum": 0, "maximum": most, "default": 0, "scaleType": scale}
        })
    };
    json!({"value": [sku("Premium", 10, "Automatic"), sku("Developer", 0, "None")]})
}
