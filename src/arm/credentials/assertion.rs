//! An application for which somebody vouches: its own certificate, or another issuer.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::http::ClientMethodOptions;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
};

use super::authority;
use super::method::{Application, Context, failed};

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
) -> Result<Arc<dyn TokenCredential>, String> {
    let options = ClientAssertionCredentialOptions {
        client_options: authority::client_options(context),
    };
    let Application {
        tenant_id,
        client_id,
    } = application;
    ClientAssertionCredential::new(tenant_id, client_id, Shown(assertion), Some(options))
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| error.to_string())
}

/// In azure_identity's words.
struct Shown<A>(A);

#[async_trait]
impl<A: Assertion> ClientAssertion for Shown<A> {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.0.get().await.map_err(failed)
    }
}

impl<A> fmt::Debug for Shown<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion(***)")
    }
}
