//! The Terraform provider for Azure Logic Apps integration service environments.

pub mod arm;
pub mod validate;
