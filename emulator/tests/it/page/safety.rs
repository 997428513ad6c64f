//! What keeps the page its user's own: nothing that others wrote becomes part of it, and no other site steers it.

use serde_json::{Value, json};

use super::{FORM, assert_shows, look, submit, text};
use crate::client::{Client, LOGIC_VERSION, ise, network, subnet};

#[tokio::test]
async fn nothing_that_clients_wrote_becomes_part_of_the_page() {
    const EVIL: &str = "\"><script>alert(1)</script><b onclick='x'>";
    let client = Client::with_environment("Premium").await;
    let members =
        json!({"location": EVIL, "sku": {"name": EVIL}, "properties": {"provisioningState": EVIL}});
    client
        .control("PUT", &format!("resources{}", ise()), members)
        .await;
    let links = json!({"properties": {"addressPrefix": EVIL, "serviceAssociationLinks": [{"name": "x", "properties": {"link": EVIL, "linkedResourceType": EVIL}}],
        "routeTable": {"id": EVIL}, "delegations": [{"properties": {"serviceName": EVIL}}]}});
    client
        .control("PUT", &format!("resources{}", subnet(1)), links)
        .await;
    let space = json!({"properties": {"addressSpace": {"addressPrefixes": [EVIL]}}});
    client
        .control(
            "PUT",
            &format!("resources{}", network("virtualNetworks/vnet")),
            space,
        )
        .await;
    let rule = json!({"method": EVIL, "path": EVIL, "answer": {"status": 500, "code": EVIL, "message": EVIL}});
    client.control("POST", "faults", rule).await;
    let everything =
        json!({"path": "*never*", "answer": {"status": 500, "code": EVIL, "message": EVIL}});
    client.control("POST", "faults", everything).await;
    client.get("/never", LOGIC_VERSION).await;
    let headers = [("x-evil", EVIL), ("x-ms-correlation-request-id", EVIL)];
    client
        .send("PUT", "/never", &headers, json!({ EVIL: EVIL }).to_string())
        .await;
    let last = client
        .control("GET", "requests?last=1", Value::Null)
        .await
        .body;
    let number = &last["value"][0]["number"];
    let evil: String = url::form_urlencoded::byte_serialize(EVIL.as_bytes()).collect();
    for address in [
        "/".to_owned(),
        format!("/?request={number}&fault={number}"),
        format!(
            "/?resource={}&find={evil}&words={evil}&method={evil}&status={evil}",
            ise()
        ),
        format!("/?resource={evil}"),
    ] {
        let shown = look(&client, &address).await;
        assert!(
            shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{address}"
        );
        assert_eq!(shown.matches("<script").count(), 1, "{address}: {shown}");
        assert_eq!(shown.matches("<b onclick").count(), 0, "{address}: {shown}");
        assert_eq!(
            shown.matches("\">&lt;script").count(),
            0,
            "an attribute ends early at {address}: {shown}"
        );
    }
    let refused = submit(&client, "clock", "scale=%22%3E%3Cscript%3E", &[]).await;
    assert_eq!(text(&refused).matches("<script").count(), 1);
}

#[tokio::test]
async fn another_sites_page_steers_nothing() {
    let client = Client::with_group().await;
    client
        .control(
            "POST",
            "faults",
            json!({"path": "*x*", "answer": {"status": 500}}),
        )
        .await;
    let before = client.control("GET", "clock", Value::Null).await.body["scale"].clone();
    let foreign = [
        [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://evil.example"),
        ],
        [
            ("sec-fetch-site", "same-site"),
            ("origin", "http://emulator:99"),
        ],
        [
            ("user-agent", "old browser"),
            ("origin", "http://evil.example"),
        ],
        [("user-agent", "sandboxed frame"), ("origin", "null")],
    ];
    for headers in &foreign {
        let answer = submit(&client, "clock", "scale=7", headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        let answer = submit(&client, "faults/clear", "", headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        let answer = client
            .send(
                "POST",
                "/_emulator/clock",
                headers,
                r#"{"scale": 7}"#.to_owned(),
            )
            .await;
        assert_eq!(answer.error(), (403, "ForeignPage"), "{headers:?}");
    }
    // A name that someone else has pointed here makes its page look like ours.
    let rebound = "http://evil.example:4510";
    let headers = [FORM, ("origin", rebound)];
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/_emulator/page/clock"),
        ("POST", "/_emulator/clock"),
    ] {
        let address = format!("{rebound}{path}");
        let answer = client
            .send(method, &address, &headers, "scale=7".to_owned())
            .await;
        assert_eq!(answer.status, 403, "{method} {path}");
    }
    assert_eq!(
        client.control("GET", "clock", Value::Null).await.body["scale"],
        before
    );
    let faults = client.control("GET", "faults", Value::Null).await.body;
    assert_eq!(faults["value"].as_array().map(Vec::len), Some(1));
    // A link on another site may lead here.
    let answer = client
        .send(
            "GET",
            "/",
            &[("sec-fetch-site", "cross-site")],
            String::new(),
        )
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_page_brings_all_it_needs_and_nothing_inline() {
    let client = Client::with_environment("Premium").await;
    let answer = client.send("GET", "/", &[], String::new()).await;
    let policy = answer.header("content-security-policy");
    assert_shows(
        policy,
        &[
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
        ],
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    let shown = text(&answer);
    assert!(
        !shown.contains(" style=") && !shown.contains(" onclick="),
        "{shown}"
    );
    let mut files = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        files.extend(
            shown
                .split(attribute)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap_or_default()),
        );
    }
    let is_own = |file: &&str| file.starts_with('/') || file.starts_with('#');
    assert!(files.iter().all(is_own), "{files:?}");
    for (file, kind) in [
        ("style.css", "text/css"),
        ("script.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let path = format!("/_emulator/page/{file}");
        assert!(files.contains(&path.as_str()), "{files:?}");
        let answer = client.send("GET", &path, &[], String::new()).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer.header("content-type").starts_with(kind),
            "{answer:?}"
        );
    }
}
