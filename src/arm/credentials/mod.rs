//! Signing in: which way is taken, and the token it gives.
//!
//! The vocabulary is azure_core's (`TokenCredential`, `AccessToken`, `Secret`). Applications sign in with a secret, or with an
//! assertion that is made or fetched at every refresh; azure_identity asks the Azure CLI. Ours besides are the order in which azurerm looks for the ways, the account of why none served, and the cache that ARM's
//! refusals empty. There is one file for each way.

mod method;

mod access_token;
mod authority;
mod fetch;
mod mask;
mod token_cache;

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
use std::sync::{Arc, Once, OnceLock};

pub use azure_core::credentials::Secret;
use azure_core::credentials::{AccessToken, TokenCredential};

pub(super) use self::authority::is_ad_fs;
pub(crate) use self::azure_cli::default_account;
pub(crate) use self::fetch::Fetch;
pub(crate) use self::method::Patience;
use self::method::{Context, Method, Unready, failed};
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

/// After the account of all ways.
const ADVICE: &str = "Correct that, or choose another way: by arguments of the provider block, by their environment variables, or with \
                      `az login`.";

/// Gives tokens for ARM; they are kept until shortly before they expire, or until ARM refuses them.
#[derive(Debug)]
pub(crate) struct Credential {
    given: Given,
    transport: Arc<Transport>,
    patience: Patience,
    cache: TokenCache,
    /// One for each further tenant.
    auxiliary: Vec<(String, TokenCache)>,
    /// Found once: it depends on what is given alone.
    way: OnceLock<Option<&'static str>>,
    /// That further tenants are asked for in vain.
    told: Once,
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
            way: OnceLock::new(),
            told: Once::new(),
        }
    }

    pub(crate) async fn token(&self, cloud: &Cloud) -> Result<Secret, Error> {
        let tenant_id = self.given.text(&TENANT_ID);
        self.cache
            .get(|| self.sign_in(cloud, tenant_id, None))
            .await
    }

    /// The tokens of the further tenants. A managed identity has none, and goes without them, as in azurerm.
    pub(crate) async fn auxiliary_tokens(&self, cloud: &Cloud) -> Result<Vec<Secret>, Error> {
        let mut tokens = Vec::new();
        if self.auxiliary.is_empty() {
            return Ok(tokens);
        }
        let way = self.way(cloud);
        if way == Some(managed_identity::METHOD.name) {
            self.told.call_once(|| {
                tracing::warn!("{AUXILIARY_TENANT_IDS}: a managed identity has no tokens of other tenants, so none go along");
            });
            return Ok(tokens);
        }
        for (tenant, cache) in &self.auxiliary {
            let token = cache
                .get(|| self.sign_in(cloud, Some(tenant), Some(way)))
                .await;
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
        *self.way.get_or_init(|| {
            let context = self.context(cloud, self.given.text(&TENANT_ID));
            let mut methods = METHODS.iter();
            let is_configured = |method: &&Method| {
                let credential = (method.credential)(&context);
                !matches!(
                    credential,
                    Err(Unready::NotConfigured(_) | Unready::Half(_))
                )
            };
            methods.find(is_configured).map(|method| method.name)
        })
    }

    fn context<'a>(&'a self, cloud: &'a Cloud, tenant_id: Option<&'a str>) -> Context<'a> {
        Context {
            given: &self.given,
            cloud,
            transport: &self.transport,
            patience: &self.patience,
            tenant_id,
        }
    }

    /// The credential is made anew for each token: what it is made of may have been renewed. The token of a further tenant is of
    /// the same identity, whatever else that tenant completes: it is got in the `own_way`, by which the tenant itself is signed in to.
    async fn sign_in(
        &self,
        cloud: &Cloud,
        tenant_id: Option<&str>,
        own_way: Option<Option<&'static str>>,
    ) -> Result<AccessToken, Error> {
        let context = self.context(cloud, tenant_id);
        let mut account = Vec::new();
        let mut halves = Vec::new();
        let mut chosen = None;
        for Method { name, credential } in METHODS {
            let credential = credential(&context);
            let barred = match (own_way, chosen) {
                (Some(None), _) => Some("nothing signs in to the tenant itself".to_owned()),
                (Some(Some(way)), _) if way != name => {
                    Some(format!("{way} signs in to the tenant itself"))
                }
                (None, Some(first)) => Some(format!("{first} is configured")),
                _ => None,
            };
            let why_not = match (credential, barred) {
                (Err(Unready::NotConfigured(why)), _) => why,
                (Err(Unready::Half(why)), _) => {
                    halves.push((name, why.clone()));
                    why
                }
                (_, Some(barred)) => format!("not tried, because {barred}"),
                (Err(Unready::Broken(why)), None) => {
                    chosen = Some(name);
                    why
                }
                (Ok(credential), None) => {
                    chosen = Some(name);
                    match self.get(&*credential, cloud).await {
                        Ok(token) => {
                            tracing::debug!(way = name, expires_on = %token.expires_on, "signed in");
                            for (half, why) in halves {
                                tracing::warn!(
                                    way = name,
                                    "not signed in by {half}, which is {why}"
                                );
                            }
                            return Ok(token);
                        }
                        Err(error) => reason(&error, name),
                    }
                }
            };
            account.push(format!("\n  - {name}: {why_not}"));
        }
        let tenant = tenant_id.filter(|_| own_way.is_some());
        let where_to = tenant.map(|tenant| format!(" to the further tenant {tenant}"));
        let heading = format!(
            "no way to sign in{} worked; tried, in this order:",
            where_to.unwrap_or_default()
        );
        let account = account.concat();
        Err(Error::credential(format!("{heading}{account}\n\n{ADVICE}")))
    }

    /// A way that hangs, as the Azure CLI may, is told like one that fails.
    async fn get(
        &self,
        credential: &dyn TokenCredential,
        cloud: &Cloud,
    ) -> azure_core::Result<AccessToken> {
        let longest = self.patience.token;
        let scope = cloud.scope();
        let scopes = [&*scope];
        let token = tokio::time::timeout(longest, credential.get_token(&scopes, None));
        let too_late = |_| Err(failed(format!("it gave no token within {longest:?}")));
        token.await.unwrap_or_else(too_late)
    }
}

/// What an error comes down to, without azure_identity's names for our users' configuration.
fn reason(error: &azure_core::Error, way: &str) -> String {
    let mut innermost: &dyn StdError = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let words = innermost.to_string();
    match way {
        // What it prints is nobody's words but its own; all other answers are read, and made harmless, by `Fetch`.
        AZURE_CLI => azure_cli::printed(&words),
        _ => words.trim().to_owned(),
    }
}
