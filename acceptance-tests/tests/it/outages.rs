//! Hours in which not everything works: what is under way is waited for all the same.

use acceptance_tests::Result;
use acceptance_tests::scene::{Fixture, Scene};
use serde_json::{Value as Json, json};

use crate::fresh::{environment, environment_id};

/// The environment's operation, and the environment itself.
const OPERATION: &str = "*/integrationServiceEnvironments/new/operationStatuses/*";
const ENVIRONMENT: &str = "*/integrationServiceEnvironments/new?*";

/// More than any count of attempts could bear.
const MANY: u64 = 25;

/// A file for the provider's log.
const LOG: &str = "provider.log";

#[test]
fn no_number_of_bad_answers_ends_a_wait() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let garbage = json!({ "status": 200, "body": "no JSON object" });
    let answers = [
        json!({ "answer": { "status": 403, "code": "AuthorizationFailed", "message": "Not now." } }),
        json!({ "answer": { "status": 429, "code": "TooManyRequests", "headers": { "retry-after-ms": "1" } } }),
        json!({ "answer": { "status": 503 } }),
        json!({ "answer": garbage }),
        json!({ "close": "before" }),
        json!({ "truncate": 10 }),
        json!({ "corrupt": true }),
        // From here on, only the environment tells.
        json!({ "answer": { "status": 404, "code": "InvalidOperationId", "message": "Unknown." } }),
    ];
    for answer in &answers {
        bad(&scene, OPERATION, answer)?;
    }
    scene.configure(&environment())?;
    // The first two reads of the environment are those before its creation.
    for answer in &answers[..4] {
        let mut rule = answer.clone();
        rule["nth"] = json!(3);
        bad(&scene, ENVIRONMENT, &rule)?;
    }
    scene.apply()?;
    scene.emulator.clear_faults()?;
    scene.nothing_to_do()?;
    is_healthy(&scene)
}

/// ARM's last word on an operation is not the last word on the environment.
#[test]
fn an_environment_that_deploys_on_after_a_failed_operation_is_kept() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let failed = json!({ "status": "Failed", "error": { "code": "InternalServerError", "message": "Lost track." } });
    let answer = json!({ "answer": { "status": 200, "body": failed } });
    bad(&scene, OPERATION, &answer)?;
    scene.configure(&environment())?;
    let run = scene.apply()?;
    let found = run.diagnostics();
    assert!(
        found.mention("Environment \"new\" succeeded after a failed operation"),
        "{found}"
    );
    scene.nothing_to_do()?;
    is_healthy(&scene)
}

#[test]
fn a_deletion_waits_for_the_deployment_that_it_would_interrupt() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment().with("timeouts", r#"{ create = "1s" }"#))?;
    scene.emulator.set_time_scale(1.0)?;
    scene.apply()?;
    let conflict =
        json!({ "status": 409, "code": "Conflict", "message": "It is still deploying." });
    scene
        .emulator
        .fault(&json!({ "method": "DELETE", "path": ENVIRONMENT, "answer": conflict }))?;
    scene.emulator.set_time_scale(36_000.0)?;
    scene.destroy()?;
    assert!(scene.emulator.find(&environment_id())?.is_none());
    Ok(())
}

/// Azure, and the way to it, are gone in the middle of the wait.
#[cfg(unix)]
#[test]
fn an_outage_is_waited_out() -> Result {
    use crate::processes::until;
    let mut scene = Scene::with_memory(Fixture::Network, 100)?;
    scene.workspace.set_variable("TF_LOG_PROVIDER", "INFO");
    scene.workspace.set_variable("TF_LOG_PATH", LOG);
    scene.configure(&environment())?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the wait goes on", || {
        Ok(logged(&scene, "still running") > 1)
    })?;
    scene.emulator.go_down()?;
    until("it has been missed", || {
        Ok(logged(&scene, "cannot ask; going on") > MANY)
    })?;
    scene.emulator.come_back(36_000)?;
    apply.wait()?.success()?;
    scene.nothing_to_do()?;
    is_healthy(&scene)
}

/// The token dies in the middle of the wait, and no new one is to be had for a while.
#[cfg(unix)]
#[test]
fn an_expired_token_is_renewed_when_that_is_possible_again() -> Result {
    use crate::processes::until;
    let mut scene = Scene::new(Fixture::Network)?;
    scene.workspace.set_variable("TF_LOG_PROVIDER", "INFO");
    scene.workspace.set_variable("TF_LOG_PATH", LOG);
    scene.emulator.set_time_scale(600.0)?;
    scene.configure(&environment())?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    until("the creation is accepted", || accepted(&scene))?;
    let refusal = json!({ "error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error has occurred." });
    scene.emulator.fault(&json!({
        "method": "POST", "path": "*/oauth2/v2.0/token", "times": 0,
        "answer": { "status": 400, "body": refusal },
    }))?;
    scene
        .emulator
        .fault(&json!({ "path": OPERATION, "expire_tokens": true }))?;
    until("signing in has failed", || {
        Ok(logged(&scene, "AADSTS90033") > MANY)
    })?;
    scene.emulator.clear_faults()?;
    scene.emulator.set_time_scale(36_000.0)?;
    apply.wait()?.success()?;
    scene.nothing_to_do()?;
    is_healthy(&scene)
}

/// Makes requests for this path go wrong, many times.
fn bad(scene: &Scene, path: &str, rule: &Json) -> Result {
    let mut rule = rule.clone();
    rule["method"] = json!("GET");
    rule["path"] = json!(path);
    rule["times"] = json!(MANY);
    scene.emulator.fault(&rule)
}

fn accepted(scene: &Scene) -> Result<bool> {
    Ok(scene.emulator.find(&environment_id())?.is_some())
}

/// How many lines of the provider's log have the text.
fn logged(scene: &Scene, text: &str) -> u64 {
    let log = std::fs::read_to_string(scene.path().join(LOG)).unwrap_or_default();
    log.lines().filter(|line| line.contains(text)).count() as u64
}

/// The environment was created once, lives, and is not tainted.
fn is_healthy(scene: &Scene) -> Result {
    let state = scene.state()?;
    assert!(!state.is_tainted("ise.it"));
    assert_eq!(state.object("ise.it")["provisioning_state"], "Succeeded");
    let body = scene.emulator.get(&environment_id())?;
    assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    let deleted = scene.emulator.writes()?.into_iter();
    assert_eq!(
        deleted.filter(|write| write.starts_with("DELETE")).count(),
        0
    );
    Ok(())
}
