//! The ARM types that are served, one file each.

mod resource_groups;
mod subnets;
mod virtual_networks;

use crate::core::definition::Table;

/// Every type.
pub(crate) static TABLE: Table = Table(&[
    &resource_groups::DEFINITION,
    &virtual_networks::DEFINITION,
    &subnets::DEFINITION,
]);

/// The members of network resources in the order in which Network shows them.
const NETWORK_ORDER: &[&str] = &[
    "name",
    "id",
    "etag",
    "type",
    "location",
    "tags",
    "properties",
];
