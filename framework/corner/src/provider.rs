//! The provider block, and all that is offered.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::action::Action;
use tfplugin_framework::deferral::DeferredReason;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::ephemeral::EphemeralResource;
use tfplugin_framework::function::Function;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::state_store::StateStore;

use crate::{actions, ephemeral_resources, functions, resources, state_stores};

/// Where the tests look for it.
pub const ADDRESS: &str = "registry.terraform.io/hashicorp/framework";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![Attribute::string("dummy"), Attribute::bool("deferral")],
    ..Schema::default()
});

/// The provider.
pub struct Corner;

#[async_trait]
impl Provider for Corner {
    type Data = ();

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn configure(
        &self,
        context: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        let is_wanted = request.config.bool("deferral") == Some(true);
        if is_wanted && context.client_capabilities.deferral_allowed {
            response.deferred = Some(DeferredReason::ProviderConfigUnknown);
        }
        response.data = Some(());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        resources::all()
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<()>>> {
        ephemeral_resources::all()
    }

    fn actions(&self) -> Vec<Arc<dyn Action<()>>> {
        vec![Arc::new(actions::ModifyFile)]
    }

    fn state_stores(&self) -> Vec<Arc<dyn StateStore<()>>> {
        vec![Arc::new(state_stores::InMem)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }
}
