//! Microsoft.Insights.

mod autoscale_settings;
mod metrics;

use jiff::SignedDuration;

use crate::core::definition::{Provider, Style};
use crate::core::errors;
use crate::core::route::route;

/// The namespace of what watches other resources. None of its writes takes time.
pub(crate) static PROVIDER: Provider = Provider {
    namespace: "Microsoft.Insights",
    types: &[&autoscale_settings::DEFINITION],
    routes: &[route(
        "GET",
        "subscriptions/*/resourceGroups/*/**/providers/Microsoft.Insights/metrics",
        metrics::serve,
    )],
    operations: &Style {
        name: |world, _, _| world.random.guid(),
        announce: |reply, _, _, _| reply,
        wait: |_| SignedDuration::from_secs(15),
    },
    etags: false,
    busy: None,
    not_found: errors::not_found,
    regional_requests: false,
    first: &[],
    is_arm: false,
};
