//! What all calls of one server share.

use std::sync::Arc;
use tfplugin_proto::v6;

use tokio_util::task::TaskTracker;

use super::convert;
use super::error::CallError;
use crate::action::Action;
use crate::context::Context;
use crate::data_source::DataSource;
use crate::engine::Engine;
use crate::engine::configure::Configured;
use crate::engine::registry::Registry;
#[cfg(feature = "state-store")]
use crate::engine::state_store::Stores;
use crate::ephemeral::EphemeralResource;
use crate::function::Function;
use crate::list::ListResource;
use crate::provider::Provider;
use crate::resource::Resource;
#[cfg(feature = "state-store")]
use crate::state_store::StateStore;
use crate::types::value::Object;

pub(super) struct ServerState<P: Provider> {
    pub(super) provider: Arc<P>,
    /// What the provider offers.
    pub(super) registry: Arc<Registry<P::Data>>,
    pub(super) engine: Engine,
    pub(super) configured: Configured<P::Data>,
    /// The state stores that are configured.
    #[cfg(feature = "state-store")]
    pub(super) stores: Stores,
    /// Applies at work, also those whose call the client has dropped.
    pub(super) applies: TaskTracker,
}

impl<P: Provider> ServerState<P> {
    pub(super) fn new(provider: P, engine: Engine) -> Self {
        Self {
            registry: Arc::new(Registry::of(&provider)),
            provider: Arc::new(provider),
            engine,
            configured: Configured::default(),
            #[cfg(feature = "state-store")]
            stores: Stores::default(),
            applies: TaskTracker::new(),
        }
    }

    /// The same for another client, which configures it for itself.
    pub(super) fn for_client(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            registry: Arc::clone(&self.registry),
            engine: self.engine,
            configured: self.configured.for_client(),
            #[cfg(feature = "state-store")]
            stores: Stores::default(),
            applies: self.applies.clone(),
        }
    }

    /// What an operation has at hand that begins now and was asked for by this client.
    pub(super) fn context(&self, client: Option<v6::ClientCapabilities>) -> Context<P::Data> {
        let mut context = self.configured.context();
        context.client_capabilities = convert::client_capabilities(client);
        context
    }

    /// What the module of the call says to the provider, if it does and the provider has asked for it.
    pub(super) fn provider_meta(
        &self,
        meta: Option<&v6::DynamicValue>,
    ) -> Result<Option<Object>, CallError> {
        match (self.provider.meta_schema(), meta) {
            (Some(schema), Some(meta)) => {
                let meta = convert::nullable_object("provider_meta", Some(meta), schema)?;
                if let Some(meta) = &meta {
                    convert::check_known("provider_meta", meta)?;
                }
                Ok(meta)
            }
            _ => Ok(None),
        }
    }

    /// The managed resource of this type. Clients ask for types that they have the schema of, so another is their mistake.
    pub(super) fn resource(&self, type_name: &str) -> Result<&dyn Resource<P::Data>, CallError> {
        let found = self.registry.resource(type_name);
        found.ok_or_else(|| unknown("resource type", type_name))
    }

    /// The data source of this type.
    pub(super) fn data_source(
        &self,
        type_name: &str,
    ) -> Result<&dyn DataSource<P::Data>, CallError> {
        let found = self.registry.data_source(type_name);
        found.ok_or_else(|| unknown("data source type", type_name))
    }

    /// The ephemeral resource of this type.
    pub(super) fn ephemeral_resource(
        &self,
        type_name: &str,
    ) -> Result<&dyn EphemeralResource<P::Data>, CallError> {
        let found = self.registry.ephemeral_resource(type_name);
        found.ok_or_else(|| unknown("ephemeral resource type", type_name))
    }

    /// What finds objects of this type.
    pub(super) fn list_resource_type(
        &self,
        type_name: &str,
    ) -> Result<&dyn ListResource<P::Data>, CallError> {
        let found = self.registry.list_resource(type_name);
        found.ok_or_else(|| unknown("list resource type", type_name))
    }

    /// The action of this type.
    pub(super) fn action(&self, type_name: &str) -> Result<&dyn Action<P::Data>, CallError> {
        let found = self.registry.action(type_name);
        found.ok_or_else(|| unknown("action type", type_name))
    }

    /// The state store of this type.
    #[cfg(feature = "state-store")]
    pub(super) fn state_store(
        &self,
        type_name: &str,
    ) -> Result<&dyn StateStore<P::Data>, CallError> {
        let found = self.registry.state_store(type_name);
        found.ok_or_else(|| unknown("state store type", type_name))
    }

    /// The function of this name.
    pub(super) fn function(&self, name: &str) -> Result<&dyn Function, CallError> {
        let found = self.registry.function(name);
        found.ok_or_else(|| unknown("function", name))
    }
}

fn unknown(kind: &str, name: &str) -> CallError {
    CallError::protocol(format!(
        "names the {kind} {name:?}, which this release of the provider does not have"
    ))
}
