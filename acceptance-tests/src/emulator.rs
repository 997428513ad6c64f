//! A running emulator, and the truth that it holds.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use rustls::ClientConfig;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::http::{self, Answer, Request};
use crate::{Result, binaries};

/// An address for which its certificate is good, and to which the system connects nobody: only a proxy leads there.
pub const NOWHERE: &str = "255.255.255.255";

/// The name of the file with an emulator's authority.
const AUTHORITY: &str = "ca.pem";

/// An emulator process, which ends with this value.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    authority: String,
    /// The folder of its state file.
    memory: Option<TempDir>,
    /// Who vouches for it, if it speaks TLS.
    vouched: Option<Vouched>,
}

/// An emulator's own authority.
#[derive(Debug)]
struct Vouched {
    folder: TempDir,
    trust: Arc<ClientConfig>,
}

/// A request that the emulator served, without what tests have no use for.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// `PUT` and so on.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The status of the answer; none when the client got none.
    pub status: Option<u64>,
    /// The body that was sent.
    pub body: Json,
}

impl Emulator {
    /// Starts one on a free port of loopback. `time_scale` seconds of Azure pass in each real second.
    pub fn start(fixtures: &[&Path], time_scale: u32) -> Result<Self> {
        Self::start_at("127.0.0.1:0", fixtures, None, false, time_scale)
    }

    /// The same, over TLS.
    pub fn start_tls(fixtures: &[&Path], time_scale: u32) -> Result<Self> {
        Self::start_at("127.0.0.1:0", fixtures, None, true, time_scale)
    }

    /// The same, with a memory that outlives its process: see [`Emulator::go_down`].
    pub fn start_with_memory(fixtures: &[&Path], time_scale: u32) -> Result<Self> {
        let memory = tempfile::tempdir()?;
        Self::start_at("127.0.0.1:0", fixtures, Some(memory), false, time_scale)
    }

    fn start_at(
        address: &str,
        fixtures: &[&Path],
        memory: Option<TempDir>,
        tls: bool,
        time_scale: u32,
    ) -> Result<Self> {
        let program = &binaries::built()?.emulator;
        let mut command = Command::new(program);
        command
            .args(["--listen", address, "--seed", "1", "--log", "error"])
            .arg("--time-scale")
            .arg(time_scale.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        for fixture in fixtures {
            command.arg("--fixture").arg(fixture);
        }
        if let Some(memory) = &memory {
            command.arg("--state").arg(memory.path().join("state"));
        }
        let certificates = tls.then(tempfile::tempdir).transpose()?;
        if let Some(folder) = &certificates {
            let file = folder.path().join(AUTHORITY);
            command.arg("--tls").arg("--ca-out").arg(file);
            command.args(["--tls-name", NOWHERE]);
        }
        let mut process = command
            .spawn()
            .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let authority = line.trim().split_once("://").map(|(_, it)| it.to_owned());
        let mut emulator = Self {
            process,
            authority: authority.unwrap_or_default(),
            memory,
            vouched: None,
        };
        if emulator.authority.is_empty() {
            let ended = emulator.process.wait()?;
            return Err(format!(
                "arm-emulator printed {line:?} instead of its URL and ended with {ended}"
            )
            .into());
        }
        if let Some(folder) = certificates {
            let trust = http::trust(&folder.path().join(AUTHORITY))?;
            emulator.vouched = Some(Vouched { folder, trust });
        }
        Ok(emulator)
    }

    /// Ends the process as a crash does: its port is closed until it comes back.
    pub fn go_down(&mut self) -> Result {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Starts it again at the same address, with all that it remembers.
    pub fn come_back(&mut self, time_scale: u32) -> Result {
        let memory = self.memory.take();
        *self = Self::start_at(&self.authority.clone(), &[], memory, false, time_scale)?;
        Ok(())
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        let scheme = if self.vouched.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.authority)
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The file with the authority that vouches for it, if it speaks TLS.
    pub fn authority_file(&self) -> Option<PathBuf> {
        let vouched = self.vouched.as_ref()?;
        Some(vouched.folder.path().join(AUTHORITY))
    }

    /// Registers an application: from the first one on, only these sign in, with what they have.
    pub fn register(&self, client_id: &str, application: &Json) -> Result {
        let path = format!("applications/{client_id}");
        self.control("PUT", &path, Some(application)).map(drop)
    }

    /// Sets what the services of machines and jobs are to be shown.
    pub fn expect_of_machines(&self, expected: &Json) -> Result {
        self.control("POST", "signin", Some(expected)).map(drop)
    }

    /// What GitHub vouches for with a job of a repository such as `o/r`.
    pub fn github_token(&self, repository: &str, request_token: &str) -> Result<String> {
        let path = format!("/github/{repository}/idtoken?audience=api://AzureADTokenExchange");
        let answer = self.send(Request {
            method: "GET",
            path: &path,
            token: Some(request_token),
            body: None,
        })?;
        let token = answer.body["value"].as_str();
        Ok(token.ok_or("no token")?.to_owned())
    }

    /// An access token for an application that signs in with its secret.
    pub fn access_token(&self, tenant: &str, client_id: &str, secret: &str) -> Result<String> {
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        );
        let issued = self.send(Request {
            method: "POST",
            path: &format!("/{tenant}/oauth2/v2.0/token"),
            body: Some(("application/x-www-form-urlencoded", &form)),
            token: None,
        })?;
        let token = issued.body["access_token"].as_str();
        Ok(token.ok_or("no token")?.to_owned())
    }

    /// How many requests there were whose path ends so, sign-ins included.
    pub fn count(&self, path: &str) -> Result<usize> {
        let answer = self.control("GET", "requests", None)?;
        let requests = answer["value"].as_array().into_iter().flatten();
        let paths = requests.filter_map(|request| request["path"].as_str());
        Ok(paths.filter(|it| it.ends_with(path)).count())
    }

    /// How many requests there were with this in their path.
    pub fn count_with(&self, part: &str) -> Result<usize> {
        let requests = self.requests()?;
        Ok(requests.iter().filter(|it| it.path.contains(part)).count())
    }

    /// What was signed in with at the token endpoints, oldest first: when, and the status of the answer.
    pub fn sign_ins(&self) -> Result<Vec<(String, Option<u64>)>> {
        let answer = self.control("GET", "requests", None)?;
        let requests = answer["value"].as_array().into_iter().flatten();
        let is_sign_in = |request: &&Json| {
            let path = request["path"].as_str();
            path.is_some_and(|path| path.ends_with("/oauth2/v2.0/token"))
        };
        let sign_ins = requests.filter(is_sign_in);
        let shown = sign_ins.map(|request| {
            let time = request["time"].as_str().unwrap_or_default().to_owned();
            (time, request["status"].as_u64())
        });
        Ok(shown.collect())
    }

    /// Everything that exists, as ARM would show it.
    pub fn resources(&self) -> Result<Vec<Json>> {
        let mut answer = self.control("GET", "resources", None)?;
        match answer["value"].take() {
            Json::Array(resources) => Ok(resources),
            other => Err(format!("resources are a list, not {other}").into()),
        }
    }

    /// The IDs of everything that exists, sorted.
    pub fn ids(&self) -> Result<Vec<String>> {
        let resources = self.resources()?;
        let mut ids: Vec<_> = resources
            .iter()
            .filter_map(|body| body["id"].as_str().map(str::to_owned))
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// The resource with this ID, in any casing, if it exists.
    pub fn find(&self, id: &str) -> Result<Option<Json>> {
        let resources = self.resources()?;
        let has_id = |body: &Json| {
            body["id"]
                .as_str()
                .is_some_and(|found| found.eq_ignore_ascii_case(id))
        };
        Ok(resources.into_iter().find(has_id))
    }

    /// The resource with this ID, which exists.
    pub fn get(&self, id: &str) -> Result<Json> {
        self.find(id)?
            .ok_or_else(|| format!("{id} does not exist in the emulator").into())
    }

    /// Changes members of a resource behind everyone's back.
    pub fn edit(&self, id: &str, members: &Json) -> Result {
        self.control("PUT", &format!("resources{id}"), Some(members))
            .map(drop)
    }

    /// Creates a resource or writes it anew, as somebody else would.
    pub fn put(&self, id: &str, body: &Json) -> Result {
        self.ask_as_somebody("PUT", id, Some(body))
    }

    /// Deletes a resource, as somebody else would.
    pub fn delete(&self, id: &str) -> Result {
        self.ask_as_somebody("DELETE", id, None)
    }

    fn ask_as_somebody(&self, method: &str, id: &str, body: Option<&Json>) -> Result {
        let is_in = |namespace: &str| id.contains(&format!("/{namespace}/"));
        let api_version = match id {
            _ if is_in("Microsoft.Network") => "2023-11-01",
            _ if is_in("Microsoft.Insights") => "2022-10-01",
            _ => "2019-05-01",
        };
        let token = self.access_token("tenant", "somebody", "else")?;
        let body = body.map(Json::to_string);
        let path = format!("{id}?api-version={api_version}");
        self.send(Request {
            method,
            path: &path,
            token: Some(&token),
            body: body.as_deref().map(|body| ("application/json", body)),
        })
        .map(drop)
    }

    /// Goes back to the fixtures.
    pub fn reset(&self) -> Result {
        self.hold_to_contract()?;
        self.control("POST", "reset", None).map(drop)
    }

    /// Adds a rule by which requests go wrong.
    pub fn fault(&self, rule: &Json) -> Result {
        self.control("POST", "faults", Some(rule)).map(drop)
    }

    /// Whether any of these rules has had its effect.
    pub fn has_gone_wrong(&self) -> Result<bool> {
        let rules = self.control("GET", "faults", None)?;
        let mut rules = rules["value"].as_array().into_iter().flatten();
        Ok(rules.any(|rule| rule["fired"].as_u64() > Some(0)))
    }

    /// Forgets all such rules.
    pub fn clear_faults(&self) -> Result {
        self.control("DELETE", "faults", None).map(drop)
    }

    /// Lets time pass at once.
    pub fn advance(&self, span: &str) -> Result {
        self.control("POST", "clock", Some(&json!({ "advance": span })))
            .map(drop)
    }

    /// Sets a metric of a resource, which holds until it is set again.
    pub fn set_metric(&self, resource: &str, metric: &str, value: f64) -> Result {
        let metric = json!({ "resource": resource, "metric": metric, "value": value });
        self.control("POST", "metrics", Some(&metric)).map(drop)
    }

    /// Changes how many seconds of Azure pass in each real second.
    pub fn set_time_scale(&self, scale: f64) -> Result {
        self.control("POST", "clock", Some(&json!({ "scale": scale })))
            .map(drop)
    }

    /// The requests to ARM so far, oldest first; sign-in is left out.
    pub fn requests(&self) -> Result<Vec<Served>> {
        let answer = self.control("GET", "requests", None)?;
        let requests = answer["value"].as_array().into_iter().flatten();
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let served = requests.map(|request| Served {
            method: text(&request["method"]),
            path: text(&request["path"]),
            status: request["status"].as_u64(),
            body: request["body"].clone(),
        });
        Ok(served
            .filter(|request| !request.path.ends_with("/oauth2/v2.0/token"))
            .collect())
    }

    /// The requests so far that change something, as `METHOD last/segments`.
    pub fn writes(&self) -> Result<Vec<String>> {
        let requests = self.requests()?;
        let writes = requests.iter().filter(|request| request.method != "GET");
        Ok(writes.map(Served::to_string).collect())
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) -> Result {
        self.hold_to_contract()?;
        self.control("DELETE", "requests", None).map(drop)
    }

    /// All that it remembers of the requests, as one text.
    pub fn transcript(&self) -> Result<String> {
        Ok(self.control("GET", "requests", None)?.to_string())
    }

    /// Holds every answer that it remembers against ARM's published documents. What a fault made up is not its own.
    fn hold_to_contract(&self) -> Result {
        let answer = self.control("GET", "requests", None)?;
        let requests = answer["value"].as_array().into_iter().flatten();
        let own = requests.filter(|request| {
            let fault = request["fault"].as_str();
            !matches!(fault, Some("answer" | "stranger"))
        });
        let complaints = own.filter_map(|request| {
            let status = request["status"].as_u64()?.try_into().ok()?;
            let text = |name: &str| request[name].as_str().unwrap_or_default();
            let target = format!("{}?{}", text("path"), text("query"));
            arm_specs::complaint(text("method"), &target, status, &request["response_body"])
        });
        let complaints: Vec<_> = complaints.collect();
        match complaints.is_empty() {
            true => Ok(()),
            false => Err(complaints.join("\n\n").into()),
        }
    }

    fn control(&self, method: &str, path: &str, body: Option<&Json>) -> Result<Json> {
        let body = body.map(Json::to_string);
        let body = body.as_deref().map(|body| ("application/json", body));
        let path = format!("/_emulator/{path}");
        Ok(self
            .send(Request {
                method,
                path: &path,
                token: None,
                body,
            })?
            .body)
    }

    fn send(&self, request: Request<'_>) -> Result<Answer> {
        let trust = self.vouched.as_ref().map(|vouched| &vouched.trust);
        let answer = http::send(&self.authority, trust, request)?;
        match answer.status {
            200..300 => Ok(answer),
            status => Err(format!(
                "{} {}: {status} {}",
                request.method, request.path, answer.body
            )
            .into()),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let is_running = matches!(self.process.try_wait(), Ok(None)) && !self.authority.is_empty();
        let held = match is_running && !thread::panicking() {
            true => self.hold_to_contract(),
            false => Ok(()),
        };
        self.process.kill().ok();
        self.process.wait().ok();
        if let Err(error) = held {
            panic!("{error}");
        }
    }
}

impl std::fmt::Display for Served {
    /// The method with type and name, and what is done: `POST workflows/hello/enable`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let below = self
            .path
            .split_once("/providers/")
            .map_or(self.path.as_str(), |(_, below)| below);
        let below = below.split_once('/').map_or(below, |(_, below)| below);
        write!(f, "{} {below}", self.method)
    }
}
