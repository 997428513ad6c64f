//! azure_identity over our own HTTP client, with its proxy, roots and time limits.
//!
//! azure_identity takes `https` authorities only, which shuts out an emulator on this machine. Writing the credentials
//! anew for that would mean their forms, errors and retries too; so the one exception is made here, in the transport:
//! the authority is declared as `https`, and what goes to it is sent as the `http` it really is.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, ExponentialRetryOptions, HttpClient, Request, RetryOptions,
    Transport,
};

use super::settings::Context;

/// Few, for a person waits; one who waits for hours anyway asks again.
const RETRIES: u32 = 3;

/// Options for any credential of azure_identity.
pub(super) fn client_options(context: &Context<'_>) -> Result<ClientOptions, String> {
    let client = context.transport.client();
    let client = client.map_err(|error| error.to_string())?.clone();
    let authority = &context.cloud.authority_host;
    let mut custom = CustomConfiguration::default();
    custom.authority_host = authority.to_string();
    let http_client: Arc<dyn HttpClient> = if authority.scheme() == "http" {
        custom.authority_host = custom.authority_host.replacen("http:", "https:", 1);
        Arc::new(Loopback(client))
    } else {
        Arc::new(client)
    };
    Ok(ClientOptions {
        transport: Some(Transport::new(http_client)),
        cloud: Some(Arc::new(custom.into())),
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: RETRIES,
            ..ExponentialRetryOptions::default()
        }),
        ..ClientOptions::default()
    })
}

/// Undoes the pretence; used for loopback authorities only, which [`crate::arm::cloud::endpoint`] makes sure of.
#[derive(Debug)]
struct Loopback(reqwest::Client);

#[async_trait]
impl HttpClient for Loopback {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut request = request.clone();
        if request.url_mut().set_scheme("http").is_err() {
            tracing::error!("the authority's URL cannot be made http again");
        }
        self.0.execute_request(&request).await
    }
}
