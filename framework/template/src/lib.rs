//! A provider for {{provider}}.

#![forbid(unsafe_code)]

pub mod client;

pub mod note;

pub mod provider;
