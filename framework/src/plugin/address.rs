//! Where the client connects.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The address in the form of the handshake line.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// The path of a socket.
    #[cfg_attr(
        not(unix),
        allow(dead_code, reason = "there are only ports on Windows")
    )]
    Unix(PathBuf),
    /// Address and port.
    Tcp(SocketAddr),
}

impl Address {
    /// The name of the network in Go.
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}
