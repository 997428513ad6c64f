//! The one pooled HTTP client, made when first needed: a plan starts several provider processes that never need it.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect;

use super::error::Error;
use super::response::Response;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends requests and reads answers to their end.
#[derive(Debug)]
pub(crate) struct Transport {
    user_agent: String,
    /// Everything is on this machine over plain HTTP.
    local: bool,
    answer_timeout: Duration,
    client: OnceLock<Result<Built, String>>,
}

#[derive(Debug)]
struct Built {
    client: reqwest::Client,
    /// No certificate authority is known here, which fails every TLS handshake and deserves to be said.
    without_roots: bool,
}

impl Transport {
    pub(crate) fn new(user_agent: String, local: bool, answer_timeout: Duration) -> Self {
        Self {
            user_agent,
            local,
            answer_timeout,
            client: OnceLock::new(),
        }
    }

    /// The client, for the credentials to send their own requests with.
    pub(crate) fn client(&self) -> Result<&reqwest::Client, Error> {
        Ok(&self.built()?.client)
    }

    pub(crate) async fn send(&self, request: reqwest::Request) -> Result<Response, Error> {
        let built = self.built()?;
        let answer = built.client.execute(request).await;
        let answer = answer.map_err(|error| built.explain(error))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        Ok(Response::new(status, headers, answer.bytes().await.ok()))
    }

    fn built(&self) -> Result<&Built, Error> {
        self.client
            .get_or_init(|| self.build())
            .as_ref()
            .map_err(|why| Error::invalid(format!("the HTTP client cannot be set up: {why}")))
    }

    fn build(&self) -> Result<Built, String> {
        let roots = if self.local {
            RootCertStore::empty()
        } else {
            native_roots()
        };
        let without_roots = roots.is_empty();
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(self.answer_timeout)
            .tls_backend_preconfigured(tls(roots).map_err(|error| error.to_string())?);
        if self.local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| root_cause(&error))?;
        Ok(Built {
            client,
            without_roots,
        })
    }
}

impl Built {
    fn explain(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let mut why = root_cause(&error);
        if self.without_roots && why.contains("certificate") {
            why.push_str(
                " (this machine has no CA certificates: install its ca-certificates package, or name a file in SSL_CERT_FILE)",
            );
        }
        let explained = match error.is_connect() {
            true => Error::not_connected(why),
            false => Error::answer_lost(why),
        };
        explained.caused_by(error)
    }
}

/// Built here, not by reqwest, whose own way fails in an image without CA certificates even for `http://` URLs.
fn tls(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The machine's certificate authorities, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`. None are built in: they would
/// age with the binary, and a company's own authority would be missing all the same.
fn native_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "some CA certificates cannot be read");
    }
    roots.add_parsable_certificates(found.certs);
    roots
}

/// reqwest's own text says no more than "error sending request"; the innermost says why.
fn root_cause(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use reqwest::{Method, Request};
    use rustls::ServerConfig;
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    type TestResult = Result<(), Box<dyn StdError>>;

    #[tokio::test]
    async fn a_certificate_that_nobody_vouches_for_is_told() -> TestResult {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()])?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![cert.der().clone()],
                signing_key.serialize_der().try_into()?,
            )?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = TlsAcceptor::from(Arc::new(config.clone()))
                    .accept(stream)
                    .await;
            }
        });
        // Local: no proxy of this machine is to be asked, and no authority is known.
        let transport = Transport::new("test".to_owned(), true, Duration::from_secs(30));
        let url = format!("https://localhost:{port}/").parse()?;
        let error = transport.send(Request::new(Method::GET, url)).await;
        let error = error.expect_err("no authority knows this certificate");
        let text = error.to_string();
        assert!(
            text.contains("UnknownIssuer") && text.contains("SSL_CERT_FILE"),
            "{text}"
        );
        Ok(())
    }
}
