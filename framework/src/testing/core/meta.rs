//! What a module says to the provider.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::Core;
use crate::testing::config::Config;
use crate::testing::convert::encode;
use crate::testing::failure::Failure;

impl<S: Service> Core<S> {
    /// Says something to the provider, as a module does in `terraform { provider_meta … }`.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
    /// fn say<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
    ///     core.set_provider_meta(json!({ "team": "web" }))
    /// }
    /// ```
    pub fn set_provider_meta(&mut self, meta: impl Into<Config>) -> Result<(), Failure> {
        let of = self.schemas.provider_meta.as_ref().ok_or_else(|| {
            let detail = "The provider does not ask modules to say anything.";
            Failure::new("Provider does not support provider_meta", detail)
        })?;
        self.calls.1 = encode(Some(&meta.into().decode(&of.schema)?), of);
        Ok(())
    }
}
