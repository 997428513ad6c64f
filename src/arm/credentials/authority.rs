//! azure_identity over our own HTTP client, with its proxies, roots and time limits.
//!
//! azure_identity takes `https` authorities only, which shuts out an emulator on this machine. Writing the credentials
//! anew for that would mean their forms, errors and retries too; so the one exception is made here, in the transport:
//! the authority is declared as `https`, and what goes to it is sent as the `http` it really is.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::error::ErrorKind;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, ExponentialRetryOptions, HttpClient, Request, RetryOptions,
    Transport as AzureTransport,
};

use super::method::Context;
use crate::arm::transport::Transport;

/// Few, for a person waits; one who waits for hours anyway asks again.
const RETRIES: u32 = 3;

/// Options for any credential of azure_identity.
pub(super) fn client_options(context: &Context<'_>) -> ClientOptions {
    let authority = &context.cloud.authority_host;
    let mut custom = CustomConfiguration::default();
    custom.authority_host = authority.to_string().replacen("http:", "https:", 1);
    ClientOptions {
        transport: Some(AzureTransport::new(Arc::new(Sender {
            transport: Arc::clone(context.transport),
            is_plain: authority.scheme() == "http",
        }))),
        cloud: Some(Arc::new(custom.into())),
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: RETRIES,
            ..ExponentialRetryOptions::default()
        }),
        ..ClientOptions::default()
    }
}

#[derive(Debug)]
struct Sender {
    transport: Arc<Transport>,
    /// Undoes the pretence. Loopback authorities only, which [`crate::arm::cloud::endpoint`] makes sure of.
    is_plain: bool,
}

#[async_trait]
impl HttpClient for Sender {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut request = request.clone();
        if self.is_plain && request.url_mut().set_scheme("http").is_err() {
            tracing::error!("the authority's URL cannot be made http again");
        }
        let client = self.transport.client(request.url()).map_err(|error| {
            azure_core::Error::with_message(ErrorKind::Other, error.to_string())
        })?;
        client.execute_request(&request).await
    }
}
