//! An application for which somebody vouches: its own certificate, or another issuer.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use super::authority::{self, Assertion, Proof};
use super::method::{Application, Context, Unready};

/// The credential of an application that shows what `assertion` gives.
pub(super) fn credential(
    context: &Context<'_>,
    application: Application,
    assertion: impl Assertion,
) -> Result<Arc<dyn TokenCredential>, Unready> {
    authority::credential(context, application, Proof::Assertion(Box::new(assertion)))
}
