//! Schema rows that several resources have.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};
use tfplugin_framework::schema::plan_modifier::{
    requires_replace, use_non_null_state_for_unknown, use_state_for_unknown,
};
use tfplugin_framework::schema::validator::{each_element, no_null_elements, one_of, text, value};
use tfplugin_framework::schema::{Attribute, Nesting, Timeouts};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::arm::{Location, ResourceId};
use crate::azure::body::Overwritten;
use crate::azure::row::{ArmAttribute as _, Discriminator, KeepPriorWhenAbsent, Remote};
use crate::validate;

/// `timeouts` of types for which ARM answers at once or within moments.
pub(crate) const TIMEOUTS: Timeouts = Timeouts {
    create: Some(Duration::from_secs(30 * 60)),
    read: Some(Duration::from_secs(5 * 60)),
    update: Some(Duration::from_secs(30 * 60)),
    delete: Some(Duration::from_secs(30 * 60)),
};

/// `id`.
pub(crate) fn id() -> Attribute {
    Attribute::string("id")
        .computed()
        .plan(use_non_null_state_for_unknown())
        .with(Remote::at("id"))
        .doc("ARM ID.")
}

/// `name`, which is checked by `rule`.
pub(crate) fn name(rule: fn(&str) -> Result<(), String>, description: &'static str) -> Attribute {
    Attribute::string("name")
        .required()
        .plan(requires_replace())
        .compared_by(same_ignoring_case)
        .with(KeepPriorWhenAbsent)
        .validator(text(rule))
        .with(Remote::at("name"))
        .doc(description)
}

/// `resource_group_name`.
pub(crate) fn resource_group_name() -> Attribute {
    Attribute::string("resource_group_name")
        .required()
        .plan(requires_replace())
        .compared_by(same_ignoring_case)
        .validator(text(validate::names::resource_group))
        .doc("Name of the resource group, which must exist.")
}

/// `ise_id` of a resource that lives in an environment.
pub(crate) fn ise_id() -> Attribute {
    reference("ise_id", "properties.integrationServiceEnvironment")
        .required()
        .plan(requires_replace())
        .validator(text(|text| {
            is_id_of(text, "Microsoft.Logic/integrationServiceEnvironments")
        }))
        .doc("ID of the environment that it runs in. The environment is its location.")
}

/// The ID of another object, to which ARM refers as `{"id": …}`.
pub(crate) fn reference(name: &'static str, path: &'static str) -> Attribute {
    Attribute::string(name)
        .compared_by(same_id)
        .with(Remote::at(path).converted(
            |json| json.get("id").map_or(Value::Null, read_id),
            |value| json!({ "id": value.as_str() }),
        ))
}

/// `location` of a resource that lives in an environment.
pub(crate) fn location_of_environment() -> Attribute {
    Attribute::string("location")
        .computed()
        .plan(use_non_null_state_for_unknown())
        .semantic_equality(same_location)
        .with(KeepPriorWhenAbsent)
        .with(Remote::at("location"))
        .doc("Azure region: that of the environment.")
}

/// `tags`.
pub(crate) fn tags() -> Attribute {
    Attribute::map("tags", Type::String)
        .compared_by(super::tags::same)
        .validator(no_null_elements())
        .validator(value(check_tags))
        .doc(
            "Tags, besides the provider's `default_tags`. At most 50 in all. Those that begin with `hidden-`, which Azure's portal and \
             services set too, are managed where they are written here or in `default_tags`, and left alone otherwise; an import \
             cannot know which are written, and so these show once.",
        )
}

/// `tags_all`, which [`super::tags`] plans and reads.
pub(crate) fn tags_all() -> Attribute {
    Attribute::map("tags_all", Type::String)
        .computed()
        .doc("All tags: `default_tags` of the provider, overlaid by `tags`.")
}

/// `provisioning_state`.
pub(crate) fn provisioning_state() -> Attribute {
    Attribute::string("provisioning_state")
        .computed()
        .unknown_in_updates()
        .with(Remote::at("properties.provisioningState"))
        .doc("What ARM says about the last operation, such as `Succeeded`.")
}

/// `state`.
pub(crate) fn state() -> Attribute {
    Attribute::string("state")
        .computed()
        .with(Remote::at("properties.state"))
        .doc("Whether it is `Enabled`, `Disabled`, …")
}

/// `enabled`, which ARM keeps as the state.
pub(crate) fn enabled(description: &'static str) -> Attribute {
    Attribute::bool("enabled")
        .default(true)
        .with(Remote::at("properties.state").converted(
            |json| {
                json.as_str()
                    .map(|state| state.eq_ignore_ascii_case("Enabled"))
                    .into()
            },
            |value| {
                json!(if value.as_bool() == Some(true) {
                    "Enabled"
                } else {
                    "Disabled"
                })
            },
        ))
        .doc(description)
}

/// The four lists of addresses through which workflows and connectors are reached and reach out.
pub(crate) fn ip_addresses() -> [Attribute; 4] {
    let list = |name, path, description| {
        Attribute::list(name, Type::String)
            .computed()
            // ARM leaves out those that there are not.
            .plan(use_state_for_unknown())
            .semantic_equality(same_in_any_order)
            .with(Remote::at(path))
            .doc(description)
    };
    [
        list(
            "workflow_endpoint_ip_addresses",
            "properties.endpointsConfiguration.workflow.accessEndpointIpAddresses[].address",
            "Addresses or CIDR blocks at which workflows are called.",
        ),
        list(
            "workflow_outbound_ip_addresses",
            "properties.endpointsConfiguration.workflow.outgoingIpAddresses[].address",
            "Addresses or CIDR blocks from which workflows call out.",
        ),
        list(
            "connector_endpoint_ip_addresses",
            "properties.endpointsConfiguration.connector.accessEndpointIpAddresses[].address",
            "Addresses or CIDR blocks at which connectors are called.",
        ),
        list(
            "connector_outbound_ip_addresses",
            "properties.endpointsConfiguration.connector.outgoingIpAddresses[].address",
            "Addresses or CIDR blocks from which connectors call out.",
        ),
    ]
}

/// `identity`.
pub(crate) fn identity() -> Attribute {
    let computed = |name, path, description| {
        Attribute::string(name)
            .computed()
            .unknown_when_sent(&["identity"])
            .with(Remote::at(path))
            .doc(description)
    };
    Attribute::nested(
        "identity",
        Nesting::Single,
        vec![
            Attribute::string("type")
                .required()
                .with(Discriminator)
                .compared_by(same_ignoring_case)
                .validator(one_of(["SystemAssigned", "UserAssigned"]))
                .with(Remote::at("type"))
                .doc("Kind of managed identity."),
            Attribute::set("identity_ids", Type::String)
                .compared_by(same_ids)
                .validator(no_null_elements())
                .validator(each_element(text(|text| {
                    is_id_of(text, "Microsoft.ManagedIdentity/userAssignedIdentities")
                })))
                .with(Remote::at("userAssignedIdentities").merged(read_keys, write_keys))
                .doc("IDs of the user-assigned identities; with `UserAssigned` only."),
            computed(
                "principal_id",
                "principalId",
                "Object ID of the system-assigned identity.",
            ),
            computed(
                "tenant_id",
                "tenantId",
                "Tenant of the system-assigned identity.",
            ),
        ],
    )
    .with(Remote::at("identity"))
    .doc("Managed identity.")
}

/// Whether a known `identity` holds what its type needs.
pub(crate) fn check_identity(config: &Object) -> Result<(), String> {
    let Some(identity) = config.object("identity") else {
        return Ok(());
    };
    let given = match identity.get("identity_ids") {
        Value::Unknown(_) => return Ok(()),
        Value::Set(ids) => !ids.is_empty(),
        _ => false,
    };
    match (identity.str("type"), given) {
        (Some("UserAssigned"), false) => {
            Err("A UserAssigned identity needs identity_ids with at least one ID.".into())
        }
        (Some("SystemAssigned"), true) => {
            Err("identity_ids go with type \"UserAssigned\" only.".into())
        }
        _ => Ok(()),
    }
}

/// Whether `text` is an ARM ID of the type.
pub(crate) fn is_id_of(text: &str, resource_type: &str) -> Result<(), String> {
    ResourceId::parse_as(text, resource_type)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Names and IDs, which ARM compares without regard to case.
pub(crate) fn same_ignoring_case(a: &Value, b: &Value) -> bool {
    // Groups have names in any language.
    let texts = a.as_str().zip(b.as_str());
    texts.is_some_and(|(a, b)| a.to_lowercase() == b.to_lowercase())
}

/// The ID that an answer means: slashes at its ends and escapes in it make no difference.
pub(crate) fn meant_id(text: &str) -> Option<ResourceId> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    ResourceId::parse(&format!("/{}", text.trim_matches('/'))).ok()
}

/// Reads an ID, in the form in which it can be used.
pub(crate) fn read_id(json: &Json) -> Value {
    let text = json.as_str();
    text.map(|text| meant_id(text).map_or_else(|| text.to_owned(), |id| id.to_string()))
        .into()
}

/// Reads a list of IDs.
pub(crate) fn read_ids(json: &Json) -> Value {
    let ids = json.as_array();
    ids.map_or(Value::Null, |ids| {
        Value::List(ids.iter().map(read_id).collect())
    })
}

/// ARM IDs.
pub(crate) fn same_id(a: &Value, b: &Value) -> bool {
    let id = |value: &Value| value.as_str().and_then(meant_id);
    id(a).is_some_and(|a| Some(a) == id(b))
}

/// Lists or sets of ARM IDs, in whatever order.
pub(crate) fn same_ids(a: &Value, b: &Value) -> bool {
    same_elements(a, b, |text| {
        let id = meant_id(text).map(|id| id.to_string());
        id.unwrap_or_else(|| text.to_owned()).to_ascii_lowercase()
    })
}

/// Lists or sets of names, which ARM compares without regard to case, in whatever order.
pub(crate) fn same_names(a: &Value, b: &Value) -> bool {
    same_elements(a, b, str::to_ascii_lowercase)
}

/// Lists of what has no order.
fn same_in_any_order(a: &Value, b: &Value) -> bool {
    same_elements(a, b, str::to_owned)
}

/// Whether two collections hold the same, by what each text means and in whatever order.
pub(crate) fn same_elements<M: Ord>(a: &Value, b: &Value, meaning: impl Fn(&str) -> M) -> bool {
    let sorted = |value: &Value| {
        let texts = value.as_elements()?.iter().filter_map(Value::as_str);
        let mut meanings: Vec<_> = texts.map(&meaning).collect();
        meanings.sort();
        Some(meanings)
    };
    sorted(a) == sorted(b)
}

/// Regions in short or display form.
pub(crate) fn same_location(a: &Value, b: &Value) -> bool {
    let location = |value: &Value| value.as_str().map(Location::new);
    location(a) == location(b)
}

fn read_keys(json: &Json) -> Value {
    match json.as_object() {
        Some(members) if !members.is_empty() => Value::set(members.keys().map(Value::from)),
        _ => Value::Null,
    }
}

fn write_keys(prior: &Value, planned: &Value, json: &mut Json) -> Vec<Overwritten> {
    let keys = |value: &'_ Value| -> Vec<String> {
        let ids = value.as_elements().unwrap_or_default().iter();
        ids.filter_map(|id| id.as_str().map(str::to_owned))
            .collect()
    };
    let is_in = |ids: &[String], id: &str| {
        let same = |other: &String| same_id(&other.into(), &id.into());
        ids.iter().any(same)
    };
    let (prior, planned) = (keys(prior), keys(planned));
    let mut members = json.as_object().cloned().unwrap_or_default();
    members.retain(|id, _| !is_in(&prior, id) || is_in(&planned, id));
    for id in planned.into_iter().filter(|id| !is_in(&prior, id)) {
        let there: Vec<_> = members.keys().cloned().collect();
        if !is_in(&there, &id) {
            members.insert(id, json!({}));
        }
    }
    *json = Json::Object(members);
    Vec::new()
}

fn check_tags(value: &Value) -> Result<(), String> {
    let tags = value.as_map().into_iter().flatten();
    validate::tags::all_right(tags.map(|(key, value)| (key.as_str(), value.as_str())))
}
