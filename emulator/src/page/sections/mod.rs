//! The sections of the page, one file each.

pub(super) mod accounts;
pub(super) mod clock;
pub(super) mod environments;
pub(super) mod faults;
pub(super) mod groups;
pub(super) mod networks;
pub(super) mod others;
pub(super) mod requests;
pub(super) mod workflows;

/// The types that have a section of their own, or are shown in one.
const SHOWN: [&str; 6] = [
    crate::core::id::GROUP,
    environments::KIND,
    networks::KIND,
    networks::SUBNETS,
    workflows::KIND,
    accounts::KIND,
];
