//! The network is judged before anything is sent: what a plan says of closed ports, routes and what nobody may read.

use acceptance_tests::Result;
use acceptance_tests::run::Run;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::{Value as Json, json};

use crate::fresh::environment;
use crate::snapshot;

/// A scene whose subnet `a` is behind the group of the fixtures, with these rules.
fn guarded(rules: &Json) -> Result<Scene> {
    let scene = Scene::new(Fixture::Network)?;
    let group = guard(&scene, rules)?;
    let body = json!({ "properties": {
        "addressPrefix": "172.16.1.0/27", "networkSecurityGroup": { "id": group } } });
    scene.emulator.put(&subnet_id("a"), &body)?;
    scene.emulator.advance("5m")?;
    scene.emulator.forget_requests()?;
    Ok(scene)
}

fn guard(scene: &Scene, rules: &Json) -> Result<String> {
    let group = id("Microsoft.Network/networkSecurityGroups/guard");
    let body = json!({ "location": "westeurope", "properties": { "securityRules": rules } });
    scene.emulator.put(&group, &body)?;
    scene.emulator.advance("5m")?;
    Ok(group)
}

fn rule(name: &str, priority: u32, direction: &str, access: &str, ports: &str) -> Json {
    json!({ "name": name, "properties": {
        "priority": priority, "direction": direction, "access": access, "protocol": "*", "sourcePortRange": "*",
        "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": ports } })
}

/// Everything is let in, but for what the deployment of connectors needs; the way to databases is closed.
fn closed() -> Json {
    json!([
        rule("no-connectors", 200, "Inbound", "Deny", "3443"),
        rule("everything", 300, "Inbound", "Allow", "*"),
        rule("no-sql", 200, "Outbound", "Deny", "1433"),
    ])
}

fn with_preflight(value: &str) -> String {
    environment().with("preflight", value).to_string()
}

fn plan(scene: &Scene) -> Result<Run> {
    scene.run(&["plan"])
}

#[test]
fn a_closed_port_stops_the_plan() -> Result {
    let scene = guarded(&closed())?;
    scene.configure(&environment())?;
    let run = plan(&scene)?.failure()?;
    snapshot::check("preflight/closed.txt", &run.diagnostics().to_string())?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    // The same as advice, and not at all.
    scene.configure(&with_preflight(r#"{ mode = "warn" }"#))?;
    let run = plan(&scene)?.success()?;
    assert!(run.diagnostics().mention("preflight rule network-ports"));
    scene.configure(&with_preflight(r#"{ ignore = ["network-ports"] }"#))?;
    let run = plan(&scene)?.success()?;
    assert!(!run.diagnostics().mention("preflight rule network-ports"));
    Ok(())
}

/// What preflight lets through, and what it advises to add, is what the emulator deploys.
#[test]
fn the_rules_that_it_advises_open_the_network() -> Result {
    let scene = guarded(&closed())?;
    let mut rules = closed().as_array().cloned().unwrap_or_default();
    rules.push(rule("connectors", 100, "Inbound", "Allow", "3443"));
    rules.push(rule("sql", 100, "Outbound", "Allow", "1433"));
    guard(&scene, &rules.into())?;
    scene.configure(&environment())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn a_group_that_may_not_be_read_is_one_warning() -> Result {
    let scene = guarded(&closed())?;
    let message = "The client does not have authorization to perform action.";
    let answer = json!({ "status": 403, "code": "AuthorizationFailed", "message": message });
    let groups = "*/networkSecurityGroups/*";
    scene
        .emulator
        .fault(&json!({ "method": "GET", "path": groups, "times": 0, "answer": answer }))?;
    scene.configure(&environment())?;
    let run = plan(&scene)?.success()?;
    snapshot::check("preflight/forbidden.txt", &run.diagnostics().to_string())?;
    Ok(())
}

/// Somebody closes a port between plan and apply: the apply says so before anything is sent, and, where Terraform hands on
/// what the plan has found, that it is new.
#[test]
fn a_port_that_is_closed_after_the_plan_stops_the_apply() -> Result {
    let scene = guarded(&json!([rule("everything", 300, "Inbound", "Allow", "*")]))?;
    scene.configure(&environment())?;
    scene.plan_with(&[])?;
    guard(&scene, &closed())?;
    scene.emulator.forget_requests()?;
    let run = scene.run(&["apply", "plan"])?.failure()?;
    let told = run.diagnostics();
    assert!(told.mention("preflight rule network-ports"), "{told}");
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    let is_new = told.mention("The plan did not find this");
    assert_eq!(is_new, hands_on_what_was_planned()?, "{told}");
    Ok(())
}

/// What the plan may not read may have been closed all the time: the apply does not say that it is new.
#[test]
fn a_port_that_the_plan_could_not_see_is_not_said_to_be_new() -> Result {
    let scene = guarded(&closed())?;
    scene.configure(&environment())?;
    let forbidden = json!({ "status": 403, "code": "AuthorizationFailed", "message": "No." });
    let groups = "*/networkSecurityGroups/*";
    scene
        .emulator
        .fault(&json!({ "method": "GET", "path": groups, "times": 1, "answer": forbidden }))?;
    let planned = scene.run(&["plan", "-out=plan"])?.success()?.diagnostics();
    assert!(planned.mention("Preflight may not read"), "{planned}");
    let run = scene.run(&["apply", "plan"])?.failure()?;
    let told = run.diagnostics();
    assert!(told.mention("preflight rule network-ports"), "{told}");
    assert!(!told.mention("The plan did not find this"), "{told}");
    Ok(())
}

/// From protocol 6.11 on: Terraform 1.16.
fn hands_on_what_was_planned() -> Result<bool> {
    acceptance_tests::cli::version().map(|version| version.hands_on_planned_private())
}
