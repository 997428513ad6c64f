//! Many clients at once, each with a connection, a resource group and networks of its own, that check every answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const GROUPS: &str = "2022-09-01";
const NETWORK: &str = "2024-01-01";
const LOGIC: &str = "2019-05-01";

/// What a request asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Write,
    Read,
    /// The first page of a group.
    List,
    /// A page of the whole subscription.
    Page,
    Poll,
    Delete,
}

/// The requests of a load and how long each took.
pub(crate) type Samples = Vec<(Kind, Duration)>;

/// Why a client gave up.
pub(crate) type Wrong = Box<dyn std::error::Error + Send + Sync>;

/// How many objects a client makes beside its accounts: group, network with four subnets, rules with two of them.
const FRAME: usize = 9;

/// What the clients do one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase {
    /// Each makes its objects.
    Build,
    /// Each reads, changes and lists them; every tenth reads the pages of the subscription to the end.
    Use,
    /// Each deletes its group.
    Clear,
}

/// Lets clients work on as many objects in all, which are theirs alone, and returns when all are done.
pub(crate) async fn run(
    address: SocketAddr,
    clients: usize,
    objects: usize,
    phase: Phase,
) -> Result<Samples, Wrong> {
    let accounts = (objects / clients).saturating_sub(FRAME);
    let mut working = JoinSet::new();
    for number in 0..clients {
        working.spawn(async move {
            let mut client = Client::connect(address, number).await?;
            match phase {
                Phase::Build => client.build(accounts).await?,
                Phase::Use => client.work(accounts, clients).await?,
                Phase::Clear => client.clear().await?,
            }
            Ok::<_, Wrong>(client.samples)
        });
    }
    let mut samples = Vec::new();
    while let Some(ended) = working.join_next().await {
        samples.extend(ended??);
    }
    Ok(samples)
}

pub(crate) struct Client {
    sender: SendRequest<Body>,
    authorization: String,
    number: usize,
    samples: Samples,
}

/// An answer that is no error.
pub(crate) struct Answer {
    status: u16,
    operation: Option<String>,
    body: Value,
}

impl Client {
    /// Connects and signs in.
    pub(crate) async fn connect(address: SocketAddr, number: usize) -> Result<Self, Wrong> {
        let stream = TcpStream::connect(address).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut client = Self {
            sender,
            authorization: String::new(),
            number,
            samples: Vec::new(),
        };
        let form = "grant_type=client_credentials&client_id=me&client_secret=hush&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
        let answer = client
            .exchange("POST", "/tenant/oauth2/v2.0/token", form.to_owned())
            .await?;
        let token = answer.body["access_token"].as_str().ok_or("no token")?;
        client.authorization = format!("Bearer {token}");
        Ok(client)
    }

    fn group(&self) -> String {
        format!("{SUBSCRIPTION}/resourceGroups/group{:04}", self.number)
    }

    fn network(&self, path: &str) -> String {
        format!("{}/providers/Microsoft.Network/{path}", self.group())
    }

    fn account(&self, number: usize) -> String {
        let group = self.group();
        format!("{group}/providers/Microsoft.Logic/integrationAccounts/account{number:04}")
    }

    async fn build(&mut self, accounts: usize) -> Result<(), Wrong> {
        let group = self.group();
        let body = json!({"location": "westeurope"});
        self.send(Kind::Write, "PUT", &group, GROUPS, &body).await?;
        let path = self.network("networkSecurityGroups/rules");
        let rules: Vec<Value> = [454, 3443].iter().map(rule).collect();
        let body = json!({"location": "westeurope", "properties": {"securityRules": rules}});
        self.settle("PUT", &path, NETWORK, &body).await?;
        let subnets: Vec<Value> = (0..3).map(|number| subnet(number, &path)).collect();
        let path = self.network("virtualNetworks/net");
        let space = json!({"addressPrefixes": ["10.0.0.0/16"]});
        let body = json!({"location": "westeurope", "properties": {"addressSpace": space, "subnets": subnets}});
        self.settle("PUT", &path, NETWORK, &body).await?;
        let rules = self.network("networkSecurityGroups/rules");
        let path = self.network("virtualNetworks/net/subnets/s3");
        self.settle("PUT", &path, NETWORK, &subnet(3, &rules))
            .await?;
        for number in 0..accounts {
            let path = self.account(number);
            let body = json!({"location": "westeurope", "sku": {"name": "Free"}, "tags": {"by": self.number.to_string()}});
            let made = self.send(Kind::Write, "PUT", &path, LOGIC, &body).await?;
            same(&json!(made.status), &json!(201))?;
        }
        Ok(())
    }

    async fn work(&mut self, accounts: usize, clients: usize) -> Result<(), Wrong> {
        for number in 0..accounts {
            let path = self.account(number);
            let read = self
                .send(Kind::Read, "GET", &path, LOGIC, &Value::Null)
                .await?;
            same(&read.body["tags"], &json!({"by": self.number.to_string()}))?;
            let tags = json!({"by": self.number.to_string(), "number": number.to_string()});
            let body = json!({"tags": tags});
            self.send(Kind::Write, "PATCH", &path, LOGIC, &body).await?;
            let read = self
                .send(Kind::Read, "GET", &path, LOGIC, &Value::Null)
                .await?;
            same(&read.body["tags"], &tags)?;
        }
        let path = self.network("virtualNetworks/net");
        let read = self
            .send(Kind::Read, "GET", &path, NETWORK, &Value::Null)
            .await?;
        let count = read.body["properties"]["subnets"].as_array().map(Vec::len);
        same(&json!(count), &json!(4))?;
        let collection = format!(
            "{}/providers/Microsoft.Logic/integrationAccounts",
            self.group()
        );
        let own = self.pages(Kind::List, &collection).await?;
        same(&json!(own), &json!(accounts))?;
        if self.number.is_multiple_of(10) {
            let collection =
                format!("{SUBSCRIPTION}/providers/Microsoft.Logic/integrationAccounts");
            let all = self.pages(Kind::Page, &collection).await?;
            same(&json!(all), &json!(accounts * clients))?;
        }
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), Wrong> {
        let group = self.group();
        let deleted = self
            .send(Kind::Delete, "DELETE", &group, GROUPS, &Value::Null)
            .await?;
        let operation = deleted.operation.ok_or("no operation")?;
        while self.follow(&operation).await?.status == 202 {}
        Ok(())
    }

    /// A write whose operation is followed to its end.
    async fn settle(
        &mut self,
        method: &str,
        path: &str,
        version: &str,
        body: &Value,
    ) -> Result<(), Wrong> {
        let written = self.send(Kind::Write, method, path, version, body).await?;
        let operation = written.operation.ok_or("no operation")?;
        while self.follow(&operation).await?.body["status"] == "InProgress" {}
        Ok(())
    }

    async fn follow(&mut self, operation: &str) -> Result<Answer, Wrong> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let path = operation.splitn(4, '/').nth(3).ok_or("no address")?;
        self.timed(Kind::Poll, "GET", &format!("/{path}"), String::new())
            .await
    }

    /// How many elements a list has on all of its pages.
    async fn pages(&mut self, kind: Kind, collection: &str) -> Result<usize, Wrong> {
        let mut answer = self
            .send(kind, "GET", collection, LOGIC, &Value::Null)
            .await?;
        let mut count = 0;
        loop {
            count += answer.body["value"].as_array().map_or(0, Vec::len);
            let Some(next) = answer.body["nextLink"].as_str() else {
                return Ok(count);
            };
            let path = next.splitn(4, '/').nth(3).ok_or("no address")?;
            answer = self
                .timed(kind, "GET", &format!("/{path}"), String::new())
                .await?;
        }
    }

    async fn send(
        &mut self,
        kind: Kind,
        method: &str,
        path: &str,
        version: &str,
        body: &Value,
    ) -> Result<Answer, Wrong> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.timed(kind, method, &format!("{path}?api-version={version}"), body)
            .await
    }

    async fn timed(
        &mut self,
        kind: Kind,
        method: &str,
        path: &str,
        body: String,
    ) -> Result<Answer, Wrong> {
        let started = Instant::now();
        let answer = self.exchange(method, path, body).await?;
        self.samples.push((kind, started.elapsed()));
        Ok(answer)
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn exchange(
        &mut self,
        method: &str,
        path: &str,
        body: String,
    ) -> Result<Answer, Wrong> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost");
        if self.authorization.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        } else {
            request = request
                .header("authorization", &self.authorization)
                .header("content-type", "application/json");
        }
        self.sender.ready().await?;
        let answer = self
            .sender
            .send_request(request.body(Body::from(body))?)
            .await?;
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(Body::new(body), usize::MAX).await?;
        let status = head.status.as_u16();
        if status >= 300 {
            let text = String::from_utf8_lossy(&bytes);
            return Err(format!("{method} {path}: {status} {text}").into());
        }
        let header = |name| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
        Ok(Answer {
            status,
            operation: header("azure-asyncoperation").or_else(|| header("location")),
            body: if bytes.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&bytes)?
            },
        })
    }
}

fn rule(port: &u16) -> Value {
    json!({"name": format!("port{port}"), "properties": {
        "priority": port, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "sourceAddressPrefix": "Internet", "sourcePortRange": "*",
        "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": port.to_string()
    }})
}

fn subnet(number: usize, rules: &str) -> Value {
    json!({"name": format!("s{number}"), "properties": {
        "addressPrefix": format!("10.0.{number}.0/27"), "networkSecurityGroup": {"id": rules}
    }})
}

fn same(actual: &Value, expected: &Value) -> Result<(), Wrong> {
    if actual == expected {
        Ok(())
    } else {
        Err(format!("{actual} instead of {expected}").into())
    }
}
