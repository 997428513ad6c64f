//! The provider for Azure Logic Apps integration service environments.
//!
//! Read in this order; each module names all that it may depend on, beside the framework:
//!
//! - [`arm`]: the Azure Resource Manager client. Knows nothing of Terraform, nor of the framework.
//! - [`validate`]: rules of the domain, offline → [`arm`] for IDs only; not the framework.
//! - [`azure`]: what resources work with, and attributes in ARM's JSON → [`arm`].
//! - [`resources`]: one file for each managed resource → [`azure`], [`arm`], [`validate`].
//! - [`provider`]: the provider block and the registry → [`resources`], [`azure`], [`arm`], [`validate`].
//!
//! `tests/structure.rs` checks these directions.

mod sdk;

pub mod arm;
pub mod validate;

pub mod azure;
pub mod provider;
pub mod resources;
