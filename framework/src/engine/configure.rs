//! From one configuration of the provider to the next.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::deferral;
use super::panic::{catch, reported};
use super::timeouts::DEFAULT_TIMEOUT;
use crate::context::Context;
use crate::deferral::{ClientCapabilities, DeferredReason};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::types::value::Object;

/// The configuration that holds at the moment: none before the first ConfigureProvider.
#[derive(Debug)]
pub struct Configured<D> {
    now: RwLock<Configuration<D>>,
    /// Stops whatever is configured here.
    stop_all: CancellationToken,
    /// Stops what other clients configure, which outlives each configuration here.
    clients: CancellationToken,
}

/// What lasts from one ConfigureProvider to the next.
#[derive(Debug)]
struct Configuration<D> {
    data: Option<Arc<D>>,
    /// Why everything is put off, if it is.
    deferred: Option<DeferredReason>,
    /// Set by StopProvider; every later operation under this configuration stops early too.
    stop: CancellationToken,
    /// Whether there was a ConfigureProvider at all.
    is_asked_for: bool,
}

impl<D> Default for Configured<D> {
    fn default() -> Self {
        Self::below(CancellationToken::new())
    }
}

impl<D> Configured<D> {
    fn below(stop_all: CancellationToken) -> Self {
        let now = RwLock::new(Configuration {
            data: None,
            deferred: None,
            stop: stop_all.child_token(),
            is_asked_for: false,
        });
        Self {
            now,
            clients: stop_all.child_token(),
            stop_all,
        }
    }

    /// Where another client configures for itself, until this one is stopped.
    pub fn for_client(&self) -> Self {
        Self::below(self.clients.clone())
    }

    /// What an operation that begins now has at hand. Its deadline is set once it is known what the operation is.
    pub fn context(&self) -> Context<D> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let mut context = Context::new(now.data.clone(), Instant::now(), now.stop.clone());
        context.provider_deferred = now.deferred;
        context.is_configured = now.is_asked_for;
        context
    }

    /// Asks running operations to return with what they have, also those of other clients.
    pub fn stop(&self) {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.stop.cancel();
        self.clients.cancel();
    }

    fn install(&self, configuration: Configuration<D>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = configuration;
    }
}

impl Engine {
    /// Configures `provider` anew. Until that has succeeded, operations find it not configured.
    pub async fn configure<P: Provider>(
        &self,
        provider: &P,
        configured: &Configured<P::Data>,
        config: &Object,
        client_capabilities: ClientCapabilities,
    ) -> Diagnostics {
        // From here on a stop is meant for the new configuration, also for the making of it.
        let context = ConfigureContext {
            deadline: Instant::now() + DEFAULT_TIMEOUT,
            cancel: configured.stop_all.child_token(),
            client_capabilities,
        };
        configured.install(Configuration {
            data: None,
            deferred: None,
            stop: context.cancel.clone(),
            is_asked_for: true,
        });
        let mut response = ConfigureResponse {
            data: None,
            deferred: None,
            diagnostics: Diagnostics::new(),
        };
        let request = ConfigureRequest { config };
        let configure = provider.configure(&context, request, &mut response);
        let configure = tokio::select! {
            result = catch(configure) => result,
            // A provider that ignores both the deadline and the stop is not waited for.
            () = context.cancel.cancelled() => Err(ended("Terraform was stopped")),
            () = tokio::time::sleep_until(context.deadline) => Err(ended("The time ran out")),
        };
        let result = reported(configure, &mut response.diagnostics);
        let data = response.data.filter(|_| result.is_ok());
        let deferred = response.deferred.filter(|_| result.is_ok());
        configured.install(Configuration {
            data: data.map(Arc::new),
            deferred: deferral::allowed(deferred, client_capabilities, &mut response.diagnostics),
            stop: context.cancel,
            is_asked_for: true,
        });
        response.diagnostics
    }
}

fn ended(why: &str) -> Diagnostic {
    Diagnostic::error(
        "Stopped",
        format!("{why} while the provider was being configured."),
    )
}
