//! Connections: how they are accepted, how long they may take and how they end.

pub(crate) mod connection;
pub(crate) mod guard;
pub(crate) mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use self::connection::{Connection, Cuttable};

/// How long a client may take to agree on encryption.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection may lie idle.
const IDLE: Duration = Duration::from_secs(240);
/// How long requests in flight may take when the emulator ends.
const DRAIN: Duration = Duration::from_secs(5);
/// How long nothing is accepted when the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(500);

/// Serves connections until a future ends, and then the requests that are in flight.
pub(crate) async fn serve<A, F>(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    until: impl Future<Output = ()>,
    answer: A,
) -> io::Result<()>
where
    A: Fn(Request<Body>, Connection) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut until = pin!(until);
    let mut is_full = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut until => break,
        };
        match accepted {
            Ok((stream, address)) => {
                is_full = false;
                let (acceptor, watcher) = (acceptor.clone(), graceful.watcher());
                connections.spawn(connect(stream, address, acceptor, watcher, answer.clone()));
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                if !is_full {
                    tracing::warn!(%error, "no connection can be accepted");
                }
                is_full = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    // What takes longer ends with its task.
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
    Ok(())
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection. Handshakes run beside one another, so that a slow client holds nobody up.
async fn connect<A, F>(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    watcher: Watcher,
    answer: A,
) where
    A: Fn(Request<Body>, Connection) -> F,
    F: Future<Output = Response<Body>>,
{
    let Some(acceptor) = acceptor else {
        return converse(stream, false, watcher, answer).await;
    };
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, true, watcher, answer).await,
        Ok(Err(error)) => tracing::info!(%address, %error, "no TLS handshake"),
        Err(_) => tracing::info!(%address, "no TLS handshake in time"),
    }
}

async fn converse<S, A, F>(stream: S, is_secure: bool, watcher: Watcher, answer: A)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Body>, Connection) -> F,
    F: Future<Output = Response<Body>>,
{
    let connection = Connection::new(is_secure);
    let stream = Cuttable::new(stream, connection.clone());
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        let request_is_served = connection.serve();
        let answered = answer(request.map(Body::new), connection.clone());
        async move {
            let response = answered.await;
            drop(request_is_served);
            Ok::<_, Infallible>(response)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "a connection ended");
    }
}
