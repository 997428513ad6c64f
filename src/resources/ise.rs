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
use crate::azure::{Azure, parting_session, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::plan::Plan;
use crate::sdk::remote;
use crate::sdk::resource::{Create, Resource, State, Update};
use crate::sdk::schema::{Attribute, Check, Effect, Nesting, Schema, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::{Object, Value};
use crate::validate;
use deployment::{Outcome, Pending, Phase};
use release::{RELEASING, Release};

pub(crate) const ARM: ArmType = ArmType {
    name: "Microsoft.Logic/integrationServiceEnvironments",
    api_version: "2019-05-01",
    noun: "environment",
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
                "Any values; when they change, the environment is restarted. An environment has to be restarted after each \
                 change of its network's DNS servers.",
            ),
        preflight(),
        rows::provisioning_state(),
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
                .doc("Names of rules that are not checked, such as `custom-dns`. Those about the IDs alone always hold."),
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

    async fn create(
        &self,
        context: &Context<Azure>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let id = ARM.planned_id(context.client()?, create.planned);
        let session = session(context)?;
        ARM.refuse_existing(&session, &id, self.name()).await?;
        preflight::at_apply(&session, create.planned, &id).await?;
        let planned = ARM.in_doubt(create.planned, &id);
        let (body, operation) = match begin(&session, &id, &planned).await {
            Ok(begun) => begun,
            Err(error) if error.may_have_been_sent() => {
                Pending::new(Phase::Creating, None).remember(&mut state.private);
                state.set(remote::complete(&planned, &SCHEMA.null_object()));
                state.warnings.push(messages::answer_missing(&id, &error));
                return Ok(());
            }
            Err(error) => return Err(ARM.failed("creating", &id)(error)),
        };
        let pending = Pending::new(Phase::Creating, operation);
        pending.remember(&mut state.private);
        state.set(complete(context, &planned, &body));
        match deployment::follow(&session, &id, &pending).await {
            Outcome::Interrupted(interrupted) => {
                state
                    .warnings
                    .push(messages::still_deploying(&id, &pending, interrupted));
                Ok(())
            }
            outcome => {
                let body = self.conclude(context, &id, "creating", outcome, state)?;
                state.set(complete(context, &planned, &body));
                Ok(())
            }
        }
    }

    async fn read(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        let Some(object) = state.object().cloned() else {
            return Ok(());
        };
        let id = ARM.stored_id(&object)?;
        let fail = ARM.failed("reading", &id);
        let session = session(context)?;
        if is_releasing(&object) {
            if release::still_held(&session, &id, &subnet_ids(&object))
                .await
                .map_err(&fail)?
                .is_empty()
            {
                state.remove();
            }
            return Ok(());
        }
        let Some(body) = ARM.find(&session, &id).await.map_err(fail)? else {
            state.remove();
            return Ok(());
        };
        state.set(read_body(context, &body, &object));
        let provisioning_state = arm::provisioning_state(&body).unwrap_or_default();
        let failed_creation = arm::is_failure(provisioning_state)
            && Pending::recall(&state.private)
                .is_some_and(|pending| pending.phase == Phase::Creating);
        if deployment::is_terminal(provisioning_state) && !failed_creation {
            Pending::forget(&mut state.private);
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
        self.finish_pending(context, &session, &id, update.prior, state)
            .await?;
        let accepted = match (
            update.changes("identity"),
            update.changes("capacity") || update.changes("tags_all"),
        ) {
            (true, _) => Some(change::put(&session, &id, update.planned).await),
            (false, true) => Some(change::patch(&session, &id, update.planned).await),
            (false, false) => None,
        };
        if let Some(accepted) = accepted {
            self.await_change(context, &session, &id, accepted, update.prior, state)
                .await?;
        }
        if update.changes("tags_all")
            && let Some(body) = change::without_removed_tags(&session, &id, update.planned)
                .await
                .map_err(ARM.failed("updating", &id))?
        {
            let accepted = session
                .put(&id, ARM.api_version, &body, PutOptions::default())
                .await;
            self.await_change(context, &session, &id, accepted, update.prior, state)
                .await?;
        }
        if change::restarts(update) {
            let restarted = session.post(&id, "restart", ARM.api_version, None).await;
            restarted.map_err(ARM.failed("restarting", &id))?;
        }
        let body = session
            .get(&id, ARM.api_version)
            .await
            .map_err(ARM.failed("reading", &id))?;
        state.set(complete(context, update.planned, &body));
        Ok(())
    }

    async fn delete(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        let Some(mut object) = state.object().cloned() else {
            return Ok(());
        };
        let id = ARM.stored_id(&object)?;
        let session = session(context)?;
        if !is_releasing(&object) {
            delete(&session, &id)
                .await
                .map_err(ARM.failed("deleting", &id))?;
            Pending::forget(&mut state.private);
            object.set("provisioning_state", RELEASING);
            state.set(object.clone());
        }
        match release::wait(&session, &id, &subnet_ids(&object)).await {
            Release::Free => Ok(()),
            Release::Unreadable(error) => {
                state.warnings.push(messages::release_unknown(&id, &error));
                Ok(())
            }
            Release::Held(held, interrupted, waited) => {
                Err(messages::still_releasing(&id, &held, interrupted, waited))
            }
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

impl Ise {
    /// Waits for what an earlier run began; an environment that was imported while it deployed remembers nothing.
    async fn finish_pending(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        prior: &Object,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let pending = match Pending::recall(&state.private) {
            Some(pending) => pending,
            None if prior
                .str("provisioning_state")
                .is_some_and(deployment::is_terminal) =>
            {
                return Ok(());
            }
            None => Pending::new(Phase::Updating, None),
        };
        self.await_pending(context, session, id, &pending, prior, state)
            .await
    }

    /// Remembers a change that ARM accepted, and waits for it.
    async fn await_change(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        accepted: Result<arm::Accepted, arm::Error>,
        prior: &Object,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let pending = match accepted {
            Ok(accepted) => Pending::new(Phase::Updating, accepted.operation),
            Err(error) => {
                if error.may_have_been_sent() {
                    Pending::new(Phase::Updating, None).remember(&mut state.private);
                }
                return Err(ARM.failed("updating", id)(error));
            }
        };
        pending.remember(&mut state.private);
        self.await_pending(context, session, id, &pending, prior, state)
            .await
    }

    async fn await_pending(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        pending: &Pending,
        prior: &Object,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let outcome = deployment::follow(session, id, pending).await;
        if let Outcome::Interrupted(interrupted) = outcome {
            if let Ok(body) = parting_session(context)?.get(id, ARM.api_version).await {
                state.set(read_body(context, &body, prior));
            }
            return Err(messages::not_finished(id, pending, interrupted));
        }
        let doing = match pending.phase {
            Phase::Creating => "creating",
            Phase::Updating => "updating",
        };
        let body = self.conclude(context, id, doing, outcome, state)?;
        state.set(read_body(context, &body, prior));
        Ok(())
    }

    /// Settles state and memory by how an operation ended, and gives the environment if it ended well.
    fn conclude(
        &self,
        context: &Context<Azure>,
        id: &ResourceId,
        doing: &str,
        outcome: Outcome,
        state: &mut State,
    ) -> Result<Json, Diagnostics> {
        match outcome {
            Outcome::Failed(body, error) => {
                if let (Some(body), Some(object)) = (body, state.object().cloned()) {
                    state.set(read_body(context, &body, &object));
                }
                if doing != "creating" {
                    Pending::forget(&mut state.private);
                }
                return Err(ARM.failed(doing, id)(error));
            }
            Outcome::SucceededAfterAll(body, error) => {
                state
                    .warnings
                    .push(messages::succeeded_after_all(id, &error));
                Pending::forget(&mut state.private);
                Ok(body)
            }
            Outcome::Succeeded(body) => {
                Pending::forget(&mut state.private);
                Ok(body)
            }
            Outcome::Interrupted(_) => unreachable!("interruptions are answered where they happen"),
        }
    }
}

/// Deletes the environment; one that is busy deploying is waited for.
async fn delete(session: &Session, id: &ResourceId) -> Result<(), arm::Error> {
    loop {
        match session.delete(id, ARM.api_version).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.is_conflict() => {
                let Some(body) = ARM.find(session, id).await? else {
                    return Ok(());
                };
                if arm::provisioning_state(&body).is_none_or(deployment::is_terminal) {
                    return Err(error);
                }
                // However the deployment ends, the environment can be deleted afterwards.
                let deploying = arm::Operation::on_resource(arm::Intent::Write);
                if let Err(error) = wait::follow(session, &deploying, id, ARM.api_version).await
                    && Interrupted::by(&error).is_some()
                {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Sends the creation; gives the environment as it begins, and where ARM tells how it goes.
async fn begin(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<(Json, Option<arm::Operation>), arm::Error> {
    let body = new_body(planned);
    match session
        .put(id, ARM.api_version, &body, PutOptions::default())
        .await
    {
        Ok(accepted) => Ok((accepted.body.unwrap_or_default(), accepted.operation)),
        // Where the answer to a first attempt was lost, a second one may be refused because the first one was accepted.
        Err(error) if error.may_have_been_sent() => match ARM.find(session, id).await {
            Ok(Some(body)) => Ok((body, None)),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// The body that creates an environment.
fn new_body(planned: &Object) -> Json {
    let mut body = json!({ "name": planned.text("name") });
    ARM.write(planned, &mut body);
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

fn is_releasing(object: &Object) -> bool {
    object.str("provisioning_state") == Some(RELEASING)
}

fn subnet_ids(object: &Object) -> Vec<ResourceId> {
    let ids = object.get("subnet_ids").as_elements().unwrap_or_default();
    ids.iter()
        .filter_map(|id| ResourceId::parse(id.as_str()?).ok())
        .collect()
}

#[cfg(test)]
mod tests;
