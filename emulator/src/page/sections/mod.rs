//! The sections of the page, one file each.

pub(super) mod clock;
pub(super) mod environments;
pub(super) mod faults;
mod needed;
pub(super) mod networks;
pub(super) mod picture;
pub(super) mod request;
pub(super) mod requests;
pub(super) mod resource;
pub(super) mod resources;
pub(super) mod start;
pub(super) mod timeline;

pub(super) const WORKFLOWS: &str = "Microsoft.Logic/workflows";
pub(super) const ACCOUNTS: &str = "Microsoft.Logic/integrationAccounts";
