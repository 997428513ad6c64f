//! Connections that a fault can cut: the client then sees them end without a byte of an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take to agree on encryption.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A handle on the connection of a request.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    cut: Arc<AtomicBool>,
    is_secure: bool,
}

impl Connection {
    fn new(is_secure: bool) -> Self {
        Self {
            cut: Arc::default(),
            is_secure,
        }
    }

    /// Whether it is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Cuts the connection before anything more is written to it.
    pub(crate) fn close(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::Relaxed) {
            Err(io::ErrorKind::ConnectionAborted.into())
        } else {
            Ok(())
        }
    }
}

impl Connected<IncomingStream<'_, Plain>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Plain>) -> Self {
        stream.io().connection.clone()
    }
}

impl Connected<IncomingStream<'_, Secure>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Secure>) -> Self {
        stream.io().connection.clone()
    }
}

/// A listener for http.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) TcpListener);

impl Listener for Plain {
    type Io = Cuttable<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Cuttable::new(stream, false), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A listener for https. Handshakes run beside one another, so that a slow client holds nobody up.
#[derive(Debug)]
pub(crate) struct Secure {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    /// Ends with the listener.
    _acceptors: JoinSet<()>,
}

impl Secure {
    /// Starts to accept connections.
    pub(crate) fn new(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(16);
        let mut acceptors = JoinSet::new();
        acceptors.spawn(shake_hands(listener, acceptor, done));
        Ok(Self {
            address,
            ready,
            _acceptors: acceptors,
        })
    }
}

impl Listener for Secure {
    type Io = Cuttable<TlsStream<TcpStream>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some((stream, address)) => (Cuttable::new(stream, true), address),
            // The acceptors live as long as the listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

async fn shake_hands(
    mut listener: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let mut handshakes = JoinSet::new();
    loop {
        let (stream, address) = Listener::accept(&mut listener).await;
        let (accept, done) = (acceptor.accept(stream), done.clone());
        handshakes.spawn(async move {
            match tokio::time::timeout(HANDSHAKE, accept).await {
                Ok(Ok(stream)) => {
                    let _ = done.send((stream, address)).await;
                }
                Ok(Err(error)) => tracing::info!(%address, %error, "no TLS handshake"),
                Err(_) => tracing::info!(%address, "no TLS handshake in time"),
            }
        });
        while handshakes.try_join_next().is_some() {}
    }
}

/// A stream that refuses to be written to once it was cut.
#[derive(Debug)]
pub(crate) struct Cuttable<S> {
    stream: S,
    connection: Connection,
}

impl<S> Cuttable<S> {
    fn new(stream: S, is_secure: bool) -> Self {
        Self {
            stream,
            connection: Connection::new(is_secure),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cuttable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cuttable<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Err(cut) = self.connection.check() {
            return Poll::Ready(Err(cut));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
