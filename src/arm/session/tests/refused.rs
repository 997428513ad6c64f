//! Tokens that ARM refuses to many at once.

use std::collections::BTreeSet;

use super::*;

/// Whoever is refused while another one signs in again takes what that one gets.
#[tokio::test]
async fn many_who_are_refused_sign_in_once() -> TestResult {
    let names = ["a", "b", "c", "d"];
    let path = |name: &str| line("GET").replace("/w?", &format!("/{name}?"));
    let releases = names.map(|_| Arc::new(Notify::new()));
    let lines = names.map(path);
    let refusal = Reply::error(401, "ExpiredAuthenticationToken");
    let script = lines.iter().zip(&releases).map(|(line, release)| {
        let held = Reply::Held(Arc::clone(release), Box::new(refusal.clone()));
        (&**line, vec![held, ok()])
    });
    let script: Vec<_> = script.collect();
    let server = TestServer::start(&script).await;
    let session = server.session();
    let read = async |name: &str| {
        let id = ResourceId::in_group("s", "g", WORKFLOWS.name, name);
        session.of(&WORKFLOWS).get(&id).await
    };
    let release = async {
        for line in &lines {
            server.asked(line).await;
        }
        for release in &releases {
            release.notify_one();
        }
    };
    let [a, b, c, d] = names.map(read);
    let (a, b, c, d, ()) = tokio::join!(a, b, c, d, release);
    for found in [a?, b?, c?, d?] {
        assert_eq!(found, json!({"name": "w"}));
    }
    assert_eq!(server.sign_ins(), 2);
    let requests = server.requests();
    let shown = |requests: &[crate::arm::test_server::Received]| -> BTreeSet<String> {
        let tokens = requests
            .iter()
            .map(|it| it.headers["authorization"].clone());
        tokens.collect()
    };
    let (first, second) = requests.split_at(names.len());
    assert_eq!(shown(first), BTreeSet::from(["Bearer token-1".to_owned()]));
    assert_eq!(shown(second), BTreeSet::from(["Bearer token-2".to_owned()]));
    Ok(())
}
