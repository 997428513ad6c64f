//! The subscription in which everything lives: given, or that of the Azure CLI, which is asked when an object is first
//! planned or read. What is offline needs none.

use std::sync::OnceLock;

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tokio::sync::Mutex;

use super::report;
use crate::arm::{Client, Error};

const SUMMARY: &str = "Missing subscription_id";

/// A subscription that may not be known yet.
#[derive(Debug, Default)]
pub struct Subscription {
    id: OnceLock<String>,
    /// Whether it was looked for in vain, which was told then.
    is_missing: Mutex<bool>,
}

impl Subscription {
    /// The one that is given, if one is.
    pub fn new(given: Option<&str>) -> Self {
        let subscription = Self::default();
        if let Some(id) = given {
            subscription.id.get_or_init(|| id.to_owned());
        }
        subscription
    }

    /// Its ID, once it is known.
    pub(crate) fn id(&self) -> Result<&str, Diagnostic> {
        self.id.get().map(String::as_str).ok_or_else(told_before)
    }

    /// Finds out which one it is, unless that is known. The first who does not succeed tells why.
    pub(super) async fn find<D>(
        &self,
        client: &Client,
        context: &Context<D>,
    ) -> Result<(), Diagnostic> {
        if self.id.get().is_some() {
            return Ok(());
        }
        let session = client.bounded(context.deadline, context.cancel.clone());
        let looking = || "looking for the subscription".to_owned();
        let is_missing = session.unless_stopped(self.is_missing.lock(), looking);
        let mut is_missing = is_missing.await.map_err(|error| stopped(&error))?;
        if self.id.get().is_some() {
            return Ok(());
        }
        if *is_missing {
            return Err(told_before());
        }
        let found = session.unless_stopped(client.default_subscription(), looking);
        match found.await.map_err(|error| stopped(&error))? {
            Ok(id) => {
                self.id.get_or_init(|| id);
                Ok(())
            }
            Err(why) => {
                *is_missing = true;
                Err(missing(&why))
            }
        }
    }
}

/// A stop and a timeout say nothing about what is given.
fn stopped(error: &Error) -> Diagnostic {
    let why = error.explanation();
    let told = ("Cannot find the subscription", why.as_str());
    report::cut_short("looking for the subscription", told, error)
}

fn missing(why: &str) -> Diagnostic {
    let detail = format!(
        "Set subscription_id in the provider block, or the environment variable ARM_SUBSCRIPTION_ID. {why}"
    );
    Diagnostic::error(SUMMARY, detail)
}

fn told_before() -> Diagnostic {
    let detail =
        "The subscription is not known, for the reason that another operation of this run tells.";
    Diagnostic::error(SUMMARY, detail)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::test_server::{TIMING, TestServer};

    /// Nothing is missing then.
    #[tokio::test]
    async fn a_stop_and_a_timeout_are_told_as_such() {
        let server = TestServer::start(&[]).await;
        let client = Client::with_timing(server.settings(), TIMING);
        let soon = Instant::now() + Duration::from_secs(60);
        let stopped = Context::<()>::new(None, soon, CancellationToken::new());
        stopped.cancel.cancel();
        let late = Context::<()>::new(None, Instant::now(), CancellationToken::new());
        let subscription = Subscription::default();
        // Another operation looks for it, and does not come back.
        let _looking = subscription.is_missing.lock().await;
        for (context, summary, words) in [
            (
                stopped,
                "Stopped while looking for the subscription",
                "on request",
            ),
            (late, "Cannot find the subscription", "`timeouts`"),
        ] {
            let told = subscription.find(&client, &context).await;
            let told = told.expect_err("no time");
            assert_eq!(told.summary, summary);
            assert!(told.detail.contains(words), "{told:?}");
            assert!(!told.detail.contains("ARM_SUBSCRIPTION_ID"), "{told:?}");
        }
    }

    #[tokio::test]
    async fn only_the_azure_cli_tells_a_default_and_its_absence_is_told_once() {
        let server = TestServer::start(&[]).await;
        let client = Client::with_timing(server.settings(), TIMING);
        let deadline = Instant::now() + Duration::from_secs(60);
        let context = Context::<()>::new(None, deadline, CancellationToken::new());
        let subscription = Subscription::default();
        let find = || subscription.find(&client, &context);
        let first = find().await.expect_err("a secret knows none").detail;
        assert!(first.contains("ARM_SUBSCRIPTION_ID"), "{first}");
        assert!(first.contains("client secret"), "{first}");
        assert_eq!(find().await.expect_err("nor later"), told_before());
        assert_eq!(server.sign_ins(), 0);
        let given = Subscription::new(Some("s"));
        assert_eq!(given.find(&client, &context).await, Ok(()));
        assert_eq!(given.id(), Ok("s"));
    }
}
