//! Terraform's vocabulary for provider authors, without network and without the wire.

pub mod consistency;
pub mod diagnostics;
pub mod duration;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod plan;
pub mod private;
pub mod remote;
pub mod schema;
pub mod types;
pub mod validation;
pub mod value;
