//! What the page tells of one request and of one resource, and what its forms do to them.

use serde_json::{Value, json};

use super::{assert_shows, look, page, section, stop_the_clock, submit, text};
use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, environment, group, ise, logic, network, subnet,
};

/// The number of the last request.
async fn last(client: &Client) -> u64 {
    let last = client.control("GET", "requests?last=1", Value::Null).await;
    last.body["value"][0]["number"].as_u64().expect("a number")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

#[tokio::test]
async fn a_request_is_shown_whole_without_its_secrets() {
    let client = Client::with_group().await;
    let path = format!(
        "{}?api-version={LOGIC_VERSION}&sig=hush",
        logic("workflows/none")
    );
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "client/1"),
        (
            "x-ms-correlation-request-id",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
        ),
        ("cookie", "hush"),
        ("x-api-key", "hush"),
    ];
    let body = json!({"location": "it's", "password": "hush"}).to_string();
    client.send("PUT", &path, &headers, body).await;
    let number = last(&client).await;
    let shown = look(&client, &format!("/?request={number}")).await;
    let request = section(&shown, "request");
    assert_shows(
        request,
        &[
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "class=\"failure warn\"",
            "sig=***",
            "<th scope=\"row\">user-agent</th><td><code>client/1</code>",
            "<th scope=\"row\">cookie</th><td><code>***</code>",
            "<th scope=\"row\">x-api-key</th><td><code>***</code>",
            "<th scope=\"row\">authorization</th><td><code>***</code>",
            // Of the answer.
            "<th scope=\"row\">x-ms-correlation-request-id</th>",
            "curl -X PUT 'http://emulator/subscriptions/",
            "-H &quot;Authorization: Bearer $TOKEN&quot;",
            "-H 'content-type: application/json'",
            r#"--data-raw '{&quot;location&quot;:&quot;it'\''s&quot;"#,
            "&quot;password&quot;: &quot;***&quot;",
            "Make a fault of this",
        ],
    );
    assert!(!request.contains("hush"), "{request}");
    let log = client.control("GET", "requests?last=1", Value::Null).await;
    assert_eq!(log.body["value"][0]["headers"]["user-agent"], "client/1");
    client.control("DELETE", "requests", Value::Null).await;
    let gone = look(&client, &format!("/?request={number}")).await;
    assert_shows(section(&gone, "request"), &["forgotten"]);
}

#[tokio::test]
async fn requests_are_filtered_by_what_came_of_them() {
    let client = Client::with_group().await;
    client.get(&group(), NETWORK_VERSION).await;
    client.get(&logic("workflows/none"), LOGIC_VERSION).await;
    let busy = json!({"status": 503, "code": "ServerBusy", "message": "Later."});
    client
        .control("POST", "faults", json!({ "answer": busy }))
        .await;
    client.delete(&group(), NETWORK_VERSION).await;
    for (filter, rows) in [
        ("", 5),
        ("status=failed", 3),
        ("status=4xx", 2),
        ("status=5xx", 1),
        ("status=2xx", 2),
        ("status=fault", 1),
        ("status=404", 1),
        ("method=get", 2),
        ("method=DELETE&status=2xx", 0),
        ("words=WORKFLOWS", 1),
    ] {
        let shown = look(&client, &format!("/?{filter}")).await;
        let requests = section(&shown, "requests");
        let found = requests.matches("<tr data-key").count();
        assert_eq!(found, rows, "{filter}: {requests}");
    }
}

#[tokio::test]
async fn a_fault_is_made_of_a_request_and_removed_alone() {
    let client = Client::with_group().await;
    client.get(&group(), "2022-09-01").await;
    let number = last(&client).await;
    let shown = look(&client, &format!("/?fault={number}")).await;
    let faults = section(&shown, "faults");
    assert_shows(
        faults,
        &[
            "A fault of that request",
            "<option value=\"GET\" selected>",
            "value=\"*/resourceGroups/g?*\"",
        ],
    );
    let fields = form(&[
        ("method", "GET"),
        ("path", "*/resourceGroups/g?*"),
        ("nth", "1"),
        ("times", "0"),
        ("action", "answer"),
        ("status", "429"),
        ("retry_after", "7"),
        ("code", "Busy"),
        ("message", "Wait."),
    ]);
    let page_of_it = [("referer", "http://emulator/?fault=3&words=x")];
    let added = submit(&client, "faults/add", &fields, &page_of_it).await;
    assert_eq!((added.status, added.header("location")), (303, "/?words=x"));
    let answer = client.get(&group(), "2022-09-01").await;
    assert_eq!(answer.error(), (429, "Busy"));
    assert_eq!(answer.header("retry-after"), "7");
    submit(&client, "faults", "preset=ise-retired", &[]).await;
    let rules = client.control("GET", "faults", Value::Null).await.body;
    let number = rules["value"][0]["number"].to_string();
    let shown = page(&client).await;
    assert_shows(
        section(&shown, "faults"),
        &[
            "answer 429, Busy",
            &format!("name=\"number\" value=\"{number}\""),
        ],
    );
    let removed = submit(&client, "faults/remove", &format!("number={number}"), &[]).await;
    assert_eq!(removed.status, 303);
    let rules = client.control("GET", "faults", Value::Null).await.body;
    assert_eq!(rules["value"].as_array().map(Vec::len), Some(1), "{rules}");
    assert_eq!(rules["value"][0]["preset"], "ise-retired");
    let again = submit(&client, "faults/remove", &format!("number={number}"), &[]).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn every_fault_of_the_form_is_one_of_the_control_api() {
    let client = Client::new().await;
    for (action, more, expected) in [
        ("delay_ms", ("delay_ms", "5"), json!({"delay_ms": 5})),
        ("close before", ("", ""), json!({"close": "before"})),
        ("close after", ("", ""), json!({"close": "after"})),
        ("swallow", ("", ""), json!({"swallow": true})),
        ("truncate", ("truncate", "3"), json!({"truncate": 3})),
        ("corrupt", ("", ""), json!({"corrupt": true})),
        (
            "stranger",
            ("body", "<p>Pay.</p>"),
            json!({"stranger": {"status": 511, "headers": {"Content-Type": "text/html"}, "body": "<p>Pay.</p>"}}),
        ),
        ("expire_tokens", ("", ""), json!({"expire_tokens": true})),
        (
            "fail_operation",
            ("after", "90m"),
            json!({"fail_operation": {"code": "C", "message": "M", "after": "90m"}}),
        ),
    ] {
        let fields = [
            ("path", "*x*"),
            ("nth", "2"),
            ("times", "3"),
            ("code", "C"),
            ("message", "M"),
            ("status", "511"),
            ("action", action),
            more,
        ];
        let added = submit(&client, "faults/add", &form(&fields), &[]).await;
        assert_eq!(added.status, 303, "{action}: {added:?}");
        let rules = client.control("GET", "faults", Value::Null).await.body;
        let rule = &rules["value"][0];
        for (name, value) in expected.as_object().expect("members") {
            assert_eq!(&rule[name], value, "{rule}");
        }
        assert_eq!((&rule["nth"], &rule["times"]), (&json!(2), &json!(3)));
        client.control("DELETE", "faults", Value::Null).await;
    }
    for (fields, why) in [
        (vec![("action", "rain")], "no fault 'rain'"),
        (
            vec![
                ("action", "delay_ms"),
                ("path", "*"),
                ("nth", "1"),
                ("times", "1"),
                ("delay_ms", "soon"),
            ],
            "'delay_ms' is a whole number",
        ),
    ] {
        let refused = submit(&client, "faults/add", &form(&fields), &[]).await;
        assert_eq!(refused.status, 400);
        assert_shows(&text(&refused), &[why]);
    }
}

#[tokio::test]
async fn a_resource_is_shown_and_edited_behind_its_owners_back() {
    let client = Client::with_environment("Premium").await;
    let shown = look(
        &client,
        &format!("/?resource={}", encoded(&ise().to_uppercase())),
    )
    .await;
    let resource = section(&shown, "resource");
    assert_shows(
        resource,
        &[
            "Microsoft.Logic/integrationServiceEnvironments",
            "Succeeded",
            "&quot;sku&quot;: {",
            "Save as drift",
        ],
    );
    let before = client.get(&ise(), LOGIC_VERSION).await.body;
    let mut wanted = before.clone();
    wanted["tags"] = json!({"by": "hand"});
    wanted["properties"]["state"] = Value::Null;
    let fields = |wanted: &Value| {
        form(&[
            ("resource", &ise()),
            ("shown", &before.to_string()),
            ("json", &wanted.to_string()),
        ])
    };
    // What the service does meanwhile stays.
    let meanwhile = json!({"properties": {"provisioningState": "Updating"}});
    client
        .control("PUT", &format!("resources{}", ise()), meanwhile)
        .await;
    let saved = submit(&client, "drift", &fields(&wanted), &[]).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    let after = client.get(&ise(), LOGIC_VERSION).await.body;
    assert_eq!(after["tags"], json!({"by": "hand"}));
    assert_eq!(after["properties"]["provisioningState"], "Updating");
    assert_eq!(after["properties"].get("state"), None);
    for (member, why) in [("id", "'id' is the service's own"), ("name", "'name' is")] {
        let mut wanted = before.clone();
        wanted[member] = json!("other");
        let refused = submit(&client, "drift", &fields(&wanted), &[]).await;
        assert_eq!(refused.status, 400);
        assert_shows(&text(&refused).replace("&#39;", "'"), &[why]);
    }
    let broken = form(&[("resource", &ise()), ("shown", "{}"), ("json", "{")]);
    let refused = submit(&client, "drift", &broken, &[]).await;
    assert_shows(&text(&refused), &["This is no JSON"]);
    let raw = format!("/_emulator/page/json?resource={}", encoded(&subnet(1)));
    let raw = client.send("GET", &raw, &[], String::new()).await;
    assert_eq!(raw.body["name"], "s1");
    let gone = look(&client, "/?resource=%2Fnothing").await;
    assert_shows(section(&gone, "resource"), &["Nothing of that id is there"]);
}

#[tokio::test]
async fn a_state_file_that_fails_does_not_hide_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    let client = Client::start(arm_emulator::Options {
        state: Some(file.clone()),
        ..arm_emulator::Options::default()
    })
    .await;
    let body = json!({"location": "westeurope"});
    client.put(&group(), "2022-09-01", body.clone()).await;
    std::fs::remove_file(&file).expect("the file is gone");
    let refused = client
        .put(&format!("{}2", group()), "2022-09-01", body)
        .await;
    assert_eq!(refused.error(), (500, "StateFileFailed"));
    let looked = client.send("GET", "/", &[], String::new()).await;
    let moved = submit(&client, "clock", "advance=1h", &[]).await;
    for answer in [looked, moved] {
        assert_eq!(answer.status, 500);
        let shown = text(&answer);
        assert_shows(
            &shown,
            &[
                "role=\"alert\"",
                "The state file cannot be written to any more",
            ],
        );
        assert_shows(section(&shown, "resources"), &[">g<"]);
    }
    let style = "/_emulator/page/style.css";
    let style = client.send("GET", style, &[], String::new()).await;
    assert_eq!(style.status, 200);
}

#[tokio::test]
async fn the_example_stands_beside_what_is_there() {
    let client = Client::with_subnets().await;
    stop_the_clock(&client).await;
    client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    assert_eq!(submit(&client, "example", "", &[]).await.status, 303);
    let shown = page(&client).await;
    let picture = section(&shown, "picture");
    assert_shows(
        picture,
        &[
            "Deploying 0 %",
            "Changing 0 %",
            ">partners<",
            "rules integration",
            "routes direct",
            "edge busy",
        ],
    );
    assert_shows(section(&shown, "timeline"), &["Changing", "24 min left"]);
    let again = submit(&client, "example", "", &[]).await;
    assert_eq!(again.status, 400);
    assert_shows(&text(&again), &["The example is there already"]);
    // Its own operation goes on like any other.
    client.advance("26m").await;
    let shown = page(&client).await;
    assert!(!section(&shown, "picture").contains("Changing"), "{shown}");
    assert_shows(section(&shown, "picture"), &["Deploying 21 %"]);
}

#[tokio::test]
async fn a_refused_request_says_what_it_would_have_needed() {
    let client = Client::with_subnets().await;
    let told = async || {
        let address = format!("/?request={}", last(&client).await);
        section(&look(&client, &address).await, "request").to_owned()
    };
    client
        .get(&network("virtualNetworks/vnte/subnets/s1"), NETWORK_VERSION)
        .await;
    assert_shows(
        &told().await,
        &[
            "What would have been needed",
            ">vnte<",
            "virtualNetworks there: vnet.",
        ],
    );

    let lock = format!("{}/providers/Microsoft.Authorization/locks/keep", group());
    let level = json!({"properties": {"level": "CanNotDelete"}});
    client.put(&lock, "2020-05-01", level).await;
    client.delete(&subnet(1), NETWORK_VERSION).await;
    assert_shows(&told().await, &["The end of ", "the lock keep"]);
    client.delete(&lock, "2020-05-01").await;
    assert_shows(&told().await, &[]);

    let wrong = [("if-match", "W/\"old\"")];
    let path = format!(
        "{}?api-version={NETWORK_VERSION}",
        network("virtualNetworks/vnet")
    );
    client.send("DELETE", &path, &wrong, String::new()).await;
    assert_shows(&told().await, &["The etag that it has now"]);

    // From the first assignment on, others have no right to anything.
    let role =
        "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let assignment = json!({"properties": {"roleDefinitionId": role, "principalId": "00000000-0000-0000-0000-0000000000cc"}});
    let name =
        "/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000009";
    client
        .put(&format!("{}{name}", group()), "2022-04-01", assignment)
        .await;
    let mut other = client;
    let form = "grant_type=client_credentials&client_id=other&client_secret=x&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let token = other.form("/tenant/oauth2/v2.0/token", form).await.body;
    other.use_token(token["access_token"].as_str().expect("a token"));
    let refused = other.delete(&subnet(1), NETWORK_VERSION).await;
    assert_eq!(refused.error(), (403, "AuthorizationFailed"));
    let address = format!("/?request={}", last(&other).await);
    let shown = look(&other, &address).await;
    let expected = [
        "A role with the action",
        "Microsoft.Network/virtualNetworks/subnets/delete",
        "Network Contributor",
    ];
    assert_shows(section(&shown, "request"), &expected);
}

#[tokio::test]
async fn networks_show_what_they_are_peered_with() {
    let client = Client::with_subnets().await;
    let space = json!({"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}});
    let body = json!({"location": "westeurope", "properties": space});
    client.settle(&network("virtualNetworks/far"), body).await;
    let peer = async |from: &str, to: &str| {
        let remote = network(&format!("virtualNetworks/{to}"));
        let path = network(&format!("virtualNetworks/{from}/virtualNetworkPeerings/p"));
        let body = json!({"properties": {"remoteVirtualNetwork": {"id": remote}}});
        client.settle(&path, body).await;
    };
    peer("vnet", "far").await;
    let picture = |shown: &str| section(shown, "picture").to_owned();
    assert_shows(
        &picture(&page(&client).await),
        &[">far<", "peered by p", "Initiated"],
    );
    peer("far", "vnet").await;
    let shown = picture(&page(&client).await);
    assert_shows(&shown, &["peered by p", "Connected"]);
    assert!(!shown.contains("Initiated"), "{shown}");
}

#[tokio::test]
async fn the_time_is_moved_to_the_end_of_what_runs() {
    let client = Client::with_subnets().await;
    stop_the_clock(&client).await;
    client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    let shown = page(&client).await;
    let timeline = section(&shown, "timeline");
    let (_, end) = timeline
        .split_once("name=\"advance\" value=\"")
        .expect("a button");
    let (seconds, _) = end.split_once('"').expect("a number");
    assert_eq!(seconds, "7200");
    submit(&client, "clock", &format!("advance={seconds}"), &[]).await;
    let shown = page(&client).await;
    assert_shows(
        section(&shown, "timeline"),
        &["Nothing is under way", "Succeeded"],
    );
    let ended = client.get(&ise(), LOGIC_VERSION).await.body;
    assert_eq!(ended["properties"]["provisioningState"], "Succeeded");
    // What was deleted has no row of its own any more, but its subnets come free.
    client.delete(&ise(), LOGIC_VERSION).await;
    let shown = page(&client).await;
    assert_shows(section(&shown, "timeline"), &["Its subnets come free"]);
    client
        .settle(
            &network("virtualNetworks/vnet2"),
            json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}}}),
        )
        .await;
    assert_shows(section(&page(&client).await, "picture"), &["no subnets"]);
}
