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
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::plan_modifier::use_state_or_null_for_unknown;
use tfplugin_framework::schema::validator::{each_element, no_null_elements, text};
use tfplugin_framework::schema::{Attribute, Nesting, Schema, Timeouts};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::ise::environment;
use crate::arm;
use crate::azure::arm_resource::ArmResource;
use crate::azure::arm_type::ArmType;
use crate::azure::body::{Change, Overwritten};
use crate::azure::claims::Claim;
use crate::azure::row::{ArmAttribute as _, EmptyIsSignificant, Remote, Sends, sent_changes};
use crate::azure::types::{INTEGRATION_ACCOUNTS, WORKFLOWS};
use crate::azure::work::Work;
use crate::azure::write::Failure;
use crate::azure::{Azure, attributes};
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
            .validator(text(|text| attributes::is_id_of(text, INTEGRATION_ACCOUNTS.name)))
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
pub(crate) struct IseLogicApp;

#[async_trait]
impl ArmResource for IseLogicApp {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    fn check_config(&self, config: &Object, diagnostics: &mut Diagnostics) {
        if let Err(message) = attributes::check_identity(config) {
            let path = Path::attribute("identity");
            diagnostics.add_attribute_error(path, "Invalid identity", message);
        }
        parameters::check_values(config, diagnostics);
    }

    async fn check_plan(&self, context: &Context<Azure>, _: Option<&Claim>, plan: &mut Plan<'_>) {
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

    fn write(&self, config: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        parameters::write(config, change, body)
    }

    async fn prepare_create(
        &self,
        work: Work<'_>,
        request: CreateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        // Told before the environment is waited for; what counts is the look right before it is sent.
        let existing = ARM
            .refuse_existing(work.context, work.session, work.id)
            .await;
        existing.report(diagnostics)?;
        parameters::check_secure(request.config, diagnostics)?;
        let account = account::at_apply(work.session, request.plan).await;
        account.report(diagnostics)?;
        let environment = environment::ready(work.session, request.plan.text("ise_id")).await;
        let environment = environment.report(diagnostics)?;
        Ok(json!({ "location": environment["location"] }))
    }

    async fn prepare_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if needs_put(update.prior, update.plan) {
            parameters::check_secure(update.config, diagnostics)?;
        }
        if update.changes("integration_account_id") {
            let account = account::at_apply(work.session, update.plan).await;
            account.report(diagnostics)?;
        }
        Ok(())
    }

    async fn send_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Failure> {
        if needs_put(update.prior, update.plan) {
            put(work, update, diagnostics).await?;
        }
        let body = if update.changes("enabled") {
            switch(work, update.plan.bool("enabled") == Some(true)).await?
        } else {
            // The answer to a PUT shows a creation time that is not the true one, so the workflow is read.
            work.session.of(&WORKFLOWS).get(work.id).await?
        };
        let write = |change: Change<'_>, body: &mut Json| ARM.write(change, body);
        Ok(ARM.confirm(work, update, body, write).await?)
    }
}

/// Whether anything that is known changes but the state, for which ARM has verbs of its own.
fn needs_put(prior: &Object, planned: &Object) -> bool {
    let changes = sent_changes(&SCHEMA, prior, planned);
    let mut changes = changes.into_iter();
    changes.any(|name| name != "enabled" && !planned.get(name).is_unknown())
}

/// Changes everything but whether it is enabled: a PUT leaves that as it is.
async fn put(
    work: Work<'_>,
    update: UpdateRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let mut planned = update.plan.clone();
    planned.set("enabled", update.prior.get("enabled").clone());
    let change = Change::between(update.prior, &planned);
    let write = |body: &mut Json, diagnostics: &mut Diagnostics| {
        let overwritten = parameters::write(update.config, change, body);
        parameters::check_body(body, update, diagnostics)?;
        Ok(overwritten)
    };
    ARM.put_change(work, write, diagnostics).await
}

/// Enables or disables it.
async fn switch(work: Work<'_>, enabled: bool) -> Result<Json, arm::Error> {
    let (action, wanted) = match enabled {
        true => ("enable", "Enabled"),
        false => ("disable", "Disabled"),
    };
    let is_shown = |body: &Json| {
        let state = body["properties"]["state"].as_str();
        state.is_some_and(|state| state.eq_ignore_ascii_case(wanted))
    };
    let missing = format!("the logic app is not {wanted}");
    let api = work.session.of(&WORKFLOWS);
    api.post_until(work.id, action, is_shown, &missing).await
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
