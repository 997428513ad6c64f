//! What is served.

/// What the process has to know of the provider that it serves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PluginInfo {
    /// The address in the registry, with its host.
    pub address: &'static str,
    /// The provider's version.
    pub version: &'static str,
    /// Its crates: what they log has the level that the user asks for, what libraries log only from warnings on.
    pub log_targets: &'static [&'static str],
}

impl PluginInfo {
    /// A provider of this address in the registry, with its host, and of this version.
    pub const fn new(address: &'static str, version: &'static str) -> Self {
        Self {
            address,
            version,
            log_targets: &[],
        }
    }

    /// The provider's crates: what they log has the level that the user asks for, what libraries log only from warnings on.
    #[must_use]
    pub const fn log_targets(self, log_targets: &'static [&'static str]) -> Self {
        Self {
            log_targets,
            ..self
        }
    }
}
