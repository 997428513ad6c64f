//! Terraform and OpenTofu providers in Rust.
//!
//! Read in this order; each module depends only on those that are declared before it:
//!
//! - [`types`]: values, their types, paths, and the forms in which they travel.
//! - [`diagnostics`]: messages to the user: errors and warnings.
//! - [`model`]: objects as structs.
//! - [`schema`]: schemas as data, one row for each attribute.
//! - [`resource`], [`data_source`], [`function`], with [`context`], [`private`] and [`validate_config`], and [`provider`]: what an
//!   author writes.
//! - [`engine`]: what happens to a configuration, a plan and a state. Knows no message of the protocol, and does no IO.
//! - [`plugin`]: the process: go-plugin's handshake, TLS, listener, life and death.
//! - [`wire`]: one short function for each call of the protocol.
//! - `docs`, with the feature of this name: pages for the Terraform Registry.
//! - `testing`, with the feature of this name: drives a provider through whole lives as Terraform's core does.
//!
//! `examples/file.rs` is a whole provider of one resource.
//!
//! `tests/structure.rs` checks this, and that no files import each other in a circle.

// For what `#[derive(Model)]` writes in this crate itself.
extern crate self as tfplugin_framework;

pub mod types;

pub mod diagnostics;
pub mod model;
pub mod schema;

pub mod context;
pub mod private;
pub mod validate_config;

pub mod data_source;
pub mod function;
pub mod resource;

pub mod provider;

pub mod engine;

pub mod plugin;
pub mod wire;

#[cfg(any(test, feature = "docs"))]
pub mod docs;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
