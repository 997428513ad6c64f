//! Waiting for a long-running operation.
//!
//! Once ARM has accepted something, nothing but its own terminal state ends the wait before the deadline: dropped
//! connections, refusals, throttling, server errors, unreadable answers and expired tokens are ridden out.

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use super::Json;
use super::error::Error;
use super::operation::{Intent, Operation, Poll, Status, Step};
use super::request::Request;
use super::resource_id::ResourceId;
use super::session::Session;

/// ARM's own intervals are seconds; an emulator's scaled clock may ask for less, but not for a busy loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// How many polls in a row may find no resource: right after a PUT, a replica of ARM may not know it yet.
const MISSING_POLLS: u32 = 6;

/// What is known after one look at an operation.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Since this wait began.
    pub elapsed: Duration,
    /// The state in ARM's word, the last one heard if this look failed; empty if none has been.
    pub state: &'a str,
    /// How far it is, where the service tells.
    pub percent: Option<f64>,
    /// Where the next look goes, which can change on the way.
    pub operation: &'a Operation,
    /// Why this look learned nothing.
    pub trouble: Option<&'a Error>,
}

impl Session {
    /// Waits for the end of an operation on `id`. Gives the resource after a write, the last body after an action,
    /// `Null` after a deletion.
    ///
    /// An error that [`Error::is_operation_failed`] is ARM's verdict; one that is a timeout or a cancellation leaves the
    /// operation running, to be waited for again.
    pub async fn wait(
        &self,
        operation: &Operation,
        id: &ResourceId,
        api_version: &str,
        on_progress: impl FnMut(&Progress<'_>),
    ) -> Result<Json, Error> {
        let body = self.poll(operation, id, api_version, on_progress).await?;
        match (&operation.intent, body) {
            (Intent::Delete, _) => Ok(Json::Null),
            (Intent::Action, body) => Ok(body.unwrap_or_default()),
            (Intent::Write, Some(resource)) => Ok(resource),
            (Intent::Write, None) => self.get_patiently(id, api_version).await,
        }
    }

    /// Polls until the end. The body is the resource only if the resource itself was polled.
    async fn poll(
        &self,
        operation: &Operation,
        id: &ResourceId,
        api_version: &str,
        mut on_progress: impl FnMut(&Progress<'_>),
    ) -> Result<Option<Json>, Error> {
        let started = Instant::now();
        let mut operation = operation.clone();
        let mut interval = operation.first_wait;
        let mut status = Status::default();
        let mut missing = 0;
        loop {
            let sleep = self.sleep(interval.max(SHORTEST_WAIT)).await;
            sleep.map_err(|stopped| still_running(stopped, id, &status))?;
            let step = self.look(&operation, id, api_version).await;
            missing = if matches!(step, Step::Missing(_)) {
                missing + 1
            } else {
                0
            };
            let mut trouble = None;
            match step {
                Step::Succeeded(body) => {
                    let is_resource = operation.poll == Poll::ProvisioningState;
                    let is_answer = operation.intent == Intent::Action;
                    return Ok((is_resource || is_answer).then_some(body));
                }
                Step::Failed(error) => return Err(error),
                Step::Unclear(error) if error.is_cancelled() || error.is_timeout() => {
                    return Err(still_running(error, id, &status));
                }
                Step::Missing(error) if missing >= MISSING_POLLS => return Err(error),
                Step::Running(now) => {
                    interval = now.again_in.unwrap_or(self.interval_after(interval));
                    status = now;
                }
                Step::Forgotten => operation.poll = Poll::ProvisioningState,
                Step::Missing(error) | Step::Unclear(error) => {
                    interval = error.retry_after().unwrap_or(self.interval_after(interval));
                    trouble = Some(error);
                }
            }
            let progress = Progress {
                elapsed: started.elapsed(),
                state: &status.state,
                percent: status.percent,
                operation: &operation,
                trouble: trouble.as_ref(),
            };
            log(id, &progress);
            on_progress(&progress);
        }
    }

    async fn look(&self, operation: &Operation, id: &ResourceId, api_version: &str) -> Step {
        let request = match &operation.poll {
            Poll::AzureAsyncOperation(url) | Poll::Location(url) => {
                Request::follow(self.endpoint(), url)
            }
            Poll::ProvisioningState => Request::to(self.endpoint(), Method::GET, id, api_version),
        };
        let Ok(request) = request else {
            return Step::Forgotten;
        };
        match self.attempt(&request, 1).await {
            Ok(response) => match operation.step(&response) {
                Step::Failed(error) => Step::Failed(self.blame(error, &request)),
                Step::Missing(error) => Step::Missing(self.blame(error, &request)),
                Step::Unclear(error) => Step::Unclear(self.blame(error, &request)),
                other => other,
            },
            Err(error) => Step::Unclear(self.blame(error, &request)),
        }
    }

    /// Reads the resource after its operation succeeded, when a passing trouble must not lose hours of work.
    async fn get_patiently(&self, id: &ResourceId, api_version: &str) -> Result<Json, Error> {
        let mut missing = 0;
        loop {
            let found = self.get(id, api_version).await;
            let is_missing = found.as_ref().is_err_and(Error::is_not_found);
            missing += u32::from(is_missing);
            match found {
                Err(error) if error.is_transient() || (is_missing && missing < MISSING_POLLS) => {
                    tracing::warn!(%id, %error, "cannot read the finished resource yet");
                    self.sleep(self.pacing().poll_interval).await?;
                }
                other => return other,
            }
        }
    }

    /// The interval stays as it is until ARM names another; a resumed operation starts without one.
    fn interval_after(&self, interval: Duration) -> Duration {
        match interval.is_zero() {
            true => self.pacing().poll_interval,
            false => interval,
        }
    }
}

fn still_running(stopped: Error, id: &ResourceId, status: &Status) -> Error {
    if !stopped.is_timeout() {
        return stopped;
    }
    let state = match status.state.as_str() {
        "" => String::new(),
        state => format!(", which is {state}"),
    };
    Error::timed_out(format!("waiting for the operation on {id}{state}"))
}

fn log(id: &ResourceId, progress: &Progress<'_>) {
    let elapsed_s = progress.elapsed.as_secs();
    let state = progress.state;
    match progress.trouble {
        None => tracing::info!(%id, state, elapsed_s, percent = progress.percent, "still running"),
        Some(error) => tracing::info!(%id, state, elapsed_s, %error, "cannot ask; going on"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::client::Client;
    use crate::arm::request::PutOptions;
    use crate::arm::test_server::{PACING, Reply, TestServer};

    const API: &str = "2019-05-01";
    const ISE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/integrationServiceEnvironments/i?api-version=2019-05-01";
    const OPERATION: &str = "/operations/1?api-version=2019-05-01&t=abc";

    type TestResult = Result<(), Error>;

    fn ise() -> ResourceId {
        ResourceId::in_group(
            "s",
            "g",
            "Microsoft.Logic/integrationServiceEnvironments",
            "i",
        )
    }

    fn resource(state: &str) -> Json {
        json!({"name": "i", "properties": {"provisioningState": state}})
    }

    fn status(state: &str) -> Reply {
        Reply::json(200, &json!({"status": state}))
    }

    /// A PUT that is accepted with these headers, then these answers to the operation's URL and to GETs of the resource.
    async fn server(header: &'static str, polls: Vec<Reply>, gets: Vec<Reply>) -> TestServer {
        let accepted = Reply::json(201, &resource("InProgress"))
            .header(header, format!("{{url}}{OPERATION}"))
            .header("retry-after-ms", "1");
        TestServer::start(&[
            (&format!("PUT {ISE}"), vec![accepted]),
            (
                &format!("DELETE {ISE}"),
                vec![Reply::text(202, "").header(header, format!("{{url}}{OPERATION}"))],
            ),
            (&format!("GET {OPERATION}"), polls),
            (&format!("GET {ISE}"), gets),
        ])
        .await
    }

    async fn started(session: &Session) -> Result<Operation, Error> {
        let accepted = session
            .put(&ise(), API, &json!({}), PutOptions::default())
            .await?;
        Ok(accepted.operation.expect("an operation"))
    }

    async fn put_and_wait(session: &Session) -> Result<Json, Error> {
        let operation = started(session).await?;
        session.wait(&operation, &ise(), API, |_| ()).await
    }

    #[tokio::test]
    async fn all_three_styles_end_with_the_resource() -> TestResult {
        let succeeded = || Reply::json(200, &resource("Succeeded"));
        let in_progress = || Reply::json(200, &resource("InProgress"));
        for (header, polls, gets, get_count) in [
            (
                "azure-asyncoperation",
                vec![status("InProgress"), status("Succeeded")],
                vec![succeeded()],
                1,
            ),
            (
                "location",
                vec![Reply::text(202, ""), Reply::text(200, "")],
                vec![succeeded()],
                1,
            ),
            ("x-none", vec![], vec![in_progress(), succeeded()], 2),
        ] {
            let server = server(header, polls, gets).await;
            let body = put_and_wait(&server.session()).await?;
            assert_eq!(body, resource("Succeeded"), "{header}");
            let gets = server
                .lines()
                .into_iter()
                .filter(|line| line == &format!("GET {ISE}"));
            assert_eq!(gets.count(), get_count, "{header}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn progress_is_told_at_each_look() -> TestResult {
        let polls = vec![
            Reply::json(200, &json!({"status": "InProgress", "percentComplete": 40})),
            Reply::error(403, "AuthorizationFailed"),
            status("Succeeded"),
        ];
        let gets = vec![Reply::json(200, &resource("Succeeded"))];
        let server = server("azure-asyncoperation", polls, gets).await;
        let session = server.session();
        let operation = started(&session).await?;
        let mut seen = Vec::new();
        let note = |progress: &Progress<'_>| {
            seen.push((
                progress.state.to_owned(),
                progress.percent,
                progress.trouble.is_some(),
            ));
        };
        session.wait(&operation, &ise(), API, note).await?;
        let state = "InProgress".to_owned();
        assert_eq!(
            seen,
            [
                (state.clone(), Some(40.0), false),
                (state, Some(40.0), true)
            ]
        );
        Ok(())
    }

    #[tokio::test]
    async fn troubles_are_ridden_out() -> TestResult {
        let polls = vec![
            Reply::Close,
            Reply::error(500, "InternalServerError"),
            Reply::error(429, "TooManyRequests").header("retry-after-ms", "2"),
            Reply::error(403, "AuthorizationFailed"),
            Reply::error(401, "ExpiredAuthenticationToken"),
            Reply::error(401, "ExpiredAuthenticationToken"),
            Reply::text(200, "<html>sign in to the hotel's network</html>"),
            Reply::Truncated(Box::new(status("Succeeded"))),
            status("Succeeded"),
        ];
        let gets = vec![
            Reply::error(403, "AuthorizationFailed"),
            Reply::json(200, &resource("Succeeded")),
        ];
        let server = server("azure-asyncoperation", polls, gets).await;
        put_and_wait(&server.session()).await?;
        Ok(())
    }

    #[tokio::test]
    async fn failure_is_arms_verdict() {
        let polls = vec![Reply::json(
            200,
            &json!({"status": "Failed", "error": {"code": "SubnetInUse", "message": "taken"}}),
        )];
        let server = server("azure-asyncoperation", polls, vec![]).await;
        let error = put_and_wait(&server.session())
            .await
            .expect_err("it failed");
        assert!(error.is_operation_failed() && !error.is_transient());
        assert_eq!(
            error.to_string(),
            "the operation ended Failed: SubnetInUse: taken"
        );
        assert_eq!(error.request(), Some("GET /operations/1"));
    }

    #[tokio::test]
    async fn a_forgotten_operation_is_told_by_the_resource() -> TestResult {
        let gets = vec![
            Reply::json(200, &resource("InProgress")),
            Reply::json(200, &resource("Succeeded")),
        ];
        let polls = vec![
            status("InProgress"),
            Reply::error(404, "InvalidOperationId"),
        ];
        let server = server("azure-asyncoperation", polls, gets).await;
        assert_eq!(
            put_and_wait(&server.session()).await?,
            resource("Succeeded")
        );
        Ok(())
    }

    #[tokio::test]
    async fn a_resource_that_stays_missing_is_an_error() {
        let gets = vec![Reply::error(404, "ResourceNotFound")];
        let server = server("x-none", vec![], gets).await;
        let error = put_and_wait(&server.session())
            .await
            .expect_err("it is gone");
        assert!(error.is_not_found());
        assert_eq!(server.requests().len(), 1 + MISSING_POLLS as usize);
    }

    #[tokio::test]
    async fn a_deletion_ends_when_the_operation_or_the_resource_is_gone() -> TestResult {
        for (header, polls) in [
            ("location", vec![Reply::text(202, ""), Reply::text(204, "")]),
            ("azure-asyncoperation", vec![Reply::error(404, "NotFound")]),
            ("x-none", vec![]),
        ] {
            let gets = vec![
                Reply::json(200, &resource("Deleting")),
                Reply::error(404, "ResourceNotFound"),
            ];
            let server = server(header, polls, gets).await;
            let session = server.session();
            let accepted = session.delete(&ise(), API).await?;
            let operation = accepted.operation.expect("an operation");
            let body = session.wait(&operation, &ise(), API, |_| ()).await?;
            assert_eq!(body, Json::Null);
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_poll_url_of_another_host_never_sees_the_token() -> TestResult {
        let foreign = TestServer::start(&[]).await;
        let gets = vec![Reply::json(200, &resource("Succeeded"))];
        let server = server("x-none", vec![], gets).await;
        let operation = Operation {
            poll: Poll::AzureAsyncOperation(format!("{}elsewhere", foreign.url)),
            ..Operation::on_resource(Intent::Write)
        };
        let session = server.session();
        let id = ise();
        let wait = session.wait(&operation, &id, API, |_| ());
        let stop = async {
            server.asked("GET /elsewhere").await;
        };
        tokio::select! {
            _ = wait => panic!("our server knows no such operation"),
            () = stop => {}
        }
        assert_eq!(foreign.lines(), Vec::<String>::new());
        Ok(())
    }

    #[tokio::test]
    async fn stopping_leaves_the_operation_running() -> TestResult {
        let server = server("azure-asyncoperation", vec![status("InProgress")], vec![]).await;
        let cancel = CancellationToken::new();
        let session = server.session_until(cancel.clone(), PACING);
        let operation = started(&session).await?;
        let stop = |_: &Progress<'_>| cancel.cancel();
        let error = session.wait(&operation, &ise(), API, stop).await;
        assert!(error.expect_err("cancelled").is_cancelled());

        let soon = Instant::now() + Duration::from_millis(50);
        let client = Client::with_pacing(server.settings(), PACING);
        let session = client.bounded(soon, CancellationToken::new());
        let error = session.wait(&operation, &ise(), API, |_| ()).await;
        let error = error.expect_err("too late");
        assert!(error.is_timeout(), "{error}");
        assert!(
            error.to_string().contains("waiting for the operation on"),
            "{error}"
        );
        Ok(())
    }

    #[tokio::test]
    async fn an_operation_is_resumed_from_its_text() -> Result<(), Box<dyn std::error::Error>> {
        let gets = vec![Reply::json(200, &resource("Succeeded"))];
        let server = server("azure-asyncoperation", vec![status("Succeeded")], gets).await;
        let text = serde_json::to_string(&started(&server.session()).await?)?;
        let resumed: Operation = serde_json::from_str(&text)?;
        let session = server.session();
        let body = session.wait(&resumed, &ise(), API, |_| ()).await?;
        assert_eq!(body, resource("Succeeded"));
        Ok(())
    }
}
