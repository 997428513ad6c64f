//! The identity of the machine itself, for which a service of that machine gives tokens.

mod service;

mod app_service;
mod azure_arc;
mod imds;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use serde_json::Value as Json;
use time::OffsetDateTime;
use url::Url;

use self::service::Service;
use super::fetch::Fetch;
use super::method::{Context, Method, failed};
use crate::arm::arguments::{
    CLIENT_ID, IDENTITY_ENDPOINT, IDENTITY_HEADER, IMDS_ENDPOINT, MSI_API_VERSION, MSI_ENDPOINT,
    USE_MSI,
};

pub(super) const METHOD: Method = Method {
    name: "managed identity",
    credential,
};

/// The identity at one service.
struct Identity {
    service: Box<dyn Service>,
    fetch: Fetch,
    endpoint: Url,
    api_version: String,
    /// Which of the machine's user-assigned identities.
    client_id: Option<String>,
}

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, String> {
    let given = context.given;
    if !given.is_true(&USE_MSI) {
        return Err(format!("not enabled: {USE_MSI} is not true"));
    }
    if context.is_auxiliary {
        return Err("a managed identity has no tokens of other tenants".to_owned());
    }
    let url = |text: &str| Url::parse(text).map_err(|error| format!("{text:?}: {error}"));
    let own = given.text(&MSI_ENDPOINT);
    let found = given.text(&IDENTITY_ENDPOINT);
    let version = given.text(&MSI_API_VERSION);
    let header = given
        .text(&IDENTITY_HEADER)
        .map(str::to_owned)
        .map(Secret::new);
    let client_id = given.read(&CLIENT_ID)?;
    let fetch = Fetch::new(context);
    // azurerm's own way to Container Apps: their address and version, written as if they were IMDS.
    let is_app_service =
        own.is_none_or(|own| Some(own) == found || version == Some(app_service::API_VERSION));
    let identity = |service: Box<dyn Service>, fetch, endpoint, default: &str| Identity {
        service,
        fetch,
        endpoint,
        api_version: version.unwrap_or(default).to_owned(),
        client_id: client_id.clone(),
    };
    let identity = match (own, found, header) {
        (Some(endpoint), _, Some(header)) | (None, Some(endpoint), Some(header))
            if is_app_service =>
        {
            let fetch = fetch.on_this_machine().hiding(&header);
            let service = Box::new(app_service::AppService(header));
            identity(service, fetch, url(endpoint)?, app_service::API_VERSION)
        }
        (Some(endpoint), _, _) => {
            let endpoint = imds::with_path(url(endpoint)?);
            identity(
                Box::new(imds::Imds),
                fetch.of_imds(),
                endpoint,
                imds::API_VERSION,
            )
        }
        (None, Some(endpoint), None) if given.has(&IMDS_ENDPOINT) => {
            if client_id.is_some() {
                return Err(format!(
                    "{CLIENT_ID} is given, but a server with Azure Arc has no user-assigned identities: remove it"
                ));
            }
            let service = Box::new(azure_arc::AzureArc);
            let fetch = fetch.on_this_machine();
            identity(service, fetch, url(endpoint)?, azure_arc::API_VERSION)
        }
        _ => {
            let endpoint = url(imds::ENDPOINT)?;
            identity(
                Box::new(imds::Imds),
                fetch.of_imds(),
                endpoint,
                imds::API_VERSION,
            )
        }
    };
    Ok(Arc::new(identity))
}

#[async_trait]
impl TokenCredential for Identity {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let scope = scopes.first().copied().unwrap_or_default();
        let resource = scope.trim_end_matches("/.default");
        let mut url = self.endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", &self.api_version)
            .append_pair("resource", resource);
        if let Some(client_id) = &self.client_id {
            url.query_pairs_mut().append_pair("client_id", client_id);
        }
        let answer = self.service.ask(&self.fetch, &url).await.map_err(failed)?;
        token(&answer, OffsetDateTime::now_utc()).map_err(failed)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

/// The token of an answer. Its times are numbers, or texts with numbers.
fn token(answer: &Json, now: OffsetDateTime) -> Result<AccessToken, String> {
    let seconds = |name: &str| match &answer[name] {
        Json::String(text) => text.trim().parse::<i64>().ok(),
        other => other.as_i64(),
    };
    let token = answer["access_token"].as_str().filter(|it| !it.is_empty());
    let token = token.ok_or("the answer of the managed identity has no access_token")?;
    let expires_on =
        seconds("expires_on").and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let lasts = || seconds("expires_in").map(|seconds| now + time::Duration::seconds(seconds));
    let expires_on = expires_on.or_else(lasts);
    let expires_on = expires_on
        .ok_or("the answer of the managed identity does not say when its token expires")?;
    Ok(AccessToken::new(token.to_owned(), expires_on))
}
