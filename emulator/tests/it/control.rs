//! Control of the emulator itself: fixtures, reset, faults, drift and the request log.

use std::time::Duration;

use arm_emulator::{Emulator, Options, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, SUBSCRIPTION, environment, group, ise, logic, network,
};

const VERSION: &str = "2022-09-01";

fn fixtures() -> Vec<Value> {
    let subnets: Vec<Value> = (1..=4)
        .map(|number| json!({"name": format!("s{number}"), "properties": {"addressPrefix": format!("10.0.{number}.0/27")}}))
        .collect();
    let mut ise_body = environment("Premium", 0);
    ise_body["id"] = json!(ise());
    // The order does not matter.
    vec![
        ise_body,
        json!({"id": network("virtualNetworks/vnet"), "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}),
        json!({"id": group(), "location": "westeurope"}),
    ]
}

#[tokio::test]
async fn fixtures_are_there_complete_and_come_back_on_reset() {
    let client = Client::with(fixtures()).await;
    let read = client.get(&ise(), LOGIC_VERSION).await.body;
    assert_eq!(read["properties"]["provisioningState"], "Succeeded");
    assert!(read["properties"]["endpointsConfiguration"].is_object());
    let subnet = client
        .get(&network("virtualNetworks/vnet/subnets/s1"), NETWORK_VERSION)
        .await
        .body;
    assert_eq!(subnet["properties"]["provisioningState"], "Succeeded");
    assert_eq!(client.delete(&ise(), LOGIC_VERSION).await.status, 200);
    client.control("POST", "reset", Value::Null).await;
    assert_eq!(client.get(&ise(), LOGIC_VERSION).await.status, 200);
}

#[tokio::test]
async fn a_fixture_that_cannot_be_is_refused() {
    for (fixture, part) in [
        (json!({"location": "westeurope"}), "no resource id"),
        (json!({"id": network("natGateways/n")}), "not served"),
        (
            json!({"id": network("virtualNetworks/n"), "location": "x"}),
            "ResourceGroupNotFound",
        ),
    ] {
        let options = Options {
            fixtures: vec![fixture],
            ..Options::default()
        };
        let error = Emulator::new(options).expect_err("a refusal").to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn an_answer_in_place_of_arms_own() {
    let client = Client::with_group().await;
    let rule = json!({
        "method": "get", "path": "*/RESOURCEGROUPS/g?api-version=*", "nth": 2, "times": 2,
        "answer": {"status": 429, "code": "TooManyRequests", "message": "Slow down.", "headers": {"Retry-After": 7}}
    });
    client.control("POST", "faults", rule).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = client.get(&group(), VERSION).await;
        assert_eq!(
            answer.header("retry-after"),
            if answer.status == 429 { "7" } else { "" }
        );
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    let log = client.control("GET", "requests", Value::Null).await.body;
    let entries = log["value"].as_array().expect("entries");
    let faults: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["method"] == "GET")
        .map(|entry| &entry["fault"])
        .collect();
    assert_eq!(json!(faults), json!([null, "answer", "answer", null]));
    let rules = client.control("GET", "faults", Value::Null).await.body;
    assert_eq!(
        (&rules["value"][0]["fired"], &rules["value"][0]["nth"]),
        (&json!(2), &json!(2))
    );
    client
        .control(
            "POST",
            "faults",
            json!({"times": 0, "answer": {"status": 503}}),
        )
        .await;
    assert_eq!(client.get(&group(), VERSION).await.status, 503);
    assert_eq!(client.get(&group(), VERSION).await.status, 503);
    client.control("DELETE", "faults", Value::Null).await;
    assert_eq!(client.get(&group(), VERSION).await.status, 200);
}

#[tokio::test]
async fn the_first_rule_that_fits_wins() {
    let client = Client::with_group().await;
    for status in [500, 502] {
        client
            .control(
                "POST",
                "faults",
                json!({"path": "*/resourceGroups/*", "answer": {"status": status}}),
            )
            .await;
    }
    assert_eq!(client.get(&group(), VERSION).await.status, 500);
    assert_eq!(client.get(&group(), VERSION).await.status, 502);
    assert_eq!(client.get(&group(), VERSION).await.status, 200);
}

#[tokio::test]
async fn a_network_operation_fails_on_the_clock() {
    let client = Client::with_group().await;
    client
        .control(
            "POST",
            "faults",
            json!({"fail_operation": {"code": "InternalServerError", "message": "Sorry."}}),
        )
        .await;
    let path = network("virtualNetworks/vnet");
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    let created = client.put(&path, NETWORK_VERSION, body).await;
    assert_eq!(created.status, 201);
    client.advance("1m").await;
    let status = client.follow(created.header("azure-asyncoperation")).await;
    assert_eq!(
        (
            status.status,
            &status.body["status"],
            &status.body["error"]["code"]
        ),
        (200, &json!("Failed"), &json!("InternalServerError"))
    );
    assert_eq!(
        client.get(&path, NETWORK_VERSION).await.body["properties"]["provisioningState"],
        "Failed"
    );
}

#[tokio::test]
async fn a_swallowed_write_is_done() {
    let client = Client::with_group().await;
    client
        .control("POST", "faults", json!({"method": "PUT", "swallow": true}))
        .await;
    let path = logic("integrationAccounts/quiet");
    let body = json!({"location": "westeurope", "sku": {"name": "Free"}});
    let answer = tokio::time::timeout(
        Duration::from_millis(50),
        client.put(&path, LOGIC_VERSION, body),
    )
    .await;
    assert!(answer.is_err());
    assert_eq!(client.get(&path, LOGIC_VERSION).await.status, 200);
    let log = client.control("GET", "requests", Value::Null).await.body;
    let entry = &log["value"].as_array().expect("entries")[2];
    assert_eq!(
        (&entry["method"], &entry["status"]),
        (&json!("PUT"), &Value::Null)
    );
}

/// Sends one request on a connection of its own and reads until the other side closes.
async fn raw(address: std::net::SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut answer = String::new();
    // A reset is one way of ending without an answer.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_work() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    let server = tokio::spawn(serve(listener, emulator));
    for when in ["before", "after"] {
        let rule = format!(r#"{{"close":"{when}"}}"#);
        assert!(
            raw(address, "POST", "/_emulator/faults", &rule)
                .await
                .starts_with("HTTP/1.1 201")
        );
        assert_eq!(
            raw(address, "GET", "/subscriptions", "").await,
            "",
            "{when}"
        );
    }
    assert!(
        raw(address, "GET", "/subscriptions", "")
            .await
            .starts_with("HTTP/1.1 401")
    );
    server.abort();
}

#[tokio::test]
async fn an_answer_is_damaged_on_the_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    let server = tokio::spawn(serve(listener, emulator));
    let get = async || {
        let answer = raw(
            address,
            "GET",
            "/metadata/endpoints?api-version=2022-09-01",
            "",
        )
        .await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let announced = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .expect("a length");
        (announced.to_owned(), body.to_owned())
    };
    let (length, whole) = get().await;
    assert_eq!(whole.len().to_string(), length);
    for (rule, received) in [
        (json!({"truncate": 0}), 0),
        (json!({"truncate": 10}), 10),
        (json!({"truncate": 1_000_000}), whole.len()),
        (json!({"corrupt": true}), whole.len()),
    ] {
        let added = raw(address, "POST", "/_emulator/faults", &rule.to_string()).await;
        assert!(added.starts_with("HTTP/1.1 201"), "{added}");
        let (announced, body) = get().await;
        assert_eq!((&announced, body.len()), (&length, received), "{rule}");
        let is_json = serde_json::from_str::<Value>(&body).is_ok();
        assert_eq!(is_json, body == whole, "{rule}");
        assert_eq!(body == whole, rule["truncate"] == 1_000_000, "{rule}");
    }
    server.abort();
}

/// Head and body of the answer to one request under one fault.
async fn answered(
    address: std::net::SocketAddr,
    method: &str,
    rule: &Value,
) -> (Vec<String>, String) {
    let added = raw(address, "POST", "/_emulator/faults", &rule.to_string()).await;
    assert!(added.starts_with("HTTP/1.1 201"), "{added}");
    let path = format!("{}?api-version={VERSION}", group());
    let answer = raw(address, method, &path, r#"{"location":"westeurope"}"#).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let lines = head
        .lines()
        .filter(|line| !line.starts_with("date: ") && !line.starts_with("connection: "));
    (lines.map(str::to_owned).collect(), body.to_owned())
}

#[tokio::test]
async fn a_stranger_answers_with_nothing_of_arms() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    let server = tokio::spawn(serve(listener, emulator));
    let page = "<html>Sign in to \"Café\"</html>";
    let of_page = format!("content-length: {}", page.len());
    for (stranger, head, body) in [
        (
            json!({"status": 200, "headers": {"content-type": "text/html", "X-Cache": 7}, "body": page}),
            vec![
                "HTTP/1.1 200 OK",
                "content-type: text/html",
                "x-cache: 7",
                &of_page,
            ],
            page,
        ),
        (
            json!({"status": 404, "body": page}),
            vec!["HTTP/1.1 404 Not Found", &of_page],
            page,
        ),
        (
            json!({"status": 201, "body": {"id": "/x", "name": "x"}}),
            vec!["HTTP/1.1 201 Created", "content-length: 22"],
            r#"{"id":"/x","name":"x"}"#,
        ),
        (json!({"status": 204}), vec!["HTTP/1.1 204 No Content"], ""),
        (
            json!({"status": 202}),
            vec!["HTTP/1.1 202 Accepted", "content-length: 0"],
            "",
        ),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let rule = json!({"path": "*/resourceGroups/g?*", "stranger": stranger});
            let (lines, given) = answered(address, method, &rule).await;
            assert_eq!(
                (lines, given.as_str()),
                (head.iter().map(ToString::to_string).collect(), body)
            );
        }
    }
    let log = raw(address, "GET", "/_emulator/requests", "").await;
    assert_eq!(log.matches(r#""fault":"stranger""#).count(), 15, "{log}");
    let there = raw(address, "GET", "/_emulator/resources", "").await;
    assert!(
        !there.contains("resourceGroups/g"),
        "nothing was done: {there}"
    );
    server.abort();
}

#[tokio::test]
async fn an_answer_has_the_headers_it_is_given() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    let server = tokio::spawn(serve(listener, emulator));
    let json_type = "content-type: application/json; charset=utf-8";
    for (headers, body, kind, text) in [
        (
            json!({"Content-Type": "text/html"}),
            json!("<html>"),
            "content-type: text/html",
            "<html>",
        ),
        (
            json!({"content-type": "text/plain"}),
            json!({"a": 1}),
            "content-type: text/plain",
            r#"{"a":1}"#,
        ),
        (
            json!({"content-type": "application/problem+json"}),
            json!("t"),
            "content-type: application/problem+json",
            r#""t""#,
        ),
        (json!({}), json!("t"), json_type, r#""t""#),
        (
            json!({"x-ms-request-id": "mine"}),
            json!([1]),
            json_type,
            "[1]",
        ),
    ] {
        let rule = json!({"path": "*/resourceGroups/g?*", "answer": {"status": 200, "headers": headers, "body": body}});
        let (lines, given) = answered(address, "GET", &rule).await;
        assert_eq!(given, text, "{rule}");
        assert!(lines.iter().any(|line| line == kind), "{rule}: {lines:?}");
        let of_arm = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
        let is_mine = of_arm("x-ms-request-id: ") == Some("mine");
        assert_eq!(is_mine, headers.get("x-ms-request-id").is_some(), "{rule}");
        assert!(of_arm("x-ms-correlation-request-id: ").is_some(), "{rule}");
    }
    server.abort();
}

#[tokio::test]
async fn an_unknown_rule_is_refused() {
    let client = Client::new().await;
    let answer = client
        .send(
            "POST",
            "/_emulator/faults",
            &[],
            json!({"path": "*"}).to_string(),
        )
        .await;
    assert_eq!(answer.error(), (400, "InvalidControlRequest"));
    let answer = client
        .send(
            "POST",
            "/_emulator/clock",
            &[],
            json!({"advance": "soon"}).to_string(),
        )
        .await;
    assert_eq!(answer.error(), (400, "InvalidControlRequest"));
    assert_eq!(
        client
            .send("GET", "/_emulator/nothing", &[], String::new())
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_resource_changes_behind_its_owners_back() {
    let client = Client::with_group().await;
    let path = format!("resources{}", group());
    let answer = client
        .control("PUT", &path, json!({"tags": {"by": "hand"}}))
        .await;
    assert_eq!(answer.body["tags"], json!({"by": "hand"}));
    assert_eq!(
        client.get(&group(), VERSION).await.body["tags"],
        json!({"by": "hand"})
    );
    client.control("PUT", &path, json!({"tags": null})).await;
    assert_eq!(client.get(&group(), VERSION).await.body.get("tags"), None);
}

#[tokio::test]
async fn requests_are_remembered_without_secrets() {
    let client = Client::with_group().await;
    client.get(&group(), VERSION).await;
    let log = client.control("GET", "requests", Value::Null).await.body;
    let entries = log["value"].as_array().expect("entries");
    let of = |name: &str| {
        entries
            .iter()
            .map(|entry| entry[name].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("method"), ["POST", "PUT", "GET"]);
    assert_eq!(of("status"), [200, 201, 200]);
    assert_eq!(entries[0]["body"]["client_secret"], "***");
    assert_eq!(entries[0]["response_body"]["access_token"], "***");
    assert_eq!(
        (&entries[1]["body"]["location"], &entries[1]["query"]),
        (&json!("West Europe"), &json!("api-version=2022-09-01"))
    );
    assert_eq!(entries[2]["path"], group());
    assert!(
        entries[2]["correlation_id"].is_string()
            && entries[2]["time"].is_string()
            && entries[2]["duration_ms"].is_u64()
    );
    client.control("DELETE", "requests", Value::Null).await;
    assert_eq!(
        client.control("GET", "requests", Value::Null).await.body["value"],
        json!([])
    );
}

#[tokio::test]
async fn the_clock_can_run_fast() {
    let client = Client::with_subnets().await;
    let set = client
        .control("POST", "clock", json!({"scale": 720.0}))
        .await
        .body;
    assert_eq!(set["scale"], 720.0);
    let created = client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    assert_eq!(
        (
            created.header("retry-after"),
            created.header("retry-after-ms")
        ),
        ("1", "20")
    );
    assert_eq!(created.header("x-ms-retry-after-ms"), "20");
    assert_eq!(
        client
            .get(&format!("{SUBSCRIPTION}/resources"), VERSION)
            .await
            .body["value"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}
