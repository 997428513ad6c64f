//! What is served.

/// What the plugin layer must know of the provider that it serves.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The address in the registry, with its host.
    pub address: &'static str,
    /// The provider's version.
    pub version: &'static str,
    /// Its crates: what they log is shown at the level that the user asks for, what libraries log only from warnings on.
    pub log_targets: &'static [&'static str],
}
