//! The data sources, one file each.

mod environment;
mod ise;
mod ise_callback_url;
mod ise_integration_account;
mod ise_logic_app;
mod ise_network_health;
mod ise_network_requirements;
mod ise_preflight;
mod ise_skus;
mod ise_subnet;

#[cfg(test)]
mod test_read;

use std::sync::Arc;

use tfplugin_framework::data_source::DataSource;

use crate::azure::Azure;

/// All of them.
pub fn all() -> Vec<Arc<dyn DataSource<Azure>>> {
    vec![
        Arc::new(ise_subnet::data_source()),
        Arc::new(ise::data_source()),
        Arc::new(ise_logic_app::data_source()),
        Arc::new(ise_integration_account::data_source()),
        Arc::new(ise_network_requirements::IseNetworkRequirements),
        Arc::new(ise_preflight::IsePreflight),
        Arc::new(ise_network_health::IseNetworkHealth),
        Arc::new(ise_skus::IseSkus),
        Arc::new(ise_callback_url::IseCallbackUrl),
    ]
}

#[cfg(test)]
mod tests;
