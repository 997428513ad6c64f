//! Terraform and OpenTofu providers in Rust.
//!
//! Read in this order; each module depends only on those before it:
//!
//! - [`types`]: values, their types, paths, and the forms in which they travel.
//! - [`diagnostics`]: what a user is told.
//! - [`schema`]: schemas as data, one row for each attribute.
//! - [`provider`], [`resource`], [`data_source`], [`function`] with [`context`] and [`private`]: what an author writes.
//! - [`engine`]: what happens to a configuration, a plan and a state. Knows no message of the protocol.
//! - [`wire`]: one short function for each call of the protocol.
//! - [`plugin`]: the process: go-plugin's handshake, TLS, listener, life and death.

pub mod types;

pub mod diagnostics;
pub mod schema;

pub mod context;
pub mod data_source;
pub mod function;
pub mod private;
pub mod provider;
pub mod resource;

pub mod engine;

pub mod plugin;
pub mod wire;
