//! Microsoft.Authorization's roles: who may do what, and the objects that say so.
//!
//! While nothing is assigned in a subscription, everyone may do everything in it. From the first role assignment on,
//! callers may do what their roles give them. Deny assignments always count.

mod access;
mod action;
mod linked;
mod objects;
mod roles;

pub(crate) use access::{Sight, check, restrict};
pub(crate) use objects::{all, built_in, one};
pub(crate) use roles::names_with as roles_with;

/// The kinds of objects.
const ASSIGNMENTS: &str = "roleAssignments";
const DENIALS: &str = "denyAssignments";
