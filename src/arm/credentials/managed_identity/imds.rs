//! The Instance Metadata Service of virtual machines.

use async_trait::async_trait;
use serde_json::Value as Json;
use url::Url;

use super::service::{Service, metadata, reach};
use crate::arm::credentials::fetch::Fetch;

pub(super) const API_VERSION: &str = "2018-02-01";
pub(super) const ENDPOINT: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

const NAME: &str = "the Instance Metadata Service (IMDS)";

pub(super) struct Imds;

#[async_trait]
impl Service for Imds {
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String> {
        reach(fetch, url, NAME).await.map_err(|why| {
            format!("{why}. This is no virtual machine of Azure, or its network closes the way")
        })?;
        fetch.json(|| Ok(metadata(url)), NAME).await
    }
}

/// The path of the service, where only its host is given.
pub(super) fn with_path(mut endpoint: Url) -> Url {
    if endpoint.path() == "/" {
        endpoint.set_path("/metadata/identity/oauth2/token");
    }
    endpoint
}
