//! What every operation of a provider has at hand.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::deferral::{ClientCapabilities, DeferredReason};
use crate::diagnostics::Diagnostic;
use crate::types::value::Object;

/// What the provider's configuration made, and the bounds within which an operation has to come back.
///
/// ```
/// use std::time::Duration;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Diagnostic;
///
/// async fn wait(context: &Context<String>) -> Result<(), Diagnostic> {
///     let context = context.with_deadline(context.deadline - Duration::from_secs(1));
///     let client = context.data()?;
///     // `data_if_known` is for plans, which go on without.
///     debug_assert!(context.data_if_known().is_some());
///     tokio::select! {
///         () = tokio::time::sleep(Duration::from_secs(5)) => Ok(()),
///         () = context.cancel.cancelled() => Err(Diagnostic::error("Stopped", format!("{client} is still at work."))),
///         () = tokio::time::sleep_until(context.deadline) => Err(Diagnostic::error("Timed out", "It takes too long.")),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Context<D> {
    data: Option<Arc<D>>,
    /// When the operation has taken as long as the user allows.
    pub deadline: Instant,
    /// Set when the user stops Terraform; a running operation then returns within seconds with what it has.
    pub cancel: CancellationToken,
    /// What the client understands that asks for the operation.
    pub client_capabilities: ClientCapabilities,
    /// Why the provider as a whole is deferred, if it is.
    pub(crate) provider_deferred: Option<DeferredReason>,
    /// Whether the client has configured the provider at all.
    pub(crate) is_configured: bool,
    provider_meta: Option<Arc<Object>>,
}

impl<D> Context<D> {
    /// A context; without data while the provider's configuration is not known yet.
    pub fn new(data: Option<Arc<D>>, deadline: Instant, cancel: CancellationToken) -> Self {
        Self {
            data,
            deadline,
            cancel,
            client_capabilities: ClientCapabilities::default(),
            provider_deferred: None,
            is_configured: true,
            provider_meta: None,
        }
    }

    /// The same, for an operation that has to end by `deadline`.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        Self {
            data: self.data.clone(),
            deadline,
            cancel: self.cancel.clone(),
            provider_meta: self.provider_meta.clone(),
            ..*self
        }
    }

    /// The same, in a module that says this to the provider.
    #[must_use]
    pub fn with_provider_meta(self, meta: Option<Object>) -> Self {
        Self {
            provider_meta: meta.map(Arc::new),
            ..self
        }
    }

    /// What the module says to the provider, if it does: by [`Provider::meta_schema`](crate::provider::Provider::meta_schema).
    /// Known when managed resources are read, planned and applied, and when data sources are read.
    ///
    /// ```
    /// # use tfplugin_framework::context::Context;
    /// // Of a provider that has `fn meta_schema(&self) -> Option<&Schema> { Some(&META) }`.
    /// fn team<D>(context: &Context<D>) -> Option<&str> {
    ///     context.provider_meta()?.str("team")
    /// }
    /// ```
    pub fn provider_meta(&self) -> Option<&Object> {
        self.provider_meta.as_deref()
    }

    /// Why the operation is put off as all of the provider is, if it may be.
    pub(crate) fn provider_deferred(&self) -> Option<DeferredReason> {
        let reason = self.provider_deferred;
        reason.filter(|_| self.client_capabilities.deferral_allowed)
    }

    /// What the provider's configuration made, or an error that says why there is nothing.
    pub fn data(&self) -> Result<&D, Diagnostic> {
        self.data_if_known().ok_or_else(|| {
            if !self.is_configured {
                let detail = "Terraform has not configured the provider over this connection. With TF_REATTACH_PROVIDERS that comes \
                              of a connection that was lost during a run: run Terraform again.";
                return Diagnostic::error("Provider not configured", detail);
            }
            let detail = "The provider's configuration depends on values that are known only after apply, so nothing can be \
                          read or changed yet. Give the provider values that are known at plan, or apply what they depend on \
                          first with -target.";
            Diagnostic::error("Provider not configured yet", detail)
        })
    }

    /// The same, unless the provider's configuration is not known yet.
    pub fn data_if_known(&self) -> Option<&D> {
        self.data.as_deref()
    }
}
