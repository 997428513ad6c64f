//! Terraform's vocabulary for provider authors: general, without network, and without the wire.
//!
//! Read in this order: values and their types; schemas as data; what happens to a configuration by the schema alone
//! (validation, planning, the remote object's JSON); and what a provider author writes.

pub mod diagnostics;
pub mod number;
pub mod path;
pub mod types;
pub mod value;

pub mod json;
pub mod msgpack;

pub mod duration;
mod meaning;
pub mod schema;

pub mod catalogue;
pub mod consistency;
pub mod plan;
pub mod private;
pub mod remote;
pub mod validation;

pub mod context;
pub mod data_source;
pub mod function;
pub mod provider;
pub mod resource;
