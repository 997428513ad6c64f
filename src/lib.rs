//! The provider for Azure Logic Apps integration service environments.
//!
//! Read in this order; dependencies point only downwards in the list of each line's right-hand side:
//!
//! - [`plugin`]: the process — go-plugin's handshake, TLS, listener, life and death. Knows nothing of resources.
//! - [`server`]: one short function for each call of the protocol → [`sdk`].
//! - [`sdk`]: Terraform's vocabulary for provider authors. No network, no Azure, no wire.
//! - [`provider`]: the provider block and the registry → [`resources`], [`azure`], [`arm`], [`sdk`].
//! - [`resources`]: one file for each managed resource → [`azure`], [`arm`], [`validate`], [`sdk`].
//! - [`azure`]: what resources work with → [`arm`], [`sdk`].
//! - [`arm`]: the Azure Resource Manager client. Knows nothing of Terraform.
//! - [`validate`]: rules of the domain, offline → [`arm`] for IDs only.
//!
//! A test checks these directions.

pub mod plugin;
pub mod sdk;
pub mod server;
