//! What a state file keeps, and which files are refused.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use arm_emulator::{Emulator, Options};
use redb::{Database, TableDefinition};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, environment, group, ise, logic, network, subnet,
};

const GROUP_VERSION: &str = "2022-09-01";

fn state() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    (folder, file)
}

async fn start(file: &Path, fixtures: Vec<Value>) -> Client {
    Client::start(Options {
        fixtures,
        state: Some(file.to_owned()),
        ..Options::default()
    })
    .await
}

/// A group and a network of four subnets.
fn fixtures() -> Vec<Value> {
    let subnets: Vec<Value> = (1..=4)
        .map(|number| json!({"name": format!("s{number}"), "properties": {"addressPrefix": format!("10.0.{number}.0/27")}}))
        .collect();
    vec![
        json!({"id": group(), "location": "westeurope"}),
        json!({"id": network("virtualNetworks/vnet"), "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}),
    ]
}

async fn resources(client: &Client) -> Value {
    client.control("GET", "resources", Value::Null).await.body
}

#[tokio::test]
async fn everything_is_there_again_and_operations_go_on() {
    let (_folder, file) = state();
    let client = start(&file, fixtures()).await;
    let created = client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let operation = created.header("azure-asyncoperation").to_owned();
    client.advance("1h").await;
    let before = resources(&client).await;
    drop(client);

    let client = start(&file, Vec::new()).await;
    assert_eq!(resources(&client).await, before);
    assert_eq!(client.follow(&operation).await.body["status"], "InProgress");
    let refused = client.delete(&subnet(1), NETWORK_VERSION).await;
    assert_eq!(refused.status, 400, "the subnet is held: {refused:?}");
    // An hour had passed already: the clock did not start again.
    client.advance("1h").await;
    assert_eq!(client.follow(&operation).await.body["status"], "Succeeded");
    assert_eq!(
        client.delete(&ise(), LOGIC_VERSION).await.status,
        200,
        "deployed"
    );
    drop(client);

    let client = start(&file, Vec::new()).await;
    assert_eq!(client.get(&ise(), LOGIC_VERSION).await.status, 404);
    let links = "serviceAssociationLinks";
    let held = client.get(&subnet(1), NETWORK_VERSION).await.body;
    assert!(held["properties"].get(links).is_some(), "{held}");
    client.advance("1h").await;
    let free = client.get(&subnet(1), NETWORK_VERSION).await.body;
    assert_eq!(free["properties"].get(links), None, "{free}");
}

#[tokio::test]
async fn workflows_keep_their_keys_and_no_secure_value_gets_into_the_file() {
    let (_folder, file) = state();
    let client = start(&file, fixtures()).await;
    let path = logic("workflows/flow");
    let body = json!({"location": "westeurope", "properties": {
        "definition": {
            "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"s": {"type": "SecureString"}, "o": {"type": "SecureObject"}},
            "triggers": {"manual": {"type": "Request", "kind": "Http"}},
            "actions": {}
        },
        "parameters": {"s": {"value": "hush-string"}, "o": {"value": {"key": "hush-object"}}}
    }});
    let created = client.put(&path, LOGIC_VERSION, body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let callback = format!("{path}/listCallbackUrl");
    let before = client.post(&callback, LOGIC_VERSION, json!({})).await.body;
    drop(client);

    let bytes = std::fs::read(&file).expect("the file");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("workflowdefinition.json") && !text.contains("hush"));
    let mode = std::fs::metadata(&file).expect("the file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);

    let client = start(&file, Vec::new()).await;
    let after = client.post(&callback, LOGIC_VERSION, json!({})).await.body;
    assert_eq!(after, before);
    // A change that does not speak of the secure parameters finds them given.
    let patched = client
        .patch(&path, LOGIC_VERSION, json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(patched.status, 200, "{patched:?}");
}

#[tokio::test]
async fn fixtures_are_for_a_new_file_and_for_reset() {
    let (_folder, file) = state();
    let client = start(&file, fixtures()).await;
    let other = group().replace("resourceGroups/g", "resourceGroups/other");
    let created = client
        .put(&other, GROUP_VERSION, json!({"location": "westeurope"}))
        .await;
    assert_eq!(created.status, 201);
    let deleted = client
        .delete(&network("virtualNetworks/vnet"), NETWORK_VERSION)
        .await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    client.advance("1m").await;
    drop(client);

    let vnet = network("virtualNetworks/vnet");
    let client = start(&file, fixtures()).await;
    assert_eq!(client.get(&vnet, NETWORK_VERSION).await.status, 404);
    assert_eq!(client.get(&other, GROUP_VERSION).await.status, 200);
    client.control("POST", "reset", Value::Null).await;
    drop(client);

    let client = start(&file, Vec::new()).await;
    assert_eq!(client.get(&vnet, NETWORK_VERSION).await.status, 200);
    assert_eq!(client.get(&other, GROUP_VERSION).await.status, 404);
}

#[tokio::test]
async fn generated_names_go_on_where_they_were() {
    let (_folder, file) = state();
    let path = network("virtualNetworks/vnet");
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    let mut guids = Vec::new();
    for _ in 0..3 {
        let client = start(&file, fixtures()).await;
        let answer = client.settle(&path, body.clone()).await;
        guids.push(answer.header("azure-asyncoperation").to_owned());
    }
    guids.sort();
    guids.dedup();
    assert_eq!(guids.len(), 3, "an operation of each start: {guids:?}");
}

fn refusal(file: &Path) -> String {
    let options = Options {
        state: Some(file.to_owned()),
        ..Options::default()
    };
    Emulator::new(options).expect_err("a refusal").to_string()
}

#[tokio::test]
async fn a_file_in_use_is_refused() {
    let (_folder, file) = state();
    let client = start(&file, Vec::new()).await;
    let error = refusal(&file);
    assert!(
        error.contains("another process is using it") && error.contains("state.redb"),
        "{error}"
    );
    drop(client);
    start(&file, Vec::new()).await;
}

#[tokio::test]
async fn files_of_others_are_refused_and_left_alone() {
    let (folder, file) = state();
    std::fs::write(&file, "Dear diary,").expect("a file");
    assert!(refusal(&file).contains("not a file of arm-emulator"));
    assert_eq!(std::fs::read(&file).expect("the file"), b"Dear diary,");

    let foreign = folder.path().join("foreign.redb");
    put(&foreign, "books", "title", "x");
    assert!(refusal(&foreign).contains("the database of another program"));

    let newer = folder.path().join("newer.redb");
    put(&newer, "arm-emulator", "format", "other");
    let error = refusal(&newer);
    assert!(
        error.contains("another version of arm-emulator (its format is 'other'"),
        "{error}"
    );

    let missing = folder.path().join("nowhere/state.redb");
    assert!(refusal(&missing).contains("nowhere/state.redb"));
}

/// Makes a database with one entry.
fn put(file: &Path, table: &str, key: &str, value: &str) {
    let database = Database::create(file).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    {
        let table: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(table);
        let mut table = transaction.open_table(table).expect("a table");
        table.insert(key, value.as_bytes()).expect("an entry");
    }
    transaction.commit().expect("a commit");
}

#[tokio::test]
async fn the_tenant_and_its_applications_are_there_again() {
    let (_folder, file) = state();
    let client = start(&file, Vec::new()).await;
    let tenant = crate::signin::home(&client).await;
    let secrets = json!([{"secretText": "hush-hush"}]);
    let application = crate::signin::register(&client, json!({ "secrets": secrets })).await;
    drop(client);
    let bytes = std::fs::read(&file).expect("the file");
    let hush = b"hush-hush";
    assert!(
        !bytes.windows(hush.len()).any(|part| part == hush),
        "a digest is kept"
    );

    let options = Options {
        state: Some(file.clone()),
        seed: 7,
        ..Options::default()
    };
    let client = Client::start(options).await;
    let path = format!("applications/{}", crate::signin::APPLICATION);
    let again = client.control("GET", &path, Value::Null).await;
    assert_eq!(again.body, application.body);
    for (secret, status) in [("hush-hush", 200), ("other", 401)] {
        let answer = crate::signin::ask(&client, &tenant, &[("client_secret", secret)]).await;
        assert_eq!(answer.status, status, "{secret}");
    }
    client.control("POST", "reset", Value::Null).await;
    let list = client.control("GET", "applications", Value::Null).await;
    assert_eq!(list.body, json!({"value": []}));
    let mut client = client;
    let answer = crate::signin::ask(&client, "t", &[("client_secret", "x")]).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    assert_eq!(
        crate::signin::home(&client).await,
        tenant,
        "tokens stay good"
    );
}

#[tokio::test]
async fn scaling_goes_on() {
    let (_folder, file) = state();
    let client = start(&file, fixtures()).await;
    let premium = environment("Premium", 0);
    client.put(&ise(), LOGIC_VERSION, premium).await;
    client.advance("2h").await;
    let setting = format!(
        "{}/providers/Microsoft.Insights/autoscaleSettings/s",
        group()
    );
    let body = json!({"location": "westeurope", "properties": {"enabled": true, "targetResourceUri": ise(), "profiles": [{
        "name": "p", "capacity": {"minimum": "0", "maximum": "2", "default": "0"}, "rules": [{
            "metricTrigger": {"metricName": "Cpu", "metricResourceUri": ise(), "timeGrain": "PT1M", "timeWindow": "PT5M",
                "statistic": "Average", "timeAggregation": "Average", "operator": "GreaterThan", "threshold": 50},
            "scaleAction": {"direction": "Increase", "type": "ChangeCount", "value": "1", "cooldown": "PT1H"}
        }]
    }]}});
    let created = client.put(&setting, "2022-10-01", body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let metric = json!({"resource": ise(), "metric": "Cpu", "value": 90});
    client.control("POST", "metrics", metric).await;
    client.advance("5m").await;
    let capacity = async |client: &Client| {
        let body = client.get(&ise(), LOGIC_VERSION).await.body;
        body["sku"]["capacity"].clone()
    };
    assert_eq!(capacity(&client).await, json!(1));
    drop(client);

    // The metric still holds, and the hour since the last change goes on.
    let client = start(&file, Vec::new()).await;
    client.advance("50m").await;
    assert_eq!(capacity(&client).await, json!(1));
    drop(client);
    let client = start(&file, Vec::new()).await;
    client.advance("10m").await;
    assert_eq!(capacity(&client).await, json!(2));
}

#[tokio::test]
async fn a_file_that_is_gone_is_no_place_to_keep_anything() {
    let (folder, file) = state();
    let client = start(&file, fixtures()).await;
    std::fs::rename(&file, folder.path().join("elsewhere")).expect("a move");
    let path = format!("{}-2", group());
    let body = json!({"location": "westeurope"});
    let lost = client.put(&path, GROUP_VERSION, body).await;
    assert_eq!(lost.error(), (500, "StateFileFailed"));
}

/// Turns every 97th bit pattern of a page around.
fn damage(bytes: &[u8], page: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let page = bytes.chunks_mut(4096).nth(page).expect("a page");
    page.iter_mut()
        .skip(8)
        .step_by(97)
        .for_each(|byte| *byte ^= 255);
    bytes
}

/// A file with some groups: as it is when the emulator is killed, and as it is when it has ended.
async fn files_of_groups(file: &Path) -> (Vec<u8>, Vec<u8>) {
    let client = start(file, Vec::new()).await;
    for number in 0..40 {
        let path = format!("{}-{number}", group());
        let body = json!({"location": "westeurope"});
        assert_eq!(client.put(&path, GROUP_VERSION, body).await.status, 201);
    }
    let killed = std::fs::read(file).expect("the file");
    drop(client);
    (killed, std::fs::read(file).expect("the file"))
}

#[tokio::test]
async fn a_damaged_file_is_refused_or_the_repair_is_told() {
    let (folder, file) = state();
    let (killed, ended) = files_of_groups(&file).await;
    let copy = folder.path().join("copy.redb");
    for (kind, whole) in [("killed", killed), ("ended", ended)] {
        for page in 1..whole.len() / 4096 {
            // Most of a file of this size has never been written to.
            if whole[page * 4096..][..4096].iter().all(|byte| *byte == 0) {
                continue;
            }
            std::fs::write(&copy, damage(&whole, page)).expect("a file");
            let options = Options {
                state: Some(copy.clone()),
                ..Options::default()
            };
            let started = std::panic::catch_unwind(|| Emulator::new(options));
            let Ok(started) = started else {
                panic!("{kind}: page {page} makes it panic");
            };
            let Ok(emulator) = started else {
                continue;
            };
            drop(emulator);
            let (count, told) = groups_of(&folder, &damage(&whole, page)).await;
            assert!(
                count == 40 || told.contains("was damaged"),
                "{kind}: page {page}: {count} groups, {told:?}"
            );
        }
    }
}

/// How many groups an emulator finds in a file, and what it says of it.
async fn groups_of(folder: &TempDir, bytes: &[u8]) -> (usize, String) {
    use tokio::io::AsyncReadExt as _;
    let copy = folder.path().join("again.redb");
    std::fs::write(&copy, bytes).expect("a file");
    let mut command =
        crate::process::Process::command(&["--state", copy.to_str().expect("a text path")]);
    let mut child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the emulator");
    let mut log = child.stderr.take().expect("a pipe");
    let process = crate::process::Process::listening(child).await;
    let list = process
        .send("GET", "/_emulator/resources", "", &Value::Null)
        .await
        .expect("an answer");
    process.kill().await;
    let mut told = String::new();
    log.read_to_string(&mut told).await.expect("the log");
    (list.body["value"].as_array().map_or(0, Vec::len), told)
}
