//! The provider.
pub mod sdk;
