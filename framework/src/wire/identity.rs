//! The calls about identities, and about states of other types.

use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::engine::move_state::MoveRequest;
use crate::private::Private;
use crate::provider::Provider;
use crate::resource::Resource;
use crate::schema::identity::IdentitySchema;

/// The identity schema of a resource type, if it has one.
pub(super) fn schema<D: Send + Sync>(resource: &dyn Resource<D>) -> Option<&IdentitySchema> {
    resource.identity().map(|it| it.identity_schema())
}

impl<P: Provider> ServerState<P> {
    pub(super) async fn upgrade_resource_identity(
        &self,
        request: &v6::upgrade_resource_identity::Request,
    ) -> Result<v6::upgrade_resource_identity::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        if request.version < 0 {
            return Err(CallError::protocol("has a version below 0"));
        }
        let stored = request.raw_identity.as_ref();
        let json = stored.map(|it| &it.json[..]).unwrap_or_default();
        let upgrade = self
            .engine
            .upgrade_identity(resource, request.version, json);
        let (identity, diagnostics) = upgrade.await;
        Ok(v6::upgrade_resource_identity::Response {
            upgraded_identity: convert::encode_identity(identity.as_ref(), schema(resource)),
            diagnostics: convert::diagnostics(resource.schema().members(), diagnostics),
        })
    }

    pub(super) async fn move_resource_state(
        &self,
        request: &v6::move_resource_state::Request,
    ) -> Result<v6::move_resource_state::Response, CallError> {
        let resource = self.resource(&request.target_type_name)?;
        let source = convert::required("source_state", request.source_state.as_ref())?;
        let identity = request.source_identity.as_ref();
        let private = Private::from_bytes(&request.source_private);
        let asked = MoveRequest {
            source_provider_address: &request.source_provider_address,
            source_type_name: &request.source_type_name,
            source_schema_version: request.source_schema_version,
            source_state: &source.json,
            source_private: &private,
            source_identity: identity.map(|it| &it.json[..]).unwrap_or_default(),
        };
        let moved = self.engine.move_state(resource, asked).await;
        let target = resource.schema();
        let state = moved.object.as_ref();
        Ok(v6::move_resource_state::Response {
            target_state: state.map(|it| convert::encode_object(Some(it), target)),
            target_private: moved.private.to_bytes().into(),
            target_identity: convert::encode_identity(moved.identity.as_ref(), schema(resource)),
            diagnostics: convert::diagnostics(target.members(), moved.diagnostics),
        })
    }
}
