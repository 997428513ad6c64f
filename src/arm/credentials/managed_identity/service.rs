//! What the services of machines have in common.

use async_trait::async_trait;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Request};
use serde_json::Value as Json;
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
