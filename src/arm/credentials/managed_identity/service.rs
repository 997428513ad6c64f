//! What the services of machines have in common.

use async_trait::async_trait;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Request};
use serde_json::Value as Json;
use tokio::net::TcpStream;
use url::Url;

use crate::arm::credentials::fetch::Fetch;

/// A service of the machine, and how it is asked.
#[async_trait]
pub(super) trait Service: Send + Sync {
    /// The answer of the service at this URL, which names resource and version.
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String>;
}

/// A request to such a service.
pub(super) fn get(url: &Url) -> Request {
    let mut request = Request::new(Method::GET, url.clone());
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json);
    request
}

/// The same, with the header by which IMDS and Azure Arc know that nobody was tricked into asking them.
pub(super) fn metadata(url: &Url) -> Request {
    let mut request = get(url);
    let headers = request.headers_mut();
    headers.insert("metadata", HeaderValue::from_static("true"));
    request
}

/// An error unless a service can be connected to. Where it is not there, nothing may answer at its address, and nothing say
/// so: a connection to a machine's own service comes about at once or never.
pub(super) async fn reach(fetch: &Fetch, url: &Url, name: &str) -> Result<(), String> {
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
    let (host, port) = authority;
    Err(format!("{name} is not there: {host}:{port}: {why}"))
}
