//! An environment: what is special about it beside its [operations](Operations), and what its state says.

use tfplugin_framework::diagnostics::Diagnostics;
use tfplugin_framework::types::value::{Object, Value};

use super::checks;
use super::pending::RELEASING;
use super::schema::ARM;
use crate::arm::ResourceId;
use crate::azure::arm_resource::{ArmResource, Operations};
use crate::azure::arm_type::ArmType;
use crate::azure::attributes;

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
