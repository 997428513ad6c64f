//! A path means the same to everybody who reads it, and each has its verbs.

use serde_json::{Value, json};

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, SUBSCRIPTION, environment, group, ise, logic, network,
};

const VERSION: &str = "2022-09-01";

#[tokio::test]
async fn an_encoded_slash_leads_nowhere_else() {
    let client = Client::with_subnets().await;
    let name = "g%2Fproviders%2FMicrosoft.Network%2FvirtualNetworks%2Fvnet";
    let path = format!("{SUBSCRIPTION}/resourceGroups/{name}");
    for (method, body) in [
        ("GET", Value::Null),
        ("PATCH", json!({"tags": {"x": "y"}})),
        ("PUT", json!({"location": "westeurope"})),
        ("DELETE", Value::Null),
    ] {
        let target = format!("{path}?api-version={VERSION}");
        let refused = client.send(method, &target, &[], body.to_string()).await;
        assert_eq!(refused.error(), (400, "InvalidRequestPath"), "{method}");
    }
    let vnet = network("virtualNetworks/vnet");
    let read = client.get(&vnet, NETWORK_VERSION).await;
    assert_eq!((read.status, read.body.get("tags")), (200, None));
    for segment in ["a%5Cb", "a%00b", "%FF", "%2E%2E"] {
        let path = logic(&format!("workflows/{segment}"));
        let refused = client.get(&path, LOGIC_VERSION).await;
        assert_eq!(refused.error(), (400, "InvalidRequestPath"), "{segment}");
    }
    let log = client.control("GET", "requests", Value::Null).await.body;
    let last = log["value"].as_array().and_then(|all| all.last());
    let last = last.expect("an entry");
    assert_eq!(last["status"], 400, "{last}");
    assert!(
        last["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("%2E%2E"))
    );
}

#[tokio::test]
async fn what_is_served_for_other_verbs_is_405_and_says_for_which() {
    let client = Client::with_environment("Premium").await;
    let created = client
        .settle(
            &network("virtualNetworks/other"),
            json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}}}),
        )
        .await;
    let (_, status) = created
        .header("azure-asyncoperation")
        .split_once("http://emulator")
        .expect("an address");
    let (status, _) = status.split_once('?').expect("a query");
    let result = status.replace("/operations/", "/operationResults/");
    for (method, path, version, allow) in [
        ("DELETE", SUBSCRIPTION.to_owned(), VERSION, "GET"),
        ("PUT", SUBSCRIPTION.to_owned(), VERSION, "GET"),
        (
            "DELETE",
            format!("{SUBSCRIPTION}/providers/Microsoft.Logic"),
            VERSION,
            "GET",
        ),
        (
            "POST",
            format!("{SUBSCRIPTION}/providers/Microsoft.Logic/resourceTypes"),
            VERSION,
            "GET",
        ),
        ("DELETE", status.to_owned(), NETWORK_VERSION, "GET"),
        ("PUT", status.to_owned(), NETWORK_VERSION, "GET"),
        ("POST", result, NETWORK_VERSION, "GET"),
        ("GET", format!("{}/restart", ise()), LOGIC_VERSION, "POST"),
        ("POST", format!("{}/skus", ise()), LOGIC_VERSION, "GET"),
        (
            "DELETE",
            format!("{}/health/network", ise()),
            LOGIC_VERSION,
            "GET",
        ),
        (
            "POST",
            ise(),
            LOGIC_VERSION,
            "GET, HEAD, PUT, PATCH, DELETE",
        ),
        (
            "PATCH",
            network("virtualNetworks/vnet/subnets/s1"),
            NETWORK_VERSION,
            "GET, HEAD, PUT, DELETE",
        ),
        ("DELETE", logic("workflows"), LOGIC_VERSION, "GET"),
        ("PUT", "/tenants".to_owned(), VERSION, "GET"),
    ] {
        let target = format!("{path}?api-version={version}");
        let refused = client.send(method, &target, &[], String::new()).await;
        assert_eq!(
            refused.error(),
            (405, "HttpMethodNotAllowed"),
            "{method} {path}"
        );
        assert_eq!(refused.header("allow"), allow, "{method} {path}");
    }
    let unknown = client
        .get(&format!("{}/nothing", ise()), LOGIC_VERSION)
        .await;
    assert_eq!(unknown.error(), (404, "InvalidResourceType"));
    let answer = client.form("/t/oauth2/v2.0/token", "").await;
    assert_eq!(answer.status, 400);
    let answer = client
        .send("GET", "/t/oauth2/v2.0/token", &[], String::new())
        .await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn rules_and_the_preset_see_what_the_router_sees() {
    let client = Client::with_subnets().await;
    client
        .control("POST", "faults", json!({"preset": "ise-retired"}))
        .await;
    let usual = ise();
    for path in [
        usual.clone(),
        usual.replace("/resourceGroups", "//resourceGroups"),
        format!("{usual}/"),
        usual.replace("Microsoft.Logic", "Microsoft%2ELogic"),
    ] {
        let refused = client
            .put(&path, LOGIC_VERSION, environment("Premium", 0))
            .await;
        let code = "IntegrationServiceEnvironmentCreationNotAllowed";
        assert_eq!(refused.error(), (400, code), "{path}");
    }
    client.control("DELETE", "faults", Value::Null).await;
    let rule = json!({"path": "*/resourceGroups/g?*", "times": 0, "answer": {"status": 503}});
    client.control("POST", "faults", rule).await;
    for path in [
        group(),
        format!("{}/", group()),
        group().replace("/g", "//g"),
        group().replace("/g", "/%67"),
    ] {
        assert_eq!(client.get(&path, VERSION).await.status, 503, "{path}");
    }
}

#[tokio::test]
async fn a_body_says_that_it_is_json() {
    let client = Client::with_group().await;
    let path = format!("{}?api-version=2022-09-01", group());
    let body = || json!({"location": "westeurope"}).to_string();
    for (kind, told) in [
        ("text/plain", "text/plain"),
        (
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded",
        ),
        ("application/xml; charset=utf-8", "application/xml"),
        ("", "<null>"),
    ] {
        let kind = [("content-type", kind)];
        let refused = client.send("PUT", &path, &kind, body()).await;
        assert_eq!(refused.error(), (415, "UnsupportedMediaType"), "{kind:?}");
        let message = refused.body["error"]["message"]
            .as_str()
            .unwrap_or_default();
        assert!(message.contains(&format!("'{told}'")), "{message}");
        // Where nothing is sent, nothing is asked.
        let read = client.send("GET", &path, &kind, String::new()).await;
        assert_eq!(read.status, 200);
    }
    for kind in ["application/json", "Application/JSON; charset=utf-8"] {
        let kind = [("content-type", kind)];
        let taken = client.send("PUT", &path, &kind, body()).await;
        assert_eq!(taken.status, 200, "{kind:?}");
    }
}
