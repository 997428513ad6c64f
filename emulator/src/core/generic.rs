//! The list of resources of all types.

use super::call::{Call, Outcome};
use super::clock::timestamp;
use super::definition::Request;
use super::error::ArmError;
use super::errors;
use super::filter::Filter;
use super::id::ResourceId;
use super::json::{json, ordered, text};
use super::paging;
use super::presence;
use super::resource::Scope;
use super::versions;

/// The generic list of what lies in a scope: top-level resources with the members that all types share, and more when
/// they are asked for.
pub(crate) fn list(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    versions::check_own(call.api_version()?)?;
    let group = at.get(1).map(|group| ResourceId::of_group(at[0], group));
    let within = match &group {
        Some(group) => Scope::Below(&presence::existing_group(world, group)?.id),
        None => Scope::Subscription(at[0]),
    };
    let filter = Filter::of(call, &RESOURCE_FIELDS)?;
    let expanded = expanded(call)?;
    let listed = world
        .resources
        .starting_with(within.prefix())
        .filter(|stored| stored.id.pairs.len() == 1 && stored.id.group.is_some());
    let listed = listed.filter(|stored| {
        let kind = stored.id.type_name();
        let accepts = |filter: &Filter| {
            filter.accepts_resource(&stored.body, |field| match field {
                "resourceType" => vec![kind.as_str()],
                "name" => vec![stored.id.name()],
                "location" => text(&stored.body, "location").into_iter().collect(),
                "resourceGroup" => stored.id.group.as_deref().into_iter().collect(),
                _ => Vec::new(),
            })
        };
        filter.as_ref().is_none_or(accepts)
    });
    paging::page_of(call, listed, |stored| {
        let mut body = json!({"id": stored.id.to_string(), "name": stored.id.name(), "type": stored.id.type_name()});
        for member in ["location", "tags", "sku", "kind", "identity", "managedBy"] {
            if let Some(value) = stored.body.get(member) {
                body[member] = value.clone();
            }
        }
        for member in &expanded {
            body[*member] = match *member {
                "createdTime" => timestamp(stored.created).into(),
                "changedTime" => timestamp(stored.changed).into(),
                _ => text(&stored.body, "properties/provisioningState")
                    .unwrap_or("Succeeded")
                    .into(),
            };
        }
        ordered(body, &["id", "name", "type"])
    })
}

const RESOURCE_FIELDS: [&str; 6] = [
    "resourceType",
    "name",
    "location",
    "resourceGroup",
    "tagName",
    "tagValue",
];

/// The members that `$expand` asks for.
fn expanded(call: &Call) -> Result<Vec<&'static str>, ArmError> {
    let asked = call.query("$expand").unwrap_or_default().split(',');
    let known = ["createdTime", "changedTime", "provisioningState"];
    let read = |name: &str| {
        let found = known
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        found.ok_or_else(|| errors::invalid_expand_in_query_string(name, known.join(", ")))
    };
    asked
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(read)
        .collect()
}
