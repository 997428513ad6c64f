//! `ise`: an integration service environment.
//!
//! ARM type `Microsoft.Logic/integrationServiceEnvironments`. Deploying takes hours, and so does the release of its
//! subnets afterwards; [`deployment`] and [`release`] hold how that is waited for and remembered.

mod change;
mod checks;
mod deployment;
mod messages;
mod planning;
mod preflight;
mod release;

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::shared::arm_type::ArmType;
use super::shared::rows;
use super::shared::wait::{self, Interrupted};
use crate::arm::{self, PutOptions, ResourceId, Session};
use crate::azure::{Azure, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::plan::Plan;
use crate::sdk::private::Private;
use crate::sdk::remote::{self, Change};
use crate::sdk::resource::{Create, Resource, State, Update};
use crate::sdk::schema::{Attribute, Check, Effect, Nesting, Schema, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::{Object, Value};
use crate::validate;
use deployment::{Pending, Unfinished, Work};
use release::{Deletion, RELEASING, Release};

pub(crate) const ARM: ArmType = ArmType {
    name: "Microsoft.Logic/integrationServiceEnvironments",
    api_version: "2019-05-01",
    noun: "environment",
    resource: "ise",
    schema: &SCHEMA,
};
const SUBNET_TYPE: &str = super::ise_subnet::ARM.name;

const HOUR: Duration = Duration::from_secs(3600);

/// What ARM decides once the environment is deployed.
const DEPLOYED: [&str; 6] = [
    "state",
    "environment_id",
    "workflow_endpoint_ip_addresses",
    "workflow_outbound_ip_addresses",
    "connector_endpoint_ip_addresses",
    "connector_outbound_ip_addresses",
];

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 0,
    description: "An integration service environment: Azure Logic Apps in your own virtual network. Azure has refused new \
                  environments since 2022-11-01 and retired the service on 2024-08-31.",
    attributes: attributes(),
    timeouts: Some(Timeouts {
        create: Some(6 * HOUR),
        read: Some(HOUR / 12),
        update: Some(6 * HOUR),
        delete: Some(10 * HOUR),
    }),
});

fn attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        rows::id(),
        rows::name(validate::names::environment, "Name. 1 to 80 letters, digits, `_`, `.` or `-`."),
        rows::resource_group_name(),
        Attribute::string("location")
            .required()
            .replaces()
            .same(rows::same_location)
            .may_be_untold()
            .check(Check::Text(validate::names::location))
            .remote("location")
            .doc("Azure region, which is also that of the virtual network."),
        Attribute::string("sku")
            .default("Premium")
            .replaces()
            .same(rows::same_ignoring_case)
            .may_be_untold()
            .check(Check::OneOf(&["Premium", "Developer"]))
            .remote("sku.name")
            .doc("`Premium`, or `Developer`, which has no service level agreement and cannot scale."),
        Attribute::number("capacity")
            .optional_computed()
            .check(Check::Between(0, 10))
            .may_be_untold()
            .remote("sku.capacity")
            .doc(
                "Additional processing units, 0 to 10; 0 for `Developer`. Leave it out when something else decides, such as \
                 autoscale: the environment is then created with 0, and whatever it has afterwards is kept.",
            ),
        Attribute::string("access_endpoint_type")
            .default("Internal")
            .replaces()
            .same(rows::same_ignoring_case)
            .may_be_untold()
            .check(Check::OneOf(&["Internal", "External"]))
            .remote("properties.networkConfiguration.accessEndpoint.type")
            .doc("`Internal`: called from inside the virtual network only. `External`: called from the internet too."),
        Attribute::plain("subnet_ids", Type::list(Type::String))
            .required()
            .replaces()
            .same(rows::same_ids)
            .may_be_untold()
            .check(Check::EachText(|text| rows::is_id_of(text, SUBNET_TYPE)))
            .remote("properties.networkConfiguration.subnets[].id")
            .read_as(rows::read_ids)
            .doc("IDs of four different, empty subnets of one virtual network, sent in this order."),
        Attribute::bool("express_route")
            .default(false)
            .effect(Effect::Local)
            .doc("Whether the network uses ExpressRoute: each subnet then needs a route table with 0.0.0.0/0 to `Internet`."),
        rows::identity(),
        customer_managed_key(),
        Attribute::plain("restart_triggers", Type::map(Type::String))
            .effect(Effect::SentAfterFirst)
            .doc(
                "Any values; when they change, the environment is restarted, but not when they are set for the first time or \
                 removed. An environment has to be restarted after each change of its network's DNS servers.",
            ),
        preflight(),
        rows::provisioning_state().doc(
            "What ARM says about the last operation, such as `Succeeded`. `ReleasingSubnets`: the environment is deleted, and Azure \
             still holds its subnets.",
        ),
        rows::state(),
        Attribute::string("environment_id")
            .computed()
            .remote("properties.integrationServiceEnvironmentId")
            .doc("Azure's own ID of the environment, which is not an ARM ID."),
        Attribute::string("virtual_network_id").computed().doc("ID of the virtual network."),
    ];
    attributes.extend(rows::ip_addresses());
    attributes.extend([rows::tags(), rows::tags_all()]);
    attributes
}

fn customer_managed_key() -> Attribute {
    let member = |name, path, description| {
        Attribute::string(name)
            .required()
            .remote(path)
            .doc(description)
    };
    Attribute::nested(
        "customer_managed_key",
        Nesting::Single,
        vec![
            member("key_vault_id", "keyVault.id", "ID of the key vault.")
                .same(rows::same_id)
                .read_as(rows::read_id)
                .check(Check::Text(|text| rows::is_id_of(text, "Microsoft.KeyVault/vaults"))),
            member("key_name", "keyName", "Name of the key.").same(rows::same_ignoring_case),
            member("key_version", "keyVersion", "Version of the key.").same(rows::same_ignoring_case),
        ],
    )
    .replaces()
    .remote("properties.encryptionConfiguration.encryptionKeyReference")
    .doc(
        "The key that encrypts the environment's data. Needs `identity` and an `External` access endpoint; the identity must be \
         given access to the key within 30 minutes of the creation.",
    )
}

fn preflight() -> Attribute {
    Attribute::nested(
        "preflight",
        Nesting::Single,
        vec![
            Attribute::string("mode")
                .default("enforce")
                .check(Check::OneOf(&["enforce", "warn", "off"]))
                .doc("`enforce`: findings stop the plan. `warn`: they are warnings. `off`: nothing is looked up."),
            Attribute::plain("ignore", Type::set(Type::String))
                .check(Check::EachText(checks::is_rule))
                .doc(
                    "Names of rules that are not checked: `subnet-missing`, `subnet-region`, `subnet-name`, `subnet-size`, \
                     `subnet-reserved-range`, `subnet-in-use`, `subnet-delegated`, `subnet-class-b`, `express-route`, \
                     `custom-dns`. Those about the IDs alone always hold.",
                ),
        ],
    )
    .effect(Effect::Local)
    .doc("The check of the network before anything is sent.")
}

/// The resource.
#[derive(Debug)]
pub struct Ise;

#[async_trait]
impl Resource<Azure> for Ise {
    fn name(&self) -> &'static str {
        "ise"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        checks::check(config)
    }

    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan) {
        planning::modify(context, plan).await;
    }

    async fn plan_delete(
        &self,
        context: &Context<Azure>,
        prior: &Object,
        _: &mut Private,
    ) -> Diagnostics {
        ARM.plan_deletion(context, prior)
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let id = ARM.planned_id(context.client()?, create.planned);
        let session = session(context)?;
        let fail = ARM.failed("creating", &id);
        // Its deletion under another address lasts until its subnets are free.
        let deletions = &context.client()?.deletions;
        let ended = deletions.ended(&session, std::slice::from_ref(&id)).await;
        ended.map_err(&fail)?;
        preflight::at_apply(&session, create.planned, &id).await?;
        let planned = ARM.with_id(create.planned, &id);
        let begun = {
            // Of two creates in this process, the second one finds the environment of the first.
            let _lock = session.lock(&id).await.map_err(&fail)?;
            ARM.refuse_existing(context, &session, &id).await?;
            begin(&session, &id, &planned).await
        };
        let (body, operation) = match begun {
            Ok(Begun::WroteOver) => return Err(ARM.written_over(&id)),
            Ok(Begun::Exists) => return Err(ARM.already_exists(&id)),
            Ok(Begun::Creation(body, operation)) => (body, operation),
            Err(error) if error.may_have_been_sent() => {
                Pending::creation(None).remember(&mut state.private);
                state.set(remote::complete(&planned, &SCHEMA.null_object()));
                state.warnings.push(messages::answer_missing(&id, &error));
                return Ok(());
            }
            Err(error) => return Err(fail(error)),
        };
        let pending = Pending::creation(operation);
        pending.remember(&mut state.private);
        state.set(complete(context, &planned, &body));
        let work = work(context, &session, &id);
        match work.follow(&pending).await {
            Ok(outcome) => {
                let body = work.conclude(pending.phase, outcome, state)?;
                state.set(complete(context, &planned, &body));
            }
            Err(interrupted) => {
                let warning = messages::still_deploying(&id, &pending, interrupted);
                state.warnings.push(warning);
            }
        }
        Ok(())
    }

    async fn read(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        let Some(object) = state.object().cloned() else {
            return Ok(());
        };
        let id = ARM.stored_id(&object)?;
        let fail = ARM.failed("reading", &id);
        let session = session(context)?;
        let found = match is_releasing(&object) {
            true => None,
            false => ARM.find(&session, &id).await.map_err(&fail)?,
        };
        match found {
            Some(body) => {
                Deletion::forget(&mut state.private);
                let found = read_body(context, &body, &object);
                context.client()?.plans.read(&id, &found);
                state.set(found);
                if arm::provisioning_state(&body).is_some_and(arm::is_success) {
                    Pending::forget(&mut state.private);
                }
            }
            // Gone by our own deletion, which has ended when the subnets are free as well.
            None if is_releasing(&object) || Deletion::is_remembered(&state.private) => {
                match release::still_held(&session, &id, &subnet_ids(&object)).await {
                    Ok(held) if held.is_empty() => state.remove(),
                    // Nobody can tell: the deletion ends with a warning about that.
                    Err(error) if !error.is_forbidden() => return Err(fail(error)),
                    _ => state.set(releasing(object)),
                }
            }
            None => state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let id = ARM.stored_id(update.prior)?;
        let session = session(context)?;
        let work = work(context, &session, &id);
        let mut reached = None;
        let again = match deployment::unfinished(&state.private, provisioning_state(update.prior)) {
            Some(Unfinished::FailedChange(pending)) => pending.changes,
            Some(Unfinished::Running(pending)) => {
                let pending = pending.unwrap_or_else(|| Pending::change(None, &[]));
                let body = work.resume(&pending, update, state).await?;
                state.set(read_body(context, &body, update.prior));
                reached = Some(body);
                Vec::new()
            }
            Some(Unfinished::FailedCreation) | None => Vec::new(),
        };
        for (changes, step) in change::steps(update, &again) {
            let change = change::of(update, &again);
            let sent = match change::send((&changes, step), &session, &id, change).await {
                Ok((None, _)) => continue,
                Ok((Some(accepted), overwritten)) => {
                    ARM.warn_of(&id, &overwritten, state);
                    Ok(accepted)
                }
                Err(error) => Err(error),
            };
            let body = work
                .carry_out(&changes, sent, (update, change), state)
                .await?;
            state.set(read_body(context, &body, update.prior));
            reached = Some(body);
        }
        let body = match reached {
            Some(body) => body,
            None => session
                .get(&id, ARM.api_version)
                .await
                .map_err(ARM.failed("reading", &id))?,
        };
        state.set(complete(context, update.planned, &body));
        Ok(())
    }

    async fn delete(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        let Some(object) = state.object().cloned() else {
            return Ok(());
        };
        let id = ARM.stored_id(&object)?;
        let session = session(context)?;
        let _deletion = context.client()?.deletions.begin(&id);
        if !is_releasing(&object) {
            if let Err(error) = delete(&session, &id).await {
                if error.may_have_been_sent() {
                    Deletion::now().remember(&mut state.private);
                }
                return Err(match Interrupted::by(&error) {
                    Some(interrupted) => messages::not_deleted(&id, interrupted, &error),
                    None => ARM.failed("deleting", &id)(error),
                });
            }
            Pending::forget(&mut state.private);
            Deletion::now().remember(&mut state.private);
            state.set(releasing(object.clone()));
        }
        let deletion = Deletion::recall(&state.private);
        match release::wait(&session, &id, &subnet_ids(&object)).await {
            Release::Free => Ok(()),
            Release::Unreadable(error) => {
                state.warnings.push(messages::release_unknown(&id, &error));
                Ok(())
            }
            Release::Held(held, interrupted) => Err(messages::still_releasing(
                &id,
                &held,
                interrupted,
                deletion.as_ref(),
            )),
        }
    }

    async fn import(
        &self,
        context: &Context<Azure>,
        id: &str,
        state: &mut Object,
    ) -> Result<(), Diagnostics> {
        ARM.import(context, id, state)
    }
}

/// Deletes the environment; one that is busy deploying is waited for.
async fn delete(session: &Session, id: &ResourceId) -> Result<(), arm::Error> {
    let mut was_at_rest = false;
    loop {
        let refused = match session.delete(id, ARM.api_version).await {
            Ok(accepted) => return gone(session, accepted, id).await,
            Err(error) if error.is_conflict() => error,
            Err(error) => return Err(error),
        };
        let Some(body) = ARM.find(session, id).await? else {
            return Ok(());
        };
        if arm::provisioning_state(&body).is_none_or(deployment::is_terminal) {
            // It may have come to rest just now; refused once more, the reason is another one.
            if was_at_rest {
                return Err(refused);
            }
            was_at_rest = true;
            continue;
        }
        // However the deployment ends, the environment can be deleted afterwards.
        let deploying = arm::Operation::on_resource(arm::Intent::Write);
        match session.wait(&deploying, id, ARM.api_version).await {
            Err(error) if !error.is_not_found() => return Err(error),
            _ => {}
        }
    }
}

/// Waits until an accepted deletion has ended, where it does not do so at once.
async fn gone(
    session: &Session,
    accepted: arm::Accepted,
    id: &ResourceId,
) -> Result<(), arm::Error> {
    match accepted.operation {
        None => Ok(()),
        Some(operation) => {
            let ended = wait::follow(session, &operation, id, ARM.api_version).await;
            ended.map(drop).map_err(arm::Error::after_acceptance)
        }
    }
}

/// What came of a creation that was sent.
enum Begun {
    /// The environment as it begins, and where ARM tells how it goes.
    Creation(Json, Option<arm::Operation>),
    /// It came to be in the moment before, and ARM took this for a change of it.
    WroteOver,
    /// It came to be in the moment before, and was left alone.
    Exists,
}

/// Sends the creation.
async fn begin(session: &Session, id: &ResourceId, planned: &Object) -> Result<Begun, arm::Error> {
    let body = new_body(planned);
    match session
        .put(id, ARM.api_version, &body, PutOptions::default())
        .await
    {
        Ok(accepted) if accepted.wrote_over() => Ok(Begun::WroteOver),
        Ok(accepted) => {
            let body = accepted.body.unwrap_or_default();
            Ok(Begun::Creation(body, accepted.operation))
        }
        // Where the answer to a first attempt was lost, a second one may be refused because the first one was accepted.
        Err(error) if error.may_have_been_sent() => match ARM.find(session, id).await {
            Ok(Some(body)) => Ok(Begun::Creation(body, None)),
            // Refused, and nothing came of what was sent before.
            Ok(None) if error.status().is_some() && !error.is_transient() => {
                Err(error.without_doubt())
            }
            _ => Err(error),
        },
        // One that deploys cannot be changed: another one of the same name was faster.
        Err(error) if error.is_conflict() => match ARM.find(session, id).await {
            Ok(Some(_)) => Ok(Begun::Exists),
            Ok(None) | Err(_) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// The body that creates an environment.
fn new_body(planned: &Object) -> Json {
    let mut body = json!({ "name": planned.text("name") });
    ARM.write(Change::creating(planned), &mut body);
    // Nobody manages the capacity: it starts at the least.
    if body["sku"]["capacity"].is_null() {
        body["sku"]["capacity"] = json!(0);
    }
    body
}

fn read_body(context: &Context<Azure>, body: &Json, object: &Object) -> Object {
    let mut found = ARM.read(context, body, object);
    fill_derived(&mut found);
    found
}

/// The state after a write: what was planned, and what ARM decided.
fn complete(context: &Context<Azure>, planned: &Object, body: &Json) -> Object {
    remote::complete(planned, &read_body(context, body, planned))
}

/// What the subnet IDs alone tell.
fn fill_derived(object: &mut Object) {
    let ids = object.get("subnet_ids").as_elements().unwrap_or_default();
    let network = ids
        .iter()
        .filter_map(Value::as_str)
        .find_map(|id| ResourceId::parse(id).ok()?.parent());
    if let Some(network) = network.filter(|network| {
        !rows::same_id(
            object.get("virtual_network_id"),
            &network.to_string().into(),
        )
    }) {
        object.set("virtual_network_id", network.to_string());
    }
}

fn work<'a>(context: &'a Context<Azure>, session: &'a Session, id: &'a ResourceId) -> Work<'a> {
    Work {
        context,
        session,
        id,
    }
}

fn provisioning_state(object: &Object) -> &str {
    object.str("provisioning_state").unwrap_or_default()
}

fn is_releasing(object: &Object) -> bool {
    provisioning_state(object) == RELEASING
}

/// The state of an environment that is gone, and whose subnets are not free yet.
fn releasing(mut object: Object) -> Object {
    object.set("provisioning_state", RELEASING);
    object
}

fn subnet_ids(object: &Object) -> Vec<ResourceId> {
    let ids = object.get("subnet_ids").as_elements().unwrap_or_default();
    ids.iter()
        .filter_map(|id| ResourceId::parse(id.as_str()?).ok())
        .collect()
}

#[cfg(test)]
mod tests;
