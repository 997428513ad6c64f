//! Nested attributes of every kind, write-only ones among them, and failures that say nothing: all of it over gRPC, as
//! Terraform asks, but for the network.

mod provider;

mod client;

mod data_source;
mod failures;
mod function;
mod plans;
