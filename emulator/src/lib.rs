//! A local Azure Resource Manager for integration service environments and the networks they live in.
//!
//! It answers as ARM does: case-blind paths, api-versions, full-replacement PUTs, long-running operations on a clock
//! that can run fast, and Azure's own error codes and texts. [`app`] gives it as an [`axum::Router`], [`serve`] on a
//! listener; `/_emulator/` controls it, and `/` shows it to people.

mod control;
mod core;
#[cfg(test)]
mod coverage;
mod documents;
mod fixtures;
mod http;
mod journal;
mod page;
mod run;
mod server;
mod signin;
mod state;
mod types;

pub mod cli;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;

pub use crate::http::tls::Certificates;
use crate::state::State;

/// How an emulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many Azure seconds pass in each real second.
    pub time_scale: f64,
    /// Where the generated names and addresses start: the same seed gives the same ones.
    pub seed: u64,
    /// The ARM resources to start with, where there is no state to go on with.
    pub fixtures: Vec<Value>,
    /// The file in which everything is kept; without one it ends with the emulator.
    pub state: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_scale: 1.0,
            seed: 0,
            fixtures: Vec::new(),
            state: None,
        }
    }
}

/// An emulated Azure: clones share it.
#[derive(Clone, Debug)]
pub struct Emulator {
    state: Arc<Mutex<State>>,
}

impl Emulator {
    /// An Azure with what its state file holds, or with nothing in it but the fixtures.
    ///
    /// # Errors
    /// When a fixture is refused or the state file cannot be used.
    pub fn new(options: Options) -> io::Result<Self> {
        let state = State::new(options)?;
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
        })
    }

    /// Works on the state, alone. Every change goes through here, and from here to the state file.
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = work(&mut state);
        state.keep();
        result
    }

    /// Waits until everything that was done so far is on disk; false when the state file cannot be written to any more.
    async fn is_durable(&self) -> bool {
        let receipt = self.lock().receipt();
        match receipt {
            Some(receipt) => receipt.wait().await,
            None => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
