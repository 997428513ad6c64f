//! What happens to a configuration by the schema alone: validation, planning, and Terraform's own checks of a result.

pub mod consistency;
pub mod plan;
pub mod validate;
