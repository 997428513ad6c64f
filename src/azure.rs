//! What resources and data sources work with: the way to ARM, and the provider-wide settings.

pub mod body;
pub mod row;
pub mod types;

mod deletions;
mod plans;
mod sign_in;
mod subscription;

pub(crate) mod attributes;
pub(crate) mod report;
pub(crate) mod tags;
pub(crate) mod wait;

pub(crate) mod arm_type;
pub(crate) mod claims;
mod existing;
pub(crate) mod replaced;
pub(crate) mod unfinished;
pub(crate) mod work;
pub(crate) mod write;

pub(crate) mod arm_resource;
mod operations;
pub(crate) mod resource;

pub(crate) mod look_up;

pub(crate) mod release;
pub(crate) mod subnet;

use std::collections::BTreeMap;
use std::time::Duration;

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Report as _};
use tfplugin_framework::resource::plan::Plan;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::arm;

pub use deletions::{Deletions, Patience};
pub use plans::{Conflict, PlanRegistry, Planned, Planner};
pub use sign_in::SignIn;
pub use subscription::Subscription;

/// A configured provider.
#[derive(Debug)]
pub struct Azure {
    /// The ARM client, with one connection pool and one token for all operations.
    pub client: arm::Client,
    /// Whether the client has signed in.
    pub sign_in: SignIn,
    /// The subscription in which everything lives.
    pub subscription: Subscription,
    /// Tags for every object that has tags; none while they are not known.
    pub default_tags: Option<BTreeMap<String, String>>,
    /// What this run has planned so far.
    pub plans: PlanRegistry,
    /// What this process is deleting.
    pub deletions: Deletions,
}

/// The ARM session of one operation: signed in, bounded by the operation's timeout, and ended by a stop.
pub async fn session(context: &Context<Azure>) -> Result<arm::Session, Diagnostic> {
    let azure = context.data()?;
    azure.sign_in.ensure(&azure.client, context).await?;
    azure.subscription.find(&azure.client, context).await?;
    Ok(azure
        .client
        .bounded(context.deadline, context.cancel.clone()))
}

/// The same for a plan, where a sign-in that failed is an error too. Nothing while the provider's configuration is not known.
pub async fn plan_session(context: &Context<Azure>, plan: &mut Plan<'_>) -> Option<arm::Session> {
    context.data_if_known()?;
    session(context).await.report(plan.diagnostics).ok()
}

/// Makes sure that the subscription is known, for a plan. Nothing is left to do while the provider's configuration is not.
pub async fn find_subscription(context: &Context<Azure>, plan: &mut Plan<'_>) -> Option<()> {
    let Some(azure) = context.data_if_known() else {
        return Some(());
    };
    let found = azure.subscription.find(&azure.client, context).await;
    found.report(plan.diagnostics).ok()
}

/// A last short look around for an operation that was stopped or timed out, so that what it leaves behind is true.
pub fn grace_session(context: &Context<Azure>) -> Result<arm::Session, Diagnostic> {
    let azure = context.data()?;
    Ok(azure
        .client
        .bounded(Instant::now() + GRACE, CancellationToken::new()))
}

/// A stopped operation has two seconds to come back.
const GRACE: Duration = Duration::from_millis(1500);
