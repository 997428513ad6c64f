//! Finding objects, and configurations of them.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, no_type};
use crate::diagnostics::Diagnostic;
use crate::testing::config::Config;
use crate::testing::failure::Failure;
use crate::testing::list::{Found, Query};
use crate::types::value::Object;

impl<S: Service> Core<S> {
    /// Lists objects of a managed type.
    pub async fn list(
        &self,
        type_name: &str,
        config: impl Into<Config>,
        query: Query,
    ) -> Result<(Vec<Found>, Vec<Diagnostic>), Failure> {
        let list = self.schemas.list_resources.get(type_name);
        let list = list.ok_or_else(|| no_type("list resource", type_name))?;
        let of = self.resource(type_name)?;
        let config = config.into().decode(&list.schema)?;
        self.calls.list((list, &of), &config, query).await
    }

    /// The configuration that Terraform would write for a resource that is in the state, as after an import.
    pub async fn generate_config(&self, address: &str) -> Result<Object, Failure> {
        let of = self.resource(address)?;
        let state = self.state(address);
        let state = state.ok_or_else(|| Failure::new("No state", "Import the object first."))?;
        self.calls.generate_config(&of, state).await
    }
}
