//! Nothing that a client does makes the emulator grow without end, hold a connection for ever or end without a word.

use std::time::Duration;

use arm_emulator::{Emulator, Options, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::client::{Client, LOGIC_VERSION, SUBSCRIPTION, group, logic};
use crate::process::{Process, sign_in};

const GROUPS: &str = "2022-09-01";

/// A definition of about 130 KB.
fn large_workflow(number: usize) -> Value {
    let inputs: Vec<Value> = (0..2300)
        .map(|item| json!({"name": format!("n{item}"), "value": format!("a text of some length {number} {item}")}))
        .collect();
    json!({"location": "westeurope", "properties": {"definition": {
        "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0", "triggers": {},
        "actions": {"a": {"type": "Compose", "runAfter": {}, "inputs": inputs}}
    }}})
}

#[tokio::test]
async fn the_versions_of_a_workflow_take_little_room() {
    let process = Process::start(&[]).await;
    let stream = TcpStream::connect(process.address).await;
    let token = sign_in(stream.expect("a connection"))
        .await
        .expect("a token");
    let path = |path: &str, version: &str| format!("{path}?api-version={version}");
    let place = json!({"location": "westeurope"});
    process
        .send("PUT", &path(&group(), GROUPS), &token, &place)
        .await;
    let flow = path(&logic("workflows/flow"), LOGIC_VERSION);
    for number in 0..60 {
        let written = process
            .send("PUT", &flow, &token, &large_workflow(number))
            .await;
        assert!(written.is_some_and(|reply| reply.status < 300), "{number}");
    }
    let resident = process.resident();
    assert!(resident < 60, "{resident} MiB");
    let versions = path(&logic("workflows/flow/versions"), LOGIC_VERSION);
    let list = process.send("GET", &versions, &token, &Value::Null).await;
    let list = list.expect("a list").body;
    assert_eq!(list["value"].as_array().map(Vec::len), Some(50));
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused_as_arm_refuses_and_logged() {
    let client = Client::with_group().await;
    let body = json!({"location": "westeurope", "tags": {"a": "x".repeat(5 * 1024 * 1024)}});
    let refused = client.put(&group(), GROUPS, body).await;
    assert_eq!(refused.error(), (413, "RequestContentTooLarge"));
    assert_ne!(refused.header("x-ms-correlation-request-id"), "");
    let log = client.control("GET", "requests", Value::Null).await.body;
    let last = log["value"].as_array().and_then(|all| all.last());
    assert_eq!(last.expect("an entry")["status"], 413);
}

/// An emulator on a socket in this process.
async fn listening() -> (std::net::SocketAddr, Emulator) {
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener, emulator.clone()));
    (address, emulator)
}

/// Sends a text and reads until the connection ends.
async fn say(address: std::net::SocketAddr, text: &str, ends: bool) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("a request");
    if ends {
        stream.shutdown().await.expect("an end");
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn log(address: std::net::SocketAddr) -> Value {
    let text = "GET /_emulator/requests HTTP/1.1\r\nhost: e\r\nconnection: close\r\n\r\n";
    let answer = say(address, text, false).await;
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

#[tokio::test]
async fn broken_bodies_are_no_large_ones_and_clients_that_leave_are_logged() {
    let (address, _emulator) = listening().await;
    let head = format!(
        "PUT {SUBSCRIPTION}/resourceGroups/g?api-version={GROUPS} HTTP/1.1\r\nhost: e\r\nconnection: close\r\n"
    );
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\nZZ\r\n");
    let answer = say(address, &chunked, false).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("InvalidRequestContent"),
        "{answer}"
    );
    let aborted = format!("{head}content-length: 100\r\n\r\n{{");
    assert_eq!(say(address, &aborted, true).await, "", "nobody listens");
    let log = log(address).await;
    let statuses: Vec<&Value> = log["value"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| &entry["status"])
        .collect();
    assert_eq!(statuses, [&json!(400), &Value::Null]);
}

#[tokio::test(start_paused = true)]
async fn half_requests_end() {
    let (address, _emulator) = listening().await;
    let half = "GET /subscriptions?api-version=2022-12-01 HTTP/1.1\r\nhost: e\r\n";
    let started = tokio::time::Instant::now();
    assert_eq!(say(address, half, false).await, "");
    let took = started.elapsed().as_secs();
    assert!((30..60).contains(&took), "after {took} s");
    // One that dribbles gets no more time, and one that comes after a whole request no less.
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let whole = format!("{half}\r\n");
    stream.write_all(whole.as_bytes()).await.expect("a request");
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).await.expect("an answer") > 0);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let started = tokio::time::Instant::now();
    let mut open = true;
    for byte in half.as_bytes().iter().cycle().take(60) {
        open = open && stream.write_all(&[*byte]).await.is_ok();
        let end = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut buffer));
        if let Ok(ended) = end.await {
            assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
            open = false;
            break;
        }
    }
    let took = started.elapsed().as_secs();
    assert!(!open && (29..40).contains(&took), "after {took} s");
}

#[tokio::test(start_paused = true)]
async fn half_bodies_end() {
    let (address, _emulator) = listening().await;
    let half = format!(
        "PUT {SUBSCRIPTION}/resourceGroups/g?api-version={GROUPS} HTTP/1.1\r\nhost: e\r\ncontent-length: 100\r\n\r\n{{"
    );
    let answer = say(address, &half, false).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("RequestTimeout"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_request_in_flight_is_answered_when_the_emulator_is_told_to_end() {
    let mut process = Process::start(&[]).await;
    let stream = TcpStream::connect(process.address).await;
    let token = sign_in(stream.expect("a connection"))
        .await
        .expect("a token");
    let rules = [
        json!({"method": "PUT", "times": 0, "delay_ms": 700}),
        json!({"method": "GET", "swallow": true}),
    ];
    for rule in rules {
        let made = process
            .send("POST", "/_emulator/faults", &token, &rule)
            .await;
        assert_eq!(made.expect("an answer").status, 201);
    }
    let path = format!("{}?api-version={GROUPS}", group());
    let address = process.address;
    let send = |method: &'static str| {
        let (path, token) = (path.clone(), token.clone());
        let body = match method {
            "PUT" => json!({"location": "westeurope"}),
            _ => Value::Null,
        };
        tokio::spawn(
            async move { crate::process::send(address, method, &path, &token, &body).await },
        )
    };
    // An answer that never comes holds nobody up for ever.
    let (swallowed, delayed) = (send("GET"), send("PUT"));
    while process.rules_fired(&token).await < 2 {
        tokio::task::yield_now().await;
    }
    process.terminate();
    let answer = delayed.await.expect("a task").expect("an answer");
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(process.ended().await.success());
    assert!(swallowed.await.expect("a task").is_none());
}

#[tokio::test]
async fn an_emulator_that_can_take_no_connection_says_so() {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 48; exec \"$0\" --listen 127.0.0.1:0"])
        .arg(env!("CARGO_BIN_EXE_arm-emulator"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("the emulator");
    let mut told = child.stderr.take().expect("a pipe");
    let process = Process::listening(child).await;
    let mut connections = Vec::new();
    for _ in 0..60 {
        connections.extend(TcpStream::connect(process.address).await);
    }
    let mut text = String::new();
    while !text.contains("no connection can be accepted") {
        let mut bytes = [0; 1024];
        let read = told.read(&mut bytes).await.expect("the log");
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    drop(connections);
    let stream = TcpStream::connect(process.address).await;
    assert!(sign_in(stream.expect("a connection")).await.is_some());
}

#[tokio::test]
async fn a_long_list_of_resources_is_whole() {
    let client = Client::with_group().await;
    let account = logic("integrationAccounts/a");
    let body = json!({"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}});
    client.put(&account, LOGIC_VERSION, body).await;
    for number in 0..200 {
        let body = json!({"properties": {"content": {"a": number}}});
        let path = format!("{account}/sessions/s{number}");
        assert_eq!(client.put(&path, LOGIC_VERSION, body).await.status, 201);
    }
    let list = client.control("GET", "resources", Value::Null).await.body;
    let mut ids: Vec<&str> = list["value"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["id"].as_str())
        .collect();
    assert_eq!(ids.len(), 202);
    ids.dedup();
    assert_eq!(ids.len(), 202);
}
