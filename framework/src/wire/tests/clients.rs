//! Several clients of one process: each configures the provider for itself.

use serde_json::json;

use super::memory::{Memory, remote};
use super::{THING, check_fails, labelled};
use crate::plugin::ProviderService as _;
use crate::testing::Core;
use crate::wire::Server;

async fn client(server: &Server<Memory>, remote: &str) -> Core<Server<Memory>> {
    let core = Core::over(server.for_client()).await;
    let mut core = core.expect("a provider");
    let configured = core.configure(json!({ "remote": remote })).await;
    configured.expect("configured");
    core
}

/// There the second alias takes the configuration of the first away.
#[tokio::test]
async fn what_one_client_configures_is_its_own() {
    let server = Server::new(Memory);
    let mut first = client(&server, "first client").await;
    let mut second = client(&server, "second client").await;
    let created = first.apply(THING, json!({ "name": "one" })).await;
    created.expect("it goes well");
    let created = second.apply(THING, json!({ "name": "two" })).await;
    created.expect("it goes well");
    for (remote_name, id) in [("first client", "/one"), ("second client", "/two")] {
        let remote = remote(remote_name);
        let ids: Vec<_> = remote
            .lock()
            .expect("not poisoned")
            .keys()
            .cloned()
            .collect();
        assert_eq!(ids, [id]);
    }
}

#[tokio::test]
async fn a_stop_is_for_the_client_that_asks_and_the_end_of_the_process_for_all() {
    let server = Server::new(Memory);
    let mut first = client(&server, "first stop").await;
    let mut second = client(&server, "second stop").await;
    first.stopper().stop().await.expect("answered");
    let stopped = first.apply(THING, labelled("x")).await;
    check_fails(stopped, "Stopped", "Nothing was sent");
    second.apply(THING, labelled("x")).await.expect("goes on");
    // What the process does when it ends, also where a client has used it without one of its own.
    let mut process = Core::over(server).await.expect("a provider");
    let configured = process.configure(json!({ "remote": "third stop" })).await;
    configured.expect("configured");
    process.stopper().stop().await.expect("answered");
    let stopped = second.apply("memory_thing.b", labelled("x")).await;
    check_fails(stopped, "Stopped", "Nothing was sent");
}

/// A process that is shared outlives connections, and with them what they have configured.
#[tokio::test]
async fn a_client_that_comes_back_hears_that_nothing_is_configured() {
    let server = Server::new(Memory);
    let mut core = Core::over(server.for_client()).await.expect("a provider");
    let created = core.apply(THING, json!({ "name": "one" })).await;
    let failure = created.expect_err("not configured");
    assert_eq!(failure.summaries(), ["Provider not configured"]);
    let mut details = failure.diagnostics().iter().map(|it| &it.detail);
    assert!(details.any(|it| it.contains("run Terraform again")));
}
