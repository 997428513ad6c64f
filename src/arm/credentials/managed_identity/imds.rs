//! The Instance Metadata Service of virtual machines.

use async_trait::async_trait;
use serde_json::Value as Json;
use tokio::net::TcpStream;
use url::Url;

use super::service::{Service, metadata};
use crate::arm::credentials::fetch::Fetch;

pub(super) const API_VERSION: &str = "2018-02-01";
pub(super) const ENDPOINT: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

const NAME: &str = "the Instance Metadata Service (IMDS)";

pub(super) struct Imds;

#[async_trait]
impl Service for Imds {
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String> {
        reach(fetch, url).await?;
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

/// Off Azure nothing answers at its address, and nothing says so: a connection comes about at once or never.
async fn reach(fetch: &Fetch, url: &Url) -> Result<(), String> {
    let authority = (
        url.host_str().unwrap_or_default().trim_matches(['[', ']']),
        url.port_or_known_default().unwrap_or_default(),
    );
    let longest = fetch.patience().connect;
    let why = match tokio::time::timeout(longest, TcpStream::connect(authority)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no connection within {longest:?}"),
    };
    let host = url.authority();
    Err(format!(
        "{NAME} is not there: {host}: {why}. This is no virtual machine of Azure, or its network closes the way"
    ))
}
