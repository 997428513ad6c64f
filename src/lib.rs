//! The provider for Azure Logic Apps integration service environments.

pub mod plugin;
pub mod sdk;
pub mod server;

pub mod arm;
pub mod validate;
