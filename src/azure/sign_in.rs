//! Signing in: when ARM is first asked, and once for all operations of a run.

use std::time::Duration;

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, capitalised};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::arm::{Client, Session};

/// How long signing in may take, the Azure CLI's own start included.
const LONGEST: Duration = Duration::from_secs(120);

const SUMMARY: &str = "Cannot sign in to Azure";

/// Whether this configuration of the provider has signed in.
#[derive(Debug, Default)]
pub struct SignIn(Mutex<State>);

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
        let mut state = self.0.lock().await;
        match *state {
            State::Done => return Ok(()),
            State::Failed => return Err(told_before()),
            State::NotYet => {}
        }
        let deadline = context.deadline.min(Instant::now() + LONGEST);
        let session: Session = client.bounded(deadline, context.cancel.clone());
        let Err(error) = session.sign_in().await else {
            *state = State::Done;
            return Ok(());
        };
        // A stop or a timeout says nothing about the credentials.
        if error.is_credential() {
            *state = State::Failed;
        }
        let why = match error.sign_in_reason() {
            "" => error.explanation(),
            reason => reason.to_owned(),
        };
        let detail = format!(
            "{}\n\nCorrect that, or choose another way: by arguments of the provider block, by their environment variables, or with `az login`.",
            capitalised(&why)
        );
        Err(Diagnostic::error(SUMMARY, detail))
    }
}

fn told_before() -> Diagnostic {
    let detail = "Signing in failed, for the reasons that another operation of this run tells.";
    Diagnostic::error(SUMMARY, detail)
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::credentials;
    use crate::arm::test_server::{TIMING, TestServer};

    fn context() -> Context<()> {
        let deadline = Instant::now() + LONGEST;
        Context::new(None, deadline, CancellationToken::new())
    }

    #[tokio::test]
    async fn a_failure_is_told_whole_once_and_then_in_one_line() {
        let mut settings = TestServer::start(&[]).await.settings();
        settings.credentials = credentials::Settings::default();
        let client = Client::with_timing(settings, TIMING);
        let (sign_in, context) = (SignIn::default(), context());
        let ensure = || sign_in.ensure(&client, &context);
        let (first, second) = tokio::join!(ensure(), ensure());
        let details = [first, second].map(|it| it.expect_err("nothing to sign in with").detail);
        assert!(details[0].starts_with("No way to sign in"), "{details:?}");
        assert_eq!(details[1], told_before().detail);
    }

    #[tokio::test]
    async fn a_stop_is_no_failure_of_the_credentials() {
        let server = TestServer::start(&[]).await;
        let client = Client::with_timing(server.settings(), TIMING);
        let (sign_in, stopped) = (SignIn::default(), context());
        stopped.cancel.cancel();
        for _ in 0..2 {
            let error = sign_in.ensure(&client, &stopped).await;
            assert_ne!(error.expect_err("stopped").detail, told_before().detail);
        }
        assert_eq!(sign_in.ensure(&client, &context()).await, Ok(()));
    }
}
