//! From one configuration of the provider to the next.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::panic::catch;
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::provider::Provider;
use crate::types::value::Object;

/// The configuration that holds at the moment: none before the first ConfigureProvider.
#[derive(Debug)]
pub struct Configured<C>(RwLock<Configuration<C>>);

/// What lasts from one ConfigureProvider to the next.
#[derive(Debug)]
struct Configuration<C> {
    client: Option<Arc<C>>,
    /// Set by StopProvider; every later operation under this configuration stops early too.
    stop: CancellationToken,
}

impl<C> Default for Configured<C> {
    fn default() -> Self {
        Self(RwLock::new(Configuration {
            client: None,
            stop: CancellationToken::new(),
        }))
    }
}

impl<C> Configured<C> {
    /// What an operation that begins now has at hand. Its deadline is set once it is known what the operation is.
    pub fn context(&self) -> Context<C> {
        let now = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Context::new(now.client.clone(), Instant::now(), now.stop.clone())
    }

    /// Asks running operations to return with what they have.
    pub fn stop(&self) {
        let now = self.0.read().unwrap_or_else(PoisonError::into_inner);
        now.stop.cancel();
    }

    fn install(&self, client: Option<Arc<C>>, stop: CancellationToken) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Configuration { client, stop };
    }
}

impl Engine {
    /// Configures `provider` anew. Until that has succeeded, operations find it not configured.
    pub async fn configure<P: Provider>(
        &self,
        provider: &P,
        configured: &Configured<P::Client>,
        config: &Object,
    ) -> Result<(), Diagnostics> {
        // From here on a stop is meant for the new configuration, also for the making of it.
        let stop = CancellationToken::new();
        configured.install(None, stop.clone());
        let client = tokio::select! {
            client = catch(provider.configure(config)) => client??,
            () = stop.cancelled() => return Err(stopped()),
        };
        configured.install(client.map(Arc::new), stop);
        Ok(())
    }
}

fn stopped() -> Diagnostics {
    Diagnostic::error(
        "Stopped",
        "Terraform was stopped while the provider was being configured.",
    )
    .into()
}
