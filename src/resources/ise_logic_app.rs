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

use super::shared::arm_type::ArmType;
use super::shared::at_once::Failure;
use super::shared::{environment, replaced, rows, tags};
use crate::arm::{ResourceId, Session};
use crate::azure::row::{
    ArmAttribute as _, EmptyIsSignificant, Remote, Sends, asks_arm, sent_changes,
};
use crate::azure::{Azure, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::Path;
use crate::sdk::plan::Plan;
use crate::sdk::private::Private;
use crate::sdk::remote::Change;
use crate::sdk::resource::{Create, Resource, State, Update};
use crate::sdk::schema::plan_modifier::use_state_or_null_for_unknown;
use crate::sdk::schema::validator::{each_element, no_null_elements, text};
use crate::sdk::schema::{Attribute, Nesting, Schema, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::{Object, Value};
use crate::validate;
use crate::validate::callers::Callers;
use crate::validate::json;
use crate::validate::workflow::{self, Definition};

pub(crate) const ARM: ArmType = ArmType {
    name: "Microsoft.Logic/workflows",
    api_version: "2019-05-01",
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
        rows::id(),
        rows::name(validate::names::workflow, "Name. 1 to 80 letters, digits, `-`, `_`, `.`, `(` or `)`."),
        rows::resource_group_name(),
        rows::ise_id(),
        rows::location_of_environment(),
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
        rows::enabled("Whether its triggers fire."),
        rows::reference("integration_account_id", "properties.integrationAccount")
            .validator(text(|text| rows::is_id_of(text, "Microsoft.Logic/integrationAccounts")))
            .doc("ID of an integration account in the same environment."),
        access_control(),
        rows::identity(),
        rows::provisioning_state(),
        rows::state().unknown_when_sent(&["enabled"]),
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
    attributes.extend(rows::ip_addresses());
    attributes.extend([rows::tags(), rows::tags_all()]);
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
    fn name(&self) -> &'static str {
        "ise_logic_app"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Err(message) = rows::check_identity(config) {
            diagnostics.error_at(Path::attribute("identity"), "Invalid identity", message);
        }
        diagnostics.extend(parameters::check_values(config));
        diagnostics
    }

    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan) {
        tags::plan(context, &SCHEMA, plan);
        let planner = replaced::planner(&ARM, plan);
        if plan.replaces() {
            return ARM.make_way(context, &planner);
        }
        if let Some(azure) = context.client_if_known() {
            ARM.claim(azure, planner, plan);
        }
        let puts = match &plan.prior {
            None => true,
            Some(prior) => needs_put(prior, &plan.planned),
        };
        if puts {
            plan.diagnostics
                .extend(parameters::check_secure(&plan.config));
        }
        account::at_plan(context, plan).await;
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
        // Told before the environment is waited for; what counts is the look right before it is sent.
        ARM.refuse_existing(context, &session, &id).await?;
        none_missing(parameters::check_secure(create.config))?;
        account::at_apply(&session, create.planned).await?;
        let environment = environment::ready(&session, create.planned.text("ise_id")).await?;
        let mut body = json!({ "location": environment["location"] });
        parameters::write(create.config, Change::creating(create.planned), &mut body);
        ARM.create_at_once(context, &session, &id, &body, create.planned, state)
            .await
    }

    async fn read(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        ARM.refresh(context, state).await
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        if !asks_arm(&SCHEMA, update.prior, update.planned) {
            state.set(update.planned.clone());
            return Ok(());
        }
        let id = ARM.stored_id(update.prior)?;
        let session = session(context)?;
        if needs_put(update.prior, update.planned) {
            none_missing(parameters::check_secure(update.config))?;
        }
        if update.changes("integration_account_id") {
            account::at_apply(&session, update.planned).await?;
        }
        let changed = change(&session, &id, update, state).await;
        ARM.settle_update(context, &id, update, changed, state)
            .await
    }

    async fn delete(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        ARM.delete_at_once(context, state).await
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

/// Whether anything that is known changes but the state, for which ARM has verbs of its own.
fn needs_put(prior: &Object, planned: &Object) -> bool {
    let changes = sent_changes(&SCHEMA, prior, planned);
    let mut changes = changes.into_iter();
    changes.any(|name| name != "enabled" && !planned.get(name).is_unknown())
}

fn none_missing(errors: Diagnostics) -> Result<(), Diagnostics> {
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// Makes the changes and gives the workflow as it is then.
async fn change(
    session: &Session,
    id: &ResourceId,
    update: Update<'_>,
    state: &mut State,
) -> Result<Json, Failure> {
    if needs_put(update.prior, update.planned) {
        // A PUT leaves it enabled or not as it is.
        let mut planned = update.planned.clone();
        planned.set("enabled", update.prior.get("enabled").clone());
        let change = Change::between(update.prior, &planned);
        let write = |body: &mut Json| {
            let overwritten = parameters::write(update.config, change, body);
            none_missing(parameters::check_body(body, update)).map_err(Failure::Refused)?;
            Ok(overwritten)
        };
        ARM.put_change(session, id, write, state).await?;
    }
    let body = if update.changes("enabled") {
        let (action, wanted) = match update.planned.bool("enabled") {
            Some(true) => ("enable", "Enabled"),
            _ => ("disable", "Disabled"),
        };
        let is_shown = |body: &Json| {
            let state = body["properties"]["state"].as_str();
            state.is_some_and(|state| state.eq_ignore_ascii_case(wanted))
        };
        let missing = format!("the logic app is not {wanted}");
        session
            .post_until(id, action, ARM.api_version, is_shown, &missing)
            .await?
    } else {
        // The answer to a PUT shows a creation time that is not the true one, so the workflow is read.
        session.get(id, ARM.api_version).await?
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
