//! The rules between an environment's attributes that need no network.

use tfplugin_framework::diagnostics::{Diagnostics, sentence};
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::model::Environment;
use crate::arm::ResourceId;
use crate::azure::attributes;
use crate::azure::types::SUBNETS;
use crate::validate;

/// Checks a configuration, as far as it is known.
pub(super) fn check(config: &Object, diagnostics: &mut Diagnostics) {
    let mut check = |name: &str, result: Result<(), String>| {
        if let Err(message) = result {
            diagnostics.add_attribute_error(
                Path::attribute(name),
                format!("Invalid {name}"),
                sentence(&message),
            );
        }
    };
    check("identity", attributes::check_identity(config));
    let environment: Environment = match config.model() {
        Ok(environment) => environment,
        Err(error) => return diagnostics.add(error),
    };
    check("capacity", check_capacity(&environment.sku, &environment));
    check("customer_managed_key", check_key(&environment));
    check_subnets(&environment, diagnostics);
}

/// Whether an environment of the SKU can have the capacity that is written.
pub(super) fn check_capacity(sku: &Attr<String>, written: &Environment) -> Result<(), String> {
    let capacity = written.capacity.known().and_then(Number::as_i64);
    match (sku.known(), capacity) {
        (Some(sku), Some(capacity)) => validate::sku::capacity_of_sku(sku, capacity),
        _ => Ok(()),
    }
}

fn check_key(environment: &Environment) -> Result<(), String> {
    if environment.customer_managed_key.is_null() || environment.customer_managed_key.is_unknown() {
        return Ok(());
    }
    if environment.identity.is_null() {
        return Err(
            "A customer-managed key needs an identity that may use it. Add identity.".into(),
        );
    }
    let is_internal = match &environment.access_endpoint_type {
        Attr::Null => true,
        Attr::Unknown => false,
        Attr::Known(kind) => kind == "Internal",
    };
    match is_internal {
        true => Err("A customer-managed key needs access_endpoint_type \"External\".".into()),
        false => Ok(()),
    }
}

/// The rules for the four subnets that their IDs alone can break.
fn check_subnets(environment: &Environment, diagnostics: &mut Diagnostics) {
    let path = Path::attribute("subnet_ids");
    let Some(elements) = environment.subnet_ids.known() else {
        return;
    };
    let parse = |id: &Attr<String>| ResourceId::parse_as(id.known()?, SUBNETS.name).ok();
    let ids: Vec<_> = elements.iter().map(parse).collect();
    for finding in validate::subnet_set::check(&ids) {
        let path = finding
            .index
            .map_or(path.clone(), |index| path.with_index(index));
        let detail = format!(
            "{} {}",
            sentence(&finding.message),
            sentence(&finding.remedy)
        );
        let summary = format!("Invalid subnet_ids (preflight rule {})", finding.rule);
        diagnostics.add_attribute_error(path, summary, detail);
    }
}
