//! Microsoft.Logic/workflows.

mod callback;
mod definition;
mod documents;
mod parameters;
mod runs;
mod triggers;
mod versions;

use jiff::Timestamp;

use super::environment_link::{self, Linked};
use super::identity;
use super::integration_service_environments as environments;
use super::{ASSIGN_IDENTITY, JOIN_ACCOUNT, JOIN_ENVIRONMENT, PROVIDER, VERSIONS};
use crate::core::call::{Outcome, Reply};
use crate::core::clock::timestamp;
use crate::core::definition::{
    Behaviour, Below, Naming, Request, TypeDefinition, Write, Written, merge_members,
};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::{ResourceId, normalise_location};
use crate::core::json::{Json, at, json, set, set_default, text};
use crate::core::locks::{self, Intent};
use crate::core::presence;
use crate::core::route::{Route, route};
use crate::core::store::Stored;
use crate::core::world::World;

/// Workflows.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Logic {
        parentheses: true,
        most: 80,
    },
    links: &[
        (
            "properties/integrationServiceEnvironment/id",
            JOIN_ENVIRONMENT,
        ),
        ("properties/integrationAccount/id", JOIN_ACCOUNT),
        ("identity/userAssignedIdentities/#", ASSIGN_IDENTITY),
    ],
    below: BELOW,
    ..TypeDefinition::new("Microsoft.Logic/workflows", &PROVIDER, &Workflows)
};

static BELOW: &[Route<Below>] = &[
    route("POST", "enable", |request, workflow, _| {
        switch(request, workflow, "Enabled")
    }),
    route("POST", "disable", |request, workflow, _| {
        switch(request, workflow, "Disabled")
    }),
    route("POST", "validate", |request, workflow, _| {
        validate(request.world, request.call.json()?, Some(workflow))
    }),
    route("POST", "listCallbackUrl", callback::of_workflow),
    route("POST", "regenerateAccessKey", regenerate),
    route("POST", "listSwagger", |_, workflow, _| {
        Ok(documents::swagger(workflow))
    }),
    route("POST", "generateUpgradedDefinition", documents::upgraded),
    route("POST", "move", move_to),
    route("GET", "versions", versions::list),
    route("GET", "versions/*", |request, workflow, at| {
        versions::find(request.world, workflow, at[0]).map(|one| Reply::json(200, one))
    }),
    route(
        "POST",
        "versions/*/triggers/*/listCallbackUrl",
        callback::of_version,
    ),
    route("GET", "runs", runs::list),
    route("GET", "runs/*", runs::one),
    route("POST", "runs/*/cancel", runs::cancel),
    route("GET", "runs/*/actions", runs::actions),
    route("GET POST", "runs/*/actions/*/**", runs::action),
    route("GET", "runs/*/operations/*", runs::operation),
    route("GET", "triggers", triggers::list),
    route("GET", "triggers/*", triggers::one),
    route("POST", "triggers/*/listCallbackUrl", callback::of_trigger),
    route("POST", "triggers/*/run", triggers::run),
    route("POST", "triggers/*/reset", triggers::reset),
    route("POST", "triggers/*/setState", triggers::set_state),
    route("GET", "triggers/*/schemas/json", triggers::schema),
    route("GET", "triggers/*/histories", runs::histories),
    route("GET", "triggers/*/histories/*", runs::history),
    route("POST", "triggers/*/histories/*/resubmit", runs::resubmit),
];

const LINK: Linked = Linked {
    thing: "workflow",
    mismatch: |name| errors::workflow_environment_mismatch(name),
};

/// The hidden members: what stands in for secure values, and the two access keys.
const SECURE: &str = "secure";
const KEYS: &str = "keys";

struct Workflows;

impl Behaviour for Workflows {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let body = &mut write.body;
        check(world, body, write.existing)?;
        let definition = body["properties"]["definition"].take();
        body["properties"]["definition"] = definition::normalise(definition);
        let secure = parameters::take_secure(body);
        let state = text(body, "properties/state")
            .unwrap_or("Enabled")
            .to_owned();
        set(body, "properties/state", json!(state));
        identity::complete(world, body);
        let created = write.existing.map_or(world.now, |old| old.created);
        complete(world, body, created, write.existing);
        let mut hidden = write.hidden;
        if hidden.get(KEYS).is_none() {
            hidden =
                json!({KEYS: {"Primary": world.random.hex32(), "Secondary": world.random.hex32()}});
        }
        hidden[SECURE] = secure;
        versions::remember(world, write.id, &body["properties"]);
        Ok(Written {
            body: write.body,
            hidden,
            work: None,
        })
    }

    /// Merges tags and identity, and replaces the members of `properties` that are given.
    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        let mut body = merge_members(existing, patch, &["tags", "identity"]);
        parameters::give_secure_back(&mut body, &existing.hidden[SECURE]);
        let writable = [
            "state",
            "definition",
            "parameters",
            "integrationAccount",
            "accessControl",
            "integrationServiceEnvironment",
        ];
        for member in writable {
            let path = format!("properties/{member}");
            if let Some(value) = at(patch, &path) {
                set(&mut body, &path, value.clone());
            }
        }
        Ok(body)
    }

    fn patch_is_put(&self) -> bool {
        true
    }

    /// The published document has no body for it, so clients that are made from it send none.
    fn patch_may_be_empty(&self) -> bool {
        true
    }

    fn filters(&self) -> &'static [(&'static str, &'static str)] {
        &[("state", "properties/state")]
    }

    fn may_move(&self) -> bool {
        true
    }
}

/// A workflow can be validated for a location before it exists.
pub(super) fn validate_at_location(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (group, location) = (ResourceId::of_group(at[0], at[1]), at[2]);
    DEFINITION.check_version(request.call.api_version()?, location)?;
    presence::existing_group(request.world, &group)?;
    let mut body = request.call.json()?;
    body["location"] = json!(location);
    validate(request.world, body, None)
}

/// Everything that can be wrong with a workflow.
fn check(world: &World, body: &mut Json, existing: Option<&Stored>) -> Result<(), ArmError> {
    definition::check(body)?;
    parameters::check(body)?;
    if let Some(state) =
        text(body, "properties/state").filter(|state| !["Enabled", "Disabled"].contains(state))
    {
        return Err(errors::invalid_request_content(format!(
            "Error converting value '{state}' to a workflow state. Path 'properties.state'."
        )));
    }
    environment_link::check(world, &LINK, body, existing)?;
    check_account(world, body)
}

/// The account must be there and live in the same environment as the workflow, or in none as well.
fn check_account(world: &World, body: &mut Json) -> Result<(), ArmError> {
    let Some(reference) = text(body, "properties/integrationAccount/id").map(str::to_owned) else {
        return Ok(());
    };
    let account = ResourceId::parse(&reference).and_then(|id| world.resources.get(&id));
    let account =
        account.filter(|account| account.id.type_name() == "Microsoft.Logic/integrationAccounts");
    let Some(account) = account else {
        return Err(errors::integration_account_not_found(reference));
    };
    let environment = |body: &Json| {
        text(body, "properties/integrationServiceEnvironment/id").map(str::to_lowercase)
    };
    if environment(body) != environment(&account.body) {
        return Err(
            errors::workflow_not_in_same_integration_service_environment_as_integration_account(
                account.id.name(),
            ),
        );
    }
    let shown = json!({"name": account.id.name(), "id": reference, "type": "Microsoft.Logic/integrationAccounts"});
    set(body, "properties/integrationAccount", shown);
    Ok(())
}

/// Fills in what the service says of a workflow.
fn complete(world: &mut World, body: &mut Json, created: Timestamp, existing: Option<&Stored>) {
    let before = existing.and_then(|old| text(&old.body, "properties/version")?.parse().ok());
    set(body, "properties/provisioningState", json!("Succeeded"));
    set(body, "properties/createdTime", json!(timestamp(created)));
    set(body, "properties/changedTime", json!(timestamp(world.now)));
    set(
        body,
        "properties/version",
        json!(next_version(world.now, before)),
    );
    set_default(body, "properties/parameters", json!({}));
    let reference =
        text(body, "properties/integrationServiceEnvironment/id").and_then(ResourceId::parse);
    let environment = reference.and_then(|id| world.resources.get(&id)).cloned();
    let location = text(body, "location").unwrap_or_default().to_owned();
    let host = match environment
        .as_ref()
        .and_then(|one| text(&one.body, "properties/integrationServiceEnvironmentId"))
    {
        Some(own) => format!(
            "flow-{}.{location}.environments.microsoftazurelogicapps.net",
            environments::short(own)
        ),
        None => format!(
            "prod-{:02}.{location}.logic.azure.com",
            world.random.below(60) + 1
        ),
    };
    let endpoint = format!("https://{host}:443/workflows/{}", world.random.hex32());
    set_default(body, "properties/accessEndpoint", json!(endpoint));
    let kept = existing
        .and_then(|old| at(&old.body, "properties/endpointsConfiguration"))
        .cloned();
    let shared =
        environment.and_then(|one| at(&one.body, "properties/endpointsConfiguration").cloned());
    let configuration = shared
        .or(kept)
        .unwrap_or_else(|| environments::public_endpoints(&mut world.random));
    set(body, "properties/endpointsConfiguration", configuration);
}

/// Versions count down from the largest number by the ticks of the clock, so that a later one is smaller.
fn next_version(now: Timestamp, before: Option<u64>) -> String {
    /// Ticks of 100 ns from the year 1 to 1970.
    const EPOCH: i128 = 621_355_968_000_000_000;
    let ticks = now.as_nanosecond() / 100 + EPOCH;
    let version = u64::try_from(i128::from(i64::MAX) - ticks).unwrap_or_default();
    let version = before.map_or(version, |before| version.min(before.saturating_sub(1)));
    format!("{version:020}")
}

/// Gives a workflow another name or group, with its runs and locks. The code of the last refusal is ours.
fn move_to(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let (asked, world) = (request.call.json()?, &mut *request.world);
    let wanted = text(&asked, "id").unwrap_or_default();
    let target = ResourceId::parse(&format!("/{}", wanted.trim_start_matches('/')));
    let target = target.filter(|id| id.type_name().eq_ignore_ascii_case(DEFINITION.name));
    let Some(mut target) = target else {
        return Err(errors::invalid_request_content(format!(
            "The id '{wanted}' is not that of a workflow. Path 'id'."
        )));
    };
    DEFINITION.naming.check(target.name())?;
    if let Some(group) = target.group_id() {
        let group = presence::existing_group(world, &group)?.id.clone();
        presence::check_stays(world, &group)?;
        target.group = Some(group.name().to_owned());
    }
    target.namespace.clone_from(&stored.id.namespace);
    target.pairs[0].0.clone_from(&stored.id.pairs[0].0);
    locks::check(world, &stored.id, Intent::Delete)?;
    locks::check(world, &target, Intent::Write)?;
    if world.resources.has(&target) {
        return Err(errors::workflow_already_exists(target.name()));
    }
    world.resources.rename(&stored.id, &target);
    Ok(Reply::empty(200))
}

fn switch(request: &mut Request<'_>, workflow: &Stored, state: &str) -> Outcome {
    let now = timestamp(request.world.now);
    if let Some(stored) = request.world.resources.get_mut(&workflow.id) {
        set(&mut stored.body, "properties/state", json!(state));
        set(&mut stored.body, "properties/changedTime", json!(now));
    }
    Ok(Reply::empty(200))
}

fn validate(world: &World, mut body: Json, existing: Option<&Stored>) -> Outcome {
    if let Some(location) = text(&body, "location").map(normalise_location) {
        body["location"] = json!(location);
    } else if let Some(existing) = existing {
        body["location"] = existing.body["location"].clone();
    }
    check(world, &mut body, existing)?;
    Ok(Reply::empty(200))
}

fn regenerate(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let kind = key_type(&request.call.json()?);
    let key = request.world.random.hex32();
    if let Some(stored) = request.world.resources.get_mut(&stored.id) {
        stored.hidden[KEYS][kind] = json!(key);
    }
    Ok(Reply::empty(200))
}

/// The key that a request is about: the primary one unless it says so.
fn key_type(body: &Json) -> &'static str {
    match text(body, "keyType") {
        Some("Secondary") => "Secondary",
        _ => "Primary",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_down() {
        let now = Timestamp::from_second(1_533_855_294).expect("a time");
        let first = next_version(now, None);
        assert!(first.starts_with("085866") && first.len() == 20, "{first}");
        let same_time = next_version(now, first.parse().ok());
        assert!(same_time < first);
        assert!(
            next_version(
                now + jiff::SignedDuration::from_hours(1),
                same_time.parse().ok()
            ) < same_time
        );
    }
}
