//! The provider for Azure Logic Apps integration service environments.
//!
//! Read in this order; each module depends only on those that are declared before it, and on the framework:
//!
//! - [`arm`]: the Azure Resource Manager client. Knows nothing of Terraform.
//! - [`validate`]: rules of the domain, offline → [`arm`] for IDs only. Knows nothing of Terraform either.
//! - [`azure`]: what resources work with, and attributes in ARM's JSON.
//! - `preflight`: what in the network would make an environment fail hours later → [`azure`], [`validate`].
//! - [`resources`]: one file for each managed resource.
//! - [`data_sources`]: one file for each data source → [`resources`], whose rows those of the same name have.
//! - [`functions`]: one file for each function → [`arm`] for IDs, and [`validate`].
//! - [`provider`]: the provider block and the registry.
//!
//! `tests/structure.rs` checks these directions.

#![forbid(unsafe_code)]

pub mod arm;
pub mod validate;

pub mod azure;

mod preflight;

pub mod resources;

pub mod data_sources;
pub mod functions;

pub mod provider;
