//! Terraform and OpenTofu providers in Rust.
//!
//! # How to begin
//!
//! `examples/file.rs` is a whole provider of one resource. It has four parts, and so has every other:
//!
//! 1. A [`Provider`](provider::Provider): its configuration, and what it offers.
//! 2. For each type of objects a [`Resource`](resource::Resource) with a [`Schema`](schema::Schema): one row for each attribute
//!    says all that is known of it, and validation, plans, documentation and tests read it there. What only some resources can
//!    do (import, upgrades, a say in plans) are traits of their own, which [`Resource`](resource::Resource) has methods for.
//! 3. A [`Model`](model::Model) of the schema: a struct whose fields are the attributes, each with a type that says whether it may
//!    be null or unknown. `object.model::<File>()` reads one, `into_object` writes it. `testing::assert_model_fits` holds it against
//!    the schema. Without a model, [`Object`](types::value::Object) has the attributes by name.
//! 4. A `main` that hands all of it to [`plugin::main`].
//!
//! An operation says what is wrong in its response's [`Diagnostics`](diagnostics::Diagnostics), and fails with the
//! [`Reported`](diagnostics::Reported) that adding an error gives. `?` makes one of a [`Diagnostic`](diagnostics::Diagnostic), which
//! [`Explain`](diagnostics::Explain) makes of any other error: `fs::read(path).explain("Cannot read the file")?`. What the
//! operation has stored in the response by then is kept.
//!
//! Names are those of the Go framework's packages, so some are there twice: `ReadRequest` of resources, of data sources and of
//! state stores, `ModifyPlan` of resources and of actions, `Action` and what a plan does in `testing`. Import those modules by
//! themselves and write `data_source::ReadRequest`, or have a file for each thing, as `examples/abilities` has.
//!
//! With the feature `state-store` a provider may keep the states of Terraform's workspaces. With the feature `testing`, `testing::Core` drives the provider through whole lives in a test, by Terraform's own rules and
//! without Terraform; with the feature `docs`, `docs::generate` makes its pages for the registry.
//!
//! Requests and responses, and whatever else may grow with the protocol, are `#[non_exhaustive]`: a release of this crate that
//! knows more of the protocol needs no change in a provider. [`engine`] and [`wire`] are no part of that promise, apart from
//! [`wire::Server`] and [`engine::Engine`].
//!
//! # What is where
//!
//! Read in this order; each module depends only on those that are declared before it:
//!
//! - [`types`]: values, their types, paths, and the forms in which they travel.
//! - [`diagnostics`]: messages to the user: errors and warnings.
//! - [`model`]: objects as structs.
//! - [`schema`]: schemas as data, one row for each attribute.
//! - [`resource`], [`data_source`], [`ephemeral`], [`action`], [`list`], [`function`], with [`context`], [`deferral`], [`private`] and
//!   [`validate_config`], and [`provider`]: what an author writes.
//! - `state_store`, with the feature `state-store`: places where states are kept.
//! - [`engine`]: what happens to a configuration, a plan and a state. Knows no message of the protocol, and does no IO.
//! - [`plugin`]: the process: go-plugin's handshake, TLS, listener, life and death.
//! - [`wire`]: one short function for each call of the protocol.
//! - `docs`, with the feature of this name: pages for the Terraform Registry.
//! - `testing`, with the feature of this name: drives a provider through whole lives as Terraform's core does.
//!
//! `tests/structure.rs` checks this, and that no files import each other in a circle.

#![forbid(unsafe_code)]

// For what `#[derive(Model)]` writes in this crate itself.
extern crate self as tfplugin_framework;

pub mod types;

pub mod diagnostics;
pub mod model;
pub mod schema;

pub mod deferral;

pub mod context;
pub mod private;
pub mod validate_config;

pub mod action;
pub mod data_source;
pub mod ephemeral;
pub mod function;
pub mod list;
pub mod resource;
#[cfg(feature = "state-store")]
pub mod state_store;

pub mod provider;

pub mod engine;

pub mod plugin;
pub mod wire;

#[cfg(any(test, feature = "docs"))]
pub mod docs;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(test)]
mod test_resource;
