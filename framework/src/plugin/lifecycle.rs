//! When the process ends: the client said so, vanished, or never came.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::signals::Signal;

/// From the answer to Shutdown to the end of the process, if the client does not hang up sooner.
const PARTING_TIME: Duration = Duration::from_millis(50);
/// How long a client may be without a connection before it counts as gone.
const RECONNECT_TIME: Duration = Duration::from_secs(1);
const PARENT_INTERVAL: Duration = Duration::from_secs(1);
/// A client gives a plugin a minute to start.
const FIRST_CONNECTION_TIME: Duration = Duration::from_secs(90);

/// Who started the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A client, for itself.
    Plugin,
    /// A developer, for clients that come and go.
    Reattach,
}

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client called Shutdown.
    Shutdown,
    /// The client ended without a word.
    ClientLost,
    /// Nobody connected at all.
    NobodyCame,
    /// A signal, while no client was connected.
    Signal,
}

/// What is known of the client; shared by all who learn something about it.
#[derive(Clone, Debug)]
pub(super) struct Lifecycle {
    mode: Mode,
    parent: u32,
    state: Arc<watch::Sender<State>>,
    ending: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    connections: usize,
    had_connection: bool,
    /// A long stream was opened. Such a client stays connected for as long as it lives, whereas others may hang up
    /// while idle.
    had_stream: bool,
    shutdown: bool,
}

/// Counts one connection for as long as it exists.
#[derive(Debug)]
pub(super) struct OpenConnection(Lifecycle);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.connections -= 1);
    }
}

impl Lifecycle {
    /// Before a client has connected.
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            mode,
            parent: parent(),
            state: Arc::new(watch::Sender::new(State::default())),
            ending: CancellationToken::new(),
        }
    }

    /// An authenticated client is connected.
    pub(super) fn connected(&self) -> OpenConnection {
        self.state.send_modify(|state| {
            state.connections += 1;
            state.had_connection = true;
        });
        OpenConnection(self.clone())
    }

    /// The client opened a stream that it holds for life. The token is cancelled when our side must end it.
    pub(super) fn stream_opened(&self) -> CancellationToken {
        self.state.send_modify(|state| state.had_stream = true);
        self.ending.clone()
    }

    /// The client called Shutdown.
    pub(super) fn shut_down(&self) {
        self.state.send_modify(|state| state.shutdown = true);
    }

    /// Resolves when the process should end.
    pub(super) async fn end(&self, next_signal: impl AsyncFnMut() -> Signal) -> End {
        let end = tokio::select! {
            () = self.until(|state| state.shutdown) => End::Shutdown,
            () = self.lost() => End::ClientLost,
            () = self.nobody_came() => End::NobodyCame,
            () = self.signalled(next_signal) => End::Signal,
        };
        self.ending.cancel();
        if end == End::Shutdown {
            let hung_up = self.until(|state| state.connections == 0);
            tokio::time::timeout(PARTING_TIME, hung_up).await.ok();
        }
        end
    }

    async fn lost(&self) {
        self.only_with_a_starter().await;
        loop {
            tokio::select! {
                () = self.until(|state| state.had_stream && state.connections == 0) => {}
                () = self.orphaned() => {}
            }
            let back = self.until(|state| state.connections > 0);
            if tokio::time::timeout(RECONNECT_TIME, back).await.is_err() {
                return;
            }
        }
    }

    /// An open connection proves that the client lives, whoever our parent is.
    async fn orphaned(&self) {
        loop {
            tokio::time::sleep(PARENT_INTERVAL).await;
            if parent() != self.parent && self.state.borrow().connections == 0 {
                return;
            }
        }
    }

    async fn nobody_came(&self) {
        self.only_with_a_starter().await;
        let somebody = self.until(|state| state.had_connection);
        if tokio::time::timeout(FIRST_CONNECTION_TIME, somebody)
            .await
            .is_ok()
        {
            std::future::pending::<()>().await;
        }
    }

    /// A signal to the process group must not break off what a connected client waits for: the client gets the signal
    /// too, and tells us what to do.
    async fn signalled(&self, mut next_signal: impl AsyncFnMut() -> Signal) {
        loop {
            let signal = next_signal().await;
            if self.mode == Mode::Reattach {
                return self.until(|state| state.connections == 0).await;
            }
            if self.state.borrow().ends_on(signal) {
                return;
            }
            tracing::debug!(?signal, "ignored for the client's sake");
        }
    }

    async fn only_with_a_starter(&self) {
        if self.mode == Mode::Reattach {
            std::future::pending::<()>().await;
        }
    }

    async fn until(&self, condition: impl Fn(&State) -> bool) {
        let mut state = self.state.subscribe();
        // It cannot fail: `self` keeps the sender.
        state.wait_for(|state| condition(state)).await.ok();
    }
}

impl State {
    /// An interrupt before the first connection is meant for the client, which is about to connect.
    fn ends_on(&self, signal: Signal) -> bool {
        self.connections == 0 && (self.had_connection || signal != Signal::Interrupt)
    }
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

/// Windows gives a process no new parent when the old one ends.
#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far longer than anything that is awaited here takes.
    const LONG: Duration = Duration::from_secs(30);

    async fn end(lifecycle: &Lifecycle) -> End {
        let no_signal = async || std::future::pending().await;
        let end = tokio::time::timeout(LONG, lifecycle.end(no_signal)).await;
        end.expect("it ends")
    }

    #[tokio::test]
    async fn shutdown_ends_streams_although_the_connection_stays() {
        let lifecycle = Lifecycle::new(Mode::Plugin);
        let _open = lifecycle.connected();
        let stream = lifecycle.stream_opened();
        assert!(!stream.is_cancelled());
        lifecycle.shut_down();
        assert_eq!(end(&lifecycle).await, End::Shutdown);
        assert!(stream.is_cancelled());
    }

    #[tokio::test]
    async fn a_client_that_held_a_stream_and_is_gone_is_lost() {
        let lifecycle = Lifecycle::new(Mode::Plugin);
        let open = lifecycle.connected();
        lifecycle.stream_opened();
        drop(open);
        assert_eq!(end(&lifecycle).await, End::ClientLost);
    }

    #[tokio::test]
    async fn a_client_that_comes_back_is_not_lost() {
        let lifecycle = Lifecycle::new(Mode::Plugin);
        let first = lifecycle.connected();
        lifecycle.stream_opened();
        let second = lifecycle.connected();
        drop(first);
        let lost = tokio::time::timeout(2 * RECONNECT_TIME, lifecycle.lost());
        assert!(lost.await.is_err());
        drop(second);
        assert_eq!(end(&lifecycle).await, End::ClientLost);
    }

    #[tokio::test]
    async fn clients_come_and_go_in_reattach_mode() {
        let lifecycle = Lifecycle::new(Mode::Reattach);
        let open = lifecycle.connected();
        lifecycle.stream_opened();
        drop(open);
        let lost = tokio::time::timeout(2 * RECONNECT_TIME, lifecycle.lost());
        assert!(lost.await.is_err());
    }

    #[tokio::test]
    async fn a_signal_in_reattach_mode_waits_for_the_clients_to_leave() {
        let lifecycle = Lifecycle::new(Mode::Reattach);
        let open = lifecycle.connected();
        let signal = async || Signal::Interrupt;
        let early = tokio::time::timeout(Duration::from_millis(50), lifecycle.end(signal));
        assert!(early.await.is_err());
        drop(open);
        assert_eq!(lifecycle.end(signal).await, End::Signal);
    }

    #[test]
    fn which_signals_count() {
        let check = |connections, had_connection, signal, expect| {
            let state = State {
                connections,
                had_connection,
                ..State::default()
            };
            assert_eq!(state.ends_on(signal), expect, "{state:?} {signal:?}");
        };
        for signal in [Signal::Interrupt, Signal::Terminate, Signal::HangUp] {
            check(1, true, signal, false);
            check(0, true, signal, true);
            check(0, false, signal, signal != Signal::Interrupt);
        }
    }
}
