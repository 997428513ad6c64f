//! A job of Azure Pipelines, for whose service connection Azure DevOps vouches.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Method as Verb, Request};
use url::Url;

use super::authority::{self, Assertion, Proof};
use super::fetch::{Fetch, bearer};
use super::method::{Context, Method, Unready};
use super::oidc_token;
use crate::arm::arguments::{
    ADO_PIPELINE_SERVICE_CONNECTION_ID, OIDC_REQUEST_TOKEN, OIDC_REQUEST_URL,
};

pub(super) const METHOD: Method = Method {
    name: "Azure Pipelines",
    credential,
};

const API_VERSION: &str = "7.1";

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    oidc_token::is_enabled(context)?;
    let given = context.given;
    let url = given.text(&OIDC_REQUEST_URL);
    // Elsewhere the URL says nothing about a connection.
    let marks: &[_] = match url.is_some_and(is_of_azure_pipelines) {
        true => &[&OIDC_REQUEST_URL, &ADO_PIPELINE_SERVICE_CONNECTION_ID],
        false => &[&ADO_PIPELINE_SERVICE_CONNECTION_ID],
    };
    let needs = [
        &OIDC_REQUEST_URL,
        &OIDC_REQUEST_TOKEN,
        &ADO_PIPELINE_SERVICE_CONNECTION_ID,
    ];
    let has_no_token = !given.has(&OIDC_REQUEST_TOKEN);
    let lacks_connection_alone = context.application(&[], &needs[..2]).is_ok();
    let application = context.application(marks, &needs);
    let application = application.map_err(|why| match why {
        // azurerm takes this for GitHub's, complete, and fails: no other identity may stand in.
        Unready::Half(why) if marks.len() > 1 && lacks_connection_alone => Unready::Broken(why),
        Unready::Half(why) if has_no_token => Unready::Half(format!(
            "{why}; the env of the step has to hand on SYSTEM_ACCESSTOKEN: $(System.AccessToken)"
        )),
        other => other,
    })?;
    let mut url = oidc_token::request_url(context)?;
    let connection = given.text(&ADO_PIPELINE_SERVICE_CONNECTION_ID);
    let others: Vec<_> = url
        .query_pairs()
        .filter(|(name, _)| name != "api-version" && name != "serviceConnectionId")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("api-version", API_VERSION)
        .append_pair("serviceConnectionId", connection.unwrap_or_default());
    let token = oidc_token::request_token(context);
    let asked = Job {
        fetch: Fetch::new(context).hiding(&token),
        url,
        token,
    };
    authority::credential(context, application, Proof::Assertion(Box::new(asked)))
}

/// Whether Azure Pipelines gave this URL to a job. GitHub's runners, which are made of the same, may have one with the same
/// beginning; its end is another.
pub(super) fn is_of_azure_pipelines(url: &str) -> bool {
    let path = Url::parse(url).map(|url| url.path().to_ascii_lowercase());
    path.is_ok_and(|path| {
        let end = path.trim_end_matches('/').rsplit('/').next();
        path.contains("/_apis/distributedtask/") && end == Some("oidctoken")
    })
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
            let mut request = Request::new(Verb::POST, self.url.clone());
            let headers = request.headers_mut();
            bearer(headers, &self.token, &OIDC_REQUEST_TOKEN)?;
            let json = HeaderValue::from_static("application/json");
            headers.insert(ACCEPT, json.clone());
            headers.insert(CONTENT_TYPE, json);
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            // It answers with a page on which to sign in otherwise.
            headers.insert(
                "x-tfs-fedauthredirect",
                HeaderValue::from_static("Suppress"),
            );
            Ok(request)
        };
        let answer = self.fetch.json(request, "Azure Pipelines").await?;
        let token = answer["oidcToken"].as_str().map(str::to_owned);
        token.ok_or_else(|| {
            "the answer of Azure Pipelines has no oidcToken: check the ID of the service connection".to_owned()
        })
    }
}
