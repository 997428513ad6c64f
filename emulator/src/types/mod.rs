//! The ARM types that are served, one file each.

mod addresses;
mod artifacts;
mod attached;
pub(crate) mod autoscale_settings;
mod environment_link;
mod identity;
mod integration_accounts;
pub(crate) mod integration_service_environments;
mod managed_apis;
mod network_security_groups;
mod ranges;
mod resource_groups;
mod route_tables;
mod subnets;
mod traffic;
mod virtual_networks;
mod workflows;

use crate::core::definition::Table;

/// Every type, in the order in which fixtures of them can be created.
pub(crate) static TABLE: Table = Table(&[
    &resource_groups::DEFINITION,
    &network_security_groups::DEFINITION,
    &network_security_groups::RULES,
    &route_tables::DEFINITION,
    &route_tables::ROUTES,
    &virtual_networks::DEFINITION,
    &subnets::DEFINITION,
    &integration_service_environments::DEFINITION,
    &managed_apis::DEFINITION,
    &integration_accounts::DEFINITION,
    &artifacts::DEFINITIONS[0],
    &artifacts::DEFINITIONS[1],
    &artifacts::DEFINITIONS[2],
    &artifacts::DEFINITIONS[3],
    &artifacts::DEFINITIONS[4],
    &artifacts::DEFINITIONS[5],
    &artifacts::DEFINITIONS[6],
    &artifacts::DEFINITIONS[7],
    &workflows::DEFINITION,
    &autoscale_settings::DEFINITION,
]);
