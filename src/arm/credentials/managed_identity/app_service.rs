//! The service of App Service, Functions and Container Apps.

use async_trait::async_trait;
use azure_core::credentials::Secret;
use reqwest::header::HeaderValue;
use serde_json::Value as Json;
use url::Url;

use super::service::{Service, get};
use crate::arm::arguments::IDENTITY_HEADER;
use crate::arm::credentials::fetch::Fetch;

pub(super) const API_VERSION: &str = "2019-08-01";

/// It is shown what only processes of the app know.
pub(super) struct AppService(pub(super) Secret);

#[async_trait]
impl Service for AppService {
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String> {
        let request = || {
            let mut request = get(url);
            let mut header = HeaderValue::from_str(self.0.secret()).map_err(|_| {
                format!("{IDENTITY_HEADER} has characters that no header can carry")
            })?;
            header.set_sensitive(true);
            request.headers_mut().insert("x-identity-header", header);
            Ok(request)
        };
        fetch.json(request, "the identity service of the app").await
    }
}
