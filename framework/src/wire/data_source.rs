//! The calls about data sources.

use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::provider::Provider;

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_data_resource_config(
        &self,
        request: &v6::validate_data_resource_config::Request,
    ) -> Result<v6::validate_data_resource_config::Response, CallError> {
        let data_source = self.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let found = self.engine.validate_data_source(data_source, &config).await;
        Ok(v6::validate_data_resource_config::Response {
            diagnostics: convert::diagnostics(schema.members(), found),
        })
    }

    pub(super) async fn read_data_source(
        &self,
        request: &v6::read_data_source::Request,
    ) -> Result<v6::read_data_source::Response, CallError> {
        let data_source = self.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        convert::check_known("config", &config)?;
        let context = self
            .context(request.client_capabilities)
            .with_provider_meta(self.provider_meta(request.provider_meta.as_ref())?);
        let read = self.engine.read_data_source(data_source, &context, &config);
        let read = read.await;
        let object = read.object;
        Ok(v6::read_data_source::Response {
            state: object.map(|object| convert::encode_object(Some(&object), schema)),
            diagnostics: convert::diagnostics(schema.members(), read.diagnostics),
            deferred: convert::deferred(read.deferred),
        })
    }
}
