//! Plays the client's part of go-plugin: starts a provider process, reads its line, connects.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper::client::conn::http2::{self, SendRequest};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::codegen::http::{Request, Response, Uri};

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Far beyond what anything here takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// What go-plugin makes afresh for each start: a self-signed P-521 certificate that is a CA and is used as a leaf.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    pem: String,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let mut params = CertificateParams::new(["localhost".to_owned()])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            pem: certificate.pem(),
        })
    }
}

/// A provider process that has told where it listens.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) line: Line,
    /// Holds what a killed process leaves behind.
    _temporary: Option<TempDir>,
}

/// The fields of the handshake line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) protocol: String,
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

/// A command that starts `program` as Terraform does; without identity, as with `TF_DISABLE_PLUGIN_TLS`.
pub(crate) fn command(program: &Path, identity: Option<&Identity>) -> Command {
    let mut command = Command::new(program);
    for name in ["TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_ISE"] {
        command.env_remove(name);
    }
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    match identity {
        Some(identity) => command.env("PLUGIN_CLIENT_CERT", &identity.pem),
        None => command.env_remove("PLUGIN_CLIENT_CERT"),
    };
    command
}

/// Starts the process and reads its line.
pub(crate) async fn start(command: &mut Command) -> Result<Plugin, Error> {
    let mut variables = command.as_std().get_envs();
    let temporary = match variables.any(|(name, _)| name == "TMPDIR") {
        true => None,
        false => Some(tempfile::tempdir()?),
    };
    if let Some(temporary) = &temporary {
        command.env("TMPDIR", temporary.path());
    }
    let mut child = command.spawn()?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or("stdout is not piped")?);
    let mut text = String::new();
    tokio::time::timeout(LONG, stdout.read_line(&mut text)).await??;
    let line = Line::parse(&text)?;
    Ok(Plugin {
        child,
        stdout,
        line,
        _temporary: temporary,
    })
}

impl Line {
    fn parse(text: &str) -> Result<Self, Error> {
        let fields: Vec<&str> = text.trim().split('|').collect();
        let ["1", protocol, network, address, "grpc", certificate] = fields[..] else {
            return Err(format!("not a handshake: {text:?}").into());
        };
        let certificate = match certificate {
            "" => None,
            text => Some(CertificateDer::from(STANDARD_NO_PAD.decode(text)?)),
        };
        Ok(Self {
            text: text.to_owned(),
            protocol: protocol.to_owned(),
            network: network.to_owned(),
            address: address.to_owned(),
            certificate,
        })
    }

    /// A connection as go-plugin makes it.
    pub(crate) async fn connect(&self, identity: Option<&Identity>) -> Result<Channel, Error> {
        let Some(server) = self.certificate.clone() else {
            return Channel::open(self.dial().await?).await;
        };
        let config = client_config(server, identity)?;
        Channel::open(self.dial_tls(config).await?).await
    }

    /// A bare connection.
    pub(crate) async fn dial(&self) -> io::Result<Box<dyn Stream>> {
        match self.network.as_str() {
            "unix" => Ok(Box::new(UnixStream::connect(&self.address).await?)),
            _ => Ok(Box::new(TcpStream::connect(&self.address).await?)),
        }
    }

    pub(crate) async fn dial_tls(
        &self,
        config: ClientConfig,
    ) -> Result<tokio_rustls::client::TlsStream<Box<dyn Stream>>, Error> {
        let name = ServerName::try_from("localhost")?;
        let connector = TlsConnector::from(Arc::new(config));
        Ok(connector.connect(name, self.dial().await?).await?)
    }
}

/// Accepts exactly the server of the handshake line and shows the client's certificate, if any.
pub(crate) fn client_config(
    server: CertificateDer<'static>,
    identity: Option<&Identity>,
) -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = PinnedServer {
        certificate: server,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some(Identity {
            certificate, key, ..
        }) => config.with_client_auth_cert(vec![certificate.clone()], key.clone_key())?,
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Go takes the certificate of the line as a root and as the leaf at once, also a CA as plugins in Go have.
#[derive(Debug)]
struct PinnedServer {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match *end_entity == self.certificate {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(rustls::CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One HTTP/2 connection for the generated clients.
#[derive(Clone)]
pub(crate) struct Channel {
    sender: SendRequest<Body>,
    tasks: Tasks,
}

impl Channel {
    pub(crate) async fn open(stream: impl Stream + 'static) -> Result<Self, Error> {
        let tasks = Tasks::default();
        let (sender, connection) = http2::handshake(tasks.clone(), TokioIo::new(stream)).await?;
        tasks.execute(async {
            // The calls that use it report the error.
            connection.await.ok();
        });
        Ok(Self { sender, tasks })
    }

    /// Ends the connection as the death of the client does: without a word.
    pub(crate) fn cut(self) {
        for task in self.tasks.0.lock().expect("no panic").drain(..) {
            task.abort();
        }
    }
}

/// All that a connection consists of.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<Vec<AbortHandle>>>);

impl<F> Executor<F> for Tasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        let task = tokio::spawn(future).abort_handle();
        self.0.lock().expect("no panic").push(task);
    }
}

/// The `:authority` that grpc-go sends over TLS.
pub(crate) fn origin() -> Uri {
    Uri::from_static("http://localhost")
}

impl Service<Request<Body>> for Channel {
    type Response = Response<hyper::body::Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.sender.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.sender.send_request(request))
    }
}

/// An error with all its causes, which for TLS is where the reason is.
pub(crate) fn full_text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, ": {error}").ok();
        cause = error.source();
    }
    text
}
