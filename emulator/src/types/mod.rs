//! The ARM types that are served, a folder for each namespace and a file for each type.

mod insights;
pub(crate) mod logic;
pub(crate) mod network;
mod resources;

use crate::core::definition::Table;

/// Every namespace, in the order in which fixtures of its types can be created.
pub(crate) static TABLE: Table = Table(&[
    &resources::PROVIDER,
    &network::PROVIDER,
    &logic::PROVIDER,
    &insights::PROVIDER,
]);
