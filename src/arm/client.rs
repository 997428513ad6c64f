//! The ARM client: one per provider configuration.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use uuid::Uuid;

use super::arguments::{DISABLE_CORRELATION_REQUEST_ID, PARTNER_ID};
use super::cloud::Cloud;
use super::credentials::{AZURE_CLI, Credential, Fetch, Patience, default_account};
use super::error::Error;
use super::given::Given;
use super::metadata::{CloudSource, FoundCloud};
use super::retry::Backoff;
use super::trace::Trace;
use super::transport::Transport;
use super::user_agent::user_agent;

/// What a provider configuration says about ARM.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where ARM and its sign-in are.
    pub cloud: CloudSource,
    /// Everything that was given, such as how to sign in.
    pub given: Given,
    /// The trace that this run is a part of.
    pub trace: Option<Trace>,
}

/// Speaks to ARM for one provider configuration. Cheap to clone, and nothing is opened or read before the first request.
#[derive(Clone, Debug)]
pub struct Client(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) cloud: FoundCloud,
    pub(super) transport: Arc<Transport>,
    pub(super) credential: Credential,
    pub(super) correlation_id: Option<HeaderValue>,
    pub(super) trace: Option<Trace>,
    pub(super) timing: Timing,
}

/// All the times that are ours to choose.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    pub(crate) backoff: Backoff,
    /// What the pauses between looks at an operation grow to, whose service names none.
    pub(crate) longest_pause: Duration,
    /// How long an answer may take. ARM itself gives a resource provider 60 seconds.
    pub(crate) answer_timeout: Duration,
    /// How long a stopped write waits for its answer: a stopped call has five seconds in all, a last look included.
    pub(crate) write_grace: Duration,
    /// How long what signs in is waited for.
    pub(crate) sign_in: Patience,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            backoff: Backoff {
                first: Duration::from_secs(1),
                longest: Duration::from_secs(30),
            },
            longest_pause: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(100),
            write_grace: Duration::from_secs(3),
            sign_in: Patience::default(),
        }
    }
}

impl Client {
    /// A client for these settings.
    pub fn new(settings: Settings) -> Self {
        Self::with_timing(settings, Timing::default())
    }

    pub(crate) fn with_timing(settings: Settings, timing: Timing) -> Self {
        let Settings {
            cloud,
            given,
            trace,
        } = settings;
        let user_agent = user_agent(given.text(&PARTNER_ID));
        let transport = Arc::new(Transport::new(user_agent, timing.answer_timeout));
        let correlation_id = (!given.is_true(&DISABLE_CORRELATION_REQUEST_ID)).then(new_id);
        let patience = timing.sign_in.clone();
        Self(Arc::new(Shared {
            cloud: FoundCloud::new(cloud, Fetch::with(&transport, &patience)),
            credential: Credential::new(given, Arc::clone(&transport), patience),
            transport,
            correlation_id,
            trace,
            timing,
        }))
    }

    /// The subscription that the Azure CLI uses by default, if that is what signs in; the reason why not is in whole sentences.
    pub async fn default_subscription(&self) -> Result<String, String> {
        let credential = &self.0.credential;
        let cloud = self.cloud().await;
        let cloud = cloud.map_err(|error| format!("The cloud is not known: {error}."))?;
        match credential.way(cloud) {
            Some(way) if way == AZURE_CLI => {
                let account = default_account().await;
                account
                    .map(|account| account.subscription_id)
                    .map_err(|why| format!("The Azure CLI could not tell its default: {why}."))
            }
            Some(way) => Err(format!(
                "Only the Azure CLI could tell a default, and it is not what signs in: {way} is configured."
            )),
            None => Err(
                "Only the Azure CLI could tell a default, and it is not used to sign in."
                    .to_owned(),
            ),
        }
    }

    /// Where ARM and its sign-in are, found out when it is first asked.
    pub(super) async fn cloud(&self) -> Result<&Cloud, Error> {
        self.0.cloud.get().await
    }
}

/// A fresh request or correlation id.
pub(super) fn new_id() -> HeaderValue {
    HeaderValue::from_str(&Uuid::new_v4().to_string())
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}
