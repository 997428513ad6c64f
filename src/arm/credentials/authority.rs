//! Microsoft Entra ID, which gives tokens to applications that prove who they are.
//!
//! It is asked here and not by azure_identity, which cannot read an answer that has an escape in a text or a number as one,
//! tells neither status nor host of a gateway's page, hands on what an answer repeats of a secret, and shuts out the plain
//! `http` of an emulator on this machine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method as Verb, Request};
use time::OffsetDateTime;
use url::Url;
use url::form_urlencoded::Serializer;

use super::access_token;
use super::fetch::{Fetch, TOKEN};
use super::method::{Application, Context, Unready, failed};
use crate::arm::arguments::{CLIENT_ID, CLIENT_SECRET, TENANT_ID};
use crate::arm::given::Given;

/// The tenant of AD FS, which signs in for an Azure Stack Hub without Microsoft Entra ID: MSAL and azapi call it so too.
const AD_FS: &str = "adfs";

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an application proves with that it is itself.
pub(super) enum Proof {
    /// Its secret.
    Secret,
    /// What is made or fetched anew for each token.
    Assertion(Box<dyn Assertion>),
}

/// Gives an assertion for a client ID whenever a token is asked for; the error is a clause that says why there is none.
#[async_trait]
pub(super) trait Assertion: Send + Sync + 'static {
    async fn get(&self, client_id: &str) -> Result<String, String>;
}

/// The application at its tenant.
struct Entra {
    fetch: Fetch,
    url: Url,
    whom: String,
    given: Given,
    proof: Proof,
}

/// The credential of an application.
pub(super) fn credential(
    context: &Context<'_>,
    application: Application,
    proof: Proof,
) -> Result<Arc<dyn TokenCredential>, Unready> {
    let url = token_url(context, &application.tenant_id)?;
    Ok(Arc::new(Entra {
        fetch: Fetch::new(context),
        whom: format!("the sign-in service at {}", url.authority()),
        url,
        given: context.given.clone(),
        proof,
    }))
}

/// Where a tenant gives its tokens; it is also for whom assertions are made.
pub(super) fn token_url(context: &Context<'_>, tenant_id: &str) -> Result<Url, String> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '.' || it == '-';
    if !tenant_id.chars().all(is_plain) {
        return Err(format!(
            "{TENANT_ID}: {tenant_id:?} is no tenant: give its ID or its domain"
        ));
    }
    // AD FS may care about capitals.
    let path = match is_ad_fs(tenant_id) {
        true => format!("/{AD_FS}/oauth2/token"),
        false => format!("/{tenant_id}/oauth2/v2.0/token"),
    };
    let url = context.cloud.authority_host.join(&path);
    url.map_err(|error| format!("{TENANT_ID}: {error}"))
}

/// Whether a tenant is that of AD FS.
pub(crate) fn is_ad_fs(tenant_id: &str) -> bool {
    tenant_id.eq_ignore_ascii_case(AD_FS)
}

impl Entra {
    fn form(&self, client_id: &str, scope: &str, shown: &Secret) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", client_id)
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", scope);
        match &self.proof {
            Proof::Secret => form.append_pair("client_secret", shown.secret()),
            Proof::Assertion(_) => form
                .append_pair("client_assertion_type", ASSERTION_TYPE)
                .append_pair("client_assertion", shown.secret()),
        };
        form.finish()
    }

    async fn token(&self, scope: &str) -> Result<AccessToken, String> {
        // All that a file may hold is read here: where it cannot be had, no other identity stands in.
        let client_id = self.given.read(&CLIENT_ID).await?.unwrap_or_default();
        let shown = match &self.proof {
            Proof::Secret => self.given.read(&CLIENT_SECRET).await?.unwrap_or_default(),
            Proof::Assertion(assertion) => assertion.get(&client_id).await?,
        };
        let shown = Secret::new(shown);
        let form = self.form(&client_id, scope, &shown);
        let request = || {
            let mut request = Request::new(Verb::POST, self.url.clone());
            let headers = request.headers_mut();
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, kind);
            *request.body_mut() = Some(form.clone().into());
            Ok(request)
        };
        let fetch = self.fetch.clone().hiding(&shown);
        let response = fetch.response(request, &self.whom).await?;
        // What it refuses it explains well enough.
        if response.status.is_client_error()
            && let Some(words) = fetch.explanation(&response)
        {
            return Err(words);
        }
        let answer = fetch.content(&response, &self.whom, TOKEN)?;
        access_token::read(answer, &self.whom, OffsetDateTime::now_utc())
    }
}

#[async_trait]
impl TokenCredential for Entra {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.token(&scopes.join(" ")).await.map_err(failed)
    }
}

impl fmt::Debug for Entra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entra")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}
