//! The rules between an environment's attributes that need no network.

use tfplugin_framework::diagnostics::Diagnostics;
use tfplugin_framework::diagnostics::sentence;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use crate::arm::ResourceId;
use crate::azure::attributes;
use crate::azure::types::SUBNETS;
use crate::preflight;
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
    check("capacity", check_capacity(config.str("sku"), config));
    check("customer_managed_key", check_key(config));
    check_subnets(config, diagnostics);
}

/// Whether an environment of the SKU can have the capacity that is written.
pub(super) fn check_capacity(sku: Option<&str>, config: &Object) -> Result<(), String> {
    let capacity = config.get("capacity").as_number().and_then(Number::as_i64);
    match (sku, capacity) {
        (Some(sku), Some(capacity)) => validate::sku::capacity_of_sku(sku, capacity),
        _ => Ok(()),
    }
}

/// Whether there is a rule of the preflight of that name.
pub(super) fn is_rule(name: &str) -> Result<(), String> {
    let rules: Vec<_> = preflight::rule_names().collect();
    match rules.contains(&name) {
        true => Ok(()),
        false => Err(format!(
            "There is no rule {name:?}. The rules are {}.",
            rules.join(", ")
        )),
    }
}

fn check_key(config: &Object) -> Result<(), String> {
    if config.object("customer_managed_key").is_none() {
        return Ok(());
    }
    if config.get("identity").is_null() {
        return Err(
            "A customer-managed key needs an identity that may use it. Add identity.".into(),
        );
    }
    match config.get("access_endpoint_type") {
        Value::Null => {
            Err("A customer-managed key needs access_endpoint_type \"External\".".into())
        }
        Value::String(kind) if kind == "Internal" => {
            Err("A customer-managed key needs access_endpoint_type \"External\".".into())
        }
        _ => Ok(()),
    }
}

/// The rules for the four subnets that their IDs alone can break.
fn check_subnets(config: &Object, diagnostics: &mut Diagnostics) {
    let path = Path::attribute("subnet_ids");
    let Some(elements) = config.get("subnet_ids").as_elements() else {
        return;
    };
    let ids: Vec<_> = elements
        .iter()
        .map(|id| {
            id.as_str()
                .and_then(|id| ResourceId::parse_as(id, SUBNETS.name).ok())
        })
        .collect();
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
