//! The calls about data sources.

use tfplugin_proto::v6;

use super::{Inner, convert};
use crate::data_source::DataSource;
use crate::diagnostics::Diagnostics;
use crate::engine::validate;
use crate::provider::Provider;

impl<P: Provider> Inner<P> {
    pub(super) fn validate_data_resource_config(
        &self,
        request: &v6::validate_data_resource_config::Request,
    ) -> Result<v6::validate_data_resource_config::Response, Diagnostics> {
        let data_source = self.data_source(&request.type_name)?;
        let config = convert::require_object(
            request.config.as_ref(),
            data_source.schema(),
            "configuration",
        )?;
        let mut diagnostics = validate::validate(data_source.schema(), &config, false);
        diagnostics.extend(data_source.validate(&config));
        Ok(v6::validate_data_resource_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }

    pub(super) async fn read_data_source(
        &self,
        request: v6::read_data_source::Request,
    ) -> Result<v6::read_data_source::Response, Diagnostics> {
        let data_source = self.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let config = convert::require_object(request.config.as_ref(), schema, "configuration")?;
        let context = self.context(schema, Some(&config), "read")?;
        let mut diagnostics = Diagnostics::new();
        let object = data_source
            .read(&context, &config, &mut diagnostics)
            .await?;
        Ok(v6::read_data_source::Response {
            state: Some(convert::encode_object(Some(&object), schema)),
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        })
    }

    fn data_source(
        &self,
        type_name: &str,
    ) -> Result<&'static dyn DataSource<P::Client>, Diagnostics> {
        let found = self
            .provider
            .data_sources()
            .iter()
            .find(|data_source| data_source.name() == type_name);
        found
            .copied()
            .ok_or_else(|| super::unknown_type("data source", type_name))
    }
}
