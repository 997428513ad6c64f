//! Signals that are meant for the command.

use std::fs::File;
use std::io;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{self, SignalKind};

/// The signals that would end this process.
pub(super) struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    /// Takes them over.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            quit: unix::signal(SignalKind::quit())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hangup: unix::signal(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hangup.recv() => Signal::HUP,
        }
    }
}

/// Sends a signal on to the command, unless it has got it already.
pub(super) fn pass(signal: Signal, to: u32) {
    // Terraform takes a second interrupt for "at once", so it must not get one key press twice.
    let is_typed = matches!(signal, Signal::INT | Signal::QUIT) && is_in_foreground();
    let pid = i32::try_from(to).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid.filter(|_| !is_typed)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::warn!(%error, ?signal, "the command did not get a signal");
    }
}

/// Whether what is typed in a terminal, such as Ctrl-C, reaches every process of our group by itself.
fn is_in_foreground() -> bool {
    let terminal = File::open("/dev/tty").ok();
    terminal
        .and_then(|terminal| tcgetpgrp(terminal).ok())
        .is_some_and(|group| group == getpgrp())
}
