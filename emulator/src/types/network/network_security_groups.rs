//! Microsoft.Network/networkSecurityGroups and their securityRules.

use std::sync::LazyLock;

use ipnetwork::IpNetwork;

use super::attached::{Attachable, Child};
use super::{PROVIDER, VERSIONS};
use crate::core::call::{Outcome, Reply};
use crate::core::definition::{Naming, TypeDefinition};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, list, set, set_default, text};
use crate::core::route::route;
use crate::core::store::Stored;

/// Network security groups.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Network { least: 1, most: 80 },
    below: &[
        route("GET", "defaultSecurityRules", |_, group, _| {
            Ok(Reply::json(200, json!({"value": default_rules(group)})))
        }),
        route("GET", "defaultSecurityRules/*", |_, group, at| {
            default_rule(group, at[0])
        }),
    ],
    ..TypeDefinition::new("Microsoft.Network/networkSecurityGroups", &PROVIDER, &GROUP)
};

/// Security rules.
pub(crate) static RULES: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    naming: Naming::Network { least: 1, most: 80 },
    ..TypeDefinition::new(
        "Microsoft.Network/networkSecurityGroups/securityRules",
        &PROVIDER,
        &RULE,
    )
};

static GROUP: Attachable = Attachable {
    member: "networkSecurityGroup",
    children: &RULES,
    child: &RULE,
    defaults: &[],
    show: |group, body| {
        set(
            body,
            "properties/defaultSecurityRules",
            default_rules(group),
        )
    },
    in_use: |id, users| errors::in_use_network_security_group_cannot_be_deleted(id, users),
    put: "PutNetworkSecurityGroupOperation",
    delete: "DeleteNetworkSecurityGroupOperation",
};

static RULE: Child = Child {
    complete: complete_rule,
    put: "PutSecurityRuleOperation",
    delete: "DeleteSecurityRuleOperation",
};

/// One of the rules that every group has.
fn default_rule(group: &Stored, name: &str) -> Outcome {
    let rules = default_rules(group);
    let found = rules
        .as_array()
        .into_iter()
        .flatten()
        .find(|rule| text(rule, "name").is_some_and(|known| known.eq_ignore_ascii_case(name)));
    found
        .cloned()
        .map(|rule| Reply::json(200, rule))
        .ok_or_else(|| super::not_found(&group.id.child("defaultSecurityRules", name)))
}

/// Checks and completes a rule among the others of its group.
fn complete_rule(id: &ResourceId, mut body: Json, others: &[Stored]) -> Result<Json, ArmError> {
    let properties = &body["properties"];
    let priority = properties["priority"]
        .as_u64()
        .filter(|priority| (100..=4096).contains(priority))
        .ok_or_else(|| errors::security_rule_invalid_priority(&properties["priority"]))?;
    let direction = text(properties, "direction");
    let rival = others.iter().find(|other| {
        at(&other.body, "properties/priority").and_then(Json::as_u64) == Some(priority)
            && text(&other.body, "properties/direction") == direction
    });
    if let Some(rival) = rival {
        return Err(errors::security_rule_conflict(id.name(), rival.id.name()));
    }
    check_fields(id, properties)?;
    for plural in PLURALS {
        set_default(&mut body, &format!("properties/{plural}"), json!([]));
    }
    set(
        &mut body,
        "properties/provisioningState",
        json!("Succeeded"),
    );
    Ok(body)
}

const PLURALS: [&str; 4] = [
    "sourcePortRanges",
    "destinationPortRanges",
    "sourceAddressPrefixes",
    "destinationAddressPrefixes",
];

/// Each field comes in the singular or in the plural, and ports are numbers, ranges or `*`.
fn check_fields(id: &ResourceId, properties: &Json) -> Result<(), ArmError> {
    for plural in PLURALS {
        let ports = plural.ends_with("Ranges");
        let singular = if ports {
            plural.trim_end_matches('s')
        } else {
            plural.trim_end_matches("es")
        };
        let many = list(properties, plural);
        // azurerm sends an empty one beside the many.
        let one = text(properties, singular).filter(|one| many.is_empty() || !one.is_empty());
        let groups = plural.replace("AddressPrefixes", "ApplicationSecurityGroups");
        if one.is_some() != many.is_empty() && (ports || list(properties, &groups).is_empty()) {
            return Err(errors::security_rule_parameter_contains_unsupported_value(
                id, singular, plural,
            ));
        }
        let each = many.iter().filter_map(Json::as_str);
        // Only the singular fields take everything, and names of services.
        let mut unsupported = each.clone().filter(|value| match ports {
            true => *value == "*",
            false => !is_address(value),
        });
        if let Some(value) = unsupported.next() {
            return Err(errors::security_rule_unsupported_value(id, value, plural));
        }
        let mut values = one.into_iter().chain(each);
        if !ports && let Some(prefix) = values.clone().find(|prefix| !is_prefix(prefix)) {
            return Err(errors::security_rule_invalid_address_prefix(prefix));
        }
        let invalid = values.find(|range| ports && !is_port_range(range));
        if let Some(range) = invalid {
            return Err(errors::security_rule_invalid_port_range(range));
        }
    }
    Ok(())
}

/// An address, a range or a service tag: what does not look like an address is one.
fn is_prefix(prefix: &str) -> bool {
    if is_address(prefix) {
        prefix.parse::<IpNetwork>().is_ok()
    } else {
        prefix == "*" || prefix.starts_with(|first: char| first.is_ascii_alphabetic())
    }
}

fn is_address(prefix: &str) -> bool {
    prefix.starts_with(|first: char| first.is_ascii_digit()) || prefix.contains(':')
}

fn is_port_range(range: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().ok();
    match range.split_once('-') {
        Some((from, to)) => port(from)
            .zip(port(to))
            .is_some_and(|(from, to)| from <= to),
        None => range == "*" || port(range).is_some(),
    }
}

/// The six rules that every group has.
static DEFAULT_RULES: LazyLock<Vec<Json>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/default_rules.json")).unwrap_or_default()
});

fn default_rules(group: &Stored) -> Json {
    let show = |rule: &Json| {
        let name = text(rule, "name").unwrap_or_default();
        json!({
            "name": name,
            "id": format!("{}/defaultSecurityRules/{name}", group.id),
            "etag": group.etag,
            "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": rule["properties"]
        })
    };
    DEFAULT_RULES.iter().map(show).collect()
}
