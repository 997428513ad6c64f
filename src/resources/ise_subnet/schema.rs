//! The schema of a subnet.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tfplugin_framework::schema::plan_modifier::{
    requires_replace, use_non_null_state_for_unknown, use_state_for_unknown,
};
use tfplugin_framework::schema::validator::{no_null_elements, one_of, text};
use tfplugin_framework::schema::{Attribute, Schema, Timeouts};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use crate::azure::arm_type::ArmType;
use crate::azure::attributes;
use crate::azure::body::Overwritten;
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote, Sends};
use crate::azure::types::{
    ENVIRONMENTS, NETWORK_SECURITY_GROUPS, ROUTE_TABLES, SUBNETS, VIRTUAL_NETWORKS,
};
use crate::validate;
use crate::validate::cidr::{self};

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &SUBNETS,
    noun: "subnet",
    resource: "ise_subnet",
    schema: &SCHEMA,
};
const MINUTE: Duration = Duration::from_secs(60);

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    version: 1,
    description: "A subnet for an integration service environment. An environment needs four of them, empty and at least a /27 each.".into(),
    attributes: vec![
        attributes::id(),
        attributes::name(validate::names::subnet, "Name. 1 to 80 letters, digits, `_`, `.` or `-`, starting with a letter or `_`."),
        Attribute::string("virtual_network_id")
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_id)
            .validator(text(|text| attributes::is_id_of(text, VIRTUAL_NETWORKS.name)))
            .doc("ID of the virtual network, which must exist; it may be in another subscription."),
        Attribute::string("address_prefix")
            .required()
            .plan(requires_replace())
            .validator(text(cidr::subnet_prefix))
            .with(KeepPriorWhenAbsent)
            .with(Remote::at("properties.addressPrefix"))
            .doc(
                "Address range in CIDR form, of at least 32 addresses (a /27). Ranges that Azure reserves are refused. One that another \
                 subnet has may be taken in the apply that moves or deletes the other: it is waited for.",
            ),
        Attribute::string("address_class")
            .default("warn")
            .with(Sends::Never)
            .validator(one_of(["warn", "enforce", "ignore"]))
            .doc(
                "Microsoft's guide asks for a Class B range, Azure accepts others: `warn` about them, `enforce` (an error outside \
                 128.0.0.0 to 191.255.255.255 and 172.16.0.0/12), or `ignore`.",
            ),
        attributes::reference("network_security_group_id", "properties.networkSecurityGroup")
            .validator(text(|text| attributes::is_id_of(text, NETWORK_SECURITY_GROUPS.name)))
            .doc("ID of the network security group that filters its traffic."),
        attributes::reference("route_table_id", "properties.routeTable")
            .validator(text(|text| attributes::is_id_of(text, ROUTE_TABLES.name)))
            .doc("ID of the route table that routes its traffic."),
        Attribute::set("service_endpoints", Type::String)
            .validator(no_null_elements())
            .compared_by(attributes::same_names)
            .with(Remote::at("properties.serviceEndpoints[].service"))
            .doc("Azure services that are reached over the virtual network, such as `Microsoft.Storage`."),
        Attribute::bool("delegate_to_ise")
            .default(false)
            .with(Remote::at("properties.delegations").merged(read_delegation, write_delegation))
            .doc(
                "Delegates the subnet to `Microsoft.Logic/integrationServiceEnvironments`. The portal's environments need no \
                 delegation; deployments through templates delegate one of the four subnets.",
            ),
        Attribute::string("resource_group_name").computed().plan(use_non_null_state_for_unknown()).doc("Name of the virtual network's resource group."),
        Attribute::string("virtual_network_name").computed().plan(use_non_null_state_for_unknown()).doc("Name of the virtual network."),
        Attribute::number("address_count").computed().plan(use_non_null_state_for_unknown()).doc("Number of addresses in the range; Azure keeps five of them for itself."),
        // Null is a value here: nothing holds it.
        Attribute::string("used_by").computed().plan(use_state_for_unknown()).doc("ID of what holds the subnet, such as an environment."),
        attributes::provisioning_state(),
    ],
    blocks: vec![Timeouts { delete: Some(600 * MINUTE), ..attributes::TIMEOUTS }.block()],
    ..Schema::default()
}
});

fn read_delegation(json: &Json) -> Value {
    let mut delegations = json.as_array().into_iter().flatten();
    delegations.any(is_to_ise).into()
}

/// Adds the delegation or takes it away; those to other services are not ours.
fn write_delegation(_: &Value, value: &Value, json: &mut Json) -> Vec<Overwritten> {
    let before = json.as_array().into_iter().flatten();
    let others = before.filter(|delegation| !is_to_ise(delegation)).cloned();
    let ours = value.as_bool().filter(|wanted| *wanted).map(|_| {
        json!({ "name": "integrationServiceEnvironments", "properties": { "serviceName": ENVIRONMENTS.name } })
    });
    *json = others.chain(ours).collect();
    Vec::new()
}

fn is_to_ise(delegation: &Json) -> bool {
    delegation["properties"]["serviceName"]
        .as_str()
        .is_some_and(|service| service.eq_ignore_ascii_case(ENVIRONMENTS.name))
}
