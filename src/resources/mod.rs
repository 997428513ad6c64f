//! The managed resources, one file each.

pub mod ise;
pub mod ise_integration_account;
pub mod ise_logic_app;
pub mod ise_subnet;

mod shared;

use crate::azure::Azure;
use crate::sdk::resource::Resource;

/// All of them.
pub const ALL: &[&dyn Resource<Azure>] = &[
    &ise_subnet::IseSubnet,
    &ise::Ise,
    &ise_logic_app::IseLogicApp,
    &ise_integration_account::IseIntegrationAccount,
];
