//! One accepted connection, whatever it is made of.

use std::any::Any;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tonic::transport::server::Connected;

use super::lifecycle::OpenConnection;

/// Unix or TCP, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The client of one connection, with what is kept for it for as long as it is connected.
#[derive(Clone, Default)]
pub(super) struct Client(Arc<OnceLock<Arc<dyn Any + Send + Sync>>>);

impl Client {
    /// What is kept for it, made when it is first asked for.
    pub(super) fn own<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        let own = self.0.get_or_init(|| Arc::new(make()));
        Arc::clone(own).downcast().ok()
    }
}

/// A connection to an authenticated client, counted for as long as it is open.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    client: Client,
    _open: OpenConnection,
}

impl Connection {
    /// Takes over a stream whose TLS handshake, if any, is done.
    pub(super) fn new(stream: Box<dyn Stream>, open: OpenConnection) -> Self {
        Self {
            stream,
            client: Client::default(),
            _open: open,
        }
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut dyn Stream> {
        Pin::new(self.get_mut().stream.as_mut())
    }
}

impl Connected for Connection {
    type ConnectInfo = Client;

    fn connect_info(&self) -> Client {
        self.client.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
