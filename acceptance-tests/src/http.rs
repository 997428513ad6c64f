//! HTTP as far as the emulator needs it: one request for each connection, JSON both ways.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

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

/// Who is trusted, where TLS is spoken: the authority in this file.
pub fn trust(authority: &Path) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Sends a request to an authority, which is host and port; by TLS if somebody is trusted.
pub fn send(
    authority: &str,
    trust: Option<&Arc<ClientConfig>>,
    request: Request<'_>,
) -> Result<Answer> {
    let stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let Some(trust) = trust else {
        return exchange(stream, authority, request);
    };
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let name = ServerName::try_from(host.to_owned())?;
    let connection = ClientConnection::new(Arc::clone(trust), name)?;
    exchange(StreamOwned::new(connection, stream), authority, request)
}

fn exchange(
    mut stream: impl Read + Write,
    authority: &str,
    request: Request<'_>,
) -> Result<Answer> {
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
    match stream.read_to_string(&mut answer) {
        // Of TLS, a server may just close the connection.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && !answer.is_empty() => {}
        read => drop(read?),
    }
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
