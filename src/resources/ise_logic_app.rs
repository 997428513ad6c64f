//! `ise_logic_app`: a workflow that runs in an environment.
//!
//! ARM type `Microsoft.Logic/workflows`. ARM answers at once, so nothing here is waited for but the environment.

mod account;
mod parameters;
mod policies;

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ModifyPlan, Outcome,
    ReadRequest, ReadResponse, Resource, UpdateRequest, UpdateResponse,
};
use tfplugin_framework::schema::plan_modifier::use_state_or_null_for_unknown;
use tfplugin_framework::schema::validator::{each_element, no_null_elements, text};
use tfplugin_framework::schema::{Attribute, Nesting, Schema, Timeouts};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};
use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};

use super::ise;
use crate::arm::{ResourceId, Session};
use crate::azure::arm_type::ArmType;
use crate::azure::body::Change;
use crate::azure::immediate::Failure;
use crate::azure::row::{
    ArmAttribute as _, EmptyIsSignificant, Remote, Sends, asks_arm, sent_changes,
};
use crate::azure::types::WORKFLOWS;
use crate::azure::{Azure, session};
use crate::azure::{attributes, replaced, tags};
use crate::validate;
use crate::validate::callers::Callers;
use crate::validate::json;
use crate::validate::workflow::{self, Definition};

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &WORKFLOWS,
    noun: "logic app",
    resource: "ise_logic_app",
    schema: &SCHEMA,
};

const MINUTE: Duration = Duration::from_secs(60);

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 0,
    description:
        "A logic app (Consumption workflow) that runs in an integration service environment.".into(),
    attributes: attributes(),
    blocks: vec![
        Timeouts {
            create: Some(30 * MINUTE),
            read: Some(5 * MINUTE),
            update: Some(30 * MINUTE),
            delete: Some(30 * MINUTE),
        }
        .block(),
    ],
    ..Schema::default()
});

fn attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        attributes::id(),
        attributes::name(validate::names::workflow, "Name. 1 to 80 letters, digits, `-`, `_`, `.`, `(` or `)`."),
        attributes::resource_group_name(),
        attributes::ise_id(),
        attributes::location_of_environment(),
        Attribute::string("definition")
            .required()
            .compared_by(|a, b| a.as_str().zip(b.as_str()).is_some_and(|(a, b)| same_text(a, b, workflow::same)))
            .validator(text(|text| Definition::parse(text).map(|_| ())))
            .with(Remote::at("properties.definition").converted(|json| json.to_string().into(), parse_text))
            .doc(
                "The whole workflow definition, as JSON: `$schema`, `contentVersion`, `triggers`, `actions` and whatever else it has. \
                 Compared by meaning, so formatting and what Azure adds are no difference.",
            ),
        Attribute::string("parameters")
            // ARM does not tell whether there are none, or never were any.
            .compared_by(|a, b| same_text(a.as_str().unwrap_or("{}"), b.as_str().unwrap_or("{}"), json::same))
            .validator(text(|text| json::parameter_values(text).map(|_| ())))
            .with(Remote::at("properties.parameters").merged(parameters::read_plain, parameters::write_plain))
            .doc("Values of the parameters that the definition declares, as a JSON object of name to value."),
        Attribute::string("secure_parameters_wo")
            .write_only()
            .sensitive()
            .validator(text(|text| json::parameter_values(text).map(|_| ())))
            .doc(
                "Values of `SecureString` and `SecureObject` parameters, as a JSON object of name to value. Never stored; sent with \
                 every update of the workflow, and an update that would lose one is refused. Needs Terraform 1.11 or later.",
            ),
        Attribute::number("secure_parameters_version")
            .with(Sends::OnlyOnChange)
            .doc(
                "Any number; when it changes to another one, `secure_parameters_wo` is sent again, and parameters that it leaves out \
                 fall back to their defaults.",
            ),
        attributes::enabled("Whether its triggers fire."),
        attributes::reference("integration_account_id", "properties.integrationAccount")
            .validator(text(|text| attributes::is_id_of(text, "Microsoft.Logic/integrationAccounts")))
            .doc("ID of an integration account in the same environment."),
        access_control(),
        attributes::identity(),
        attributes::provisioning_state(),
        attributes::state().unknown_when_sent(&["enabled"]),
        Attribute::string("access_endpoint")
            .computed()
            .plan(use_state_or_null_for_unknown())
            .with(Remote::at("properties.accessEndpoint"))
            .doc("URL under which its triggers are called."),
        Attribute::string("version")
            .computed()
            .unknown_in_updates()
            .with(Remote::at("properties.version"))
            .doc("Azure's version of it, which changes with each update."),
        Attribute::string("created_time").computed().plan(use_state_or_null_for_unknown()).with(Remote::at("properties.createdTime")).doc("When it was created."),
        Attribute::string("changed_time")
            .computed()
            .unknown_in_updates()
            .with(Remote::at("properties.changedTime"))
            .doc("When it was last changed."),
    ];
    attributes.extend(attributes::ip_addresses());
    attributes.extend([attributes::tags(), attributes::tags_all()]);
    attributes
}

fn access_control() -> Attribute {
    const RANGES: &str = "IPv4 or IPv6: CIDR blocks, ranges of the form `first-last`, or single addresses, compared by the addresses \
                          that they mean. None at all, `[]`, is not the same as leaving it out.";
    let ranges = |description| {
        Attribute::set("allowed_caller_ip_ranges", Type::String)
            .compared_by(same_callers)
            .with(EmptyIsSignificant)
            .validator(no_null_elements())
            .validator(each_element(text(validate::callers::caller_range)))
            .with(Remote::at("allowedCallerIpAddresses[].addressRange"))
            .doc(description)
    };
    let policies = Attribute::map("open_authentication_policies", Type::map(Type::String))
        .validator(no_null_elements())
        .with(Remote::at("openAuthenticationPolicies.policies").merged(policies::read, policies::write))
        .doc("Microsoft Entra ID policies: name of the policy → name of a claim → the value it must have.");
    let section = |name, path, attributes, description| {
        Attribute::nested(name, Nesting::Single, attributes)
            .with(Remote::at(path))
            .doc(description)
    };
    Attribute::nested(
        "access_control",
        Nesting::Single,
        vec![
            section(
                "trigger",
                "triggers",
                vec![
                    ranges(
                        "IPv4 or IPv6: CIDR blocks, ranges of the form `first-last`, or single addresses, compared by the addresses that \
                         they mean. Without it anybody may call; with none at all, `[]`, other logic apps only.",
                    ),
                    policies,
                ],
                "Who may call its triggers.",
            ),
            section(
                "actions",
                "actions",
                vec![ranges(RANGES)],
                "Who may call its actions.",
            ),
            section(
                "contents",
                "contents",
                vec![ranges(RANGES)],
                "Who may read inputs and outputs of its runs.",
            ),
            section(
                "workflow_management",
                "workflowManagement",
                vec![ranges(RANGES)],
                "Who may manage it.",
            ),
        ],
    )
    .with(Remote::at("properties.accessControl"))
    .doc("Who may reach it.")
}

/// The resource.
#[derive(Debug)]
pub struct IseLogicApp;

#[async_trait]
impl Resource<Azure> for IseLogicApp {
    fn type_name(&self) -> &str {
        "ise_logic_app"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Azure>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Azure>> {
        Some(&ARM)
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let diagnostics = &mut response.diagnostics;
        let azure = context.data().report(diagnostics)?;
        let id = ARM.planned_id(azure, request.plan);
        let session = session(context).await.report(diagnostics)?;
        // Told before the environment is waited for; what counts is the look right before it is sent.
        let existing = ARM.refuse_existing(context, &session, &id).await;
        existing.report(diagnostics)?;
        parameters::check_secure(request.config, diagnostics)?;
        let account = account::at_apply(&session, request.plan).await;
        account.report(diagnostics)?;
        let environment = ise::environment::ready(&session, request.plan.text("ise_id")).await;
        let environment = environment.report(diagnostics)?;
        let mut body = json!({ "location": environment["location"] });
        parameters::write(request.config, Change::creating(request.plan), &mut body);
        ARM.create_at_once(context, &session, &id, (&body, request.plan), response)
            .await
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        ARM.refresh(context, request, response).await
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        if !asks_arm(&SCHEMA, update.prior, update.plan) {
            response.state.set(update.plan.clone());
            return Ok(Outcome::Done);
        }
        let diagnostics = &mut response.diagnostics;
        let id = ARM.stored_id(update.prior).report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        if needs_put(update.prior, update.plan) {
            parameters::check_secure(update.config, diagnostics)?;
        }
        if update.changes("integration_account_id") {
            let account = account::at_apply(&session, update.plan).await;
            account.report(diagnostics)?;
        }
        let changed = change(&session, &id, update, diagnostics).await;
        ARM.settle_update(context, &id, update, changed, response)
            .await
    }

    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let deleted = ARM.delete_at_once(context, request.prior).await;
        deleted.report(&mut response.diagnostics)
    }
}

impl ValidateConfig for IseLogicApp {
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        if let Err(message) = attributes::check_identity(request.config) {
            let path = Path::attribute("identity");
            diagnostics.add_attribute_error(path, "Invalid identity", message);
        }
        parameters::check_values(request.config, diagnostics);
    }
}

#[async_trait]
impl ModifyPlan<Azure> for IseLogicApp {
    async fn modify(
        &self,
        context: &Context<Azure>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        if let Some(prior) = request.deleted() {
            let deletion = ARM.plan_deletion(context, prior);
            return deletion.report(&mut response.diagnostics);
        }
        if let Some(mut plan) = Plan::of(request, response) {
            modify(context, &mut plan).await;
        }
        Ok(())
    }
}

async fn modify(context: &Context<Azure>, plan: &mut Plan<'_>) {
    tags::plan(context, &SCHEMA, plan);
    let planner = replaced::planner(&ARM, plan);
    if plan.replaces() {
        return ARM.make_way(context, &planner);
    }
    if let Some(azure) = context.data_if_known() {
        ARM.claim(azure, planner, plan);
    }
    let puts = match plan.prior {
        None => true,
        Some(prior) => needs_put(prior, plan.planned),
    };
    if puts {
        // What is missing is told, and what else is wrong as well.
        let _ = parameters::check_secure(plan.config, plan.diagnostics);
    }
    account::at_plan(context, plan).await;
}

/// Whether anything that is known changes but the state, for which ARM has verbs of its own.
fn needs_put(prior: &Object, planned: &Object) -> bool {
    let changes = sent_changes(&SCHEMA, prior, planned);
    let mut changes = changes.into_iter();
    changes.any(|name| name != "enabled" && !planned.get(name).is_unknown())
}

/// Makes the changes and gives the workflow as it is then.
async fn change(
    session: &Session,
    id: &ResourceId,
    update: UpdateRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Json, Failure> {
    if needs_put(update.prior, update.plan) {
        // A PUT leaves it enabled or not as it is.
        let mut planned = update.plan.clone();
        planned.set("enabled", update.prior.get("enabled").clone());
        let change = Change::between(update.prior, &planned);
        let write = |body: &mut Json, diagnostics: &mut Diagnostics| {
            let overwritten = parameters::write(update.config, change, body);
            parameters::check_body(body, update, diagnostics)?;
            Ok(overwritten)
        };
        ARM.put_change(session, id, write, diagnostics).await?;
    }
    let body = if update.changes("enabled") {
        let (action, wanted) = match update.plan.bool("enabled") {
            Some(true) => ("enable", "Enabled"),
            _ => ("disable", "Disabled"),
        };
        let is_shown = |body: &Json| {
            let state = body["properties"]["state"].as_str();
            state.is_some_and(|state| state.eq_ignore_ascii_case(wanted))
        };
        let missing = format!("the logic app is not {wanted}");
        session
            .of(&WORKFLOWS)
            .post_until(id, action, is_shown, &missing)
            .await?
    } else {
        // The answer to a PUT shows a creation time that is not the true one, so the workflow is read.
        session.of(&WORKFLOWS).get(id).await?
    };
    let write = |change: Change<'_>, body: &mut Json| ARM.write(change, body);
    Ok(ARM.confirm(session, id, update, body, write).await?)
}

/// Compares two JSON texts; what is not JSON is the same as nothing else.
fn same_text(a: &str, b: &str, same: fn(&Json, &Json) -> bool) -> bool {
    let parse = |text: &str| json::parse(text).ok();
    parse(a).zip(parse(b)).is_some_and(|(a, b)| same(&a, &b))
}

/// Sets of ranges of callers that admit the same ones: one that is there twice, in two forms, admits nobody more.
fn same_callers(a: &Value, b: &Value) -> bool {
    let callers = |value: &Value| -> Option<BTreeSet<_>> {
        let texts = value.as_elements()?.iter().filter_map(Value::as_str);
        let callers = texts.map(|text| Callers::parse(text).map_err(|_| text.to_owned()));
        Some(callers.collect())
    };
    callers(a) == callers(b)
}

fn parse_text(value: &Value) -> Json {
    value
        .as_str()
        .and_then(|text| json::parse(text).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
