//! Waiting for a long-running operation.
//!
//! Once ARM has accepted something, nothing but its own terminal state ends the wait before the deadline: dropped
//! connections, refusals, throttling, server errors, unreadable answers and expired tokens are ridden out.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Api;
use super::error::Error;
use super::operation::{Intent, Operation, Poll, PollResult, Status};
use super::request::Request;
use super::resource_id::ResourceId;

/// ARM's own intervals are seconds; an emulator's scaled clock may ask for less, but not for a busy loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// How many looks in a row may find no resource: right after a PUT, a replica of ARM may not know it yet.
const MISSING_LOOKS: u32 = 6;

/// Growing pauses between looks at something that takes anything from a second to hours.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    next: Duration,
    longest: Duration,
}

impl Intervals {
    /// Pauses from one second up to the longest.
    pub fn up_to(longest: Duration) -> Self {
        let next = longest.min(Duration::from_secs(1));
        Self { next, longest }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.mul_f64(1.5).min(self.longest);
        pause
    }
}

/// What an operation came to.
#[derive(Debug)]
pub struct FinalStatus {
    /// The resource after a write, the last answer after an action; `Null` where there is neither.
    pub body: Json,
    /// ARM's verdict, if the operation failed. The resource may be well all the same.
    pub failure: Option<Error>,
}

impl FinalStatus {
    /// The body, or the failure.
    pub fn into_result(self) -> Result<Json, Error> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.body),
        }
    }
}

impl Api<'_> {
    /// Waits for the end of an operation on `id`; after a write, until the resource itself shows it.
    ///
    /// An error leaves the operation running, to be waited for again, if it is a timeout or a cancellation; the only
    /// other one is that the resource is gone. A deletion also ends when nothing comes of it: whoever asked for it looks.
    pub async fn wait(self, operation: &Operation, id: &ResourceId) -> Result<FinalStatus, Error> {
        let started = Instant::now();
        let mut watch = Poller::new(operation.clone(), self.session.timing().longest_pause);
        loop {
            let sleep = self.session.sleep(watch.pause.max(SHORTEST_WAIT)).await;
            sleep.map_err(|stopped| watch.still_running(stopped, id))?;
            let step = self.poll(&watch.operation, id).await;
            let learnt = watch.observe(step);
            if let Some(ended) = learnt.map_err(|error| watch.still_running(error, id))? {
                return Ok(ended);
            }
            watch.log(id, started.elapsed());
        }
    }

    /// How an operation ended, by one look at it; nothing unless it shows an end. One that ARM has forgotten ended well.
    pub async fn settled(
        self,
        operation: &Operation,
        id: &ResourceId,
    ) -> Option<Result<(), Error>> {
        match self.poll(operation, id).await {
            PollResult::Succeeded(_) | PollResult::Forgotten => Some(Ok(())),
            PollResult::Failed(error, _) => Some(Err(error)),
            PollResult::Running(_) | PollResult::Missing(_) | PollResult::Unclear(_) => None,
        }
    }

    async fn poll(self, operation: &Operation, id: &ResourceId) -> PollResult {
        let request = match &operation.poll {
            Poll::AzureAsyncOperation(url) | Poll::Location(url) => {
                let endpoint = self.session.endpoint().await;
                endpoint.and_then(|endpoint| Request::follow(endpoint, url))
            }
            Poll::ProvisioningState => self.request(Method::GET, id).await,
        };
        let Ok(request) = request else {
            return PollResult::Forgotten;
        };
        match self.session.attempt(&request, 1).await {
            Ok(response) => match operation.step(&response) {
                PollResult::Failed(error, body) => {
                    PollResult::Failed(self.session.with_request(error, &request), body)
                }
                PollResult::Missing(error) => {
                    PollResult::Missing(self.session.with_request(error, &request))
                }
                PollResult::Unclear(error) => {
                    PollResult::Unclear(self.session.with_request(error, &request))
                }
                other => other,
            },
            Err(error) => PollResult::Unclear(self.session.with_request(error, &request)),
        }
    }
}

/// What is known of an operation that is waited for. No IO.
struct Poller {
    /// Where the next look goes, which can change on the way.
    operation: Operation,
    /// Before the next look.
    pause: Duration,
    /// Between looks, as ARM named it last.
    named: Option<Duration>,
    /// Between looks while ARM has named nothing.
    intervals: Intervals,
    status: Status,
    /// ARM's verdict, if the operation failed.
    failure: Option<Error>,
    /// How many looks in a row found no resource.
    missing: u32,
    /// How many looks in a row found a resource at rest that is to be deleted.
    at_rest: u32,
    /// Why the last look learned nothing.
    trouble: Option<Error>,
}

impl Poller {
    fn new(operation: Operation, longest: Duration) -> Self {
        Self {
            pause: operation.first_wait.unwrap_or_default(),
            named: operation.first_wait,
            intervals: Intervals::up_to(longest),
            operation,
            status: Status::default(),
            failure: None,
            missing: 0,
            at_rest: 0,
            trouble: None,
        }
    }

    /// Takes in what a look shows: the end, or nothing while it is to come.
    fn observe(&mut self, step: PollResult) -> Result<Option<FinalStatus>, Error> {
        self.trouble = None;
        self.missing = match step {
            PollResult::Missing(_) => self.missing + 1,
            _ => 0,
        };
        self.at_rest = match &step {
            PollResult::Running(status) if self.operation.is_deletion_seen_in_vain(status) => {
                self.at_rest + 1
            }
            _ => 0,
        };
        if self.at_rest >= MISSING_LOOKS {
            return Ok(Some(self.ended(Json::Null)));
        }
        match step {
            // What the operation tells is one thing, what the resource shows is what counts.
            PollResult::Succeeded(_) if self.operation.is_told_elsewhere() => self.ask_resource(),
            PollResult::Failed(error, _) if self.operation.is_told_elsewhere() => {
                self.failure = Some(error);
                self.ask_resource();
            }
            PollResult::Forgotten => self.ask_resource(),
            PollResult::Succeeded(_) if self.operation.intent == Intent::Delete => {
                return Ok(Some(self.ended(Json::Null)));
            }
            PollResult::Succeeded(body) => return Ok(Some(self.ended(body))),
            PollResult::Failed(error, body) => {
                self.failure.get_or_insert(error);
                return Ok(Some(self.ended(body)));
            }
            PollResult::Missing(error) if self.missing >= MISSING_LOOKS => {
                return match self.failure {
                    Some(_) => Ok(Some(self.ended(Json::Null))),
                    None => Err(error),
                };
            }
            PollResult::Unclear(error) if error.is_cancelled() || error.is_timeout() => {
                return Err(error);
            }
            PollResult::Running(status) => {
                self.named = status.again_in.or(self.named);
                self.pause = self.interval();
                self.status = status;
            }
            PollResult::Missing(error) => {
                self.pause = self.intervals.longest;
                self.trouble = Some(error);
            }
            PollResult::Unclear(error) => {
                self.pause = error.retry_after().unwrap_or_else(|| self.interval());
                self.trouble = Some(error);
            }
        }
        Ok(None)
    }

    fn interval(&mut self) -> Duration {
        self.named.unwrap_or_else(|| self.intervals.pause())
    }

    fn ask_resource(&mut self) {
        self.operation.poll = Poll::ProvisioningState;
        self.pause = Duration::ZERO;
    }

    fn ended(&mut self, body: Json) -> FinalStatus {
        let failure = self.failure.take();
        FinalStatus { body, failure }
    }

    /// What a stop or the deadline leaves behind.
    fn still_running(&self, error: Error, id: &ResourceId) -> Error {
        if !error.is_timeout() {
            return error;
        }
        let state = match self.status.state.as_str() {
            "" => String::new(),
            state => format!(", which is {state}"),
        };
        let trouble = match &self.trouble {
            Some(error) if !error.is_timeout() => format!("; the last look at it failed: {error}"),
            _ => String::new(),
        };
        Error::timed_out(format!("waiting for the operation on {id}{state}{trouble}"))
    }

    fn log(&self, id: &ResourceId, elapsed: Duration) {
        let elapsed_s = elapsed.as_secs();
        let operation = self.operation.poll.told();
        let Status { state, percent, .. } = &self.status;
        match (&self.trouble, &self.failure) {
            (Some(error), _) => {
                tracing::info!(%id, operation, state, elapsed_s, %error, "cannot ask; going on");
            }
            (None, Some(error)) => {
                tracing::info!(%id, operation, state, elapsed_s, %error, "failed; looking at the resource");
            }
            (None, None) => {
                tracing::info!(%id, operation, state, elapsed_s, percent, "still running");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::client::Client;
    use crate::arm::request::PutOptions;
    use crate::arm::test_server::{Reply, TIMING, TestServer};
    use crate::arm::{ResourceType, Session};

    const WORKFLOWS: ResourceType = ResourceType {
        name: "Microsoft.Logic/workflows",
        api_version: "2019-05-01",
    };
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
            .of(&WORKFLOWS)
            .put(&ise(), &json!({}), PutOptions::default())
            .await?;
        Ok(accepted.operation.expect("an operation"))
    }

    async fn put_and_wait(session: &Session) -> Result<Json, Error> {
        let operation = started(session).await?;
        session
            .of(&WORKFLOWS)
            .wait(&operation, &ise())
            .await?
            .into_result()
    }

    #[test]
    fn pauses_grow_until_arm_names_one() {
        let mut watch = Poller::new(
            Operation::on_resource(Intent::Write),
            Duration::from_secs(3),
        );
        let running = |again_in| {
            PollResult::Running(Status {
                again_in,
                ..Status::default()
            })
        };
        let mut pauses = vec![watch.pause.as_millis()];
        for named in [None, None, None, None, Some(Duration::from_secs(7)), None] {
            let ended = watch.observe(running(named));
            assert!(matches!(ended, Ok(None)));
            pauses.push(watch.pause.as_millis());
        }
        assert_eq!(pauses, [0, 1000, 1500, 2250, 3000, 7000, 7000]);
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
        let gets = vec![
            Reply::error(403, "AuthorizationFailed"),
            Reply::json(200, &resource("InProgress")),
            Reply::json(200, &resource("Failed")),
        ];
        let server = server("azure-asyncoperation", polls, gets).await;
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
    async fn a_resource_that_is_well_is_given_beside_the_failure() -> TestResult {
        let failed = Reply::json(200, &json!({"status": "Failed", "error": {"code": "E"}}));
        let gets = vec![
            Reply::json(200, &resource("InProgress")),
            Reply::json(200, &resource("Succeeded")),
        ];
        let server = server("azure-asyncoperation", vec![failed], gets).await;
        let session = server.session();
        let operation = started(&session).await?;
        let ended = session.of(&WORKFLOWS).wait(&operation, &ise()).await?;
        assert_eq!(ended.body, resource("Succeeded"));
        assert_eq!(ended.failure.expect("ARM's verdict").code(), Some("E"));
        Ok(())
    }

    #[tokio::test]
    async fn a_success_is_believed_once_the_resource_shows_it() -> TestResult {
        let gets = vec![
            Reply::error(404, "ResourceNotFound"),
            Reply::text(404, "<html>not here</html>"),
            Reply::json(200, &resource("InProgress")),
            Reply::json(200, &resource("Succeeded")),
        ];
        let polls = vec![status("Succeeded")];
        let server = server("azure-asyncoperation", polls, gets).await;
        assert_eq!(
            put_and_wait(&server.session()).await?,
            resource("Succeeded")
        );
        Ok(())
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
        assert_eq!(server.requests().len(), 1 + MISSING_LOOKS as usize);
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
            let accepted = session.of(&WORKFLOWS).delete(&ise()).await?;
            let operation = accepted.operation.expect("an operation");
            let ended = session.of(&WORKFLOWS).wait(&operation, &ise()).await?;
            assert_eq!(ended.into_result()?, Json::Null);
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
        let wait = session.of(&WORKFLOWS).wait(&operation, &id);
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
        let session = server.session_until(cancel.clone(), TIMING);
        let operation = started(&session).await?;
        let id = ise();
        let stop = async {
            server.asked(&format!("GET {OPERATION}")).await;
            cancel.cancel();
        };
        let (error, ()) = tokio::join!(session.of(&WORKFLOWS).wait(&operation, &id), stop);
        assert!(error.expect_err("cancelled").is_cancelled());

        let soon = Instant::now() + Duration::from_millis(50);
        let client = Client::with_timing(server.settings(), TIMING);
        let session = client.bounded(soon, CancellationToken::new());
        let error = session.of(&WORKFLOWS).wait(&operation, &ise()).await;
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
        let ended = session.of(&WORKFLOWS).wait(&resumed, &ise()).await?;
        assert_eq!(ended.into_result()?, resource("Succeeded"));
        Ok(())
    }
}
