//! Terraform's vocabulary for provider authors, without network and without the wire.

pub mod diagnostics;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod types;
pub mod value;
