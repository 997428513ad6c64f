//! What resources and data sources work with: the way to ARM, and the provider-wide settings.

pub mod body;
mod deletions;
mod plans;
pub mod row;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::arm;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostic;

pub use deletions::{Deletions, Patience};
pub use plans::{Conflict, PlanRegistry, Planned, Planner};

/// A configured provider.
#[derive(Debug)]
pub struct Azure {
    /// The ARM client, with one connection pool and one token for all operations.
    pub client: arm::Client,
    /// The subscription in which everything lives.
    pub subscription_id: String,
    /// Tags for every object that has tags; none while they are not known.
    pub default_tags: Option<BTreeMap<String, String>>,
    /// What this run has planned so far.
    pub plans: PlanRegistry,
    /// What this process is deleting.
    pub deletions: Deletions,
}

/// The ARM session of one operation: bounded by its timeout, and ended by a stop.
pub fn session(context: &Context<Azure>) -> Result<arm::Session, Diagnostic> {
    let azure = context.data()?;
    Ok(azure
        .client
        .bounded(context.deadline, context.cancel.clone()))
}

/// A last short look around for an operation that was stopped or timed out, so that what it leaves behind is true.
pub fn parting_session(context: &Context<Azure>) -> Result<arm::Session, Diagnostic> {
    let azure = context.data()?;
    Ok(azure
        .client
        .bounded(Instant::now() + PARTING, CancellationToken::new()))
}

/// A stopped operation has two seconds to come back.
const PARTING: Duration = Duration::from_millis(1500);
