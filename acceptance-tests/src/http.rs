//! HTTP as far as the emulator needs it: one request for each connection, JSON both ways, no TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value as Json;

use crate::Result;

/// How long any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, null when it is empty.
    pub body: Json,
}

/// What is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// `GET` and so on.
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// Sent as `Authorization: Bearer …`.
    pub token: Option<&'a str>,
    /// Kind and text of the body.
    pub body: Option<(&'a str, &'a str)>,
}

/// Sends a request to `http://AUTHORITY`, where the authority is host and port.
pub fn send(authority: &str, request: Request<'_>) -> Result<Answer> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (kind, body) = request.body.unwrap_or(("application/json", ""));
    let authorization = request
        .token
        .map(|token| format!("authorization: Bearer {token}\r\n"));
    // HTTP/1.0: the answer ends where the connection does, and is never chunked.
    let head = format!(
        "{} {} HTTP/1.0\r\nhost: {authority}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{}\r\n",
        request.method,
        request.path,
        body.len(),
        authorization.unwrap_or_default(),
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    parse(&answer).ok_or_else(|| {
        format!(
            "{} {}: unreadable answer {answer:?}",
            request.method, request.path
        )
        .into()
    })
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = match body.is_empty() {
        true => Json::Null,
        false => serde_json::from_str(body).ok()?,
    };
    Some(Answer { status, body })
}
