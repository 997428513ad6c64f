//! An application for which another issuer vouches with a token that is given, or that a file holds. The workload identity
//! of a pod in AKS is such a file.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use url::Url;

use super::authority::{self, Assertion, Proof};
use super::method::{Context, Method, Unready};
use crate::arm::arguments::{OIDC_REQUEST_TOKEN, OIDC_REQUEST_URL, OIDC_TOKEN, USE_OIDC};
use crate::arm::given::Given;

pub(super) const METHOD: Method = Method {
    name: "OIDC token",
    credential,
};

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    is_enabled(context)?;
    let application = context.application(&[&OIDC_TOKEN], &[&OIDC_TOKEN])?;
    let token = Box::new(Token(context.given.clone()));
    authority::credential(context, application, Proof::Assertion(token))
}

/// An error unless other issuers may vouch for us.
pub(super) fn is_enabled(context: &Context<'_>) -> Result<(), Unready> {
    match context.given.is_true(&USE_OIDC) {
        true => Ok(()),
        false => Err(Unready::NotConfigured(format!(
            "not enabled: {USE_OIDC} is not true"
        ))),
    }
}

/// Where a job asks for its token, held against its rule: the environment may say anything.
pub(super) fn request_url(context: &Context<'_>) -> Result<Url, String> {
    let text = context.given.text(&OIDC_REQUEST_URL).unwrap_or_default();
    let checked = match OIDC_REQUEST_URL.rule {
        Some(rule) => rule(text),
        None => Ok(()),
    };
    let parsed = || Url::parse(text).map_err(|error| error.to_string());
    checked
        .and_then(|()| parsed())
        .map_err(|why| format!("{OIDC_REQUEST_URL}: {why}"))
}

/// What it shows there.
pub(super) fn request_token(context: &Context<'_>) -> Secret {
    let token = context.given.text(&OIDC_REQUEST_TOKEN).unwrap_or_default();
    Secret::new(token.to_owned())
}

struct Token(Given);

#[async_trait]
impl Assertion for Token {
    async fn get(&self, _: &str) -> Result<String, String> {
        Ok(self.0.read(&OIDC_TOKEN).await?.unwrap_or_default())
    }
}
