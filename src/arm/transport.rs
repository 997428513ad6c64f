//! The pooled HTTP clients, made when first needed: a plan starts several provider processes that never need any.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect;

use super::cloud;
use super::error::Error;
use super::response::Response;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends requests and reads answers to their end.
///
/// There is one client for each way that a URL can ask for: proxies are for what is elsewhere, and the certificate
/// authorities of the machine are read where TLS needs them.
#[derive(Debug)]
pub(crate) struct Transport {
    user_agent: String,
    answer_timeout: Duration,
    clients: [OnceLock<Result<Built, String>>; 4],
}

/// Whether a proxy may lead to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// As `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` have it for the URL; never to what is local.
    PerUrl,
    /// To a service of this machine, whatever its address.
    Direct,
}

#[derive(Debug)]
struct Built {
    client: reqwest::Client,
    /// No certificate authority is known here, which fails every TLS handshake and deserves to be said.
    without_roots: bool,
}

impl Transport {
    pub(crate) fn new(user_agent: String, answer_timeout: Duration) -> Self {
        Self {
            user_agent,
            answer_timeout,
            clients: [const { OnceLock::new() }; 4],
        }
    }

    pub(crate) async fn send(&self, request: reqwest::Request) -> Result<Response, Error> {
        self.send_by(Route::PerUrl, request).await
    }

    pub(crate) async fn send_by(
        &self,
        route: Route,
        request: reqwest::Request,
    ) -> Result<Response, Error> {
        let built = self.built(route, request.url())?;
        let answer = built.client.execute(request).await;
        let answer = answer.map_err(|error| built.explain(error))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        Ok(Response::new(status, headers, answer.bytes().await.ok()))
    }

    fn built(&self, route: Route, url: &Url) -> Result<&Built, Error> {
        let is_direct = route == Route::Direct || cloud::is_local(url);
        // A proxy may be reached by TLS whatever the URL.
        let needs_roots = !is_direct || url.scheme() == "https";
        let place = usize::from(is_direct) + 2 * usize::from(needs_roots);
        self.clients[place]
            .get_or_init(|| self.build(is_direct, needs_roots))
            .as_ref()
            .map_err(|why| Error::invalid(format!("the HTTP client cannot be set up: {why}")))
    }

    fn build(&self, is_direct: bool, needs_roots: bool) -> Result<Built, String> {
        let roots = match needs_roots {
            true => native_roots(),
            false => RootCertStore::empty(),
        };
        let without_roots = roots.is_empty();
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(self.answer_timeout)
            .tls_backend_preconfigured(tls(roots).map_err(|error| error.to_string())?);
        if is_direct || are_proxies_off(|name| std::env::var(name).ok()) {
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
        if why.contains("certificate") {
            why.push_str(match self.without_roots {
                true => {
                    " (this machine has no CA certificates: install its ca-certificates package, or name a file in SSL_CERT_FILE)"
                }
                false => {
                    " (trusted are the CA certificates of this machine, or those in the file that SSL_CERT_FILE names)"
                }
            });
        }
        let explained = match error.is_connect() {
            true => Error::not_connected(why),
            false => Error::answer_lost(why),
        };
        explained.caused_by(error)
    }
}

/// Whether `NO_PROXY` is for every host: reqwest takes `*` for names only, and curl and Go for addresses too. Of the two variables,
/// the one that reqwest reads counts.
fn are_proxies_off(variable: impl Fn(&str) -> Option<String>) -> bool {
    let mut names = ["NO_PROXY", "no_proxy"].into_iter();
    let list = names.find_map(variable);
    list.is_some_and(|list| list.split(',').any(|it| it.trim() == "*"))
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

/// Whether TLS failed, as it will again.
pub(crate) fn is_of_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        // What an io::Error holds is not its source.
        let held = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    false
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
impl Transport {
    pub(crate) fn for_tests() -> Self {
        Self::new("test".to_owned(), Duration::from_secs(30))
    }
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

    #[test]
    fn of_two_variables_the_one_counts_that_reqwest_reads() {
        for (upper, lower, expected) in [
            (Some("*"), Some("example.org"), true),
            (Some("example.org"), Some("*"), false),
            (Some(""), Some("*"), false),
            (None, Some("example.org, *"), true),
            (None, None, false),
        ] {
            let variable = |name: &str| match name {
                "NO_PROXY" => upper.map(str::to_owned),
                _ => lower.map(str::to_owned),
            };
            assert_eq!(are_proxies_off(variable), expected, "{upper:?} {lower:?}");
        }
    }

    #[test]
    fn each_url_has_the_client_that_it_needs() -> TestResult {
        let transport = Transport::for_tests();
        let place = |route, url: &str| -> Result<usize, Box<dyn StdError>> {
            let built: *const Built = transport.built(route, &url.parse()?)?;
            let mut clients = transport.clients.iter();
            let found =
                clients.position(|it| matches!(it.get(), Some(Ok(it)) if std::ptr::eq(it, built)));
            Ok(found.ok_or("no client")?)
        };
        let (direct, roots) = (1, 2);
        for (route, url, expected) in [
            (Route::PerUrl, "http://127.0.0.1:1/", direct),
            (Route::PerUrl, "https://localhost:1/", direct + roots),
            (Route::PerUrl, "http://169.254.169.254/metadata", direct),
            (Route::PerUrl, "https://management.azure.com/", roots),
            (Route::PerUrl, "https://10.0.0.4/", roots),
            (Route::Direct, "http://10.0.0.4/msi/token", direct),
        ] {
            assert_eq!(place(route, url)?, expected, "{url}");
        }
        Ok(())
    }

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
        let transport = Transport::for_tests();
        let url = format!("https://localhost:{port}/").parse()?;
        let error = transport.send(Request::new(Method::GET, url)).await;
        let error = error.expect_err("no authority knows this certificate");
        let text = error.to_string();
        assert!(
            text.contains("UnknownIssuer") && text.contains("SSL_CERT_FILE"),
            "{text}"
        );
        assert!(is_of_tls(&error));
        let closed = format!("https://localhost:{}/", closed_port().await?).parse()?;
        let error = transport.send(Request::new(Method::GET, closed)).await;
        assert!(!is_of_tls(&error.expect_err("nobody listens")));
        Ok(())
    }

    /// A port of this machine at which nobody listens.
    async fn closed_port() -> std::io::Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        Ok(listener.local_addr()?.port())
    }
}
