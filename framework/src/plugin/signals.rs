//! Signals whose default is to end the process at once. Once installed they only say that they came.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};
#[cfg(windows)]
use tokio::signal::windows;

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Ctrl-C: goes to the client and to us alike.
    Interrupt,
    /// A supervisor wants an end, ours or the whole group's. Ctrl-Break on Windows.
    Terminate,
    /// The terminal is gone.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows has no such signal"))]
    HangUp,
}

/// The signals since [`Signals::install`].
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on none of them ends the process.
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
        })
    }

    /// The next one to come.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.hang_up.recv() => Signal::HangUp,
            else => std::future::pending().await,
        }
    }
}

/// The signals since [`Signals::install`].
#[cfg(windows)]
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: windows::CtrlC,
    terminate: windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    /// From now on none of them ends the process.
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: windows::ctrl_c()?,
            terminate: windows::ctrl_break()?,
        })
    }

    /// The next one to come.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
