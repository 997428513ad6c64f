//! A job of GitHub Actions, for which GitHub vouches.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method as Verb, Request};
use url::Url;

use super::authority::{self, Assertion, Proof};
use super::azure_pipelines::is_of_azure_pipelines;
use super::fetch::{Fetch, bearer};
use super::method::{Context, Method, Unready};
use super::oidc_token;
use crate::arm::arguments::{
    ADO_PIPELINE_SERVICE_CONNECTION_ID, OIDC_REQUEST_TOKEN, OIDC_REQUEST_URL,
};

pub(super) const METHOD: Method = Method {
    name: "GitHub Actions",
    credential,
};

/// For whom the token is, unless the URL says otherwise.
const AUDIENCE: &str = "api://AzureADTokenExchange";

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    oidc_token::is_enabled(context)?;
    let url = context.given.text(&OIDC_REQUEST_URL);
    if url.is_some_and(is_of_azure_pipelines) {
        // GitHub's exchange would fail there without a word about what is missing.
        return Err(Unready::NotConfigured(format!(
            "{OIDC_REQUEST_URL} is that of Azure Pipelines, which needs {ADO_PIPELINE_SERVICE_CONNECTION_ID}"
        )));
    }
    let marks = [&OIDC_REQUEST_URL, &OIDC_REQUEST_TOKEN];
    let application = context.application(&marks, &marks);
    let application = application.map_err(|why| match why {
        Unready::NotConfigured(why) => Unready::NotConfigured(format!(
            "{why}, which GitHub sets where the job has permissions: id-token: write"
        )),
        other => other,
    })?;
    let mut url = oidc_token::request_url(context)?;
    if !url.query_pairs().any(|(name, _)| name == "audience") {
        url.query_pairs_mut().append_pair("audience", AUDIENCE);
    }
    let token = oidc_token::request_token(context);
    let asked = Job {
        fetch: Fetch::new(context).hiding(&token),
        url,
        token,
    };
    authority::credential(context, application, Proof::Assertion(Box::new(asked)))
}

struct Job {
    fetch: Fetch,
    url: Url,
    token: Secret,
}

#[async_trait]
impl Assertion for Job {
    async fn get(&self, _: &str) -> Result<String, String> {
        let request = || {
            let mut request = Request::new(Verb::GET, self.url.clone());
            let headers = request.headers_mut();
            bearer(headers, &self.token, &OIDC_REQUEST_TOKEN)?;
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            Ok(request)
        };
        let answer = self.fetch.json(request, "GitHub").await?;
        let token = answer["value"].as_str().map(str::to_owned);
        token.ok_or_else(|| "the answer of GitHub has no token".to_owned())
    }
}
