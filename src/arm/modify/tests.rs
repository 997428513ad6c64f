use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::arm::test_server::{Reply, TIMING, TestServer};
use crate::arm::{Client, ResourceType};

const SUBNETS: ResourceType = ResourceType {
    name: "Microsoft.Network/virtualNetworks/subnets",
    api_version: "2024-01-01",
};

fn subnet() -> ResourceId {
    network().child("subnets", "a")
}

fn network() -> ResourceId {
    ResourceId::in_group("s", "g", "Microsoft.Network/virtualNetworks", "modify")
}

fn line(method: &str) -> String {
    format!("{method} {}?api-version={}", subnet(), SUBNETS.api_version)
}

fn body(etag: Option<&str>, by_others: i64) -> Json {
    let mut body = json!({ "id": subnet().to_string(), "byOthers": by_others });
    if let Some(etag) = etag {
        body["etag"] = json!(etag);
    }
    body
}

async fn server(bodies: &[Json], writes: &[Reply]) -> TestServer {
    let gets: Vec<_> = bodies.iter().map(|body| Reply::json(200, body)).collect();
    TestServer::start(&[
        (&line("GET"), gets),
        (&line("PUT"), writes.to_vec()),
        (&line("PATCH"), writes.to_vec()),
    ])
    .await
}

/// Sets `ours` in it, and finds what others have in it.
fn change(mut body: Json) -> Result<(Sending, Vec<Json>), Error> {
    let found = body["byOthers"].clone();
    body["ours"] = json!(true);
    Ok((Sending::Put(body), vec![found]))
}

fn changed() -> Reply {
    Reply::error(412, "PreconditionFailed")
}

#[tokio::test]
async fn what_others_write_in_between_is_read_again() {
    let bodies = [body(Some("1"), 1), body(Some("2"), 2), body(Some("3"), 3)];
    let writes = [changed(), changed(), Reply::json(200, &bodies[2])];
    let server = server(&bodies, &writes).await;
    let modified = server
        .session()
        .of(&SUBNETS)
        .modify(&subnet(), None, change)
        .await;
    let modified = modified.expect("the third attempt");
    assert_eq!(modified.findings, [json!(3)]);
    let puts = server.requests().into_iter();
    let puts: Vec<_> = puts.filter(|it| it.line == line("PUT")).collect();
    let versions: Vec<_> = puts
        .iter()
        .map(|put| put.headers["if-match"].as_str())
        .collect();
    assert_eq!(versions, ["1", "2", "3"]);
    let sent: Json = serde_json::from_str(&puts[2].body).expect("JSON");
    assert_eq!(
        (&sent["byOthers"], &sent["ours"]),
        (&json!(3), &json!(true))
    );
}

/// A stale replica or a gateway may refuse for long: that is neither asked without pause nor for ever, and it is told.
#[tokio::test]
async fn attempts_are_counted_and_bounded_and_told() {
    let server = server(&[body(Some("1"), 1)], &[changed()]).await;
    let result = server
        .session()
        .of(&SUBNETS)
        .modify(&subnet(), None, change)
        .await;
    let error = result.expect_err("it never fits");
    assert!(error.is_precondition_failed());
    let explanation = error.explanation();
    for part in [
        "10 attempts in",
        "Somebody else changed it",
        &format!("PUT {}", subnet()),
    ] {
        assert!(explanation.contains(part), "{explanation}");
    }
    let lines = server.lines();
    let count = |method: &str| lines.iter().filter(|it| **it == line(method)).count();
    assert_eq!((count("GET"), count("PUT")), (10, 10));
}

#[tokio::test]
async fn nothing_is_sent_without_need_or_against_a_refusal() {
    let server = server(&[body(None, 1)], &[]).await;
    let session = server.session();
    let nothing = |_| Ok::<_, Error>((Sending::Nothing, Vec::<()>::new()));
    let modified = session.of(&SUBNETS).modify(&subnet(), None, nothing).await;
    assert!(modified.expect("well").accepted.is_none());
    let refuse = |_| Err::<(Sending, Vec<()>), _>(Error::invalid("no"));
    let refused = session.of(&SUBNETS).modify(&subnet(), None, refuse).await;
    assert_eq!(refused.expect_err("no").to_string(), "no");
    assert_eq!(server.lines(), [line("GET"), line("GET")]);
}

#[tokio::test]
async fn only_a_version_that_is_told_is_asked_for() {
    let server = server(&[body(None, 1)], &[Reply::json(200, &body(None, 1))]).await;
    let patch = |_| Ok::<_, Error>((Sending::Patch(json!({ "ours": 1 })), Vec::<()>::new()));
    let modified = server
        .session()
        .of(&SUBNETS)
        .modify(&subnet(), None, patch)
        .await;
    assert_eq!(
        modified.expect("well").accepted.map(|it| it.status),
        Some(200)
    );
    let requests = server.requests();
    let patch = requests
        .iter()
        .find(|it| it.line == line("PATCH"))
        .expect("sent");
    assert!(!patch.headers.contains_key("if-match"));
    assert_eq!(patch.body, r#"{"ours":1}"#);
}

/// The first write arrived, its answer did not, and the second was refused because of the first.
#[tokio::test]
async fn findings_of_an_attempt_in_doubt_are_kept() {
    let bodies = [body(Some("1"), 1), body(Some("2"), 2)];
    let writes = [Reply::Close, changed(), Reply::json(200, &bodies[1])];
    let server = server(&bodies, &writes).await;
    let modified = server
        .session()
        .of(&SUBNETS)
        .modify(&subnet(), None, change)
        .await;
    assert_eq!(modified.expect("well").findings, [json!(1), json!(2)]);
}

#[tokio::test]
async fn the_lock_is_free_in_the_pauses_and_held_until_the_end() {
    let bodies = [body(Some("1"), 1)];
    let writes = [changed(), Reply::json(200, &bodies[0])];
    let server = server(&bodies, &writes).await;
    let session = server.session();
    let network = network();
    let mut timing = TIMING;
    timing.backoff.first = std::time::Duration::from_secs(60);
    timing.backoff.longest = timing.backoff.first;
    let cancel = CancellationToken::new();
    let slow = server.session_until(cancel.clone(), timing);
    let id = subnet();
    let stuck = slow.of(&SUBNETS).modify(&id, Some(&network), change);
    let other = async {
        server.asked(&line("PUT")).await;
        // Only a pause lets go of it.
        let guard = session.lock(&network).await.expect("free");
        cancel.cancel();
        drop(guard);
    };
    let (stopped, ()) = tokio::join!(stuck, other);
    let stopped = stopped.expect_err("stopped in the pause");
    assert!(stopped.is_cancelled());

    let modified = session
        .of(&SUBNETS)
        .modify(&subnet(), Some(&network), change)
        .await;
    let modified = modified.expect("well");
    let waiting = session.lock(&network);
    tokio::pin!(waiting);
    let blocked = tokio::time::timeout(std::time::Duration::ZERO, &mut waiting).await;
    assert!(blocked.is_err(), "it is held while the operation goes on");
    drop(modified);
    waiting.await.expect("free again");
}

#[tokio::test]
async fn the_deadline_ends_it() {
    let server = server(&[body(Some("1"), 1)], &[changed()]).await;
    let mut timing = TIMING;
    timing.backoff.first = std::time::Duration::from_secs(60);
    timing.backoff.longest = timing.backoff.first;
    let soon = Instant::now() + std::time::Duration::from_millis(200);
    let client = Client::with_timing(server.settings(), timing);
    let session = client.bounded(soon, CancellationToken::new());
    let result = session.of(&SUBNETS).modify(&subnet(), None, change).await;
    assert!(result.expect_err("too late").is_timeout());
}
