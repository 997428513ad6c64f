//! What all calls of one server share.

use tokio_util::task::TaskTracker;

use crate::engine::Engine;
use crate::engine::configure::Configured;
use crate::engine::registry::Registry;
use crate::provider::Provider;

pub(super) struct Inner<P: Provider> {
    pub(super) provider: P,
    /// What the provider offers.
    pub(super) registry: Registry<P::Data>,
    pub(super) engine: Engine,
    pub(super) configured: Configured<P::Data>,
    /// Applies at work, also those whose call the client has dropped.
    pub(super) applies: TaskTracker,
}

impl<P: Provider> Inner<P> {
    pub(super) fn new(provider: P, engine: Engine) -> Self {
        Self {
            registry: Registry::of(&provider),
            provider,
            engine,
            configured: Configured::default(),
            applies: TaskTracker::new(),
        }
    }
}
