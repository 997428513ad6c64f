//! What is looked up: data sources and functions.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use acceptance_tests::scene::{Fixture, REQUIRED_PROVIDERS, Scene};
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries, cli};
use provider_ise::{data_sources, functions};
use serde_json::{Value as Json, json};

use crate::{adopted, snapshot};

const EXISTING: &str = include_str!("looked_up/existing.tf");
const FUNCTIONS: &str = include_str!("looked_up/functions.tf");

/// The arguments that say which object is meant stay as they were written.
const WRITTEN: [&str; 5] = [
    "id",
    "name",
    "resource_group_name",
    "virtual_network_id",
    "timeouts",
];

/// The resources of the same names manage the same objects.
#[test]
fn what_is_looked_up_is_what_the_resources_have() -> Result {
    let scene = adopted::scene()?;
    scene.configure(&(adopted::configuration() + EXISTING))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let state = scene.state()?;
    for (address, _) in adopted::objects() {
        let (resource, _) = address.split_once('.').unwrap_or_default();
        let managed = state.object(address);
        for label in ["named", "known"] {
            let found = state.object(&format!("data.{resource}.{label}"));
            let members = found.as_object().into_iter().flatten();
            let told = members.filter(|(name, _)| !WRITTEN.contains(&name.as_str()));
            for (name, value) in told.filter(|(name, _)| !name.starts_with("tags")) {
                assert_eq!(value, &managed[name], "{resource}.{label}.{name}");
            }
            let id = found["id"].as_str().unwrap_or_default();
            let managed_id = managed["id"].as_str().unwrap_or_default();
            assert!(id.eq_ignore_ascii_case(managed_id), "{id}");
        }
    }
    let app = state.object("data.ise_logic_app.named");
    let tags = json!({ "team": "integration", "hidden-link": "portal" });
    assert_eq!((&app["tags"], &app["tags_all"]), (&tags, &tags));

    let health = state.object("data.ise_network_health.it");
    assert_eq!(health["healthy"], true);
    let subnets = health["subnets"].as_object().into_iter().flatten();
    let names: Vec<_> = subnets.map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["e", "f", "g", "h"]);
    let skus = &state.object("data.ise_skus.it")["skus"];
    assert_eq!(
        (&skus[0]["name"], &skus[0]["capacity"]["maximum"]),
        (&json!("Premium"), &json!(10))
    );
    let free = state.object("data.ise_preflight.free");
    assert_eq!(
        (&free["ready"], &free["findings"]),
        (&json!(true), &json!([]))
    );
    let taken = state.object("data.ise_preflight.taken");
    assert_eq!(taken["ready"], false);
    let findings = taken["findings"].as_array().into_iter().flatten();
    let rules: BTreeSet<_> = findings.filter_map(|it| it["rule"].as_str()).collect();
    assert_eq!(rules, ["express-route", "subnet-in-use"].into());
    let mut asked = scene.emulator.writes()?;
    asked.sort();
    assert_eq!(asked, CALLBACKS);
    Ok(())
}

/// Those of the apply and of the plan after it. Nothing else is no read.
const CALLBACKS: [&str; 4] = [
    "POST integrationAccounts/partners/listCallbackUrl",
    "POST integrationAccounts/partners/listCallbackUrl",
    "POST workflows/hello/triggers/request/listCallbackUrl",
    "POST workflows/hello/triggers/request/listCallbackUrl",
];

/// Terraform keeps the URL in its state, and nobody else has it.
#[test]
fn a_signature_is_told_to_terraform_alone() -> Result {
    let mut scene = Scene::new(Fixture::Environment)?;
    scene.workspace.set_variable("TF_LOG", "trace");
    scene.workspace.set_variable("TF_LOG_PATH", "trace.log");
    scene.configure(&EXISTING)?;
    let applied = scene.apply()?;
    let state = scene.state()?;
    let transcript = scene.emulator.transcript()?;
    let log = fs::read_to_string(scene.path().join("trace.log"))?;
    assert!(log.contains("listCallbackUrl"));
    for label in ["trigger", "account"] {
        let found = state.object(&format!("data.ise_callback_url.{label}"));
        let url = found["value"].as_str().unwrap_or_default();
        let signature = found["queries"]["sig"].as_str().unwrap_or_default();
        assert!(url.contains("sig=") && signature.len() > 20, "{url}");
        for text in [&log, &transcript, &applied.stdout, &applied.stderr] {
            assert!(!text.contains(signature), "{label}");
        }
    }
    let trigger = state.object("data.ise_callback_url.trigger");
    assert_eq!(trigger["queries"]["se"], "2030-01-01T00:00:00Z");
    assert_eq!(trigger["method"], "POST");
    Ok(())
}

/// No provider block, no subscription, no account, nobody to ask.
#[test]
fn what_is_offline_needs_no_account() -> Result {
    let mut workspace = Workspace::new()?;
    let configuration = include_str!("looked_up/offline.tf");
    workspace.write("main.tf", &format!("{REQUIRED_PROVIDERS}{configuration}"))?;
    // Nobody is there, neither to sign in nor to ask.
    for variable in [
        "ARM_RESOURCE_MANAGER_ENDPOINT",
        "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST",
    ] {
        workspace.set_variable(variable, "http://127.0.0.1:1");
    }
    workspace.apply()?;
    workspace.nothing_to_do()?;
    let state = workspace.state()?;
    assert_eq!(state.output("closed"), &json!([]));
    let rules = &state.object("data.ise_network_requirements.broad")["rules"];
    assert_eq!(rules[0]["priority"], 100);
    workspace.destroy()?;
    Ok(())
}

/// The same, and their errors are at the argument.
#[test]
fn functions_need_no_account() -> Result {
    if !cli::version()?.calls_functions() {
        return Ok(());
    }
    let workspace = Workspace::new()?;
    workspace.write("main.tf", &format!("{REQUIRED_PROVIDERS}{FUNCTIONS}"))?;
    workspace.apply()?;
    let state = workspace.state()?;
    assert_eq!(state.output("subnet_prefixes")[3], "172.16.0.96/27");
    assert_eq!(state.output("address_count"), &json!(32));
    let id = state.output("id");
    assert_eq!(id["parts"]["resourceGroups"], "g");
    assert_eq!(id["type"], "Microsoft.Network/virtualNetworks/subnets");
    let wrong = FUNCTIONS
        .replace("172.16.0.0/24", "172.16.0.0/26")
        .replace("172.16.0.0/27", "172.16.0.1/27")
        .replace("/subscriptions/s", "/subscription/s");
    workspace.write("main.tf", &format!("{REQUIRED_PROVIDERS}{wrong}"))?;
    let run = workspace.run(&["validate"])?.failure()?;
    snapshot::check("looked_up/functions.txt", &run.diagnostics().to_string())
}

/// A look-up that depends on what does not exist yet waits for the apply.
#[test]
fn what_is_created_in_the_same_apply_is_looked_up_after_it() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(
        &r#"
resource "ise_subnet" "new" {
  name               = "new"
  virtual_network_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
  address_prefix     = "172.16.30.0/27"
}

data "ise_subnet" "new" {
  id = ise_subnet.new.id
}
"#,
    )?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let state = scene.state()?;
    let found = state.object("data.ise_subnet.new");
    assert_eq!(found["address_count"], 32);
    assert_eq!(found["used_by"], Json::Null);
    Ok(())
}

#[test]
fn what_is_not_there_is_an_error() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let configuration = include_str!("looked_up/missing.tf");
    scene.configure(&configuration)?;
    let run = scene.run(&["plan"])?.failure()?;
    snapshot::check("looked_up/missing.txt", &run.diagnostics().to_string())
}

/// A module can be tested where there is neither Azure nor an emulator.
#[test]
fn mocks_stand_in_for_azure() -> Result {
    if !cli::version()?.mocks_providers() {
        return Ok(());
    }
    let workspace = Workspace::new()?;
    workspace.copy_from(&binaries::root().join("examples/mocks"))?;
    workspace.run(&["test"])?.success()?;
    Ok(())
}

/// Each of them has a scenario here, and each data source its wrong arguments in one.
#[test]
fn everything_that_is_looked_up_is_tried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/looked_up");
    let files = fs::read_dir(folder).expect("the scenarios");
    let files = files.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
    let tried: String = files.collect();
    let data_sources = data_sources::all();
    let data_sources = data_sources
        .iter()
        .map(|it| format!("data {:?} ", it.type_name()));
    let wrong = include_str!("wrong/data_sources.tf");
    let never_wrong: Vec<_> = data_sources
        .clone()
        .filter(|words| !wrong.contains(words))
        .collect();
    assert_eq!(never_wrong, [""; 0]);
    let functions = functions::all();
    let functions = functions
        .iter()
        .map(|it| format!("provider::ise::{}(", it.name()));
    let untried: Vec<_> = data_sources
        .chain(functions)
        .filter(|words| !tried.contains(words))
        .collect();
    assert_eq!(untried, [""; 0]);
}
