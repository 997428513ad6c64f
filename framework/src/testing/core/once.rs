//! What leaves no state.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, no_type};
use crate::diagnostics::Diagnostic;
use crate::testing::config::Config;
use crate::testing::failure::Failure;
use crate::testing::once::{Invoked, Opened};

impl<S: Service> Core<S> {
    /// Opens an ephemeral resource.
    pub async fn open(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<Opened, Failure> {
        let of = self.schemas.ephemeral_resources.get(type_name);
        let of = of.ok_or_else(|| no_type("ephemeral resource", type_name))?;
        let config = config.into().decode(&of.schema)?;
        self.calls.open(of, &config).await
    }

    /// Renews an ephemeral resource, as Terraform does once its time has come.
    pub async fn renew(&self, opened: &mut Opened) -> Result<(), Failure> {
        self.calls.renew(opened).await
    }

    /// Closes an ephemeral resource.
    pub async fn close(&self, opened: Opened) -> Result<Vec<Diagnostic>, Failure> {
        self.calls.close(opened).await
    }

    /// Validates, plans and invokes an action.
    pub async fn invoke(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<Invoked, Failure> {
        let of = self.schemas.actions.get(type_name);
        let of = of.ok_or_else(|| no_type("action", type_name))?;
        let config = config.into().decode(&of.schema)?;
        self.calls.invoke(of, &config).await
    }
}
