//! `ise`: an integration service environment.
//!
//! ARM type `Microsoft.Logic/integrationServiceEnvironments`. Deploying takes hours, and so does the release of its
//! subnets afterwards; [`deployment`] and [`deletion`] hold how that is waited for and remembered.

mod change;
mod checks;
mod creation;
mod deletion;
mod deployment;
pub(crate) mod environment;
mod messages;
mod planning;

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, UpdateRequest, UpdateResponse,
};
use tfplugin_framework::schema::plan_modifier::{
    requires_replace, use_state_for_unknown, use_state_or_null_for_unknown,
};
use tfplugin_framework::schema::validator::{
    each_element, int64_between, no_null_elements, one_of, text,
};
use tfplugin_framework::schema::{Attribute, Nesting, Schema, Timeouts};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::arm::{self, ResourceId};
use crate::azure::arm_resource::{ArmResource, Operations};
use crate::azure::arm_type::ArmType;
use crate::azure::body;
use crate::azure::release::{self, Release};
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote, Sends};
use crate::azure::types::{ENVIRONMENTS, SUBNETS};
use crate::azure::wait::Interrupted;
use crate::azure::work::Work;
use crate::azure::{Azure, attributes, session};
use crate::preflight;
use crate::validate;
use creation::Begun;
use deletion::{Deletion, RELEASING};
use deployment::{Ending, Pending, Unfinished};

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &ENVIRONMENTS,
    noun: "environment",
    resource: "ise",
    schema: &SCHEMA,
};

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

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    version: 0,
    description: "An integration service environment: Azure Logic Apps in your own virtual network. Azure has refused new \
                  environments since 2022-11-01 and retired the service on 2024-08-31."
        .into(),
    attributes: attributes(),
    blocks: vec![Timeouts {
        create: Some(6 * HOUR),
        read: Some(HOUR / 12),
        update: Some(6 * HOUR),
        delete: Some(10 * HOUR),
    }.block()],
    ..Schema::default()
}
});

fn attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        attributes::id(),
        attributes::name(validate::names::environment, "Name. 1 to 80 letters, digits, `_`, `.` or `-`."),
        attributes::resource_group_name(),
        Attribute::string("location")
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_location)
            .with(KeepPriorWhenAbsent)
            .validator(text(validate::names::location))
            .with(Remote::at("location"))
            .doc("Azure region, which is also that of the virtual network."),
        Attribute::string("sku")
            .default("Premium")
            .plan(requires_replace())
            .compared_by(attributes::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Premium", "Developer"]))
            .with(Remote::at("sku.name"))
            .doc("`Premium`, or `Developer`, which has no service level agreement and cannot scale."),
        Attribute::number("capacity")
            .optional_computed()
            .plan(use_state_or_null_for_unknown())
            .validator(int64_between(0, 10))
            .with(KeepPriorWhenAbsent)
            .with(Remote::at("sku.capacity"))
            .doc(
                "Additional processing units, 0 to 10; 0 for `Developer`. Leave it out when something else decides, such as \
                 autoscale: the environment is then created with 0, and whatever it has afterwards is kept.",
            ),
        Attribute::string("access_endpoint_type")
            .default("Internal")
            .plan(requires_replace())
            .compared_by(attributes::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Internal", "External"]))
            .with(Remote::at("properties.networkConfiguration.accessEndpoint.type"))
            .doc("`Internal`: called from inside the virtual network only. `External`: called from the internet too."),
        Attribute::list("subnet_ids", Type::String)
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_ids)
            .with(KeepPriorWhenAbsent)
            .validator(no_null_elements()).validator(each_element(text(|text| attributes::is_id_of(text, SUBNETS.name))))
            .with(Remote::at("properties.networkConfiguration.subnets[].id").read_as(attributes::read_ids))
            .doc("IDs of four different, empty subnets of one virtual network, sent in this order."),
        Attribute::bool("express_route")
            .default(false)
            .with(Sends::Never)
            .doc("Whether the network uses ExpressRoute: each subnet then needs a route table with 0.0.0.0/0 to `Internet`."),
        attributes::identity(),
        customer_managed_key(),
        Attribute::map("restart_triggers", Type::String)
            .validator(no_null_elements())
            .with(Sends::OnlyOnChange)
            .doc(
                "Any values; when they change, the environment is restarted, but not when they are set for the first time or \
                 removed. An environment has to be restarted after each change of its network's DNS servers.",
            ),
        preflight(),
        attributes::provisioning_state().doc(
            "What ARM says about the last operation, such as `Succeeded`. `ReleasingSubnets`: the environment is deleted, and Azure \
             still holds its subnets.",
        ),
        attributes::state().plan(use_state_for_unknown()),
        Attribute::string("environment_id")
            .computed()
            .plan(use_state_for_unknown())
            .with(Remote::at("properties.integrationServiceEnvironmentId"))
            .doc("Azure's own ID of the environment, which is not an ARM ID."),
        Attribute::string("virtual_network_id").computed().plan(use_state_for_unknown()).doc("ID of the virtual network."),
    ];
    attributes.extend(attributes::ip_addresses());
    attributes.extend([attributes::tags(), attributes::tags_all()]);
    attributes
}

fn customer_managed_key() -> Attribute {
    let member = |name, path, description| {
        Attribute::string(name)
            .required()
            .with(Remote::at(path))
            .doc(description)
    };
    Attribute::nested(
        "customer_managed_key",
        Nesting::Single,
        vec![
            member("key_vault_id", "keyVault.id", "ID of the key vault.")
                .compared_by(attributes::same_id)
                .with(Remote::at("keyVault.id").read_as(attributes::read_id))
                .validator(text(|text| attributes::is_id_of(text, "Microsoft.KeyVault/vaults"))),
            member("key_name", "keyName", "Name of the key.").compared_by(attributes::same_ignoring_case),
            member("key_version", "keyVersion", "Version of the key.").compared_by(attributes::same_ignoring_case),
        ],
    )
    .plan(requires_replace())
    .with(Remote::at("properties.encryptionConfiguration.encryptionKeyReference"))
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
                .validator(one_of(["enforce", "warn", "off"]))
                .doc("`enforce`: findings stop the plan. `warn`: they are warnings. `off`: nothing is looked up."),
            Attribute::set("ignore", Type::String)
                .validator(no_null_elements()).validator(each_element(text(checks::is_rule)))
                .doc(
                    "Names of rules that are not checked: `subnet-missing`, `subnet-region`, `subnet-name`, `subnet-size`, \
                     `subnet-reserved-range`, `subnet-in-use`, `subnet-delegated`, `subnet-class-b`, `express-route`, \
                     `custom-dns`. Those about the IDs alone always hold.",
                ),
        ],
    )
    .with(Sends::Never)
    .doc(
        "The check of the network before anything is sent. Subnets that Azure still holds for an environment that is no more are waited \
         for, unless it is off.",
    )
}

/// The resource.
#[derive(Debug)]
pub(crate) struct Ise;

impl ArmResource for Ise {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    fn operations(&self) -> Option<&dyn Operations> {
        Some(self)
    }

    fn check_config(&self, config: &Object, diagnostics: &mut Diagnostics) {
        checks::check(config, diagnostics);
    }

    /// What the subnet IDs alone tell.
    fn derive(&self, object: &mut Object) {
        let ids = object.get("subnet_ids").as_elements().unwrap_or_default();
        let network = ids
            .iter()
            .filter_map(Value::as_str)
            .find_map(|id| ResourceId::parse(id).ok()?.parent());
        if let Some(network) = network.filter(|network| {
            let known = object.get("virtual_network_id");
            !attributes::same_id(known, &network.to_string().into())
        }) {
            object.set("virtual_network_id", network.to_string());
        }
    }
}

#[async_trait]
impl Operations for Ise {
    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan<'_>) {
        planning::modify(context, plan).await;
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let diagnostics = &mut response.diagnostics;
        let azure = context.data().report(diagnostics)?;
        let id = ARM.planned_id(azure, request.plan).report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        let fail = ARM.failed("creating", &id);
        // Its deletion under another address lasts until its subnets are free.
        let ended = azure.deletions.ended(&session, std::slice::from_ref(&id));
        ended.await.map_err(&fail).report(diagnostics)?;
        preflight::at_apply(&session, request.plan, &id, &fail, diagnostics).await?;
        let planned = ARM.with_id(request.plan, &id);
        let begun = {
            // Of two creates in this process, the second one finds the environment of the first.
            let lock = session.lock(&id).await;
            let _lock = lock.map_err(&fail).report(diagnostics)?;
            let existing = ARM.refuse_existing(context, &session, &id).await;
            existing.report(diagnostics)?;
            creation::begin(&session, &id, &planned).await
        };
        let (body, operation) = match begun {
            Ok(Begun::WroteOver) => return Err(diagnostics.fail(ARM.written_over(&id))),
            Ok(Begun::Exists) => return Err(diagnostics.fail(ARM.already_exists(&id))),
            Ok(Begun::Creation(body, operation)) => (body, operation),
            Err(error) if error.may_have_been_applied() => {
                Pending::creation(None).remember(&mut response.private);
                return Ok(response.accepted(planned, messages::answer_missing(&id, &error)));
            }
            Err(error) => return Err(diagnostics.fail(fail(error))),
        };
        let pending = Pending::creation(operation);
        pending.remember(&mut response.private);
        let so_far = Ise.read_body(context, &body, &planned);
        response.state.set(body::fill_unknowns(&planned, &so_far));
        let work = Work {
            context,
            session: &session,
            id: &id,
        };
        match work.follow(&pending).await {
            // It was answered, and there is none: nothing is to be remembered.
            Ok(Ending::Failed(None, error)) => {
                Pending::forget(&mut response.private);
                response.state.remove();
                Err(response.diagnostics.fail(fail(error)))
            }
            Ok(ending) => {
                let body = work.conclude(
                    (pending.phase, ending),
                    &mut response.state,
                    &mut response.private,
                    &mut response.diagnostics,
                )?;
                response.state.set(Ise.complete(context, &planned, &body));
                Ok(Outcome::Done)
            }
            Err(interrupted) => {
                let warning = messages::still_deploying(&id, &pending, interrupted);
                let known = body::fill_unknowns(&planned, &so_far);
                Ok(response.accepted(known, warning))
            }
        }
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let (object, diagnostics) = (request.current, &mut response.diagnostics);
        let id = ARM.stored_id(object).report(diagnostics)?;
        let fail = ARM.failed("reading", &id);
        let azure = context.data().report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        let found = match is_releasing(object) {
            true => None,
            false => {
                let found = session.of(&ENVIRONMENTS).get_optional(&id).await;
                found.map_err(&fail).report(diagnostics)?
            }
        };
        match found {
            Some(body) => {
                Deletion::forget(&mut response.private);
                let found = Ise.read_body(context, &body, object);
                azure.plans.read(&id, &found);
                response.state.set(found);
                if arm::provisioning_state(&body).is_some_and(arm::is_success) {
                    Pending::forget(&mut response.private);
                }
            }
            // Gone by our own deletion, which has ended when the subnets are free as well.
            None if is_releasing(object) || Deletion::is_remembered(&response.private) => {
                match release::still_held(&session, &id, &subnet_ids(object)).await {
                    Ok(held) if held.is_empty() => response.state.remove(),
                    // Nobody can tell: the deletion ends with a warning about that.
                    Err(error) if !error.is_forbidden() => {
                        return Err(diagnostics.fail(fail(error)));
                    }
                    _ => response.state.set(releasing(object.clone())),
                }
            }
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let id = ARM.stored_id(update.prior);
        let id = id.report(&mut response.diagnostics)?;
        let session = session(context).await.report(&mut response.diagnostics)?;
        let work = Work {
            context,
            session: &session,
            id: &id,
        };
        let mut reached = None;
        let prior_state = provisioning_state(update.prior);
        let again = match deployment::unfinished(&response.private, prior_state) {
            Some(Unfinished::FailedChange(pending)) => pending.changes,
            Some(Unfinished::Running(pending)) => {
                let pending = pending.unwrap_or_else(|| Pending::change(None, &[]));
                let body = work.resume(&pending, update, response).await?;
                response
                    .state
                    .set(Ise.read_body(context, &body, update.prior));
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
                    ARM.warn_of(&id, &overwritten, &mut response.diagnostics);
                    Ok(accepted)
                }
                Err(error) => Err(error),
            };
            let body = work
                .carry_out(&changes, sent, (update, change), response)
                .await?;
            response
                .state
                .set(Ise.read_body(context, &body, update.prior));
            reached = Some(body);
        }
        let diagnostics = &mut response.diagnostics;
        let body = match reached {
            Some(body) => body,
            None => {
                let body = session.of(&ENVIRONMENTS).get(&id).await;
                body.map_err(ARM.failed("reading", &id))
                    .report(diagnostics)?
            }
        };
        let is_made = |body: &Json| change::is_made(body, change::of(update, &again));
        let shown = session.of(&ENVIRONMENTS).until_shown(&id, body, is_made);
        let shown = shown.await.map_err(ARM.failed("updating", &id));
        let (body, is_made) = shown.report(diagnostics)?;
        if !is_made {
            response
                .state
                .set(Ise.read_body(context, &body, update.prior));
            let error = ARM.without_effect(update);
            return Err(diagnostics.fail(ARM.failed("updating", &id)(error)));
        }
        response
            .state
            .set(Ise.complete(context, update.plan, &body));
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let (object, diagnostics) = (request.prior, &mut response.diagnostics);
        let id = ARM.stored_id(object).report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        let azure = context.data().report(diagnostics)?;
        let _deletion = azure.deletions.begin(&id);
        if !is_releasing(object) {
            if let Err(error) = deletion::send(&session, &id).await {
                if error.may_have_been_applied() {
                    Deletion::now().remember(&mut response.private);
                }
                return Err(diagnostics.fail(match Interrupted::by(&error) {
                    Some(interrupted) => messages::not_deleted(&id, interrupted, &error),
                    None => ARM.failed("deleting", &id)(error),
                }));
            }
            Pending::forget(&mut response.private);
            Deletion::now().remember(&mut response.private);
            response.state.set(releasing(object.clone()));
        }
        let deletion = Deletion::recall(&response.private);
        match release::wait(&session, &id, &subnet_ids(object)).await {
            Release::Free => Ok(()),
            Release::Unreadable(error) => {
                diagnostics.add(messages::release_unknown(&id, &error));
                Ok(())
            }
            Release::Held(held, interrupted) => Err(diagnostics.fail(messages::still_releasing(
                &id,
                &held,
                interrupted,
                deletion.as_ref(),
            ))),
        }
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
