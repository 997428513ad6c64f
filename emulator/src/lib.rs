//! A local Azure Resource Manager for integration service environments and the networks they live in.
//!
//! It answers as ARM does: case-blind paths, api-versions, full-replacement PUTs, long-running operations on a clock
//! that can run fast, and Azure's own error codes and texts. [`app`] gives it as an [`axum::Router`], [`serve`] on a
//! listener; `/_emulator/` controls it, and `/` shows it to people.

#![forbid(unsafe_code)]

mod control;
mod core;
#[cfg(test)]
mod coverage;
mod documents;
mod emulator;
mod fixtures;
mod http;
mod journal;
mod options;
mod page;
mod run;
mod server;
mod signin;
mod state;
mod types;

pub mod cli;

use std::io;

use axum::Router;
use tokio::net::TcpListener;

pub use crate::emulator::Emulator;
pub use crate::http::tls::Certificates;
pub use crate::options::Options;

/// The emulator as a service, for tests that need no socket. Faults that cut connections need [`serve`].
pub fn app(emulator: Emulator) -> Router {
    server::router(emulator)
}

/// Serves an emulator on a listener until the future is dropped.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, emulator: Emulator) -> io::Result<()> {
    serve_until(listener, None, emulator, std::future::pending()).await
}

/// Serves an emulator over https, and https alone, until the future is dropped.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve_tls(
    listener: TcpListener,
    emulator: Emulator,
    certificates: Certificates,
) -> io::Result<()> {
    serve_until(
        listener,
        Some(certificates),
        emulator,
        std::future::pending(),
    )
    .await
}

/// Serves an emulator, over https when there are certificates, until a future ends; then the requests in flight are
/// answered, as far as that takes no more than a few seconds.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve_until(
    listener: TcpListener,
    certificates: Option<Certificates>,
    emulator: Emulator,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    let acceptor = certificates.map(|certificates| certificates.acceptor);
    http::serve(listener, acceptor, until, move |request, connection| {
        let emulator = emulator.clone();
        async move { server::handle(&emulator, request, Some(connection)).await }
    })
    .await
}
