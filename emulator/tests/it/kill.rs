//! An emulator that is killed at any moment under load loses nothing that it has confirmed.
//!
//! `EMULATOR_KILLS` says how often (default 12), `EMULATOR_SEED` when and under which load.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::client::{LOGIC_VERSION, NETWORK_VERSION, environment, group, ise, logic, network};
use crate::process::{Process, Reply, send, sign_in};

const ACCOUNT_WRITERS: u64 = 6;
const NETWORK_WRITERS: u64 = 4;
const ACCOUNTS_EACH: u64 = 5;
/// An environment deploys in two seconds: over several kills.
const SCALE: &str = "3600";

/// What a writer knows of an object: the number that it last wrote into it, or none when it is not there.
#[derive(Default)]
struct Known {
    confirmed: Option<u64>,
    /// The write that was sent and not answered.
    open: Option<Option<u64>>,
}

/// What all writers know.
#[derive(Default)]
struct Ledger {
    objects: Mutex<BTreeMap<String, Known>>,
    /// The status address of the deployment, and whether it was seen to have ended.
    deployment: Mutex<Option<(String, bool)>>,
    writes: AtomicU64,
    deployments: AtomicU64,
}

#[tokio::test]
async fn nothing_confirmed_is_lost_when_it_is_killed() {
    let number = |name: &str, default| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let kills = number("EMULATOR_KILLS", 12);
    let mut random = Random(number("EMULATOR_SEED", 7));
    let folder = tempfile::tempdir().expect("a folder");
    let (state, fixture) = (
        folder.path().join("state.redb"),
        folder.path().join("fixture.json"),
    );
    std::fs::write(&fixture, fixtures().to_string()).expect("a file");
    let ledger = Arc::new(Ledger::default());
    for _ in 0..kills {
        if random.below(6) == 0 {
            let mut child = Process::spawn(&arguments(&state, &fixture));
            tokio::time::sleep(Duration::from_millis(random.below(20))).await;
            child.kill().await.expect("an end");
            continue;
        }
        let process = Process::start(&arguments(&state, &fixture)).await;
        let token = token(process.address).await;
        check(&process, &token, &ledger).await;
        let mut writers = load(process.address, &token, &ledger, &mut random);
        tokio::time::sleep(Duration::from_millis(random.below(150))).await;
        process.kill().await;
        while let Some(ended) = writers.join_next().await {
            ended.expect("a writer that goes on until the end");
        }
    }
    let process = Process::start(&arguments(&state, &fixture)).await;
    let token = token(process.address).await;
    check(&process, &token, &ledger).await;
    let writes = ledger.writes.load(Ordering::Relaxed);
    assert!(writes > 0, "there was a load");
    eprintln!(
        "{kills} kills, {writes} confirmed writes, {} deployments seen to end",
        ledger.deployments.load(Ordering::Relaxed)
    );
}

#[tokio::test]
async fn an_operation_goes_on_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let (state, fixture) = (
        folder.path().join("state.redb"),
        folder.path().join("fixture.json"),
    );
    std::fs::write(&fixture, fixtures().to_string()).expect("a file");
    let arguments = ["--state", text(&state), "--fixture", text(&fixture)];
    let process = Process::start(&arguments).await;
    let own = token(process.address).await;
    let put = versioned(&ise(), LOGIC_VERSION);
    let answer = process
        .send("PUT", &put, &own, &environment("Premium", 0))
        .await;
    assert_eq!(answer.expect("an answer").status, 201);
    process.kill().await;

    let process = Process::start(&arguments).await;
    let old = process.send("GET", &put, &own, &Value::Null).await;
    assert_eq!(old.expect("an answer").status, 401, "tokens do not survive");
    let own = token(process.address).await;
    let state = async || {
        let answer = process.send("GET", &put, &own, &Value::Null).await;
        answer.expect("an answer").body["properties"]["provisioningState"].clone()
    };
    assert_eq!(state().await, "InProgress");
    let advance = json!({"advance": "2h"});
    process
        .send("POST", "/_emulator/clock", &own, &advance)
        .await
        .expect("an answer");
    assert_eq!(state().await, "Succeeded");
}

#[tokio::test]
async fn a_kill_while_the_file_is_made_leaves_none_or_a_good_one() {
    let mut random = Random(7);
    for _ in 0..12 {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state.redb");
        let arguments = ["--state", text(&state)];
        let mut child = Process::spawn(&arguments);
        tokio::time::sleep(Duration::from_micros(3000 + random.below(20_000))).await;
        child.kill().await.expect("an end");
        Process::start(&arguments).await.kill().await;
    }
}

/// Compares what is there with what was confirmed.
async fn check(process: &Process, token: &str, ledger: &Ledger) {
    let listed = process
        .send("GET", "/_emulator/resources", token, &Value::Null)
        .await;
    let listed = listed.expect("an answer").body;
    let found: BTreeMap<&str, &Value> = listed["value"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|resource| (resource["id"].as_str().expect("an id"), resource))
        .collect();
    for (path, known) in ledger.objects.lock().expect("the ledger").iter_mut() {
        let actual = found
            .get(path.as_str())
            .map(|resource| whole(&found, path, resource));
        assert!(
            actual == known.confirmed || Some(actual) == known.open,
            "{path} is {actual:?}, confirmed {:?}, open {:?}",
            known.confirmed,
            known.open
        );
        *known = Known {
            confirmed: actual,
            open: None,
        };
    }
    if found.contains_key(ise().as_str()) {
        for number in 1..=4 {
            let subnet =
                found[format!("{}/subnets/s{number}", network("virtualNetworks/vnet")).as_str()];
            assert!(
                subnet["properties"]["serviceAssociationLinks"].is_array(),
                "{subnet}"
            );
        }
    }
    let deployment = ledger.deployment.lock().expect("the ledger").clone();
    if let Some((path, ended)) = deployment {
        // It is only deleted once it was seen to have ended.
        assert!(ended || found.contains_key(ise().as_str()), "{found:?}");
        let status = process.send("GET", &path, token, &Value::Null).await;
        let Reply { status, body, .. } = status.expect("an answer");
        assert_eq!(status, 200, "{body}");
        assert!(
            body["status"] == "Succeeded" || (!ended && body["status"] == "InProgress"),
            "{body}, ended before: {ended}"
        );
    }
}

/// The number in an object, which all parts of it have to agree on.
fn whole(found: &BTreeMap<&str, &Value>, path: &str, resource: &Value) -> u64 {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let written: u64 = number(&resource["tags"]["number"]).expect("a number");
    assert_eq!(
        number(&resource["tags"]["copy"]),
        Some(written),
        "{resource}"
    );
    if path.contains("/virtualNetworks/") {
        let children = format!("{path}/subnets/");
        let names: Vec<&str> = found
            .keys()
            .filter_map(|id| id.strip_prefix(&children))
            .collect();
        let expected: Vec<String> = (1..=4).map(|index| format!("s{written}-{index}")).collect();
        assert_eq!(names, expected, "{resource}");
    }
    written
}

fn load(
    address: SocketAddr,
    token: &str,
    ledger: &Arc<Ledger>,
    random: &mut Random,
) -> JoinSet<()> {
    let mut writers = JoinSet::new();
    let mut writer = |ledger: &Arc<Ledger>| Writer {
        address,
        token: token.to_owned(),
        ledger: Arc::clone(ledger),
        random: Random(random.next()),
    };
    for index in 0..ACCOUNT_WRITERS {
        writers.spawn(writer(ledger).write_accounts(index));
    }
    for index in 0..NETWORK_WRITERS {
        writers.spawn(writer(ledger).write_network(index));
    }
    writers.spawn(writer(ledger).deploy());
    writers
}

/// A client that writes until its emulator is gone.
struct Writer {
    address: SocketAddr,
    token: String,
    ledger: Arc<Ledger>,
    random: Random,
}

impl Writer {
    async fn write_accounts(mut self, index: u64) {
        loop {
            let path = logic(&format!(
                "integrationAccounts/a{index}-{}",
                self.random.below(ACCOUNTS_EACH)
            ));
            let number = (self.random.below(4) > 0).then(|| self.random.below(1_000_000));
            let body = number.map_or(Value::Null, |number| {
                json!({"location": "westeurope", "sku": {"name": "Free"},
                    "tags": {"number": number.to_string(), "copy": number.to_string()}})
            });
            if self
                .write(&path, LOGIC_VERSION, number, &body)
                .await
                .is_none()
            {
                return;
            }
        }
    }

    /// Replaces a network and all of its subnets.
    async fn write_network(mut self, index: u64) {
        let path = network(&format!("virtualNetworks/n{index}"));
        loop {
            let number = self.random.below(1_000_000);
            let subnets: Vec<Value> = (1..=4)
                .map(|part| json!({"name": format!("s{number}-{part}"), "properties": {"addressPrefix": format!("10.1.{part}.0/27")}}))
                .collect();
            let body = json!({"location": "westeurope",
                "tags": {"number": number.to_string(), "copy": number.to_string()},
                "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": subnets}});
            if self
                .write(&path, NETWORK_VERSION, Some(number), &body)
                .await
                .is_none()
            {
                return;
            }
        }
    }

    /// Writes an object, or deletes it for no number, and notes what came of it.
    async fn write(
        &self,
        path: &str,
        version: &str,
        number: Option<u64>,
        body: &Value,
    ) -> Option<()> {
        self.note(path, |known| known.open = Some(number));
        let method = if number.is_some() { "PUT" } else { "DELETE" };
        let answer = self.send(method, &versioned(path, version), body).await?;
        match answer.status {
            200..=299 => {
                self.ledger.writes.fetch_add(1, Ordering::Relaxed);
                self.note(path, |known| known.confirmed = number);
            }
            // The write before has not ended on Azure's clock.
            429 => {}
            _ => panic!("{method} {path}: {answer:?}"),
        }
        self.note(path, |known| known.open = None);
        Some(())
    }

    /// Deploys an environment, waits for it, deletes it and begins again.
    async fn deploy(self) {
        let path = versioned(&ise(), LOGIC_VERSION);
        loop {
            let followed = self.ledger.deployment.lock().expect("the ledger").clone();
            let done = match followed {
                Some((_, true)) => self.delete_environment(&path).await,
                Some((status, false)) => self.follow(status).await,
                None => self.create_environment(&path).await,
            };
            if done.is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn create_environment(&self, path: &str) -> Option<()> {
        let wanted = environment("Premium", 0);
        let reply = self.send("PUT", path, &wanted).await?;
        match reply.status {
            201 => {
                let address = reply.operation.expect("an operation");
                let at = address.find("/subscriptions/").expect("a path");
                self.set_deployment(Some((address[at..].to_owned(), false)));
            }
            // The subnets of the last one come free an hour later, or an unanswered PUT deploys already.
            400 | 409 => {}
            // It has deployed.
            200 => self.delete_environment(path).await?,
            _ => panic!("{reply:?}"),
        }
        Some(())
    }

    async fn follow(&self, status: String) -> Option<()> {
        let reply = self.send("GET", &status, &Value::Null).await?;
        if reply.body["status"] == "Succeeded" {
            self.ledger.deployments.fetch_add(1, Ordering::Relaxed);
            self.set_deployment(Some((status, true)));
        }
        Some(())
    }

    async fn delete_environment(&self, path: &str) -> Option<()> {
        let reply = self.send("DELETE", path, &Value::Null).await?;
        assert!(reply.status < 300, "{reply:?}");
        self.set_deployment(None);
        Some(())
    }

    fn set_deployment(&self, deployment: Option<(String, bool)>) {
        *self.ledger.deployment.lock().expect("the ledger") = deployment;
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Option<Reply> {
        send(self.address, method, path, &self.token, body).await
    }

    fn note(&self, path: &str, change: impl FnOnce(&mut Known)) {
        let mut objects = self.ledger.objects.lock().expect("the ledger");
        change(objects.entry(path.to_owned()).or_default());
    }
}

fn fixtures() -> Value {
    let subnets: Vec<Value> = (1..=4)
        .map(|number| json!({"name": format!("s{number}"), "properties": {"addressPrefix": format!("10.0.{number}.0/27")}}))
        .collect();
    json!([
        {"id": group(), "location": "westeurope"},
        {"id": network("virtualNetworks/vnet"), "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}},
    ])
}

fn arguments<'a>(state: &'a Path, fixture: &'a Path) -> [&'a str; 6] {
    [
        "--state",
        text(state),
        "--fixture",
        text(fixture),
        "--time-scale",
        SCALE,
    ]
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a text path")
}

fn versioned(path: &str, version: &str) -> String {
    format!("{path}?api-version={version}")
}

async fn token(address: SocketAddr) -> String {
    let stream = TcpStream::connect(address).await.expect("a connection");
    sign_in(stream).await.expect("a token")
}

/// A small seeded generator (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
