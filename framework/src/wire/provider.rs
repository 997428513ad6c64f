//! The calls about the provider itself.

use std::collections::HashMap;

use tfplugin_proto::v6;

use super::error::CallError;
use super::state::ServerState;
use super::{convert, schema};
use crate::provider::Provider;
use crate::schema::Members;
use crate::types::value::Object;

impl<P: Provider> ServerState<P> {
    /// What this server does beyond the first protocol version. Nothing is declared that is not served.
    fn capabilities(&self) -> v6::ServerCapabilities {
        let mut resources = self.registry.resources().iter();
        v6::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: resources.any(|it| it.move_state().is_some()),
            generate_resource_config: true,
        }
    }

    pub(super) fn resource_identity_schemas(&self) -> v6::get_resource_identity_schemas::Response {
        let resources = self.registry.resources().iter();
        let identities = resources.filter_map(|it| Some((it.type_name(), it.identity()?)));
        v6::get_resource_identity_schemas::Response {
            identity_schemas: by_name(
                identities.map(|(name, it)| (name, schema::identity(it.identity_schema()))),
            ),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn metadata(&self) -> v6::get_metadata::Response {
        use v6::get_metadata::{
            ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata,
            ListResourceMetadata, ResourceMetadata,
        };
        let ephemeral_resources = self.registry.ephemeral_resources().iter();
        let list_resources = self.registry.list_resources().iter();
        let actions = self.registry.actions().iter();
        let resources = self.registry.resources().iter();
        let data_sources = self.registry.data_sources().iter();
        let functions = self.registry.functions().iter();
        v6::get_metadata::Response {
            server_capabilities: Some(self.capabilities()),
            resources: resources
                .map(|resource| ResourceMetadata {
                    type_name: resource.type_name().into(),
                })
                .collect(),
            data_sources: data_sources
                .map(|source| DataSourceMetadata {
                    type_name: source.type_name().into(),
                })
                .collect(),
            ephemeral_resources: ephemeral_resources
                .map(|ephemeral| EphemeralMetadata {
                    type_name: ephemeral.type_name().into(),
                })
                .collect(),
            list_resources: list_resources
                .map(|list| ListResourceMetadata {
                    type_name: list.type_name().into(),
                })
                .collect(),
            actions: actions
                .map(|action| ActionMetadata {
                    type_name: action.type_name().into(),
                })
                .collect(),
            #[cfg(feature = "state-store")]
            state_stores: (self.registry.state_stores().iter())
                .map(|it| v6::get_metadata::StateStoreMetadata {
                    type_name: it.type_name().into(),
                })
                .collect(),
            functions: functions
                .map(|function| FunctionMetadata {
                    name: function.name().into(),
                })
                .collect(),
            ..Default::default()
        }
    }

    pub(super) fn provider_schema(&self) -> v6::get_provider_schema::Response {
        let resources = self.registry.resources().iter();
        let data_sources = self.registry.data_sources().iter();
        let ephemeral_resources = self.registry.ephemeral_resources().iter();
        let list_resources = self.registry.list_resources().iter();
        let actions = self.registry.actions().iter();
        v6::get_provider_schema::Response {
            provider: Some(schema::schema(self.provider.schema())),
            provider_meta: self.provider.meta_schema().map(schema::schema),
            resource_schemas: by_name(
                resources.map(|resource| (resource.type_name(), schema::schema(resource.schema()))),
            ),
            data_source_schemas: by_name(
                data_sources.map(|source| (source.type_name(), schema::schema(source.schema()))),
            ),
            ephemeral_resource_schemas: by_name(
                ephemeral_resources.map(|it| (it.type_name(), schema::schema(it.schema()))),
            ),
            list_resource_schemas: by_name(
                list_resources.map(|it| (it.type_name(), schema::schema(it.schema()))),
            ),
            action_schemas: by_name(actions.map(|it| {
                let schema = Some(schema::schema(it.schema()));
                (it.type_name(), v6::ActionSchema { schema })
            })),
            state_store_schemas: self.state_store_schemas(),
            functions: self.functions(),
            server_capabilities: Some(self.capabilities()),
            diagnostics: convert::diagnostics(
                Members::default(),
                self.engine.check_provider(&*self.provider, &self.registry),
            ),
        }
    }

    fn state_store_schemas(&self) -> HashMap<String, v6::Schema> {
        #[cfg(not(feature = "state-store"))]
        let stores = std::iter::empty();
        #[cfg(feature = "state-store")]
        let stores = self.registry.state_stores().iter();
        #[cfg(feature = "state-store")]
        let stores = stores.map(|it| (it.type_name(), schema::schema(it.schema())));
        by_name(stores)
    }

    pub(super) fn functions(&self) -> HashMap<String, v6::Function> {
        let functions = self.registry.functions().iter();
        by_name(
            functions.map(|function| (function.name(), schema::function(&function.signature()))),
        )
    }

    pub(super) async fn validate_provider_config(
        &self,
        request: &v6::validate_provider_config::Request,
    ) -> Result<v6::validate_provider_config::Response, CallError> {
        let config = self.config(request.config.as_ref())?;
        let members = self.provider.schema().members();
        let validate = self.engine.validate_provider(&*self.provider, &config);
        Ok(v6::validate_provider_config::Response {
            diagnostics: convert::diagnostics(members, validate.await),
        })
    }

    pub(super) async fn configure_provider(
        &self,
        request: &v6::configure_provider::Request,
    ) -> Result<v6::configure_provider::Response, CallError> {
        let config = self.config(request.config.as_ref())?;
        let client = convert::client_capabilities(request.client_capabilities);
        let configure = self
            .engine
            .configure(&*self.provider, &self.configured, &config, client);
        let members = self.provider.schema().members();
        Ok(v6::configure_provider::Response {
            diagnostics: convert::diagnostics(members, configure.await),
        })
    }

    fn config(&self, config: Option<&v6::DynamicValue>) -> Result<Object, CallError> {
        convert::object("config", config, self.provider.schema())
    }
}

/// Names to messages, as the schema response wants them.
fn by_name<'n, T>(named: impl Iterator<Item = (&'n str, T)>) -> HashMap<String, T> {
    named.map(|(name, item)| (name.to_owned(), item)).collect()
}
