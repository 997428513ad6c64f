//! A scripted HTTP server on loopback for the tests of the client: sign-in and ARM in one, a few answers for each path.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::arguments::{CLIENT_ID, CLIENT_SECRET, TENANT_ID, USE_CLI};
use super::client::{Client, Settings, Timing};
use super::cloud::{Cloud, endpoint};
use super::credentials::Patience;
use super::given::Given;
use super::retry::Backoff;
use super::session::Session;

pub(crate) const TOKEN_PATH: &str = "POST /tenant/oauth2/v2.0/token";

/// Quick, but with a grace that no test outlives by accident.
pub(crate) const TIMING: Timing = Timing {
    backoff: Backoff {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(5),
    },
    longest_pause: Duration::from_millis(1),
    answer_timeout: Duration::from_secs(30),
    write_grace: Duration::from_secs(30),
    sign_in: Patience {
        first_pause: Duration::from_millis(1),
        update: Duration::from_secs(30),
        connect: Duration::from_secs(30),
        answer: Duration::from_secs(30),
        longest: Duration::from_secs(600),
        token: Duration::from_secs(1200),
        arc_folder: PathBuf::new(),
    },
};

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
        /// Whether it carries what every answer of ARM does.
        is_of_arm: bool,
    },
    /// Sends this answer only when told to.
    Held(Arc<Notify>, Box<Reply>),
    /// Closes the connection without an answer.
    Close,
    /// Closes it in the middle of this answer's body.
    Truncated(Box<Reply>),
    /// Never answers.
    Hang,
    /// Takes what a PUT or PATCH of an object sends, and shows it from then on, less what this hides.
    Kept(fn(&mut Json)),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self::text(status, &body.to_string())
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
            is_of_arm: true,
        }
    }

    /// An answer of something on the way to ARM.
    pub(crate) fn stranger(status: u16, body: &str) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
            is_of_arm: false,
        }
    }

    /// Takes what is sent, and shows it.
    pub(crate) fn kept() -> Self {
        Self::Kept(|_| {})
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::json(status, &json!({"error": {"code": code, "message": "m"}}))
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Method, path and query, such as `GET /x?api-version=1`.
    pub(crate) line: String,
    /// By lower-case name.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

pub(crate) struct TestServer {
    pub(crate) url: Url,
    state: Arc<State>,
}

struct State {
    /// What is left to answer, by method and path; the last reply of a path stays.
    script: Mutex<HashMap<String, Vec<Reply>>>,
    received: watch::Sender<Vec<Received>>,
}

impl TestServer {
    /// Starts a server that follows this script; `{url}` in headers stands for its own URL. Tokens are numbered.
    pub(crate) async fn start(script: &[(&str, Vec<Reply>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = script
            .iter()
            .map(|(line, replies)| ((*line).to_owned(), replies.clone()))
            .collect();
        let state = Arc::new(State {
            script: Mutex::new(script),
            received: watch::Sender::new(Vec::new()),
        });
        let url = endpoint(&format!("http://{address}")).expect("a URL");
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&serving), address.to_string()));
            }
        });
        Self { url, state }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            cloud: self.cloud().into(),
            given: Given::default()
                .with(&TENANT_ID, "tenant")
                .with(&CLIENT_ID, "client")
                .with(&CLIENT_SECRET, "hush")
                .with(&USE_CLI, "false"),
            trace: None,
        }
    }

    pub(crate) fn cloud(&self) -> Cloud {
        Cloud {
            resource_manager_endpoint: self.url.clone(),
            resource_manager_audience: "https://management.azure.com".to_owned(),
            authority_host: self.url.clone(),
        }
    }

    /// A session that outlives every test.
    pub(crate) fn session(&self) -> Session {
        self.session_until(CancellationToken::new(), TIMING)
    }

    pub(crate) fn session_until(&self, cancel: CancellationToken, timing: Timing) -> Session {
        let deadline = Instant::now() + Duration::from_secs(600);
        Client::with_timing(self.settings(), timing).bounded(deadline, cancel)
    }

    /// How often somebody signed in.
    pub(crate) fn sign_ins(&self) -> usize {
        let received = self.state.received.borrow();
        received.iter().filter(|it| it.line == TOKEN_PATH).count()
    }

    /// What those who signed in sent.
    pub(crate) fn sign_in_bodies(&self) -> Vec<String> {
        let received = self.state.received.borrow();
        let sign_ins = received.iter().filter(|it| it.line == TOKEN_PATH);
        sign_ins.map(|it| it.body.clone()).collect()
    }

    /// What ARM was asked, without the sign-ins.
    pub(crate) fn requests(&self) -> Vec<Received> {
        let received = self.state.received.borrow();
        let to_arm = received.iter().filter(|it| it.line != TOKEN_PATH);
        to_arm.cloned().collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|it| it.line).collect()
    }

    /// Waits until ARM has been asked for this.
    pub(crate) async fn asked(&self, line: &str) {
        let mut received = self.state.received.subscribe();
        let seen = received.wait_for(|received| received.iter().any(|it| it.line == line));
        seen.await.expect("the server lives as long as the test");
    }
}

impl State {
    fn reply_to(&self, received: Received) -> Reply {
        let line = received.line.clone();
        let sent = received.body.clone();
        let mut count = 0;
        self.received.send_modify(|all| {
            all.push(received);
            count = all.iter().filter(|it| it.line == line).count();
        });
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match script.get_mut(&line) {
            Some(replies) if replies.len() > 1 => Some(replies.remove(0)),
            Some(replies) => Some(replies[0].clone()),
            None => None,
        };
        match reply {
            Some(Reply::Kept(hide)) => keep(&mut script, &line, &sent, hide),
            Some(reply) => reply,
            None if line == TOKEN_PATH => Reply::json(
                200,
                &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": format!("token-{count}")}),
            ),
            None => Reply::error(500, &format!("NotInTheScript {line}")),
        }
    }
}

/// Shows an object as a PUT or PATCH leaves it.
fn keep(
    script: &mut HashMap<String, Vec<Reply>>,
    line: &str,
    sent: &str,
    hide: fn(&mut Json),
) -> Reply {
    let (method, path) = line.split_once(' ').unwrap_or_default();
    let shown = script.entry(format!("GET {path}")).or_default();
    let mut body: Json = serde_json::from_str(sent).unwrap_or_default();
    if let ("PATCH", Some(Reply::Answer { body: before, .. })) = (method, shown.first()) {
        let mut whole: Json = serde_json::from_str(before).unwrap_or_default();
        merge(&mut whole, &body);
        body = whole;
    }
    hide(&mut body);
    let is_new = !matches!(shown.first(), Some(Reply::Answer { status: 200, .. }));
    *shown = vec![Reply::json(200, &body)];
    Reply::json(if is_new { 201 } else { 200 }, &body)
}

/// Members that are null are taken out; names have no case.
fn merge(whole: &mut Json, patch: &Json) {
    let Json::Object(members) = patch else {
        *whole = patch.clone();
        return;
    };
    for (name, value) in members {
        let members = whole.as_object();
        let mut known = members.into_iter().flat_map(|members| members.keys());
        let known = known.find(|known| known.eq_ignore_ascii_case(name));
        let name = known.unwrap_or(name).clone();
        match (value.is_null(), whole.as_object_mut()) {
            (true, Some(whole)) => drop(whole.shift_remove(&name)),
            _ => merge(&mut whole[name], value),
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>, address: String) {
    while let Some(received) = receive(&mut stream).await {
        let mut reply = state.reply_to(received);
        if let Reply::Held(release, held) = reply {
            release.notified().await;
            reply = *held;
        }
        let (reply, whole) = match reply {
            Reply::Truncated(reply) => (*reply, false),
            reply => (reply, true),
        };
        let Reply::Answer {
            status,
            headers,
            body,
            is_of_arm,
        } = reply
        else {
            if matches!(reply, Reply::Hang) {
                std::future::pending::<()>().await;
            }
            return;
        };
        let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            let value = value.replace("{url}", &format!("http://{address}"));
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if is_of_arm {
            text.push_str("x-ms-request-id: r-1\r\n");
        }
        text.push_str("\r\n");
        text.push_str(if whole {
            &body
        } else {
            &body[..body.len() / 2]
        });
        if stream.write_all(text.as_bytes()).await.is_err() || !whole {
            return;
        }
    }
}

async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or("0", String::as_str);
    let end = head_end + length.parse::<usize>().ok()?;
    while bytes.len() < end {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end..end]).into_owned();
    Some(Received {
        line,
        headers,
        body,
    })
}
