//! Where the client connects, and the way from there to an authenticated connection.

use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::time::Duration;

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use super::address::Address;
use super::connection::{Connection, Stream};
use super::handshake::Handshake;
use super::lifecycle::Lifecycle;
#[cfg(unix)]
use super::socket::{self, SocketFile};

/// What a TLS handshake between two local processes may take on a machine that is very busy.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when no connection can be accepted, for want of file descriptors as a rule.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// On Windows nothing is left behind.
#[cfg(not(unix))]
pub(super) struct SocketFile;

/// A socket that listens already.
pub(super) struct Listener {
    pub(super) socket: Socket,
    pub(super) address: Address,
    /// What must be removed at the end.
    pub(super) file: Option<SocketFile>,
}

impl Listener {
    /// A Unix socket where there are such; else, or where no directory can hold one, a port of the loopback interface.
    pub(super) fn bind(handshake: &Handshake) -> io::Result<Self> {
        #[cfg(unix)]
        match Self::unix(handshake) {
            // A port is open to every user of the machine: only TLS keeps them out.
            Err(error) if handshake.client_certificate().is_some() => {
                tracing::warn!(%error, "listening on a port because no Unix socket could be made");
            }
            result => return result,
        }
        Self::tcp(handshake.ports())
    }

    #[cfg(unix)]
    fn unix(handshake: &Handshake) -> io::Result<Self> {
        let (listener, file) =
            socket::bind(handshake.socket_directory(), handshake.socket_group())?;
        Ok(Self {
            socket: Socket::Unix(listener),
            address: Address::Unix(file.path().to_owned()),
            file: Some(file),
        })
    }

    fn tcp(ports: RangeInclusive<u16>) -> io::Result<Self> {
        let bind = |port| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok();
        let listener = ports.clone().find_map(bind).ok_or_else(|| {
            let (first, last) = ports.into_inner();
            io::Error::other(format!("no port from {first} to {last} is free"))
        })?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: Address::Tcp(listener.local_addr()?),
            socket: Socket::Tcp(TcpListener::from_std(listener)?),
            file: None,
        })
    }
}

/// Either kind of socket.
pub(super) enum Socket {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Socket {
    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// Connections of the client as they become ready. Each TLS handshake runs on its own, so that one that stalls or
/// fails holds up no other.
pub(super) fn connections(
    socket: Socket,
    acceptor: Option<TlsAcceptor>,
    lifecycle: Lifecycle,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        while !sender.is_closed() {
            let stream = match socket.accept().await {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                    continue;
                }
            };
            tokio::spawn(secure(
                stream,
                acceptor.clone(),
                lifecycle.clone(),
                sender.clone(),
            ));
        }
    });
    ReceiverStream::new(receiver)
}

async fn secure(
    stream: Box<dyn Stream>,
    acceptor: Option<TlsAcceptor>,
    lifecycle: Lifecycle,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let stream: Box<dyn Stream> = match acceptor {
        None => stream,
        Some(acceptor) => {
            let handshake = tokio::time::timeout(TLS_TIMEOUT, acceptor.accept(stream));
            match handshake.await.map_err(io::Error::from).flatten() {
                Ok(stream) => Box::new(stream),
                Err(error) => {
                    tracing::warn!(%error, "refused a connection");
                    return;
                }
            }
        }
    };
    let connection = Connection::new(stream, lifecycle.connected());
    // Nobody takes it once the server has ended.
    ready.send(Ok(connection)).await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ports_in_use_are_passed_over() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        assert!(Listener::tcp(port..=port).is_err());
        let first = port.saturating_sub(20).max(1024);
        let listener = Listener::tcp(first..=port.saturating_add(20)).expect("a free port");
        let Address::Tcp(address) = listener.address else {
            panic!("{} is no port", listener.address);
        };
        assert!(address.ip().is_loopback());
        assert_ne!(address.port(), port);
    }
}
