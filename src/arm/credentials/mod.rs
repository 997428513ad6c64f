//! Signing in: which way is taken, and the token it gives.
//!
//! The vocabulary is azure_core's (`TokenCredential`, `AccessToken`, `Secret`). Applications sign in by azure_identity, with
//! a secret or with an assertion that is made or fetched here at every refresh; managed identities are asked here. Ours
//! besides are the order in which azurerm looks for the ways, the account of why none served, and the cache that ARM's
//! refusals empty. There is one file for each way.

mod method;

mod authority;
mod fetch;
mod token_cache;

mod assertion;
mod certificate;
mod client_certificate;
mod client_secret;

mod oidc_token;

mod azure_pipelines;
mod github_actions;

mod managed_identity;

mod azure_cli;

#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::sync::Arc;

pub use azure_core::credentials::Secret;
use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::error::ErrorKind;

pub(crate) use self::azure_cli::default_account;
pub(crate) use self::method::Patience;
use self::method::{Context, Method};
use self::token_cache::TokenCache;
use super::arguments::{AUXILIARY_TENANT_IDS, TENANT_ID};
use super::cloud::Cloud;
use super::error::Error;
use super::given::Given;
use super::transport::Transport;

/// In azurerm's order. The first one that is complete is taken and no other: falling through to the next would act
/// under another identity than the one that was configured.
const METHODS: [Method; 7] = [
    client_certificate::METHOD,
    client_secret::METHOD,
    oidc_token::METHOD,
    azure_pipelines::METHOD,
    github_actions::METHOD,
    managed_identity::METHOD,
    azure_cli::METHOD,
];

/// The name of the one way that knows a subscription.
pub(crate) const AZURE_CLI: &str = azure_cli::METHOD.name;

/// Gives tokens for ARM; they are kept until shortly before they expire, or until ARM refuses them.
#[derive(Debug)]
pub(crate) struct Credential {
    given: Given,
    transport: Arc<Transport>,
    patience: Patience,
    cache: TokenCache,
    /// One for each further tenant.
    auxiliary: Vec<(String, TokenCache)>,
}

impl Credential {
    pub(crate) fn new(given: Given, transport: Arc<Transport>, patience: Patience) -> Self {
        let tenants = given.list(&AUXILIARY_TENANT_IDS);
        let auxiliary = tenants
            .into_iter()
            .map(|tenant| (tenant.to_owned(), TokenCache::default()));
        Self {
            auxiliary: auxiliary.collect(),
            given,
            transport,
            patience,
            cache: TokenCache::default(),
        }
    }

    pub(crate) async fn token(&self, cloud: &Cloud) -> Result<Secret, Error> {
        let tenant_id = self.given.text(&TENANT_ID);
        self.cache
            .get(|| self.sign_in(cloud, tenant_id, false))
            .await
    }

    /// The tokens of the further tenants.
    pub(crate) async fn auxiliary_tokens(&self, cloud: &Cloud) -> Result<Vec<Secret>, Error> {
        let mut tokens = Vec::new();
        for (tenant, cache) in &self.auxiliary {
            let token = cache.get(|| self.sign_in(cloud, Some(tenant), true)).await;
            tokens.push(token?);
        }
        Ok(tokens)
    }

    /// Forgets a token that ARM refused, and those that went along with it.
    pub(crate) fn refused(&self, token: &Secret, auxiliary: &[Secret]) {
        self.cache.forget(token);
        for ((_, cache), token) in self.auxiliary.iter().zip(auxiliary) {
            cache.forget(token);
        }
    }

    /// The way that is taken for these settings, if there is one.
    pub(crate) fn way(&self, cloud: &Cloud) -> Option<&'static str> {
        let context = self.context(cloud, self.given.text(&TENANT_ID), false);
        let mut methods = METHODS.iter();
        methods
            .find(|method| (method.credential)(&context).is_ok())
            .map(|method| method.name)
    }

    fn context<'a>(
        &'a self,
        cloud: &'a Cloud,
        tenant_id: Option<&'a str>,
        is_auxiliary: bool,
    ) -> Context<'a> {
        Context {
            given: &self.given,
            cloud,
            transport: &self.transport,
            patience: &self.patience,
            tenant_id,
            is_auxiliary,
        }
    }

    /// The credential is made anew for each token: azure_identity keeps tokens too, and cannot be told that ARM refused one.
    async fn sign_in(
        &self,
        cloud: &Cloud,
        tenant_id: Option<&str>,
        is_auxiliary: bool,
    ) -> Result<AccessToken, Error> {
        let context = self.context(cloud, tenant_id, is_auxiliary);
        let mut account = Vec::new();
        let mut chosen = None;
        for Method { name, credential } in METHODS {
            let why_not = match (credential(&context), chosen) {
                (Err(why), _) => why,
                (Ok(_), Some(first)) => format!("not tried, because {first} is configured"),
                (Ok(credential), None) => {
                    chosen = Some(name);
                    match get(&*credential, cloud).await {
                        Ok(token) => {
                            tracing::debug!(way = name, expires_on = %token.expires_on, "signed in");
                            return Ok(token);
                        }
                        Err(error) => reason(&error, cloud),
                    }
                }
            };
            account.push(format!("\n  - {name}: {why_not}"));
        }
        let tenant = tenant_id.filter(|_| is_auxiliary);
        let where_to = tenant.map(|tenant| format!(" to the further tenant {tenant}"));
        let heading = format!(
            "no way to sign in{} worked; tried, in this order:",
            where_to.unwrap_or_default()
        );
        Err(Error::credential(heading + &account.concat()))
    }
}

async fn get(credential: &dyn TokenCredential, cloud: &Cloud) -> azure_core::Result<AccessToken> {
    credential.get_token(&[&cloud.scope()], None).await
}

/// What azure_identity's error comes down to, without its names for our users' configuration.
fn reason(error: &azure_core::Error, cloud: &Cloud) -> String {
    let mut innermost: &dyn StdError = error;
    let mut kind = error.kind();
    while let Some(source) = innermost.source() {
        innermost = source;
        if let Some(error) = source.downcast_ref::<azure_core::Error>() {
            kind = error.kind();
        }
    }
    let authority = &cloud.authority_host;
    match kind {
        ErrorKind::Connection => format!("no connection to {authority}: {innermost}"),
        ErrorKind::Io => format!("no answer from {authority}: {innermost}"),
        ErrorKind::DataConversion => format!("the answer cannot be read: {innermost}"),
        _ => innermost.to_string().trim().to_owned(),
    }
}
