//! Azure on a bad day: throttling, failed deployments, lost connections, refusals.

use acceptance_tests::Result;
use acceptance_tests::emulator::Emulator;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene};
use serde_json::json;

use crate::fresh::{environment, environment_id};
use crate::{adopted, snapshot};

#[test]
fn throttled_writes_are_repeated_when_azure_says() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let answer =
        json!({ "status": 429, "code": "TooManyRequests", "headers": { "Retry-After": "1" } });
    scene.emulator.fault(
        &json!({ "method": "PUT", "path": "*/workflows/new*", "times": 2, "answer": answer }),
    )?;
    scene.configure(&app("new"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        statuses(&scene.emulator, "PUT", "/workflows/new")?,
        [Some(429), Some(429), Some(201)]
    );
    Ok(())
}

#[test]
fn a_failed_deployment_is_explained_and_replaced() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let reason = json!({ "code": "SubnetNotEmpty", "message": "The subnet 'a' is not empty." });
    let rule = json!({ "method": "PUT", "path": "*/integrationServiceEnvironments/new*", "fail_operation": reason });
    scene.emulator.fault(&rule)?;
    scene.configure(&environment())?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check(
        "faults/deployment_failed.txt",
        &run.diagnostics().to_string(),
    )?;
    let state = scene.state()?;
    assert!(state.is_tainted("ise.it"));
    assert_eq!(state.object("ise.it")["provisioning_state"], "Failed");

    scene.only("ise.it", Action::Replace)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let body = scene.emulator.get(&environment_id())?;
    assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    Ok(())
}

#[test]
fn a_failed_update_taints_nothing() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.apply()?;
    let reason =
        json!({ "code": "ScaleOperationFailed", "message": "No capacity is left in the region." });
    let rule = json!({ "method": "PATCH", "path": "*/integrationServiceEnvironments/new*", "fail_operation": reason });
    scene.emulator.fault(&rule)?;
    scene.configure(&environment().with("capacity", "2"))?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check("faults/update_failed.txt", &run.diagnostics().to_string())?;
    let state = scene.state()?;
    assert!(!state.is_tainted("ise.it"));
    assert_eq!(state.object("ise.it")["provisioning_state"], "Failed");

    scene.configure(&environment().with("capacity", "1"))?;
    scene.only("ise.it", Action::Update)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let body = scene.emulator.get(&environment_id())?;
    assert_eq!(body["sku"]["capacity"], 1);
    assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    Ok(())
}

#[test]
fn a_lost_answer_loses_no_environment() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let path = "*/integrationServiceEnvironments/new*";
    scene
        .emulator
        .fault(&json!({ "method": "PUT", "path": path, "close": "after" }))?;
    scene.emulator.fault(
        &json!({ "method": "GET", "path": "*/operationStatuses/*", "times": 3, "close": "before" }),
    )?;
    scene.configure(&environment())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert!(!scene.state()?.is_tainted("ise.it"));
    Ok(())
}

#[test]
fn a_wait_outlives_everything_but_azures_verdict() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let polls = "*/integrationServiceEnvironments/*/operationStatuses/*";
    let answers = [
        json!({ "status": 403, "code": "AuthorizationFailed", "message": "Not now." }),
        json!({ "status": 429, "code": "TooManyRequests", "headers": { "retry-after-ms": "1" } }),
        json!({ "status": 503 }),
        json!({ "status": 200, "body": "no JSON object" }),
    ];
    for answer in answers {
        scene
            .emulator
            .fault(&json!({ "method": "GET", "path": polls, "answer": answer }))?;
    }
    scene.configure(&environment())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn a_retired_service_says_so() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.emulator.fault(&json!({ "preset": "ise-retired" }))?;
    scene.configure(&environment())?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check("faults/retired.txt", &run.diagnostics().to_string())?;
    assert!(scene.state()?.addresses().is_empty());
    Ok(())
}

/// Only what Azure calls gone leaves the state.
#[test]
fn refused_reads_keep_the_state() -> Result {
    let scene = adopted::scene()?;
    let message = "The client does not have authorization to perform action.";
    let answer = json!({ "status": 403, "code": "AuthorizationFailed", "message": message });
    scene.emulator.fault(&json!({ "method": "GET", "path": "*/integrationAccounts/partners*", "times": 0, "answer": answer }))?;
    let run = scene.run(&["plan"])?.failure()?;
    snapshot::check("faults/read_refused.txt", &run.diagnostics().to_string())?;
    scene.emulator.clear_faults()?;
    scene.nothing_to_do()?;
    Ok(())
}

/// The object is there, so Terraform has to know of it even though the create failed.
#[test]
fn refused_writes_are_told_in_azures_words() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let answer = json!({
        "status": 409,
        "body": { "error": {
            "code": "ScopeLocked",
            "message": "The scope is locked.",
            "details": [{ "code": "Lock", "message": "The lock 'keep' is on the group." }],
        } },
    });
    scene
        .emulator
        .fault(&json!({ "method": "PUT", "path": "*/workflows/new*", "answer": answer }))?;
    scene.configure(&app("new"))?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check("faults/write_refused.txt", &run.diagnostics().to_string())?;
    assert!(scene.state()?.addresses().is_empty());
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn an_environment_that_is_missing_is_named() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&app("new"))?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check(
        "faults/environment_missing.txt",
        &run.diagnostics().to_string(),
    )
}

/// At plan, whole by the first that asks ARM for something, and in one line by the others.
#[test]
fn credentials_that_do_not_serve_are_named() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let [subnet, _, account, app] = adopted::blocks();
    let app = app.with_text("name", "new");
    scene.configure(&app)?;
    let refusal = json!({ "error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided." });
    let answer = json!({ "status": 401, "body": refusal });
    let rule = json!({ "method": "POST", "path": "*/oauth2/*", "times": 0, "answer": answer });
    scene.emulator.fault(&rule)?;
    let run = scene.run(&["plan"])?.failure()?;
    snapshot::check(
        "faults/credentials_refused.txt",
        &run.diagnostics().to_string(),
    )?;

    let account = account.with_text("name", "new");
    let subnet = subnet.with_text("name", "new");
    scene.configure(&format!("{app}\n{account}\n{subnet}"))?;
    let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
    let count = |words: &str| told.matches(words).count();
    assert_eq!(count("No way to sign in worked"), 1, "{told}");
    assert_eq!(count("Signing in failed, for the reasons"), 2, "{told}");

    // What asks nobody needs no account.
    scene.configure(&self::app("new"))?;
    scene.run(&["plan"])?.success()?;

    scene.configure(&app)?;
    let block = std::fs::read_to_string(scene.path().join("provider.tf"))?;
    let without: Vec<_> = block
        .lines()
        .filter(|line| !line.contains("client_secret"))
        .collect();
    scene.workspace.write(
        "provider.tf",
        &without
            .join("\n")
            .replace("  tenant_id", "  use_cli = false\n  tenant_id"),
    )?;
    let run = scene.run(&["plan"])?.failure()?;
    snapshot::check(
        "faults/credentials_missing.txt",
        &run.diagnostics().to_string(),
    )?;
    assert!(scene.emulator.requests()?.is_empty());
    Ok(())
}

fn app(name: &str) -> Block {
    let [.., app] = adopted::blocks();
    app.with_text("name", name)
        .with("integration_account_id", "")
}

/// The statuses of the answers to all such requests.
fn statuses(emulator: &Emulator, method: &str, path: &str) -> Result<Vec<Option<u64>>> {
    let requests = emulator.requests()?;
    let such = requests
        .iter()
        .filter(|request| request.method == method && request.path.ends_with(path));
    Ok(such.map(|request| request.status).collect())
}
