//! What the emulator makes of an environment in a network.

use std::collections::BTreeSet;

use arm_emulator::{Emulator, Options, app};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::networks::{Network, prefix};

/// What becomes of it.
#[derive(Debug, Default)]
pub(crate) struct Emulated {
    /// Why its deployment fails, if it does.
    pub(crate) failure: Option<String>,
    /// The dependencies out of reach: number of the subnet and category.
    pub(crate) unreachable: BTreeSet<(usize, String)>,
    /// The report of its health.
    report: Json,
}

const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g";

impl Emulated {
    /// Deploys an environment into a network of its own.
    pub(crate) async fn of(network: &Network) -> Self {
        let options = Options {
            fixtures: fixtures(network),
            ..Options::default()
        };
        let mut client = Client {
            app: app(Emulator::new(options).expect("the fixtures are valid")),
            token: String::new(),
        };
        let form = "grant_type=client_credentials&client_id=me&client_secret=hush&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
        let token = client
            .send("POST", "/tenant/oauth2/v2.0/token", form.to_owned())
            .await;
        client.token = token["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let path = format!("{GROUP}/providers/Microsoft.Logic/integrationServiceEnvironments/ise");
        let at = |path: &str| format!("{path}?api-version=2019-05-01");
        let (headers, _) = client
            .ask("PUT", &at(&path), environment().to_string())
            .await;
        let operation = headers["azure-asyncoperation"].to_str().unwrap_or_default();
        let operation = operation
            .strip_prefix("http://emulator")
            .unwrap_or_default();
        let advance = json!({ "advance": "3h" });
        client
            .send("POST", "/_emulator/clock", advance.to_string())
            .await;
        let found = client.send("GET", &at(&path), String::new()).await;
        let report = client
            .send("GET", &at(&format!("{path}/health/network")), String::new())
            .await;
        let failure = match found["properties"]["provisioningState"].as_str() {
            Some("Succeeded") => None,
            Some("Failed") => {
                let ended = client.send("GET", operation, String::new()).await;
                Some(
                    ended["error"]["message"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                )
            }
            other => panic!("the deployment ends, but is {other:?}"),
        };
        Self {
            failure,
            unreachable: unreachable(&report),
            report,
        }
    }

    /// Whether the deployment fails for a subnet, for a reason.
    pub(crate) fn failure_is(&self, number: usize, reason: &str) -> bool {
        let failure = self.failure.as_deref().unwrap_or_default();
        failure.contains(&format!("'s{number}'")) && failure.contains(reason)
    }

    /// Whether a dependency of a subnet is out of reach.
    pub(crate) fn is_broken(&self, number: usize, category: &str) -> bool {
        self.unreachable.contains(&(number, category.to_owned()))
    }

    /// The ports at which a subnet needs something, if it does.
    pub(crate) fn ports(&self, number: usize, category: &str) -> Option<Vec<u16>> {
        let dependencies =
            self.report[format!("s{number}")]["outboundNetworkDependencies"].as_array()?;
        let found = dependencies
            .iter()
            .find(|one| one["category"] == category)?;
        let ports = found["endpoints"][0]["ports"].as_array()?.iter();
        Some(
            ports
                .filter_map(|port| port.as_str()?.parse().ok())
                .collect(),
        )
    }
}

fn unreachable(report: &Json) -> BTreeSet<(usize, String)> {
    let mut unreachable = BTreeSet::new();
    for number in 0..4 {
        let dependencies = report[format!("s{number}")]["outboundNetworkDependencies"].as_array();
        for one in dependencies.into_iter().flatten() {
            if one["endpoints"][0]["accessibility"] == "NotAvailable" {
                let category = one["category"].as_str().unwrap_or_default();
                unreachable.insert((number, category.to_owned()));
            }
        }
    }
    unreachable
}

fn fixtures(network: &Network) -> Vec<Json> {
    let id = |below: String| format!("{GROUP}/providers/Microsoft.Network/{below}");
    let mut fixtures = vec![json!({ "id": GROUP, "location": "westeurope" })];
    let mut subnets = Vec::new();
    for (number, around) in network.subnets.iter().enumerate() {
        let endpoints = around
            .service_endpoints
            .iter()
            .map(|service| json!({ "service": service }));
        let mut properties = json!({
            "addressPrefix": prefix(number), "serviceEndpoints": endpoints.collect::<Vec<_>>() });
        if let Some(rules) = &around.rules {
            let id = id(format!("networkSecurityGroups/nsg{number}"));
            properties["networkSecurityGroup"] = json!({ "id": id });
            fixtures.push(json!({ "id": id, "location": "westeurope", "properties": { "securityRules": rules } }));
        }
        if let Some(routes) = &around.routes {
            let id = id(format!("routeTables/rt{number}"));
            properties["routeTable"] = json!({ "id": id });
            fixtures.push(
                json!({ "id": id, "location": "westeurope", "properties": { "routes": routes } }),
            );
        }
        subnets.push(json!({ "name": format!("s{number}"), "properties": properties }));
    }
    fixtures.push(json!({
        "id": id("virtualNetworks/vnet".to_owned()), "location": "westeurope",
        "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] }, "subnets": subnets } }));
    fixtures
}

fn environment() -> Json {
    let subnets = (0..4).map(|number| {
        json!({ "id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/s{number}") })
    });
    json!({
        "location": "westeurope",
        "sku": { "name": "Premium", "capacity": 0 },
        "properties": { "networkConfiguration": {
            "accessEndpoint": { "type": "Internal" }, "subnets": subnets.collect::<Vec<_>>() } },
    })
}

/// An emulator in this process.
struct Client {
    app: Router,
    token: String,
}

impl Client {
    async fn send(&self, method: &str, path: &str, body: String) -> Json {
        self.ask(method, path, body).await.1
    }

    async fn ask(&self, method: &str, path: &str, body: String) -> (HeaderMap, Json) {
        let kind = match path.contains("oauth2") {
            true => "application/x-www-form-urlencoded",
            false => "application/json",
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "emulator")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", kind)
            .body(Body::from(body))
            .expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        let answer = serde_json::from_slice(&bytes).unwrap_or_default();
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        (headers, answer)
    }
}
