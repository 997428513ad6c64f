//! The emulator as a process of its own, and requests to it over a plain connection.

use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The address at which an operation is followed.
    pub(crate) operation: Option<String>,
    pub(crate) body: Value,
}

/// A running emulator, killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts the emulator on a free port and waits until it listens.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        Self::listening(Self::spawn(arguments)).await
    }

    /// Waits until one that was started listens.
    pub(crate) async fn listening(mut child: Child) -> Self {
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .await
            .expect("a line");
        let url = line.trim_end();
        let (_, address) = url
            .split_once("://")
            .unwrap_or_else(|| panic!("no URL but {line:?}"));
        Self {
            address: address.parse().expect("an address"),
            child,
        }
    }

    /// Starts it without waiting.
    pub(crate) fn spawn(arguments: &[&str]) -> Child {
        Self::command(arguments).spawn().expect("the emulator")
    }

    /// What starts it.
    pub(crate) fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arm-emulator"));
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Its resident memory in MiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.expect("the state of the process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.expect("a size") / 1024
    }

    /// How many rules have fired once at least.
    pub(crate) async fn rules_fired(&self, token: &str) -> usize {
        let rules = self
            .send("GET", "/_emulator/faults", token, &Value::Null)
            .await;
        let rules = rules.expect("the rules").body;
        let rules = rules["value"].as_array().cloned().unwrap_or_default();
        rules.iter().filter(|rule| rule["fired"] != 0).count()
    }

    /// Tells it to end.
    pub(crate) fn terminate(&self) {
        let told = std::process::Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status();
        assert!(told.expect("kill").success());
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> std::process::ExitStatus {
        self.child.wait().await.expect("an end")
    }

    fn id(&self) -> u32 {
        self.child.id().expect("a process")
    }

    /// Ends it with SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("an end");
    }

    /// A request on a connection of its own; none when it was cut before the status was known.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Option<Reply> {
        send(self.address, method, path, token, body).await
    }
}

/// A request to an emulator that may be killed meanwhile.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
) -> Option<Reply> {
    let stream = TcpStream::connect(address).await.ok()?;
    exchange(stream, method, path, token, body).await
}

/// Gets a token.
pub(crate) async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Option<String> {
    let form = "grant_type=client_credentials&client_id=me&client_secret=hush&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let head = "POST /tenant/oauth2/v2.0/token HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let reply = converse(stream, head, form).await?;
    Some(
        reply.body["access_token"]
            .as_str()
            .expect("a token")
            .to_owned(),
    )
}

/// One request and its answer on a stream.
pub(crate) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
) -> Option<Reply> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    );
    let reply = converse(stream, &head, &body).await?;
    // An answer that was cut says nothing.
    if !reply.body.is_null() {
        let complaint = arm_specs::complaint(method, path, reply.status, &reply.body);
        assert_eq!(complaint, None);
    }
    Some(reply)
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    head: &str,
    body: &str,
) -> Option<Reply> {
    let answer = talk(stream, head, body).await?;
    let status = answer.get(9..12)?.parse().ok()?;
    let (head, content) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let operation = head.lines().find_map(|line| {
        let (name, address) = line.split_once(": ")?;
        let address =
            Some(address).filter(|_| name.eq_ignore_ascii_case("azure-asyncoperation"))?;
        Some(address.to_owned())
    });
    Some(Reply {
        status,
        operation,
        body: serde_json::from_str(content).unwrap_or_default(),
    })
}

/// One request and its answer as they are sent.
pub(crate) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    head: &str,
    body: &str,
) -> Option<String> {
    let length = body.len();
    let request = format!(
        "{head}host: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    while !is_whole(&answer) && matches!(stream.read_buf(&mut answer).await, Ok(1..)) {}
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// Whether the body is there as far as its announced length: not every server closes the connection after it.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    length.is_some_and(|length: usize| answer.len() >= head.len() + 4 + length)
}

#[tokio::test]
async fn a_refused_address_is_named() {
    let first = Process::start(&[]).await;
    let address = first.address.to_string();
    let second = Command::new(env!("CARGO_BIN_EXE_arm-emulator"))
        .args(["--listen", &address])
        .output()
        .await
        .expect("the emulator");
    assert!(!second.status.success());
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(
        told.starts_with(&format!("arm-emulator: {address}: ")),
        "{told}"
    );
}
