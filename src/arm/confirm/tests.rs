use serde_json::json;

use super::*;
use crate::arm::ResourceType;
use crate::arm::retry::MOST_ATTEMPTS;
use crate::arm::test_server::{Reply, TestServer};

const WORKFLOWS: ResourceType = ResourceType {
    name: "Microsoft.Logic/workflows",
    api_version: "2019-05-01",
};
const PATH: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w?api-version=2019-05-01";

fn workflow() -> ResourceId {
    ResourceId::in_group("s", "g", WORKFLOWS.name, "w")
}

fn line(method: &str) -> String {
    match method {
        "POST" => format!("POST {}", PATH.replace('?', "/enable?")),
        "LIST" => format!("GET {}", PATH.replace('?', "/runs?")),
        method => format!("{method} {PATH}"),
    }
}

fn shown(state: &str) -> Reply {
    let id = workflow().to_string();
    Reply::json(
        200,
        &json!({"id": id, "name": "w", "properties": {"state": state}}),
    )
}

fn gone() -> Reply {
    Reply::error(404, "ResourceNotFound")
}

async fn server(script: &[(&str, Vec<Reply>)]) -> TestServer {
    let script: Vec<_> = script
        .iter()
        .map(|(method, replies)| (line(method), replies.clone()))
        .collect();
    let script: Vec<_> = script
        .iter()
        .map(|(line, replies)| (line.as_str(), replies.clone()))
        .collect();
    TestServer::start(&script).await
}

fn sent(server: &TestServer, method: &str) -> usize {
    let lines = server.lines();
    lines.iter().filter(|it| **it == line(method)).count()
}

/// Answers of somebody else, whatever they claim.
fn strangers() -> Vec<Reply> {
    let bodies = [
        "<html>Sign in to the hotel</html>",
        "",
        r#"{"message":"please sign in"}"#,
        r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#,
        r#"{"id":"/x","name":"w","properties":{"provisioningState":"Succeeded","state":"Theirs"},"value":[]}"#,
    ];
    let statuses = [200, 201, 202, 204, 302, 403, 404, 503];
    let each = |status| bodies.map(|body| Reply::stranger(status, body));
    let of_arm = [Reply::text(200, "<html>"), Reply::text(404, "\"<html>\"")];
    statuses.into_iter().flat_map(each).chain(of_arm).collect()
}

/// Creates the workflow.
async fn create(session: &Session) -> Result<Json, Error> {
    let (id, body) = (workflow(), json!({}));
    let created = session
        .of(&WORKFLOWS)
        .create(&id, &body, PutOptions::default());
    match created.await? {
        Created::New(body) => Ok(body),
        Created::WroteOver => panic!("nothing was there"),
    }
}

async fn ask(session: &Session, method: &str) -> Result<(), Error> {
    let id = workflow();
    match method {
        "GET" => session.of(&WORKFLOWS).get_optional(&id).await.map(drop),
        "LIST" => session.of(&WORKFLOWS).list(&id, "runs").await.map(drop),
        "PUT" => session
            .of(&WORKFLOWS)
            .put(&id, &json!({}), PutOptions::default())
            .await
            .map(drop),
        "PATCH" => session
            .of(&WORKFLOWS)
            .patch(&id, &json!({}))
            .await
            .map(drop),
        "POST" => session
            .of(&WORKFLOWS)
            .post(&id, "enable", None)
            .await
            .map(drop),
        _ => session.of(&WORKFLOWS).delete(&id).await.map(drop),
    }
}

#[tokio::test]
async fn a_strangers_answer_is_none_whatever_its_status() {
    for reply in strangers() {
        for method in ["GET", "LIST", "PUT", "PATCH", "POST", "DELETE"] {
            let server = server(&[(method, vec![reply.clone()])]).await;
            let error = ask(&server.session(), method).await.expect_err(method);
            assert!(error.is_from_stranger(), "{method}: {error}");
            let is_read = ["GET", "LIST"].contains(&method);
            assert_eq!(error.may_have_been_applied(), !is_read, "{method}: {error}");
            let attempts = if method == "POST" {
                1
            } else {
                MOST_ATTEMPTS as usize
            };
            assert_eq!(sent(&server, method), attempts, "{method}: {error}");
            let told = error.explanation();
            assert!(
                told.contains("not Azure Resource Manager") && told.contains("Request: "),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn a_stranger_in_between_is_passed_by() -> Result<(), Error> {
    for reply in strangers() {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let server = server(&[(method, vec![reply.clone(), shown("Enabled")])]).await;
            ask(&server.session(), method).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_stranger_ends_a_wait() -> Result<(), Error> {
    let mut polls = strangers();
    polls.push(Reply::json(200, &json!({"status": "Succeeded"})));
    let mut reads = strangers();
    reads.push(shown("Enabled"));
    let accepted = Reply::json(
        201,
        &json!({"properties": {"provisioningState": "Creating"}}),
    )
    .header("azure-asyncoperation", "{url}/operations/1");
    let (put, get) = (line("PUT"), line("GET"));
    let script = [
        (put.as_str(), vec![accepted]),
        ("GET /operations/1", polls),
        (get.as_str(), reads),
    ];
    let server = TestServer::start(&script).await;
    let session = server.session();
    let body = create(&session);
    assert_eq!(body.await?["properties"]["state"], "Enabled");
    Ok(())
}

#[tokio::test]
async fn what_a_stranger_took_is_found_or_not_there() {
    for (reads, is_there) in [
        (vec![gone(), shown("Enabled")], true),
        (vec![gone()], false),
        (vec![Reply::stranger(200, "")], false),
    ] {
        let is_told = !matches!(
            &reads[0],
            Reply::Answer {
                is_of_arm: false,
                ..
            }
        );
        let server = server(&[("PUT", vec![Reply::stranger(201, "")]), ("GET", reads)]).await;
        let session = server.session();
        let created = create(&session);
        match created.await {
            Ok(_) => assert!(is_there),
            Err(error) => {
                assert!(!is_there && error.is_from_stranger(), "{error}");
                // Only ARM can take the doubt away.
                assert_eq!(error.may_have_been_applied(), !is_told);
            }
        }
    }
}

/// A gateway that gave up waiting for ARM says nothing of what ARM goes on to do.
#[tokio::test]
async fn a_gateway_leaves_the_doubt() {
    for (status, is_outcome_unknown) in [(200, false), (502, true), (504, true)] {
        let script = [
            ("PUT", vec![Reply::stranger(status, "")]),
            ("GET", vec![gone()]),
        ];
        let server = server(&script).await;
        let session = server.session();
        let error = create(&session).await.expect_err("there is none");
        assert_eq!(error.may_have_been_applied(), is_outcome_unknown, "{error}");
    }
}

/// What an earlier sending began may show later than the refusal of the next one.
#[tokio::test]
async fn a_creation_that_was_accepted_once_stays_in_doubt() {
    let refused = Reply::error(409, "Conflict");
    let script = [
        ("PUT", vec![Reply::text(201, "{}"), refused]),
        ("GET", vec![gone()]),
    ];
    let server = server(&script).await;
    let session = server.session();
    let error = create(&session).await.expect_err("there is none");
    assert!(
        error.is_conflict() && error.may_have_been_applied(),
        "{error}"
    );
}

/// The doubt is of all sendings, not of the last: what one of them began may show late.
#[tokio::test]
async fn a_creation_that_arm_showed_or_accepted_once_stays_in_doubt() {
    let object = Reply::json(201, &json!({"id": workflow().to_string()}));
    let idle = Reply::text(200, "");
    for first in [object, Reply::text(202, "")] {
        let puts = vec![first, idle.clone()];
        let server = server(&[("PUT", puts), ("GET", vec![gone()])]).await;
        let session = server.session();
        let error = create(&session).await.expect_err("there is none");
        assert_eq!(sent(&server, "PUT"), MOST_SENDS as usize);
        assert!(error.leaves_open(), "{error}");
    }
}

#[tokio::test]
async fn a_creation_counts_once_arm_shows_the_object() -> Result<(), Error> {
    let object =
        json!({"id": workflow().to_string(), "properties": {"provisioningState": "Succeeded"}});
    let welcome = json!({"message": "welcome"});
    // With whether the object may show late: then the doubt remains.
    let idle = [
        (Reply::text(200, ""), false),
        (Reply::text(201, "{}"), false),
        (Reply::text(202, ""), true),
        (Reply::text(204, ""), false),
        (Reply::json(200, &welcome), false),
        (Reply::json(201, &object), true),
    ];
    for (reply, may_show_late) in idle {
        // The second PUT has its effect.
        let mut reads = vec![
            gone();
            if matches!(&reply, Reply::Answer { status: 202, .. }) {
                6
            } else {
                LOOKS as usize
            }
        ];
        reads.push(shown("Enabled"));
        let again = server(&[("PUT", vec![reply.clone()]), ("GET", reads)]).await;
        let session = again.session();
        create(&session).await?;
        assert_eq!(sent(&again, "PUT"), 2);

        let never = server(&[("PUT", vec![reply]), ("GET", vec![gone()])]).await;
        let session = never.session();
        let created = create(&session);
        let error = created.await.expect_err("there is none");
        assert_eq!(sent(&never, "PUT"), MOST_SENDS as usize);
        assert!(
            error.to_string().contains("there is no such object"),
            "{error}"
        );
        assert_eq!(error.may_have_been_applied(), may_show_late, "{error}");
        assert_eq!(error.leaves_open(), may_show_late, "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_deletion_counts_once_arm_says_that_it_is_gone() -> Result<(), Error> {
    let id = workflow();
    for reply in [
        Reply::text(200, ""),
        Reply::text(204, ""),
        Reply::text(200, "{}"),
        gone(),
    ] {
        let once = server(&[("DELETE", vec![reply.clone()]), ("GET", vec![gone()])]).await;
        once.session().of(&WORKFLOWS).delete_for_good(&id).await?;
        assert_eq!((sent(&once, "DELETE"), sent(&once, "GET")), (1, 1));

        let mut reads = vec![shown("Enabled"); LOOKS as usize];
        reads.push(gone());
        let again = server(&[("DELETE", vec![reply.clone()]), ("GET", reads)]).await;
        again.session().of(&WORKFLOWS).delete_for_good(&id).await?;
        assert_eq!(sent(&again, "DELETE"), 2);

        let never = server(&[("DELETE", vec![reply]), ("GET", vec![shown("Enabled")])]).await;
        let error = never.session().of(&WORKFLOWS).delete_for_good(&id).await;
        let error = error.expect_err("it is there");
        assert_eq!(sent(&never, "DELETE"), MOST_SENDS as usize);
        assert!(
            error.to_string().contains("the object is still there"),
            "{error}"
        );
        assert!(!error.may_have_been_applied(), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_deletion_that_a_stranger_answered_is_over_when_arm_says_so() -> Result<(), Error> {
    let id = workflow();
    for reply in strangers() {
        let server = server(&[("DELETE", vec![reply.clone()]), ("GET", vec![gone()])]).await;
        server.session().of(&WORKFLOWS).delete_for_good(&id).await?;
    }
    let stranger = Reply::stranger(204, "");
    for reads in [vec![shown("Enabled")], vec![stranger.clone()]] {
        let server = server(&[("DELETE", vec![stranger.clone()]), ("GET", reads)]).await;
        let error = server.session().of(&WORKFLOWS).delete_for_good(&id).await;
        assert!(error.expect_err("nobody knows").is_from_stranger());
    }
    Ok(())
}

#[tokio::test]
async fn what_is_being_deleted_is_waited_for() -> Result<(), Error> {
    let deleting = json!({"name": "w", "properties": {"provisioningState": "Deleting"}});
    let mut reads = vec![Reply::json(200, &deleting); 9];
    reads.push(gone());
    let server = server(&[("DELETE", vec![Reply::text(200, "")]), ("GET", reads)]).await;
    server
        .session()
        .of(&WORKFLOWS)
        .delete_for_good(&workflow())
        .await?;
    assert_eq!(sent(&server, "DELETE"), 1);
    Ok(())
}

/// The object is all that can tell how its deletion goes, and it is as if there were none.
#[tokio::test]
async fn a_deletion_that_leaves_the_object_at_rest_is_sent_again() {
    let at_rest = json!({"id": workflow().to_string(), "name": "w", "properties": {"provisioningState": "Succeeded"}});
    let script = [
        ("DELETE", vec![Reply::text(202, "")]),
        ("GET", vec![Reply::json(200, &at_rest)]),
    ];
    let server = server(&script).await;
    let error = server
        .session()
        .of(&WORKFLOWS)
        .delete_for_good(&workflow())
        .await;
    let error = error.expect_err("it is there");
    assert_eq!(sent(&server, "DELETE"), MOST_SENDS as usize);
    let text = error.to_string();
    assert!(text.contains("the object is still there"), "{text}");
    // ARM has accepted it, and may begin later.
    assert!(error.may_have_been_applied());
}

#[tokio::test]
async fn an_action_counts_once_the_object_shows_it() -> Result<(), Error> {
    let is_enabled = |body: &Json| body["properties"]["state"] == "Enabled";
    for reply in [Reply::text(200, ""), Reply::stranger(200, "<html>")] {
        let mut reads = vec![shown("Disabled"); LOOKS as usize];
        reads.push(shown("Enabled"));
        for (reads, is_done, posts) in [
            (vec![shown("Enabled")], true, 1),
            (reads, true, 2),
            (vec![shown("Disabled")], false, MOST_SENDS as usize),
        ] {
            let server = server(&[("POST", vec![reply.clone()]), ("GET", reads)]).await;
            let session = server.session();
            let id = workflow();
            let done =
                session
                    .of(&WORKFLOWS)
                    .post_until(&id, "enable", is_enabled, "it is not Enabled");
            assert_eq!(done.await.is_ok(), is_done);
            assert_eq!(sent(&server, "POST"), posts);
        }
    }
    Ok(())
}

#[test]
fn futures_can_be_sent() {
    fn check<T: Send>(_: impl FnOnce(&'static Session) -> T) {}
    static ID: std::sync::LazyLock<ResourceId> = std::sync::LazyLock::new(workflow);
    check(|session| {
        session
            .of(&WORKFLOWS)
            .create(&ID, &(), PutOptions::default())
    });
    check(|session| session.of(&WORKFLOWS).delete_for_good(&ID));
    check(|session| {
        session
            .of(&WORKFLOWS)
            .post_until(&ID, "enable", |_| true, "")
    });
}
