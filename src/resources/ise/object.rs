//! An environment in the state.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::model::Model;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::value::{Object, Value};

use super::pending::RELEASING;
use super::schema::ARM;
use crate::arm::ResourceId;
use crate::azure::{Azure, attributes, body};

/// What ARM decides once the environment is deployed.
pub(super) const DEPLOYED: [&str; 6] = [
    "state",
    "environment_id",
    "workflow_endpoint_ip_addresses",
    "workflow_outbound_ip_addresses",
    "connector_endpoint_ip_addresses",
    "connector_outbound_ip_addresses",
];

/// What the rules about an environment look at.
#[derive(Debug, Model)]
#[model(partial)]
pub(crate) struct Environment {
    pub(crate) sku: Attr<String>,
    pub(super) capacity: Attr<Number>,
    pub(super) access_endpoint_type: Attr<String>,
    pub(super) subnet_ids: Attr<Vec<Attr<String>>>,
    pub(super) identity: Value,
    pub(super) customer_managed_key: Value,
}

/// What the subnet IDs alone tell.
pub(super) fn derive(object: &mut Object) {
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

/// The state that ARM's answer tells, in the words of `object`.
pub(super) fn read_body(context: &Context<Azure>, body: &Json, object: &Object) -> Object {
    let mut found = ARM.read(context, body, object);
    derive(&mut found);
    found
}

/// The state after a write: what was planned, and what ARM decided.
pub(super) fn complete(context: &Context<Azure>, planned: &Object, body: &Json) -> Object {
    body::fill_unknowns(planned, &read_body(context, body, planned))
}

pub(super) fn provisioning_state(object: &Object) -> &str {
    object.str("provisioning_state").unwrap_or_default()
}

pub(super) fn is_releasing(object: &Object) -> bool {
    provisioning_state(object) == RELEASING
}

/// The state of an environment that is gone, and whose subnets are not free yet.
pub(super) fn releasing(mut object: Object) -> Object {
    object.set("provisioning_state", RELEASING);
    object
}

pub(super) fn subnet_ids(object: &Object) -> Vec<ResourceId> {
    let ids = object.get("subnet_ids").as_elements().unwrap_or_default();
    ids.iter()
        .filter_map(|id| ResourceId::parse(id.as_str()?).ok())
        .collect()
}
