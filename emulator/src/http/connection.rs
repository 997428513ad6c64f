//! Connections that a fault can cut (the client then sees them end without a byte of an answer), and on which the head of
//! a request has to come in time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long the head of a request may take from its first byte on.
const HEAD: Duration = Duration::from_secs(30);

/// A handle on the connection of a request.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    cut: Arc<AtomicBool>,
    /// Whether a request is being served: its head is there.
    busy: Arc<AtomicBool>,
    is_secure: bool,
}

impl Connection {
    /// A connection on which nothing has come yet.
    pub(crate) fn new(is_secure: bool) -> Self {
        Self {
            cut: Arc::default(),
            busy: Arc::default(),
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

    /// Says that a request is being served until the guard is dropped.
    pub(crate) fn serve(&self) -> Serving {
        self.busy.store(true, Ordering::Relaxed);
        Serving(Arc::clone(&self.busy))
    }

    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::Relaxed) {
            Err(io::ErrorKind::ConnectionAborted.into())
        } else {
            Ok(())
        }
    }
}

/// A request that is being served.
#[derive(Debug)]
pub(crate) struct Serving(Arc<AtomicBool>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// A stream that refuses to be written to once it was cut, and to be read from when a head takes too long.
#[derive(Debug)]
pub(crate) struct Cuttable<S> {
    stream: S,
    connection: Connection,
    /// Until when the head that has begun has to be there.
    head: Option<Pin<Box<Sleep>>>,
}

impl<S> Cuttable<S> {
    /// The stream of a connection.
    pub(crate) fn new(stream: S, connection: Connection) -> Self {
        Self {
            stream,
            connection,
            head: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cuttable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.connection.busy.load(Ordering::Relaxed) {
            self.head = None;
            return read;
        }
        if read.is_ready() {
            self.head.get_or_insert_with(|| Box::pin(sleep(HEAD)));
            return read;
        }
        let head = self.head.as_mut();
        if head.is_some_and(|head| head.as_mut().poll(context).is_ready()) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
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
