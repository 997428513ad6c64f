mod refused;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;
use url::Url;

use super::*;
use crate::arm::arguments::{
    AUXILIARY_TENANT_IDS, CLIENT_ID, CLIENT_SECRET, DISABLE_CORRELATION_REQUEST_ID, USE_CLI,
};
use crate::arm::client::{Settings, Timing};
use crate::arm::operation::Poll;
use crate::arm::retry::{self, Backoff};
use crate::arm::test_server::{Reply, TIMING, TOKEN_PATH, TestServer};
use crate::arm::{Cloud, Given, PutOptions, ResourceType, Trace};

type TestResult = Result<(), Error>;

const WORKFLOWS: ResourceType = ResourceType {
    name: "Microsoft.Logic/workflows",
    api_version: "2019-05-01",
};
const PATH: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w?api-version=2019-05-01";

fn workflow() -> ResourceId {
    ResourceId::in_group("s", "g", WORKFLOWS.name, "w")
}

fn line(method: &str) -> String {
    format!("{method} {PATH}")
}

async fn server(method: &str, replies: Vec<Reply>) -> TestServer {
    TestServer::start(&[(&line(method), replies)]).await
}

fn ok() -> Reply {
    Reply::json(200, &json!({"name": "w"}))
}

#[tokio::test]
async fn a_read_carries_token_and_ids() -> TestResult {
    let server = server("GET", vec![ok()]).await;
    let session = server.session();
    assert_eq!(
        session.of(&WORKFLOWS).get(&workflow()).await?,
        json!({"name": "w"})
    );
    session.of(&WORKFLOWS).get(&workflow()).await?;
    let [first, second] = &server.requests()[..] else {
        panic!("{:?}", server.lines());
    };
    assert_eq!(first.headers["authorization"], "Bearer token-1");
    assert_eq!(second.headers["authorization"], "Bearer token-1");
    let agent = &first.headers["user-agent"];
    assert!(agent.starts_with("terraform-provider-ise/"), "{agent}");
    let correlation = "x-ms-correlation-request-id";
    assert_eq!(first.headers[correlation], second.headers[correlation]);
    let request_id = "x-ms-client-request-id";
    assert_ne!(first.headers[request_id], second.headers[request_id]);
    Ok(())
}

#[tokio::test]
async fn the_correlation_id_can_be_left_out() -> TestResult {
    let server = server("GET", vec![ok()]).await;
    let settings = Settings {
        given: server
            .settings()
            .given
            .with(&DISABLE_CORRELATION_REQUEST_ID, "true"),
        ..server.settings()
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    let session = Client::new(settings).bounded(deadline, CancellationToken::new());
    session.of(&WORKFLOWS).get(&workflow()).await?;
    let headers = &server.requests()[0].headers;
    assert!(!headers.contains_key("x-ms-correlation-request-id"));
    Ok(())
}

/// Every request is a span of its own in the trace that the run is a part of.
#[tokio::test]
async fn a_trace_goes_along() -> TestResult {
    let server = server("GET", vec![ok()]).await;
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736".to_owned();
    let mut settings = server.settings();
    settings.trace = Some(Trace {
        trace_id: trace_id.clone(),
        flags: "01".to_owned(),
    });
    let deadline = Instant::now() + Duration::from_secs(60);
    let session = Client::with_timing(settings, TIMING).bounded(deadline, CancellationToken::new());
    for _ in 0..2 {
        session.of(&WORKFLOWS).get(&workflow()).await?;
    }
    let requests = server.requests();
    let spans = requests.iter().map(|it| it.headers["traceparent"].as_str());
    let spans: Vec<_> = spans.collect();
    for span in &spans {
        assert!(
            span.starts_with(&format!("00-{trace_id}-")) && span.ends_with("-01"),
            "{span}"
        );
        assert_eq!(span.len(), 55);
    }
    assert_ne!(spans[0], spans[1]);
    let silent = self::server("GET", vec![ok()]).await;
    silent.session().of(&WORKFLOWS).get(&workflow()).await?;
    assert!(!silent.requests()[0].headers.contains_key("traceparent"));
    Ok(())
}

#[tokio::test]
async fn a_challenge_for_claims_is_told_in_words() {
    // {"access_token":{"nbf":{"essential":true}}}
    let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==";
    let challenge =
        format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");
    let refusal =
        Reply::error(401, "InvalidAuthenticationToken").header("www-authenticate", challenge);
    let server = server("GET", vec![refusal]).await;
    let error = server.session().of(&WORKFLOWS).get(&workflow()).await;
    let told = error.expect_err("claims are missing").explanation();
    let expected =
        r#"further claims ({"access_token":{"nbf":{"essential":true}}}), which a policy"#;
    assert!(told.contains(expected), "{told}");
    assert!(!told.contains(claims), "{told}");
    assert!(server.sign_ins() >= 2, "a new token was tried");
}

#[tokio::test]
async fn further_tenants_tokens_go_along() -> TestResult {
    let server = server("GET", vec![ok()]).await;
    let mut settings = server.settings();
    settings.given = settings.given.with(&AUXILIARY_TENANT_IDS, "tenant;tenant");
    let deadline = Instant::now() + Duration::from_secs(60);
    let session = Client::with_timing(settings, TIMING).bounded(deadline, CancellationToken::new());
    session.of(&WORKFLOWS).get(&workflow()).await?;
    let [request] = &server.requests()[..] else {
        panic!("{:?}", server.lines());
    };
    assert_eq!(request.headers["authorization"], "Bearer token-1");
    let auxiliary = &request.headers["x-ms-authorization-auxiliary"];
    assert_eq!(auxiliary, "Bearer token-2, Bearer token-3");
    Ok(())
}

#[tokio::test]
async fn gone_is_none_and_other_404s_are_errors() -> TestResult {
    let server = server(
        "GET",
        vec![
            Reply::error(404, "ResourceGroupNotFound"),
            Reply::error(404, "SubscriptionNotFound"),
            Reply::text(404, "<html>not here</html>"),
        ],
    )
    .await;
    let session = server.session();
    assert_eq!(
        session.of(&WORKFLOWS).get_optional(&workflow()).await?,
        None
    );
    for expected in [
        "SubscriptionNotFound: m",
        "the request was answered by something that is not Azure Resource Manager",
    ] {
        let error = session
            .of(&WORKFLOWS)
            .get_optional(&workflow())
            .await
            .expect_err(expected);
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.request(), line("GET").split('?').next());
    }
    Ok(())
}

#[tokio::test]
async fn passing_troubles_are_retried() -> TestResult {
    let replies = vec![
        Reply::error(429, "TooManyRequests").header("retry-after-ms", "1"),
        Reply::error(500, "InternalServerError"),
        Reply::Close,
        Reply::Truncated(Box::new(ok())),
        Reply::text(200, "<html>captive portal</html>"),
        ok(),
    ];
    let server = server("GET", replies).await;
    server.session().of(&WORKFLOWS).get(&workflow()).await?;
    assert_eq!(server.requests().len(), 6);
    Ok(())
}

#[tokio::test]
async fn a_server_that_stays_down_is_an_error_in_the_end() {
    let server = server("GET", vec![Reply::error(502, "BadGateway")]).await;
    let error = server.session().of(&WORKFLOWS).get(&workflow()).await;
    let error = error.expect_err("it never comes up");
    assert_eq!(error.status(), Some(502));
    assert!(!error.may_have_been_applied(), "a read changes nothing");
    assert_eq!(server.requests().len(), retry::MOST_ATTEMPTS as usize);
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_is_told() {
    let server = server("GET", vec![ok()]).await;
    let mut settings = server.settings();
    let nowhere = Url::parse("http://127.0.0.1:1").expect("a URL");
    settings.cloud = Cloud {
        resource_manager_endpoint: nowhere,
        ..server.cloud()
    }
    .into();
    let deadline = Instant::now() + Duration::from_secs(60);
    let session = Client::with_timing(settings, TIMING).bounded(deadline, CancellationToken::new());
    let options = PutOptions::default();
    let error = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await;
    let error = error.expect_err("nothing listens there any more");
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(!error.may_have_been_applied());
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_is_sent_again() -> TestResult {
    let server = server("PUT", vec![Reply::Close, ok()]).await;
    let options = PutOptions {
        if_match: Some("*".to_owned()),
        if_none_match: None,
    };
    let session = server.session();
    let accepted = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({"a": 1}), options)
        .await?;
    assert_eq!(accepted.status, 200);
    assert_eq!(accepted.operation, None);
    for request in server.requests() {
        assert_eq!(request.body, r#"{"a":1}"#);
        assert_eq!(request.headers["if-match"], "*");
        assert_eq!(request.headers["content-type"], "application/json");
    }
    assert_eq!(server.requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn doubt_about_an_earlier_attempt_stays() {
    let refused = Reply::error(409, "Conflict");
    let server = server("PUT", vec![Reply::Close, refused]).await;
    let session = server.session();
    let options = PutOptions::default();
    let error = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await;
    let error = error.expect_err("a conflict");
    assert!(error.is_conflict() && error.may_have_been_applied());
    let explanation = error.explanation();
    assert!(
        explanation.contains("may have reached ARM"),
        "{explanation}"
    );
}

/// A write that was refused with a server's error may have been carried out: the object is ours then, not another one's.
#[tokio::test]
async fn what_a_failing_server_left_is_no_other_ones() -> TestResult {
    for (second, is_done) in [
        (ok(), true),
        (Reply::error(412, "PreconditionFailed"), false),
    ] {
        let server = server("PUT", vec![Reply::error(503, "Busy"), second]).await;
        let (session, id, body) = (server.session(), workflow(), json!({}));
        let put = session
            .of(&WORKFLOWS)
            .put(&id, &body, PutOptions::default());
        match put.await {
            Ok(accepted) => assert!(is_done && !accepted.wrote_over()),
            Err(error) => assert!(!is_done && error.may_have_been_applied(), "{error}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_write_that_was_accepted_is_not_sent_again_when_its_body_is_lost() -> TestResult {
    let broken = Reply::Truncated(Box::new(Reply::text(201, "{\"properties\":{}}")));
    let server = server("PUT", vec![broken, Reply::error(500, "SentAgain")]).await;
    let options = PutOptions::default();
    let accepted = server
        .session()
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await?;
    assert_eq!((accepted.status, accepted.body), (201, None));
    let operation = accepted.operation.expect("something to wait for");
    assert_eq!(operation.poll, Poll::ProvisioningState);
    Ok(())
}

#[tokio::test]
async fn a_post_is_repeated_only_where_that_is_safe() {
    let path = PATH.replace('?', "/disable?");
    for (reply, expected) in [
        (Reply::Close, 1),
        (Reply::error(500, "InternalServerError"), 1),
        (Reply::error(503, "ServiceUnavailable"), 2),
        (Reply::error(409, "AnotherOperationInProgress"), 2),
    ] {
        let replies = vec![reply, Reply::text(200, "")];
        let server = TestServer::start(&[(&format!("POST {path}"), replies)]).await;
        let result = server
            .session()
            .of(&WORKFLOWS)
            .post(&workflow(), "disable", None)
            .await;
        assert_eq!(server.requests().len(), expected);
        assert_eq!(result.is_ok(), expected == 2);
        assert!(result.is_ok_and(|done| done.body.is_none()) || expected == 1);
    }
}

#[tokio::test]
async fn a_post_that_changes_nothing_is_repeated_as_a_read_is() {
    let path = PATH.replace('?', "/listCallbackUrl?");
    for trouble in [
        Reply::Close,
        Reply::error(500, "InternalServerError"),
        Reply::text(200, ""),
        Reply::Truncated(Box::new(ok())),
    ] {
        let server = TestServer::start(&[(&format!("POST {path}"), vec![trouble, ok()])]).await;
        let session = server.session();
        let api = session.of(&WORKFLOWS);
        let body = json!({ "keyType": "Primary" });
        let told = api.ask(&workflow(), "listCallbackUrl", Some(&body)).await;
        assert_eq!(told.ok(), Some(json!({ "name": "w" })));
        let bodies: Vec<_> = server.requests().into_iter().map(|it| it.body).collect();
        assert_eq!(bodies, [body.to_string(), body.to_string()]);
    }
}

#[tokio::test]
async fn deleting_what_is_gone_is_done() -> TestResult {
    let replies = vec![
        Reply::error(404, "ResourceGroupNotFound"),
        Reply::text(204, ""),
        Reply::error(404, "InvalidResourceType"),
    ];
    let server = server("DELETE", replies).await;
    let session = server.session();
    assert_eq!(
        session.of(&WORKFLOWS).delete(&workflow()).await?.status,
        404
    );
    assert_eq!(
        session.of(&WORKFLOWS).delete(&workflow()).await?.status,
        204
    );
    assert!(session.of(&WORKFLOWS).delete(&workflow()).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() -> TestResult {
    let expired = Reply::error(401, "ExpiredAuthenticationToken");
    let server = server("PUT", vec![expired, ok()]).await;
    let options = PutOptions::default();
    let session = server.session();
    session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await?;
    let tokens: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_always_refused_is_an_error() {
    let refused = Reply::error(401, "InvalidAuthenticationToken");
    let server = server("GET", vec![refused]).await;
    let error = server.session().of(&WORKFLOWS).get(&workflow()).await;
    assert_eq!(error.expect_err("refused").status(), Some(401));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn failed_sign_in_tells_each_way() {
    let refusal = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided.",
        "error_codes": [7000215],
    });
    let server = TestServer::start(&[(TOKEN_PATH, vec![Reply::json(401, &refusal)])]).await;
    let error = server.session().of(&WORKFLOWS).get(&workflow()).await;
    let error = error.expect_err("no token");
    assert!(error.is_credential());
    let expected = "signing in: no way to sign in worked; tried, in this order:
  - client certificate: not configured: client_certificate missing
  - client secret: AADSTS7000215: Invalid client secret provided.
  - OIDC token: not enabled: use_oidc is not true
  - Azure Pipelines: not enabled: use_oidc is not true
  - GitHub Actions: not enabled: use_oidc is not true
  - managed identity: not enabled: use_msi is not true
  - Azure CLI: switched off by use_cli

Correct that, or choose another way: by arguments of the provider block, by their environment variables, or with `az login`.";
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?}").contains("hush"));
    assert!(!format!("{:?}", server.settings()).contains("hush"));
}

#[tokio::test]
async fn nothing_to_sign_in_with_is_told_without_asking_anyone() {
    let server = server("GET", vec![ok()]).await;
    let mut settings = server.settings();
    settings.given = Given::default()
        .with(&CLIENT_ID, "client")
        .with(&CLIENT_SECRET, "")
        .with(&USE_CLI, "false");
    let deadline = Instant::now() + Duration::from_secs(60);
    let session = Client::new(settings).bounded(deadline, CancellationToken::new());
    let error = session
        .of(&WORKFLOWS)
        .get(&workflow())
        .await
        .expect_err("no token");
    let expected = "client secret: not configured: tenant_id, client_secret missing";
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn all_pages_are_read_from_our_own_endpoint() -> TestResult {
    let group = ResourceId::group("s", "g");
    let first = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows?api-version=2019-05-01";
    let next = format!("{first}&$skiptoken=2");
    let foreign = format!("https://foreign.example{next}");
    let server = TestServer::start(&[
        (
            &format!("GET {first}"),
            vec![Reply::json(
                200,
                &json!({"value": [1, 2], "nextLink": foreign}),
            )],
        ),
        (
            &format!("GET {next}"),
            vec![Reply::json(200, &json!({"value": [3], "nextLink": null}))],
        ),
    ])
    .await;
    let path = "providers/Microsoft.Logic/workflows";
    let items = server.session().of(&WORKFLOWS).list(&group, path).await?;
    assert_eq!(items, [json!(1), json!(2), json!(3)]);
    Ok(())
}

#[tokio::test]
async fn a_page_that_names_itself_ends_the_list() {
    let group = ResourceId::group("s", "g");
    let path = "/subscriptions/s/resourceGroups/g/resources?api-version=1";
    let page = Reply::json(200, &json!({"value": [1], "nextLink": path}));
    let server = TestServer::start(&[(&format!("GET {path}"), vec![page])]).await;
    let result = server
        .session()
        .of(&WORKFLOWS)
        .list(&group, "resources")
        .await;
    assert!(result.is_err());
}

#[tokio::test]
async fn an_answer_without_a_page_is_not_an_empty_collection() {
    let group = ResourceId::group("s", "g");
    let line = "GET /subscriptions/s/resourceGroups/g/resources?api-version=1";
    for body in ["", "{}", "[]", "null", r#"{"value":null}"#] {
        let server = TestServer::start(&[(line, vec![Reply::text(200, body)])]).await;
        let result = server
            .session()
            .of(&WORKFLOWS)
            .list(&group, "resources")
            .await;
        assert!(result.is_err(), "{body}");
    }
}

/// The calls run in handlers that move between threads.
#[test]
fn futures_can_be_sent() {
    fn check<T: Send>(_: impl FnOnce(&'static Session) -> T) {}
    static ID: std::sync::LazyLock<ResourceId> = std::sync::LazyLock::new(workflow);
    static OPERATION: std::sync::LazyLock<Operation> =
        std::sync::LazyLock::new(|| Operation::on_resource(Intent::Write));
    check(|session| session.of(&WORKFLOWS).get(&ID));
    check(|session| session.of(&WORKFLOWS).list(&ID, "x"));
    check(|session| session.of(&WORKFLOWS).put(&ID, &(), PutOptions::default()));
    check(|session| session.lock(&ID));
    check(|session| session.of(&WORKFLOWS).wait(&OPERATION, &ID));
}

#[tokio::test]
async fn cancelled_before_sending_is_certain() {
    let server = server("PUT", vec![ok()]).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let session = server.session_until(cancel, TIMING);
    let options = PutOptions::default();
    let error = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await;
    let error = error.expect_err("cancelled");
    assert!(error.is_cancelled() && !error.may_have_been_applied());
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_write_in_flight_gets_its_answer_after_the_cancellation() -> TestResult {
    let release = Arc::new(Notify::new());
    let held = Reply::Held(Arc::clone(&release), Box::new(ok()));
    let server = server("PUT", vec![held]).await;
    let cancel = CancellationToken::new();
    let session = server.session_until(cancel.clone(), TIMING);
    let (id, body) = (workflow(), json!({}));
    let put = session
        .of(&WORKFLOWS)
        .put(&id, &body, PutOptions::default());
    let stop = async {
        server.asked(&line("PUT")).await;
        cancel.cancel();
        release.notify_one();
    };
    let (accepted, ()) = tokio::join!(put, stop);
    assert_eq!(accepted?.body, Some(json!({"name": "w"})));
    let error = session
        .of(&WORKFLOWS)
        .get(&workflow())
        .await
        .expect_err("cancelled");
    assert!(error.is_cancelled());
    Ok(())
}

#[tokio::test]
async fn a_write_whose_answer_does_not_come_after_the_cancellation_is_in_doubt() {
    let server = server("PUT", vec![Reply::Hang]).await;
    let cancel = CancellationToken::new();
    let timing = Timing {
        write_grace: Duration::from_millis(10),
        ..TIMING
    };
    let session = server.session_until(cancel.clone(), timing);
    let (id, body) = (workflow(), json!({}));
    let put = session
        .of(&WORKFLOWS)
        .put(&id, &body, PutOptions::default());
    let stop = async {
        server.asked(&line("PUT")).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(put, stop);
    let error = result.expect_err("cancelled");
    assert!(error.is_cancelled() && error.may_have_been_applied());
}

#[tokio::test]
async fn a_cancelled_retry_remembers_what_came_before() {
    let server = server("PUT", vec![Reply::Close]).await;
    let cancel = CancellationToken::new();
    let timing = Timing {
        backoff: Backoff {
            first: Duration::from_secs(60),
            longest: Duration::from_secs(60),
        },
        ..TIMING
    };
    let session = server.session_until(cancel.clone(), timing);
    let (id, body) = (workflow(), json!({}));
    let put = session
        .of(&WORKFLOWS)
        .put(&id, &body, PutOptions::default());
    let stop = async {
        server.asked(&line("PUT")).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(put, stop);
    let error = result.expect_err("cancelled");
    assert!(error.may_have_been_applied());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_read_in_flight_is_dropped_at_once() {
    let server = server("GET", vec![Reply::Hang]).await;
    let cancel = CancellationToken::new();
    let session = server.session_until(cancel.clone(), TIMING);
    let id = workflow();
    let stop = async {
        server.asked(&line("GET")).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(session.of(&WORKFLOWS).get(&id), stop);
    assert!(result.expect_err("cancelled").is_cancelled());
}

#[tokio::test]
async fn the_deadline_ends_a_read_and_the_wait_for_a_lock() {
    let server = server("GET", vec![Reply::Hang]).await;
    let held = server.session().lock(&workflow()).await;
    let soon = Instant::now() + Duration::from_millis(30);
    let client = Client::with_timing(server.settings(), TIMING);
    let session = client.bounded(soon, CancellationToken::new());
    let error = session
        .of(&WORKFLOWS)
        .get(&workflow())
        .await
        .expect_err("too late");
    assert!(error.is_timeout(), "{error}");
    let error = session.lock(&workflow()).await.expect_err("too late");
    assert!(error.to_string().contains("another write"), "{error}");
    drop(held);
}

#[tokio::test]
async fn an_answer_that_never_comes_counts_as_lost() {
    let server = server("PUT", vec![Reply::Hang, ok()]).await;
    let timing = Timing {
        answer_timeout: Duration::from_millis(100),
        ..TIMING
    };
    let session = server.session_until(CancellationToken::new(), timing);
    let options = PutOptions::default();
    let accepted = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), options)
        .await;
    assert!(accepted.is_ok());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn patience_does_not_use_up_the_attempts() -> TestResult {
    let mut replies = vec![Reply::error(409, "AnotherOperationInProgress"); 8];
    replies.push(Reply::Close);
    replies.push(ok());
    let server = server("PUT", replies).await;
    let session = server.session();
    session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), PutOptions::default())
        .await?;
    Ok(())
}

#[tokio::test]
async fn what_is_not_arms_is_no_object() {
    for body in [json!([]), json!({"message": "please sign in"}), json!("ok")] {
        let server = server("GET", vec![Reply::json(200, &body)]).await;
        let found = server
            .session()
            .of(&WORKFLOWS)
            .get_optional(&workflow())
            .await;
        assert!(found.is_err(), "{body}");
    }
}

/// A PUT whose operation answers `status`, with these answers to reads of the resource afterwards.
async fn finished(status: serde_json::Value, reads: Vec<Reply>) -> Result<(), super::Error> {
    let running = json!({"properties": {"provisioningState": "InProgress"}});
    let accepted = Reply::json(201, &running).header("azure-asyncoperation", "{url}/operations/1");
    let server = TestServer::start(&[
        (&line("PUT"), vec![accepted]),
        ("GET /operations/1", vec![Reply::json(200, &status)]),
        (&line("GET"), reads),
    ])
    .await;
    let session = server.session();
    let accepted = session
        .of(&WORKFLOWS)
        .put(&workflow(), &json!({}), PutOptions::default())
        .await?;
    let operation = accepted.operation.expect("an operation");
    let ended = session.of(&WORKFLOWS).wait(&operation, &workflow()).await?;
    ended.into_result().map(|_| ())
}

#[tokio::test]
async fn a_finished_resource_may_not_be_on_every_replica_yet() -> TestResult {
    let reads = vec![Reply::error(404, "ResourceNotFound"), ok()];
    finished(json!({"status": "Succeeded"}), reads).await?;
    Ok(())
}

#[tokio::test]
async fn the_status_of_an_operation_wins_over_its_properties() {
    let status = json!({
        "status": "Failed", "error": {"code": "E", "message": "m"},
        "properties": {"provisioningState": "Succeeded"},
    });
    assert!(finished(status, vec![ok()]).await.is_err());
}
