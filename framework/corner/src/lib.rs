//! HashiCorp's corner provider, whose Go tests hold frameworks against what Terraform expects, written on this framework.
//!
//! Its resources are named `framework_…`, as the tests have it. Nearly all of them are echoes: they store what is planned. The work
//! is the framework's. `README.md` says how the tests are run against it, and what came out.

#![forbid(unsafe_code)]

pub mod types;

pub mod actions;
pub mod echo;
pub mod ephemeral_resources;
pub mod functions;
pub mod resources;
pub mod state_stores;

pub mod provider;
