//! The provider for Azure Logic Apps integration service environments.
//!
//! Read in this order; each module names all that it may depend on:
//!
//! - [`plugin`]: the process: go-plugin's handshake, TLS, listener, life and death. Knows nothing of resources.
//! - [`sdk`]: Terraform's vocabulary for provider authors. No network, no Azure, no wire.
//! - [`server`]: one short function for each call of the protocol → [`sdk`], [`plugin`].
//! - [`arm`]: the Azure Resource Manager client. Knows nothing of Terraform.
//! - [`validate`]: rules of the domain, offline → [`arm`] for IDs only.
//! - [`azure`]: what resources work with → [`arm`], [`sdk`].
//! - [`resources`]: one file for each managed resource → [`azure`], [`arm`], [`validate`], [`sdk`].
//! - [`provider`]: the provider block and the registry → [`resources`], [`azure`], [`arm`], [`validate`], [`sdk`].
//!
//! `tests/structure.rs` checks these directions.

pub mod plugin;
pub mod sdk;
pub mod server;

pub mod arm;
pub mod validate;

pub mod azure;
pub mod provider;
pub mod resources;
