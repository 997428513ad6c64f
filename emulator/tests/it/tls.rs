//! The emulator over https, as a client sees it that trusts the written authority and nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{NETWORK_VERSION, group, network};
use crate::process::{Process, exchange, sign_in};

/// A connection under one of the server's names.
async fn connect(
    address: SocketAddr,
    name: &str,
    authority: &Path,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(authority).expect("a certificate");
    roots.add(certificate).expect("an authority");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_and_told_https() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("ca.pem");
    let file = authority.to_str().expect("a text path");
    let process = Process::start(&["--tls", "--ca-out", file]).await;
    let connection = async |name: &str| {
        let connected = connect(process.address, name, &authority).await;
        connected.expect("a trusted connection")
    };
    let token = sign_in(connection("localhost").await)
        .await
        .expect("a token");
    let mut operations = Vec::new();
    for (path, body) in [
        (
            format!("{}?api-version=2022-09-01", group()),
            json!({"location": "westeurope"}),
        ),
        (
            format!(
                "{}?api-version={NETWORK_VERSION}",
                network("virtualNetworks/vnet")
            ),
            json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}),
        ),
    ] {
        let reply = exchange(connection("127.0.0.1").await, "PUT", &path, &token, &body).await;
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 201, "{reply:?}");
        operations.extend(reply.operation);
    }
    let [operation] = operations.as_slice() else {
        panic!("one operation: {operations:?}");
    };
    assert!(
        operation.starts_with("https://localhost/subscriptions/"),
        "{operation}"
    );
    let described = exchange(
        connection("::1").await,
        "GET",
        "/metadata/endpoints?api-version=2022-09-01",
        "",
        &Value::Null,
    )
    .await
    .expect("an answer");
    assert_eq!(described.body["resourceManager"], "https://localhost/");
}

#[tokio::test]
async fn only_https_and_only_with_the_right_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let (own, others) = (
        folder.path().join("ca.pem"),
        folder.path().join("other.pem"),
    );
    let text = |path: &Path| path.to_str().expect("a text path").to_owned();
    let process = Process::start(&["--tls", "--ca-out", &text(&own)]).await;
    let _other = Process::start(&["--tls", "--ca-out", &text(&others)]).await;
    assert!(
        connect(process.address, "localhost", &others)
            .await
            .is_err()
    );
    assert!(connect(process.address, "example.com", &own).await.is_err());
    // A client that does not begin a handshake holds nobody up.
    let _idle = TcpStream::connect(process.address)
        .await
        .expect("a connection");
    let plain = process
        .send(
            "GET",
            "/metadata/endpoints?api-version=2022-09-01",
            "",
            &Value::Null,
        )
        .await;
    assert!(plain.is_none(), "{plain:?}");
    assert!(connect(process.address, "localhost", &own).await.is_ok());
}

#[tokio::test]
async fn a_cut_shows_no_byte_of_an_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("ca.pem");
    let file = authority.to_str().expect("a text path");
    let process = Process::start(&["--tls", "--ca-out", file]).await;
    let connect = async || connect(process.address, "localhost", &authority).await;
    let rule = json!({"close": "after"});
    let added = exchange(
        connect().await.expect("a connection"),
        "POST",
        "/_emulator/faults",
        "",
        &rule,
    );
    assert_eq!(added.await.expect("an answer").status, 201);
    let stream = connect().await.expect("a connection");
    let cut = exchange(stream, "GET", "/subscriptions", "", &Value::Null).await;
    assert!(cut.is_none(), "{cut:?}");
}

#[tokio::test]
async fn an_authority_is_written_for_https_only() {
    let mut child = Process::command(&["--ca-out", "ca.pem"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the emulator");
    let mut error = String::new();
    let stderr = child.stderr.as_mut().expect("a pipe");
    stderr.read_to_string(&mut error).await.expect("a text");
    assert!(
        !child.wait().await.expect("an end").success() && error.contains("--tls"),
        "{error}"
    );
}
