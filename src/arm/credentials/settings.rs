//! What the ways of signing in work with.

use azure_core::credentials::Secret;

use crate::arm::cloud::Cloud;
use crate::arm::transport::Transport;

/// What the configuration says about signing in.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The directory to sign in to.
    pub tenant_id: Option<String>,
    /// The subscription whose directory the Azure CLI uses when no tenant is given.
    pub subscription_id: Option<String>,
    /// The application.
    pub client_id: Option<String>,
    /// The application's secret.
    pub client_secret: Option<Secret>,
    /// Whether the Azure CLI's account may be used.
    pub use_cli: bool,
}

/// What a credential is made of.
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) cloud: &'a Cloud,
    pub(super) transport: &'a Transport,
}
