//! What client and plugin tell each other before they are connected: environment variables one way, a line the other.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::address::Address;

/// Not a secret: it tells a start by Terraform from a start by hand.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);
/// The version of the handshake itself.
const CORE_PROTOCOL: u32 = 1;
/// The one major version that we speak. It is announced even when the client's list lacks it: the client then
/// explains the mismatch better than we could.
pub(super) const PROTOCOL: u32 = 6;

const DEFAULT_PORTS: RangeInclusive<u16> = 10000..=25000;

/// What the client says in the environment.
#[derive(Debug)]
pub(super) struct Handshake {
    client_certificate: Option<String>,
    ports: RangeInclusive<u16>,
    socket_directory: Option<PathBuf>,
    socket_group: Option<String>,
    multiplexing: bool,
}

impl Handshake {
    /// `variable` gives variables that are set and not empty. None means that no client started us.
    pub(super) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        if variable(COOKIE.0)? != COOKIE.1 {
            return None;
        }
        let port = |name, default| {
            let text = variable(name);
            text.and_then(|text| text.parse().ok()).unwrap_or(default)
        };
        let (first, last) = DEFAULT_PORTS.into_inner();
        Some(Self {
            client_certificate: variable("PLUGIN_CLIENT_CERT"),
            ports: port("PLUGIN_MIN_PORT", first)..=port("PLUGIN_MAX_PORT", last),
            socket_directory: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: variable("PLUGIN_UNIX_SOCKET_GROUP"),
            multiplexing: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// For a process that waits for clients which did not start it.
    pub(super) fn without_client() -> Self {
        Self {
            client_certificate: None,
            ports: DEFAULT_PORTS,
            socket_directory: None,
            socket_group: None,
            multiplexing: false,
        }
    }

    /// The client's certificate as PEM. Without it the connection is not encrypted.
    pub(super) fn client_certificate(&self) -> Option<&str> {
        self.client_certificate.as_deref()
    }

    /// Where to listen if not on a Unix socket.
    pub(super) fn ports(&self) -> RangeInclusive<u16> {
        self.ports.clone()
    }

    /// The directory that the client made for our socket.
    #[cfg_attr(
        not(unix),
        allow(dead_code, reason = "there are no sockets on Windows")
    )]
    pub(super) fn socket_directory(&self) -> Option<&Path> {
        self.socket_directory.as_deref()
    }

    /// The group, name or number, that must be able to use the socket.
    #[cfg_attr(
        not(unix),
        allow(dead_code, reason = "there are no sockets on Windows")
    )]
    pub(super) fn socket_group(&self) -> Option<&str> {
        self.socket_group.as_deref()
    }

    /// The line that tells the client where we listen and, as DER, which certificate to expect.
    pub(super) fn line(&self, address: &Address, certificate: Option<&[u8]>) -> String {
        let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der));
        let mut line = format!(
            "{CORE_PROTOCOL}|{PROTOCOL}|{}|{address}|grpc|{}",
            address.network(),
            certificate.unwrap_or_default()
        );
        // Clients that do not ask would read a seventh field as part of the certificate.
        if self.multiplexing {
            line.push_str("|false");
        }
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(variables: &[(&str, &str)]) -> Option<Handshake> {
        Handshake::from_env(|name| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned())
        })
    }

    fn started(variables: &[(&str, &str)]) -> Handshake {
        handshake(&[&[COOKIE], variables].concat()).expect("the cookie is right")
    }

    #[test]
    fn only_the_right_cookie_is_a_client() {
        assert!(handshake(&[]).is_none());
        assert!(handshake(&[(COOKIE.0, "d602bf8f")]).is_none());
        assert!(handshake(&[COOKIE]).is_some());
    }

    #[test]
    fn ports_have_defaults() {
        let check = |variables: &[(&str, &str)], expect| {
            assert_eq!(started(variables).ports(), expect, "{variables:?}");
        };
        check(&[], 10000..=25000);
        check(&[("PLUGIN_MIN_PORT", "20000")], 20000..=25000);
        check(&[("PLUGIN_MIN_PORT", "1"), ("PLUGIN_MAX_PORT", "2")], 1..=2);
        check(&[("PLUGIN_MAX_PORT", "many")], 10000..=25000);
    }

    #[test]
    fn lines() {
        let unix = Address::Unix("/tmp/tfp-1/s".into());
        let tcp = Address::Tcp(([127, 0, 0, 1], 10001).into());
        let check = |variables: &[(&str, &str)], address, certificate, expect: &str| {
            let line = started(variables).line(address, certificate);
            assert_eq!(line, expect, "{variables:?}");
        };
        check(&[], &unix, None, "1|6|unix|/tmp/tfp-1/s|grpc|\n");
        check(&[], &tcp, None, "1|6|tcp|127.0.0.1:10001|grpc|\n");
        // One byte would need padding.
        let der: &[u8] = b"\xff";
        check(&[], &unix, Some(der), "1|6|unix|/tmp/tfp-1/s|grpc|/w\n");
        check(
            &[("PLUGIN_MULTIPLEX_GRPC", "true")],
            &unix,
            Some(der),
            "1|6|unix|/tmp/tfp-1/s|grpc|/w|false\n",
        );
        check(
            &[("PLUGIN_PROTOCOL_VERSIONS", "5")],
            &unix,
            None,
            "1|6|unix|/tmp/tfp-1/s|grpc|\n",
        );
    }
}
