//! The calls about the provider itself.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tfplugin_proto::v6;
use tokio_util::sync::CancellationToken;

use super::{Inner, Session, by_name, convert, schema};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::engine::validate;
use crate::provider::Provider;

/// What this server does beyond the first protocol version. Nothing is declared that is not served.
const CAPABILITIES: v6::ServerCapabilities = v6::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: false,
    generate_resource_config: false,
};

impl<P: Provider> Inner<P> {
    pub(super) fn metadata(&self) -> v6::get_metadata::Response {
        use v6::get_metadata::{DataSourceMetadata, FunctionMetadata, ResourceMetadata};
        let resources = self.provider.resources().iter();
        let data_sources = self.provider.data_sources().iter();
        let functions = self.provider.functions().iter();
        v6::get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            resources: resources
                .map(|resource| ResourceMetadata {
                    type_name: resource.name().into(),
                })
                .collect(),
            data_sources: data_sources
                .map(|source| DataSourceMetadata {
                    type_name: source.name().into(),
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
        let resources = self.provider.resources().iter();
        let data_sources = self.provider.data_sources().iter();
        v6::get_provider_schema::Response {
            provider: Some(schema::schema(self.provider.schema())),
            resource_schemas: by_name(
                resources.map(|resource| (resource.name(), schema::schema(resource.schema()))),
            ),
            data_source_schemas: by_name(
                data_sources.map(|source| (source.name(), schema::schema(source.schema()))),
            ),
            functions: self.functions(),
            server_capabilities: Some(CAPABILITIES),
            ..Default::default()
        }
    }

    pub(super) fn functions(&self) -> HashMap<String, v6::Function> {
        let functions = self.provider.functions().iter();
        by_name(
            functions.map(|function| (function.name(), schema::function(&function.signature()))),
        )
    }

    pub(super) fn validate_provider_config(
        &self,
        request: &v6::validate_provider_config::Request,
    ) -> Result<v6::validate_provider_config::Response, Diagnostics> {
        let config = convert::require_object(
            request.config.as_ref(),
            self.provider.schema(),
            "configuration",
        )?;
        let mut diagnostics = validate::validate(self.provider.schema(), &config, false);
        diagnostics.extend(self.provider.validate(&config));
        Ok(v6::validate_provider_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }

    pub(super) async fn configure_provider(
        &self,
        request: v6::configure_provider::Request,
    ) -> Result<v6::configure_provider::Response, Diagnostics> {
        let config = convert::require_object(
            request.config.as_ref(),
            self.provider.schema(),
            "configuration",
        )?;
        // From here on a stop is meant for the new configuration, also for the making of it.
        let stop = CancellationToken::new();
        self.install(None, stop.clone());
        let client = tokio::select! {
            client = self.provider.configure(&config) => client?,
            () = stop.cancelled() => return Err(stopped()),
        };
        self.install(client.map(Arc::new), stop);
        Ok(v6::configure_provider::Response::default())
    }

    fn install(&self, client: Option<Arc<P::Client>>, stop: CancellationToken) {
        let session = Session { client, stop };
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = session;
    }
}

fn stopped() -> Diagnostics {
    Diagnostic::error(
        "Stopped",
        "Terraform was stopped while the provider was being configured.",
    )
    .into()
}
