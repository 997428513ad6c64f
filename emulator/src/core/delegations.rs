//! The services to which a subnet can be delegated.

use super::call::{Call, Reply};
use super::error::ArmError;
use super::json::{Json, json};
use super::paging;

const ACTION: &str = "Microsoft.Network/virtualNetworks/subnets/action";
const JOIN: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";
const PREPARE: &str = "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action";
const UNPREPARE: &str = "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action";
const INTERFACES: &str = "Microsoft.Network/networkinterfaces/*";

/// Some services, with what a delegation allows them to do: the environments, and those that networks often hold too.
const SERVICES: &[(&str, &[&str])] = &[
    ("Microsoft.Logic/integrationServiceEnvironments", &[ACTION]),
    ("Microsoft.App/environments", &[JOIN]),
    ("Microsoft.ContainerInstance/containerGroups", &[ACTION]),
    (
        "Microsoft.Databricks/workspaces",
        &[JOIN, PREPARE, UNPREPARE],
    ),
    ("Microsoft.DBforMySQL/flexibleServers", &[JOIN]),
    ("Microsoft.DBforPostgreSQL/flexibleServers", &[JOIN]),
    ("Microsoft.NetApp/volumes", &[INTERFACES, JOIN]),
    ("Microsoft.Network/dnsResolvers", &[JOIN]),
    (
        "Microsoft.Sql/managedInstances",
        &[JOIN, PREPARE, UNPREPARE],
    ),
    ("Microsoft.Web/serverFarms", &[ACTION]),
];

/// What a delegation allows a service to do. Subnets can be delegated to services that are not listed here, too.
pub(crate) fn actions(service: &str) -> &'static [&'static str] {
    let mut known = SERVICES.iter();
    known
        .find(|(name, _)| name.eq_ignore_ascii_case(service))
        .map_or(&[JOIN], |(_, actions)| actions)
}

/// The list of them for a scope.
pub(crate) fn list(call: &Call, scope: &str) -> Result<Reply, ArmError> {
    let shown = SERVICES.iter().map(|(service, actions)| {
        let name = service.replace('/', ".");
        json!({
            "name": name,
            "id": format!("{scope}/providers/Microsoft.Network/availableDelegations/{name}"),
            "type": "Microsoft.Network/availableDelegations",
            "serviceName": service,
            "actions": actions
        })
    });
    let shown: Vec<Json> = shown.collect();
    paging::page(call, shown)
}
