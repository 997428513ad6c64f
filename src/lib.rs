//! The provider.
pub mod sdk;
pub mod server;
