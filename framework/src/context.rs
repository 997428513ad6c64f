//! What every operation of a provider has at hand.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// The configured client, and the bounds within which an operation has to come back.
#[derive(Debug)]
pub struct Context<C> {
    client: Option<Arc<C>>,
    /// When the operation has taken as long as the user allows.
    pub deadline: Instant,
    /// Set when the user stops Terraform; a running operation then returns within seconds with what it has.
    pub cancel: CancellationToken,
}

impl<C> Context<C> {
    /// A context; without a client while the provider's configuration is not known yet.
    pub fn new(client: Option<Arc<C>>, deadline: Instant, cancel: CancellationToken) -> Self {
        Self {
            client,
            deadline,
            cancel,
        }
    }

    /// The same, for an operation that has to end by `deadline`.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        Self::new(self.client.clone(), deadline, self.cancel.clone())
    }

    /// The client, or an error that says why there is none.
    pub fn client(&self) -> Result<&C, Diagnostics> {
        self.client_if_known().ok_or_else(|| {
            let detail = "The provider's configuration depends on values that are known only after apply, so nothing can be \
                          read or changed yet. Give the provider values that are known at plan, or apply what they depend on \
                          first with -target.";
            Diagnostic::error("Provider not configured yet", detail).into()
        })
    }

    /// The client, unless the provider's configuration is not known yet.
    pub fn client_if_known(&self) -> Option<&C> {
        self.client.as_deref()
    }
}
