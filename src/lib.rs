//! A Terraform and OpenTofu provider for Azure Logic Apps integration service environments.

pub mod plugin;
