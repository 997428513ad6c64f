//! What resources and data sources work with: the way to ARM, and the provider-wide settings.

use std::collections::BTreeMap;

use crate::arm;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// A configured provider.
#[derive(Debug)]
pub struct Azure {
    /// The ARM client, with one connection pool and one token for all operations.
    pub client: arm::Client,
    /// The subscription in which everything lives.
    pub subscription_id: String,
    /// Tags for every object that has tags.
    pub default_tags: BTreeMap<String, String>,
}

/// The ARM session of one operation: bounded by its timeout, and ended by a stop.
pub fn session(context: &Context<Azure>) -> Result<arm::Session, Diagnostics> {
    let azure = context.client()?;
    Ok(azure.client.bounded(context.deadline, context.cancel.clone()))
}
