//! An application for which somebody vouches: its own certificate, or another issuer.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;

use super::authority::{self, Proof};
use super::method::{Application, Context, Unready};

/// Gives an assertion whenever a token is asked for; the error is a clause that says why there is none.
#[async_trait]
pub(super) trait Assertion: Send + Sync + 'static {
    async fn get(&self) -> Result<String, String>;
}

/// The credential of an application that shows what `assertion` gives.
pub(super) fn credential(
    context: &Context<'_>,
    application: Application,
    assertion: impl Assertion,
) -> Result<Arc<dyn TokenCredential>, Unready> {
    authority::credential(context, application, Proof::Assertion(Box::new(assertion)))
}
