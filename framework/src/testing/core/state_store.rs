//! Where states are kept.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, no_type};
use crate::testing::config::Config;
use crate::testing::failure::Failure;
use crate::testing::state_store::StateStorage;

impl<S: Service> Core<S> {
    /// Validates and configures a state store, with the length of chunks that the options propose.
    pub async fn state_store(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<StateStorage<S>, Failure> {
        let of = self.schemas.state_stores.get(type_name);
        let of = of.ok_or_else(|| no_type("state store", type_name))?;
        let config = config.into().decode(&of.schema)?;
        let chunk_size = self.options.chunk_size;
        let configure = self.calls.configure_state_store(of, &config, chunk_size);
        configure.await
    }
}
