//! The schema of a logic app.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value as Json;
use tfplugin_framework::schema::plan_modifier::use_state_for_unknown;
use tfplugin_framework::schema::validator::{each_element, no_null_elements, text};
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use super::{plain_parameters, policies};
use crate::azure::arm_type::ArmType;
use crate::azure::attributes;
use crate::azure::row::{ArmAttribute as _, EmptyIsSignificant, Remote, Sends};
use crate::azure::types::{INTEGRATION_ACCOUNTS, WORKFLOWS};
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

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 0,
    description:
        "A logic app (Consumption workflow) that runs in an integration service environment.".into(),
    attributes: attributes(),
    blocks: vec![attributes::TIMEOUTS.block()],
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
            .with(Remote::at("properties.parameters").merged(plain_parameters::read, plain_parameters::write))
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
            .plan(use_state_for_unknown())
            .with(Remote::at("properties.accessEndpoint"))
            .doc("URL under which its triggers are called."),
        Attribute::string("version")
            .computed()
            .unknown_in_updates()
            .with(Remote::at("properties.version"))
            .doc("Azure's version of it, which changes with each update."),
        Attribute::string("created_time").computed().plan(use_state_for_unknown()).with(Remote::at("properties.createdTime")).doc("When it was created."),
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
