//! What every operation of a provider has at hand.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::diagnostics::Diagnostic;

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
}

impl<D> Context<D> {
    /// A context; without data while the provider's configuration is not known yet.
    pub fn new(data: Option<Arc<D>>, deadline: Instant, cancel: CancellationToken) -> Self {
        Self {
            data,
            deadline,
            cancel,
        }
    }

    /// The same, for an operation that has to end by `deadline`.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        Self::new(self.data.clone(), deadline, self.cancel.clone())
    }

    /// What the provider's configuration made, or an error that says why there is nothing.
    pub fn data(&self) -> Result<&D, Diagnostic> {
        self.data_if_known().ok_or_else(|| {
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
