//! An application for which another issuer vouches with a token that is given, or that a file holds. The workload identity
//! of a pod in AKS is such a file.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;

use super::assertion::{self, Assertion};
use super::method::{Context, Method};
use crate::arm::arguments::{OIDC_TOKEN, USE_OIDC};
use crate::arm::given::Given;

pub(super) const METHOD: Method = Method {
    name: "OIDC token",
    credential,
};

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, String> {
    is_enabled(context)?;
    let application = context.application(&[&OIDC_TOKEN], &[&OIDC_TOKEN])?;
    assertion::credential(context, application, Token(context.given.clone()))
}

/// An error unless other issuers may vouch for us.
pub(super) fn is_enabled(context: &Context<'_>) -> Result<(), String> {
    match context.given.is_true(&USE_OIDC) {
        true => Ok(()),
        false => Err(format!("not enabled: {USE_OIDC} is not true")),
    }
}

struct Token(Given);

#[async_trait]
impl Assertion for Token {
    async fn get(&self) -> Result<String, String> {
        Ok(self.0.read(&OIDC_TOKEN)?.unwrap_or_default())
    }
}
