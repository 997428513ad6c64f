//! The ARM client: one per provider configuration.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use url::Url;
use uuid::Uuid;

use super::cloud::Cloud;
use super::credentials::{self, Credential};
use super::retry::Backoff;
use super::transport::Transport;
use super::user_agent::user_agent;

/// What a provider configuration says about ARM.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where ARM and its sign-in are.
    pub cloud: Cloud,
    /// How to sign in.
    pub credentials: credentials::Settings,
    /// Whom Microsoft shall attribute the usage to.
    pub partner_id: Option<String>,
    /// Leaves out the id that ties together all requests of one run.
    pub disable_correlation_request_id: bool,
}

/// Speaks to ARM for one provider configuration. Cheap to clone, and nothing is opened or read before the first request.
#[derive(Clone, Debug)]
pub struct Client(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) endpoint: Url,
    pub(super) transport: Arc<Transport>,
    pub(super) credential: Credential,
    pub(super) correlation_id: Option<HeaderValue>,
    pub(super) timing: Timing,
}

/// All the times that are ours to choose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) backoff: Backoff,
    /// What the pauses between looks at an operation grow to, whose service names none.
    pub(crate) longest_pause: Duration,
    /// How long an answer may take. ARM itself gives a resource provider 60 seconds.
    pub(crate) answer_timeout: Duration,
    /// How long a stopped write waits for its answer: a stopped call has five seconds in all, a last look included.
    pub(crate) write_grace: Duration,
}

const TIMING: Timing = Timing {
    backoff: Backoff {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(30),
    },
    longest_pause: Duration::from_secs(10),
    answer_timeout: Duration::from_secs(100),
    write_grace: Duration::from_secs(3),
};

impl Client {
    /// A client for these settings.
    pub fn new(settings: Settings) -> Self {
        Self::with_timing(settings, TIMING)
    }

    pub(crate) fn with_timing(settings: Settings, timing: Timing) -> Self {
        let Settings {
            cloud, partner_id, ..
        } = settings;
        let user_agent = user_agent(partner_id.as_deref());
        let transport = Transport::new(user_agent, cloud.is_local(), timing.answer_timeout);
        let transport = Arc::new(transport);
        let endpoint = cloud.resource_manager_endpoint.clone();
        let correlation_id = (!settings.disable_correlation_request_id).then(new_id);
        Self(Arc::new(Shared {
            endpoint,
            credential: Credential::new(settings.credentials, cloud, Arc::clone(&transport)),
            transport,
            correlation_id,
            timing,
        }))
    }
}

/// A fresh request or correlation id.
pub(super) fn new_id() -> HeaderValue {
    HeaderValue::from_str(&Uuid::new_v4().to_string())
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}
