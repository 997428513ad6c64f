//! Waiting within an operation's bounds.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::azure::Azure;
use crate::sdk::context::Context;

/// Why a wait ended before what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// The user stopped Terraform.
    Stopped,
    /// The operation's timeout passed.
    TimedOut,
}

/// Growing pauses between looks at something that takes anything from a second to hours.
#[derive(Debug)]
pub(crate) struct Intervals(Duration);

/// Pauses from one second up to a minute.
pub(crate) fn intervals() -> Intervals {
    Intervals(Duration::from_secs(1))
}

impl Intervals {
    /// The next pause.
    pub(crate) fn next(&mut self) -> Duration {
        let interval = self.0;
        self.0 = interval.mul_f64(1.5).min(Duration::from_secs(60));
        interval
    }
}

/// Sleeps, unless a stop or the deadline comes first.
pub(crate) async fn sleep(context: &Context<Azure>, duration: Duration) -> Result<(), Interrupted> {
    let wanted = Instant::now() + duration;
    let until = wanted.min(context.deadline);
    match timeout_at(until, context.cancel.cancelled()).await {
        Ok(()) => Err(Interrupted::Stopped),
        Err(_) if wanted > context.deadline => Err(Interrupted::TimedOut),
        Err(_) => Ok(()),
    }
}
