//! The services to which a subnet can be delegated: the environments, and those that networks often hold too.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::core::call::Outcome;
use crate::core::definition::Request;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json};
use crate::core::paging;
use crate::core::presence;
use crate::core::versions;

/// A service, with what a delegation allows it to do.
#[derive(Deserialize)]
struct Delegation {
    service: String,
    actions: Vec<String>,
}

static DELEGATIONS: LazyLock<Vec<Delegation>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/delegations.json")).unwrap_or_default()
});

/// What a delegation allows a service to do. Subnets can be delegated to services that are not listed here, too.
pub(super) fn actions(service: &str) -> Json {
    let mut known = DELEGATIONS.iter();
    let known = known.find(|known| known.service.eq_ignore_ascii_case(service));
    known.map_or_else(
        || json!(["Microsoft.Network/virtualNetworks/subnets/join/action"]),
        |known| json!(known.actions),
    )
}

/// The list of them for a subscription or a group.
pub(super) fn list(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let supported = versions::of("Microsoft.Network/virtualNetworks", super::VERSIONS);
    versions::one_of(request.call.api_version()?, &supported)?;
    let scope = match at {
        [subscription, group, _] => {
            let group = ResourceId::of_group(subscription, group);
            presence::existing_group(request.world, &group)?
                .id
                .to_string()
        }
        _ => format!("/subscriptions/{}", at[0]),
    };
    let shown = DELEGATIONS.iter().map(|Delegation { service, actions }| {
        let name = service.replace('/', ".");
        json!({
            "name": name,
            "id": format!("{scope}/providers/Microsoft.Network/availableDelegations/{name}"),
            "type": "Microsoft.Network/availableDelegations",
            "serviceName": service,
            "actions": actions
        })
    });
    paging::page(request.call, shown.collect::<Vec<Json>>())
}
