//! Signing in: which way is taken, and the token it gives.
//!
//! The vocabulary is azure_core's (`TokenCredential`, `AccessToken`, `Secret`) and the ways are azure_identity's. Ours are
//! the order in which azurerm looks for them, the account of why none served, and the cache that ARM's refusals empty.

mod azure_cli;
mod client_secret;
mod loopback;
mod settings;
mod token_cache;

use std::error::Error as StdError;
use std::sync::Arc;

pub use azure_core::credentials::Secret;
use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::error::ErrorKind;

pub use self::azure_cli::{Account, default_account};
use self::settings::Context;
pub use self::settings::Settings;
use self::token_cache::TokenCache;
use super::cloud::Cloud;
use super::error::Error;
use super::transport::Transport;

/// A way to sign in: its name, and its credential for given settings or the reason why it has none.
type Method = (
    &'static str,
    fn(&Context<'_>) -> Result<Arc<dyn TokenCredential>, String>,
);

/// In azurerm's order. The first one that is complete is taken and no other: falling through to the next would act
/// under another identity than the one that was configured.
const METHODS: [Method; 2] = [
    ("client secret", client_secret::credential),
    ("Azure CLI", azure_cli::credential),
];

/// Gives tokens for ARM; they are kept until shortly before they expire, or until ARM refuses them.
#[derive(Debug)]
pub(crate) struct Credential {
    settings: Settings,
    cloud: Cloud,
    transport: Arc<Transport>,
    cache: TokenCache,
}

impl Credential {
    pub(crate) fn new(settings: Settings, cloud: Cloud, transport: Arc<Transport>) -> Self {
        Self {
            settings,
            cloud,
            transport,
            cache: TokenCache::default(),
        }
    }

    pub(crate) async fn token(&self) -> Result<Secret, Error> {
        self.cache.get(|| self.sign_in()).await
    }

    /// Forgets a token that ARM refused.
    pub(crate) async fn refused(&self, token: &Secret) {
        self.cache.forget(token).await;
    }

    /// The credential is made anew for each token: azure_identity keeps tokens too, and cannot be told that ARM refused one.
    async fn sign_in(&self) -> Result<AccessToken, Error> {
        let context = Context {
            settings: &self.settings,
            cloud: &self.cloud,
            transport: &self.transport,
        };
        let mut account = Vec::new();
        let mut chosen = None;
        for (name, credential) in METHODS {
            let why_not = match (credential(&context), chosen) {
                (Err(why), _) => why,
                (Ok(_), Some(first)) => format!("not tried, because {first} is configured"),
                (Ok(credential), None) => {
                    chosen = Some(name);
                    match credential.get_token(&[&self.cloud.scope()], None).await {
                        Ok(token) => return Ok(token),
                        Err(error) => self.reason(&error),
                    }
                }
            };
            account.push(format!("\n  - {name}: {why_not}"));
        }
        let heading = "no way to sign in worked; tried, in this order:";
        Err(Error::credential(heading.to_owned() + &account.concat()))
    }

    /// What azure_identity's error comes down to, without its names for our users' configuration.
    fn reason(&self, error: &azure_core::Error) -> String {
        let mut innermost: &dyn StdError = error;
        let mut kind = error.kind();
        while let Some(source) = innermost.source() {
            innermost = source;
            if let Some(error) = source.downcast_ref::<azure_core::Error>() {
                kind = error.kind();
            }
        }
        let authority = &self.cloud.authority_host;
        match kind {
            ErrorKind::Connection => format!("no connection to {authority}: {innermost}"),
            ErrorKind::Io => format!("no answer from {authority}: {innermost}"),
            ErrorKind::DataConversion => format!("the answer cannot be read: {innermost}"),
            _ => innermost.to_string().trim().to_owned(),
        }
    }
}
