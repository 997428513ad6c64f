//! The calls about ephemeral resources.

use bytes::Bytes;
use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::private::Private;
use crate::provider::Provider;

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_ephemeral_resource_config(
        &self,
        request: &v6::validate_ephemeral_resource_config::Request,
    ) -> Result<v6::validate_ephemeral_resource_config::Response, CallError> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let schema = ephemeral.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let found = self.engine.validate_ephemeral(ephemeral, &config).await;
        Ok(v6::validate_ephemeral_resource_config::Response {
            diagnostics: convert::diagnostics(schema.members(), found),
        })
    }

    pub(super) async fn open_ephemeral_resource(
        &self,
        request: &v6::open_ephemeral_resource::Request,
    ) -> Result<v6::open_ephemeral_resource::Response, CallError> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let schema = ephemeral.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        convert::check_known("config", &config)?;
        let context = self.context(request.client_capabilities);
        let opened = self.engine.open(ephemeral, &context, &config).await;
        let is_open = !opened.diagnostics.has_error();
        let result = convert::encode_object(Some(&opened.result), schema);
        Ok(v6::open_ephemeral_resource::Response {
            result: is_open.then_some(result),
            private: bytes(&opened.private),
            renew_at: opened.renew_at.map(Into::into),
            diagnostics: convert::diagnostics(schema.members(), opened.diagnostics),
            deferred: convert::deferred(opened.deferred),
        })
    }

    pub(super) async fn renew_ephemeral_resource(
        &self,
        request: &v6::renew_ephemeral_resource::Request,
    ) -> Result<v6::renew_ephemeral_resource::Response, CallError> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let context = self.configured.context();
        let private = private(request.private.as_ref());
        let renewed = self.engine.renew(ephemeral, &context, private).await;
        let members = ephemeral.schema().members();
        Ok(v6::renew_ephemeral_resource::Response {
            private: bytes(&renewed.private),
            renew_at: renewed.renew_at.map(Into::into),
            diagnostics: convert::diagnostics(members, renewed.diagnostics),
        })
    }

    pub(super) async fn close_ephemeral_resource(
        &self,
        request: &v6::close_ephemeral_resource::Request,
    ) -> Result<v6::close_ephemeral_resource::Response, CallError> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let context = self.configured.context();
        let private = private(request.private.as_ref());
        let closed = self.engine.close(ephemeral, &context, &private).await;
        let members = ephemeral.schema().members();
        Ok(v6::close_ephemeral_resource::Response {
            diagnostics: convert::diagnostics(members, closed),
        })
    }
}

fn private(bytes: Option<&Bytes>) -> Private {
    bytes.map_or_else(Private::default, |it| Private::from_bytes(it))
}

fn bytes(private: &Private) -> Option<Bytes> {
    let bytes = private.to_bytes();
    (!bytes.is_empty()).then(|| bytes.into())
}
