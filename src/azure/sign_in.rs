//! Signing in: when ARM is first asked, and once for all operations of a run.

use std::time::Duration;

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::report;
use crate::arm::{Client, Error};

/// How long signing in may take in all: the look-up of the cloud, a token, and those of further tenants. The limits within are
/// those of `arm`'s `Patience`.
const LONGEST: Duration = Duration::from_secs(120);

const SUMMARY: &str = "Cannot sign in to Azure";

/// Whether this configuration of the provider has signed in.
#[derive(Debug)]
pub struct SignIn {
    state: Mutex<State>,
    longest: Duration,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            longest: LONGEST,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    NotYet,
    Done,
    /// The reasons were told.
    Failed,
}

impl SignIn {
    /// Signs in, unless that has been done. Operations wait for the first of them, which tells all about a failure.
    pub(super) async fn ensure<D>(
        &self,
        client: &Client,
        context: &Context<D>,
    ) -> Result<(), Diagnostic> {
        let session = |deadline| client.bounded(deadline, context.cancel.clone());
        let waiting = session(context.deadline);
        let state = waiting.unless_stopped(self.state.lock(), || "signing in".to_owned());
        let mut state = state.await.map_err(|error| failed(&error))?;
        match *state {
            State::Done => return Ok(()),
            State::Failed => return Err(told_before()),
            State::NotYet => {}
        }
        let longest = Instant::now() + self.longest;
        let deadline = context.deadline.min(longest);
        let Err(error) = session(deadline).sign_in().await else {
            *state = State::Done;
            return Ok(());
        };
        // A stop, or the timeout of one operation, says nothing about the credentials.
        let took_too_long = error.is_timeout() && longest <= context.deadline;
        if error.is_credential() || took_too_long {
            *state = State::Failed;
        }
        Err(match took_too_long {
            true => too_long(self.longest),
            false => failed(&error),
        })
    }
}

fn failed(error: &Error) -> Diagnostic {
    let why = match error.sign_in_reason() {
        "" => error.explanation(),
        reason => reason.to_owned(),
    };
    report::cut_short("signing in to Azure", (SUMMARY, &why), error)
}

/// What signs in says by itself what it waits for; this is what is left when it does not.
fn too_long(longest: Duration) -> Diagnostic {
    let detail = format!("The time ran out while signing in: it may take {longest:?} at most.");
    Diagnostic::error(SUMMARY, detail)
}

fn told_before() -> Diagnostic {
    let detail = "Signing in failed, for the reasons that another operation of this run tells.";
    Diagnostic::error(SUMMARY, detail)
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::Given;
    use crate::arm::arguments::USE_CLI;
    use crate::arm::test_server::{Reply, TIMING, TOKEN_PATH, TestServer};

    fn context() -> Context<()> {
        let deadline = Instant::now() + LONGEST;
        Context::new(None, deadline, CancellationToken::new())
    }

    #[tokio::test]
    async fn a_failure_is_told_whole_once_and_then_in_one_line() {
        let mut settings = TestServer::start(&[]).await.settings();
        settings.given = Given::default().with(&USE_CLI, "false");
        let client = Client::with_timing(settings, TIMING);
        let (sign_in, context) = (SignIn::default(), context());
        let ensure = || sign_in.ensure(&client, &context);
        let (first, second) = tokio::join!(ensure(), ensure());
        let details = [first, second].map(|it| it.expect_err("nothing to sign in with").detail);
        assert!(details[0].starts_with("No way to sign in"), "{details:?}");
        assert_eq!(details[1], told_before().detail);
    }

    /// A server that does not sign anybody in, and does not refuse it either.
    async fn hanging() -> Client {
        let server = TestServer::start(&[(TOKEN_PATH, vec![Reply::Hang])]).await;
        Client::with_timing(server.settings(), TIMING)
    }

    #[tokio::test]
    async fn what_takes_too_long_is_not_tried_by_one_operation_after_another() {
        let client = hanging().await;
        let sign_in = SignIn {
            longest: Duration::from_millis(20),
            ..SignIn::default()
        };
        let context = context();
        let ensure = || sign_in.ensure(&client, &context);
        let first = ensure().await.expect_err("nobody answers").detail;
        assert!(first.contains("time ran out"), "{first}");
        assert_eq!(ensure().await.expect_err("nor later"), told_before());
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_another_operation_that_signs_in() {
        let client = hanging().await;
        let (sign_in, first, second) = (SignIn::default(), context(), context());
        let stop = async {
            tokio::task::yield_now().await;
            second.cancel.cancel();
        };
        tokio::select! {
            _ = sign_in.ensure(&client, &first) => panic!("nobody answers"),
            (stopped, ()) = async { tokio::join!(sign_in.ensure(&client, &second), stop) } => {
                assert_eq!(stopped.expect_err("stopped"), stopped_diagnostic());
            }
        }
    }

    /// Nothing was wrong with how to sign in.
    fn stopped_diagnostic() -> Diagnostic {
        Diagnostic::error(
            "Stopped while signing in to Azure",
            "Stopped on request, before Azure was asked for anything else.",
        )
    }

    #[tokio::test]
    async fn the_timeout_of_an_operation_is_told_as_such() {
        let client = hanging().await;
        let deadline = Instant::now() + Duration::from_millis(20);
        let short = Context::<()>::new(None, deadline, CancellationToken::new());
        let told = SignIn::default().ensure(&client, &short).await;
        let detail = told.expect_err("nobody answers").detail;
        assert!(detail.contains("time ran out"), "{detail}");
        assert!(detail.contains("`timeouts`"), "{detail}");
        assert!(!detail.contains("az login"), "{detail}");
    }

    #[tokio::test]
    async fn a_stop_is_no_failure_of_the_credentials() {
        let server = TestServer::start(&[]).await;
        let client = Client::with_timing(server.settings(), TIMING);
        let (sign_in, stopped) = (SignIn::default(), context());
        stopped.cancel.cancel();
        for _ in 0..2 {
            let error = sign_in.ensure(&client, &stopped).await;
            assert_eq!(error.expect_err("stopped"), stopped_diagnostic());
        }
        assert_eq!(sign_in.ensure(&client, &context()).await, Ok(()));
    }
}
