//! What a provider is: its configuration, and the registry of everything it offers.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::action::Action;
use crate::data_source::DataSource;
use crate::deferral::{ClientCapabilities, DeferredReason};
use crate::diagnostics::{Diagnostics, Reported};
use crate::ephemeral::EphemeralResource;
use crate::function::Function;
use crate::list::ListResource;
use crate::resource::Resource;
use crate::schema::Schema;
#[cfg(feature = "state-store")]
use crate::state_store::StateStore;
use crate::types::value::Object;
use crate::validate_config::ValidateConfig;

/// A provider.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
///
/// struct Files;
///
/// #[async_trait]
/// impl Provider for Files {
///     /// The folder below which it works.
///     type Data = String;
///
///     async fn configure(
///         &self,
///         _: &ConfigureContext,
///         request: ConfigureRequest<'_>,
///         response: &mut ConfigureResponse<String>,
///     ) -> Result<(), Reported> {
///         // None while it is unknown: what needs it then says so.
///         response.data = request.config.str("root").map(str::to_owned);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// What its resources and data sources work with, such as a client.
    type Data: Send + Sync + 'static;

    /// The attributes of the provider block; none if there is nothing to configure.
    fn schema(&self) -> &Schema {
        static NOTHING: LazyLock<Schema> = LazyLock::new(Schema::default);
        &NOTHING
    }

    /// What a module may say to the provider in `terraform { provider_meta "NAME" { … } }`, if it may say anything. Operations
    /// find it in [`Context::provider_meta`](crate::context::Context::provider_meta).
    fn meta_schema(&self) -> Option<&Schema> {
        None
    }

    /// Rules between the arguments of the provider block, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// Makes what resources and data sources work with. Without network: what is offline then needs no account, and what
    /// is not says itself what it could not reach.
    async fn configure(
        &self,
        context: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Self::Data>,
    ) -> Result<(), Reported>;

    /// The managed resources. Asked for once in the life of a server, as are the others.
    fn resources(&self) -> Vec<Arc<dyn Resource<Self::Data>>> {
        Vec::new()
    }

    /// The data sources.
    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Self::Data>>> {
        Vec::new()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<Self::Data>>> {
        Vec::new()
    }

    /// What finds objects of managed resources.
    fn list_resources(&self) -> Vec<Arc<dyn ListResource<Self::Data>>> {
        Vec::new()
    }

    /// The actions.
    fn actions(&self) -> Vec<Arc<dyn Action<Self::Data>>> {
        Vec::new()
    }

    /// The state stores.
    #[cfg(feature = "state-store")]
    fn state_stores(&self) -> Vec<Arc<dyn StateStore<Self::Data>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Arc<dyn Function>> {
        Vec::new()
    }
}

/// The bounds of a configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfigureContext {
    /// When it has taken too long.
    pub deadline: Instant,
    /// Set when the user stops Terraform.
    pub cancel: CancellationToken,
    /// What the client understands.
    pub client_capabilities: ClientCapabilities,
}

/// What there is to configure.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConfigureRequest<'a> {
    /// What the user wrote in the provider block; unknown values may be in it during a plan.
    pub config: &'a Object,
}

/// What came of a configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfigureResponse<D> {
    /// What resources and data sources work with; none while values it needs are unknown.
    pub data: Option<D>,
    /// Why everything that the provider offers is put off, where the client allows that: plans are then made without asking the
    /// provider, and nothing is read, imported or opened.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
