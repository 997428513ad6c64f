//! What a provider is: its configuration, and the registry of everything it offers.

use async_trait::async_trait;

use crate::data_source::DataSource;
use crate::diagnostics::Diagnostics;
use crate::function::Function;
use crate::resource::Resource;
use crate::schema::Schema;
use crate::types::value::Object;

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// What its resources and data sources talk through.
    type Client: Send + Sync + 'static;

    /// The address that users give in `required_providers`, with its host.
    fn address(&self) -> &'static str;

    /// The attributes of the provider block.
    fn schema(&self) -> &Schema;

    /// Rules between the arguments of the provider block, offline.
    fn validate(&self, _config: &Object) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes the client, without network; none while values it needs are unknown, as they may be during a plan.
    async fn configure(&self, config: &Object) -> Result<Option<Self::Client>, Diagnostics>;

    /// The managed resources.
    fn resources(&self) -> &[&'static dyn Resource<Self::Client>] {
        &[]
    }

    /// The data sources.
    fn data_sources(&self) -> &[&'static dyn DataSource<Self::Client>] {
        &[]
    }

    /// The functions.
    fn functions(&self) -> &[&'static dyn Function] {
        &[]
    }
}
