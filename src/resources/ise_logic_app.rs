//! `ise_logic_app`: a workflow that runs in an environment.
//!
//! ARM type `Microsoft.Logic/workflows`. ARM answers at once, so nothing here is waited for but the environment.

mod account;

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};

use super::shared::arm_type::ArmType;
use super::shared::{environment, rows, tags};
use crate::arm::{self, PutOptions, ResourceId, Session};
use crate::azure::{Azure, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::Path;
use crate::sdk::plan::{Plan, sent_changes};
use crate::sdk::remote::{write_elements, write_members};
use crate::sdk::resource::{Create, Resource, State, Update};
use crate::sdk::schema::{Attribute, Check, Effect, Nesting, Recomputed, Schema, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::validation::sentence;
use crate::sdk::value::{Object, Value};
use crate::validate;
use crate::validate::cidr::caller_bounds;
use crate::validate::json;
use crate::validate::workflow::{self, Definition, Place};

const ARM: ArmType = ArmType {
    name: "Microsoft.Logic/workflows",
    api_version: "2019-05-01",
    noun: "logic app",
    schema: &SCHEMA,
};

const MINUTE: Duration = Duration::from_secs(60);

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 0,
    description: "A logic app (Consumption workflow) that runs in an integration service environment.",
    attributes: attributes(),
    timeouts: Some(Timeouts {
        create: Some(30 * MINUTE),
        read: Some(5 * MINUTE),
        update: Some(30 * MINUTE),
        delete: Some(30 * MINUTE),
    }),
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
            .same(|a, b| a.as_str().zip(b.as_str()).is_some_and(|(a, b)| same_text(a, b, workflow::same)))
            .check(Check::Text(|text| Definition::parse(text).map(|_| ())))
            .remote_as("properties.definition", |json| json.to_string().into(), parse_text)
            .doc(
                "The whole workflow definition, as JSON: `$schema`, `contentVersion`, `triggers`, `actions` and whatever else it has. \
                 Compared by meaning, so formatting and what Azure adds are no difference.",
            ),
        Attribute::string("parameters")
            // ARM does not tell whether there are none, or never were any.
            .same(|a, b| same_text(a.as_str().unwrap_or("{}"), b.as_str().unwrap_or("{}"), json::same))
            .check(Check::Text(|text| json::object(text).map(|_| ())))
            .remote_into("properties.parameters", read_parameters, write_parameters)
            .doc("Values of the parameters that the definition declares, as a JSON object of name to value."),
        Attribute::string("secure_parameters_wo")
            .write_only()
            .sensitive()
            .check(Check::Text(|text| json::object(text).map(|_| ())))
            .doc(
                "Values of `SecureString` and `SecureObject` parameters, as a JSON object of name to value. Never stored; sent with \
                 every update of the workflow. Needs Terraform 1.11 or later.",
            ),
        Attribute::number("secure_parameters_version")
            .effect(Effect::SentAfterFirst)
            .doc("Any number; when it changes, `secure_parameters_wo` is sent again."),
        rows::enabled("Whether its triggers fire."),
        rows::reference("integration_account_id", "properties.integrationAccount")
            .check(Check::Text(|text| rows::is_id_of(text, "Microsoft.Logic/integrationAccounts")))
            .doc("ID of an integration account in the same environment."),
        access_control(),
        rows::identity(),
        rows::provisioning_state(),
        rows::state(),
        Attribute::string("access_endpoint")
            .computed()
            .remote("properties.accessEndpoint")
            .doc("URL under which its triggers are called."),
        Attribute::string("version")
            .computed()
            .recomputed(Recomputed::OnUpdate)
            .remote("properties.version")
            .doc("Azure's version of it, which changes with each update."),
        Attribute::string("created_time").computed().remote("properties.createdTime").doc("When it was created."),
        Attribute::string("changed_time")
            .computed()
            .recomputed(Recomputed::OnUpdate)
            .remote("properties.changedTime")
            .doc("When it was last changed."),
    ];
    attributes.extend(rows::ip_addresses());
    attributes.extend([rows::tags(), rows::tags_all()]);
    attributes
}

fn access_control() -> Attribute {
    const RANGES: &str = "CIDR blocks, or ranges of the form `first-last`. None at all, `[]`, is not the same as leaving it out.";
    let ranges = |description| {
        Attribute::plain("allowed_caller_ip_ranges", Type::set(Type::String))
            .same(|a, b| {
                rows::same_elements(a, b, |text| {
                    caller_bounds(text).ok_or_else(|| text.to_owned())
                })
            })
            .empty_is_a_value()
            .check(Check::EachText(validate::cidr::caller_range))
            .remote("allowedCallerIpAddresses[].addressRange")
            .doc(description)
    };
    let policies = Attribute::plain("open_authentication_policies", Type::map(Type::map(Type::String)))
        .remote_into("openAuthenticationPolicies.policies", read_policies, write_policies)
        .doc("Microsoft Entra ID policies: name of the policy → name of a claim → the value it must have.");
    let section = |name, path, attributes, description| {
        Attribute::nested(name, Nesting::Single, attributes)
            .remote(path)
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
                        "CIDR blocks, or ranges of the form `first-last`. Without it anybody may call; with none at all, `[]`, other logic \
                         apps only.",
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
    .remote("properties.accessControl")
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
        diagnostics.extend(check_parameters(config));
        diagnostics
    }

    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan) {
        tags::plan(context, plan);
        if plan.replaces(&SCHEMA) {
            return;
        }
        let puts = match &plan.prior {
            None => true,
            Some(prior) => needs_put(prior, &plan.planned),
        };
        if puts {
            plan.diagnostics
                .extend(check_secure_parameters(&plan.config));
        }
        account::at_plan(context, plan).await;
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
        none_missing(check_secure_parameters(create.config))?;
        account::at_apply(&session, create.planned).await?;
        let environment = environment::ready(&session, create.planned.text("ise_id")).await?;
        let mut body = json!({ "location": environment["location"] });
        write(create.config, create.planned, &mut body);
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
        let id = ARM.stored_id(update.prior)?;
        let session = session(context)?;
        if needs_put(update.prior, update.planned) {
            none_missing(check_secure_parameters(update.config))?;
        }
        if update.changes("integration_account_id") {
            account::at_apply(&session, update.planned).await?;
        }
        let changed = change(&session, &id, update).await;
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
) -> Result<Json, arm::Error> {
    if needs_put(update.prior, update.planned) {
        let mut body = session.get(id, ARM.api_version).await?;
        let current_state = body["properties"]["state"].clone();
        write(update.config, update.planned, &mut body);
        body["properties"]["state"] = current_state;
        session
            .put(id, ARM.api_version, &body, PutOptions::default())
            .await?;
    }
    if update.changes("enabled") {
        let (action, wanted) = match update.planned.bool("enabled") {
            Some(true) => ("enable", "Enabled"),
            _ => ("disable", "Disabled"),
        };
        let is_shown = |body: &Json| {
            let state = body["properties"]["state"].as_str();
            state.is_some_and(|state| state.eq_ignore_ascii_case(wanted))
        };
        let missing = format!("the logic app is not {wanted}");
        return session
            .post_until(id, action, ARM.api_version, is_shown, &missing)
            .await;
    }
    // The answer to a PUT shows a creation time that is not the true one, so the workflow is read.
    session.get(id, ARM.api_version).await
}

/// Writes what is planned, and the secure parameters: their values are in the configuration only, and what else ARM
/// tells of them stays as long as they are declared.
fn write(config: &Object, planned: &Object, body: &mut Json) {
    let told = body["properties"]["parameters"].clone();
    ARM.write(planned, body);
    let is_declared = |name: &str| {
        let declared = body["properties"]["definition"]["parameters"].as_object();
        declared.is_some_and(|declared| declared.contains_key(name))
    };
    let is_secure = |parameter: &Json| parameter.is_object() && parameter.get("value").is_none();
    let before = told.as_object().into_iter().flatten();
    let mut parameters: Map<String, Json> = before
        .filter(|(name, parameter)| is_secure(parameter) && is_declared(name))
        .map(|(name, parameter)| (name.clone(), parameter.clone()))
        .collect();
    let written = body["properties"]["parameters"]
        .as_object()
        .into_iter()
        .flatten();
    let plain = written.filter(|(_, parameter)| !is_secure(parameter));
    parameters.extend(plain.map(|(name, parameter)| (name.clone(), parameter.clone())));
    for (name, value) in values(config, SECURE).unwrap_or_default() {
        parameters.entry(name).or_insert_with(|| json!({}))["value"] = value;
    }
    if !parameters.is_empty() || !told.is_null() {
        body["properties"]["parameters"] = Json::Object(parameters);
    }
}

/// Checks the parameters' values against their declarations, as far as both are known.
fn check_parameters(config: &Object) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let Some(definition) = definition(config) else {
        return diagnostics;
    };
    let (plain, secure) = (values(config, "parameters"), values(config, SECURE));
    for finding in definition.check_parameters(plain.as_ref(), secure.as_ref()) {
        let name = match finding.place {
            Place::Parameters => "parameters",
            Place::SecureParameters => SECURE,
        };
        let summary = format!("Invalid {name}");
        diagnostics.error_at(Path::attribute(name), summary, sentence(&finding.message));
    }
    diagnostics
}

/// Finds the secure parameters that a PUT would lose, as far as they are known.
///
/// As long as nothing is sent, ARM keeps them: an imported logic app is in order without.
fn check_secure_parameters(config: &Object) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let missing = definition(config).zip(values(config, SECURE));
    let missing = missing.map(|(definition, secure)| definition.missing_secure(&secure));
    for message in missing.into_iter().flatten() {
        let summary = format!("Invalid {SECURE}");
        diagnostics.error_at(Path::attribute(SECURE), summary, sentence(&message));
    }
    diagnostics
}

const SECURE: &str = "secure_parameters_wo";

fn definition(config: &Object) -> Option<Definition> {
    Definition::parse(config.str("definition")?).ok()
}

/// The values of parameters; nothing while they are unknown.
fn values(config: &Object, name: &str) -> Option<Map<String, Json>> {
    match config.get(name) {
        Value::Null => Some(Map::new()),
        value => parse_object(value.as_str()?),
    }
}

/// Compares two JSON texts; what is not JSON is the same as nothing else.
fn same_text(a: &str, b: &str, same: fn(&Json, &Json) -> bool) -> bool {
    let parse = |text: &str| serde_json::from_str(text).ok();
    parse(a).zip(parse(b)).is_some_and(|(a, b)| same(&a, &b))
}

fn read_parameters(json: &Json) -> Value {
    // Secure values never come back, and so have no place here.
    let values: Map<String, Json> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, parameter)| Some((name.clone(), parameter.get("value")?.clone())))
        .collect();
    match values.is_empty() {
        true => Value::Null,
        false => Json::Object(values).to_string().into(),
    }
}

fn write_parameters(value: &Value, json: &mut Json) {
    let values = value.as_str().and_then(parse_object).unwrap_or_default();
    let values = values.iter().map(|(name, value)| (name.as_str(), value));
    write_members(json, values, |value, parameter| {
        parameter["value"] = value.clone()
    });
}

/// Policies by name, each a map of claims; the kind is Microsoft Entra ID, the only one there is.
fn read_policies(json: &Json) -> Value {
    let claims = |policy: &Json| {
        let claims = policy["claims"].as_array().into_iter().flatten();
        claims
            .filter_map(|claim| {
                Some((
                    claim["name"].as_str()?.to_owned(),
                    Value::from(claim["value"].as_str()?),
                ))
            })
            .collect()
    };
    let policies = json.as_object().into_iter().flatten();
    Value::Map(
        policies
            .map(|(name, policy)| (name.clone(), Value::Map(claims(policy))))
            .collect(),
    )
}

fn write_policies(value: &Value, json: &mut Json) {
    let policies = value.as_map().into_iter().flatten();
    let policies = policies.map(|(name, claims)| (name.as_str(), claims));
    write_members(json, policies, |claims, policy| {
        if policy["type"].is_null() {
            policy["type"] = json!("AAD");
        }
        let values = claims.as_map().into_iter().flatten();
        write_elements(
            &mut policy["claims"],
            "name",
            values.clone().map(|(name, _)| json!(name)),
        );
        for (index, (_, value)) in values.enumerate() {
            policy["claims"][index]["value"] = json!(value.as_str());
        }
    });
}

fn parse_text(value: &Value) -> Json {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

fn parse_object(text: &str) -> Option<Map<String, Json>> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests;
