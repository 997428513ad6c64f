//! A client that talks to an emulator in this process.

use arm_emulator::{Emulator, Options, app};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
pub(crate) const LOGIC_VERSION: &str = "2019-05-01";
pub(crate) const NETWORK_VERSION: &str = "2024-01-01";

/// An emulator of its own for each test, and a token for it.
pub(crate) struct Client {
    app: Router,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text header"))
    }

    /// Status and error code together.
    pub(crate) fn error(&self) -> (u16, &str) {
        (
            self.status,
            self.body["error"]["code"].as_str().unwrap_or_default(),
        )
    }
}

impl Client {
    pub(crate) async fn new() -> Self {
        Self::with(Vec::new()).await
    }

    pub(crate) async fn with(fixtures: Vec<Value>) -> Self {
        Self::start(Options {
            fixtures,
            ..Options::default()
        })
        .await
    }

    /// A client of an emulator that ends with it.
    pub(crate) async fn start(options: Options) -> Self {
        let app = app(Emulator::new(options).expect("an emulator"));
        let mut client = Self {
            app,
            token: String::new(),
        };
        let form = "grant_type=client_credentials&client_id=me&client_secret=hush&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
        let answer = client.form("/tenant/oauth2/v2.0/token", form).await;
        // Where applications are registered, this one is not among them.
        client.use_token(answer.body["access_token"].as_str().unwrap_or_default());
        client
    }

    /// A client with a resource group `g` in West Europe.
    pub(crate) async fn with_group() -> Self {
        let client = Self::new().await;
        let answer = client
            .put(&group(), "2022-09-01", json!({"location": "West Europe"}))
            .await;
        assert_eq!(answer.status, 201);
        client
    }

    /// A client with a network `vnet` of four subnets `s1` to `s4`.
    pub(crate) async fn with_subnets() -> Self {
        let client = Self::with_group().await;
        let subnets: Vec<Value> = (1..=4)
            .map(|number| json!({"name": format!("s{number}"), "properties": {"addressPrefix": format!("10.0.{number}.0/27")}}))
            .collect();
        let properties =
            json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets});
        client
            .settle(
                &network("virtualNetworks/vnet"),
                json!({"location": "westeurope", "properties": properties}),
            )
            .await;
        client
    }

    /// A client with a deployed environment `ise`.
    pub(crate) async fn with_environment(sku: &str) -> Self {
        let client = Self::with_subnets().await;
        let created = client.put(&ise(), LOGIC_VERSION, environment(sku, 0)).await;
        assert_eq!(created.status, 201, "{created:?}");
        client.advance("2h").await;
        client
    }

    pub(crate) fn forget_token(&mut self) {
        self.token.clear();
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn use_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    pub(crate) async fn form(&self, path: &str, form: &str) -> Answer {
        self.send(
            "POST",
            path,
            &[("content-type", "application/x-www-form-urlencoded")],
            form.to_owned(),
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str, version: &str) -> Answer {
        self.send("GET", &versioned(path, version), &[], String::new())
            .await
    }

    pub(crate) async fn put(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send("PUT", &versioned(path, version), &[], body.to_string())
            .await
    }

    pub(crate) async fn patch(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send("PATCH", &versioned(path, version), &[], body.to_string())
            .await
    }

    pub(crate) async fn delete(&self, path: &str, version: &str) -> Answer {
        self.send("DELETE", &versioned(path, version), &[], String::new())
            .await
    }

    pub(crate) async fn post(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send("POST", &versioned(path, version), &[], body.to_string())
            .await
    }

    /// Follows an address that an answer gave.
    pub(crate) async fn follow(&self, url: &str) -> Answer {
        let path = url
            .strip_prefix("http://emulator")
            .expect("an absolute URL of this emulator");
        self.send("GET", path, &[], String::new()).await
    }

    /// Speaks to the emulator itself.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self
            .send(method, &format!("/_emulator/{path}"), &[], text)
            .await;
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
        answer
    }

    /// Moves Azure's time on.
    pub(crate) async fn advance(&self, span: &str) {
        self.control("POST", "clock", json!({ "advance": span }))
            .await;
    }

    /// Writes a network resource and lets the write end.
    pub(crate) async fn settle(&self, path: &str, body: Value) -> Answer {
        let answer = self.put(path, NETWORK_VERSION, body).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        self.advance("1m").await;
        answer
    }

    /// The status of an answer that is not held against the documents: nothing in the request need make sense.
    pub(crate) async fn unchecked(&self, method: &str, path: &str, body: String) -> u16 {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "emulator")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        response.status().as_u16()
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "emulator");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let is_json = parts
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let body = if bytes.is_empty() {
            Value::Null
        } else if is_json {
            serde_json::from_slice(&bytes).expect("JSON")
        } else {
            String::from_utf8(bytes.to_vec()).expect("text").into()
        };
        let complaint = arm_specs::complaint(method, path, parts.status.as_u16(), &body);
        assert_eq!(complaint, None);
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }
}

pub(crate) fn group() -> String {
    format!("{SUBSCRIPTION}/resourceGroups/g")
}

/// The body of an environment in the four subnets.
pub(crate) fn environment(sku: &str, capacity: u32) -> Value {
    let subnets: Vec<Value> = (1..=4)
        .map(|number| json!({"id": subnet(number)}))
        .collect();
    json!({
        "location": "West Europe",
        "sku": {"name": sku, "capacity": capacity},
        "properties": {"networkConfiguration": {"accessEndpoint": {"type": "Internal"}, "subnets": subnets}}
    })
}

pub(crate) fn ise() -> String {
    logic("integrationServiceEnvironments/ise")
}

pub(crate) fn subnet(number: u32) -> String {
    network(&format!("virtualNetworks/vnet/subnets/s{number}"))
}

pub(crate) fn network(path: &str) -> String {
    format!("{}/providers/Microsoft.Network/{path}", group())
}

pub(crate) fn logic(path: &str) -> String {
    format!("{}/providers/Microsoft.Logic/{path}", group())
}

fn versioned(path: &str, version: &str) -> String {
    format!("{path}?api-version={version}")
}
