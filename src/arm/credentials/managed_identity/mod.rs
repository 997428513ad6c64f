//! The identity of the machine itself, for which a service of that machine gives tokens.

mod service;

mod app_service;
mod azure_arc;
mod imds;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use time::OffsetDateTime;
use url::Url;

use self::service::Service;
use super::access_token;
use super::fetch::Fetch;
use super::method::{Context, Method, Unready, failed};
use crate::arm::arguments::{
    Argument, CLIENT_ID, IDENTITY_ENDPOINT, IDENTITY_HEADER, IMDS_ENDPOINT, MSI_API_VERSION,
    MSI_ENDPOINT, USE_MSI, is_identity_endpoint,
};
use crate::arm::cloud::is_loopback;
use crate::arm::given::Given;

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
    /// It may say which of the machine's user-assigned identities.
    given: Given,
}

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    let given = context.given;
    if !given.is_true(&USE_MSI) {
        return Err(Unready::NotConfigured(format!(
            "not enabled: {USE_MSI} is not true"
        )));
    }
    let url = |argument: &Argument, text: &str| {
        let checked = is_identity_endpoint(text)
            .and_then(|()| Url::parse(text).map_err(|error| format!("{text:?}: {error}")));
        checked.map_err(|why| format!("{argument}: {why}"))
    };
    let named = match given.text(&MSI_ENDPOINT) {
        Some(_) => &MSI_ENDPOINT,
        None => &IDENTITY_ENDPOINT,
    };
    let own = given.text(&MSI_ENDPOINT);
    let found = given.text(&IDENTITY_ENDPOINT);
    let version = given.text(&MSI_API_VERSION);
    let header = given
        .text(&IDENTITY_HEADER)
        .map(str::to_owned)
        .map(Secret::new);
    let fetch = Fetch::new(context);
    // azurerm's own way to Container Apps: their address and version, written as if they were IMDS.
    let is_app_service =
        own.is_none_or(|own| Some(own) == found || version == Some(app_service::API_VERSION));
    let identity = |service: Box<dyn Service>, fetch, endpoint, default: &str| Identity {
        service,
        fetch,
        endpoint,
        api_version: version.unwrap_or(default).to_owned(),
        given: given.clone(),
    };
    let identity = match (own, found, header) {
        (Some(endpoint), _, Some(header)) | (None, Some(endpoint), Some(header))
            if is_app_service =>
        {
            let fetch = fetch.on_this_machine().hiding(&header);
            let service = Box::new(app_service::AppService(header));
            identity(
                service,
                fetch,
                url(named, endpoint)?,
                app_service::API_VERSION,
            )
        }
        (Some(endpoint), _, _) => {
            let endpoint = imds::with_path(url(named, endpoint)?);
            identity(
                Box::new(imds::Imds),
                fetch.of_imds(),
                endpoint,
                imds::API_VERSION,
            )
        }
        (None, Some(endpoint), None) if given.has(&IMDS_ENDPOINT) => {
            if given.has(&CLIENT_ID) {
                return Err(format!(
                    "{CLIENT_ID} is given, but a server with Azure Arc has no user-assigned identities: remove it"
                )
                .into());
            }
            let endpoint = url(named, endpoint)?;
            if !is_loopback(&endpoint) {
                return Err(format!(
                    "{named}: {:?} is not on this machine, where the agent of Azure Arc is",
                    endpoint.as_str()
                )
                .into());
            }
            let service = Box::new(azure_arc::AzureArc);
            let fetch = fetch.on_this_machine();
            identity(service, fetch, endpoint, azure_arc::API_VERSION)
        }
        _ => {
            let endpoint = Url::parse(imds::ENDPOINT).map_err(|error| error.to_string())?;
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
        if let Some(client_id) = self.given.read(&CLIENT_ID).await.map_err(failed)? {
            url.query_pairs_mut().append_pair("client_id", &client_id);
        }
        let answer = self.service.ask(&self.fetch, &url).await.map_err(failed)?;
        let now = OffsetDateTime::now_utc();
        access_token::read(&answer, "the managed identity", now).map_err(failed)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}
