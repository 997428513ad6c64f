//! The calls about managed resources.

use tfplugin_proto::v6;

use super::convert;
use super::inner::Inner;
use crate::diagnostics::Diagnostic;
use crate::engine::apply::ApplyRequest;
use crate::engine::plan::PlanRequest;
use crate::private::Private;
use crate::provider::Provider;

impl<P: Provider> Inner<P> {
    pub(super) async fn validate_resource_config(
        &self,
        request: &v6::validate_resource_config::Request,
    ) -> Result<v6::validate_resource_config::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::require_object(request.config.as_ref(), schema, "configuration")?;
        let write_only_allowed = request
            .client_capabilities
            .is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
        let validate = self
            .engine
            .validate_resource(resource, &config, write_only_allowed);
        Ok(v6::validate_resource_config::Response {
            diagnostics: convert::diagnostics(schema.members(), validate.await),
        })
    }

    pub(super) async fn upgrade_resource_state(
        &self,
        request: &v6::upgrade_resource_state::Request,
    ) -> Result<v6::upgrade_resource_state::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let stored = request.raw_state.as_ref();
        let json = stored.map(|state| &state.json[..]).unwrap_or_default();
        let upgrade = self.engine.upgrade(resource, request.version, json);
        let (state, diagnostics) = upgrade.await;
        let schema = resource.schema();
        Ok(v6::upgrade_resource_state::Response {
            upgraded_state: state.map(|state| convert::encode(&state, &schema.ty())),
            diagnostics: convert::diagnostics(schema.members(), diagnostics),
        })
    }

    pub(super) async fn read_resource(
        &self,
        request: &v6::read_resource::Request,
    ) -> Result<v6::read_resource::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let schema = resource.schema();
        let current = request.current_state.as_ref();
        let current = convert::require_object(current, schema, "state to refresh")?;
        let private = Private::from_bytes(&request.private);
        let context = self.configured.context();
        let read = self.engine.read(resource, &context, current, private).await;
        Ok(v6::read_resource::Response {
            new_state: Some(convert::encode_object(read.object.as_ref(), schema)),
            private: read.private.to_bytes().into(),
            diagnostics: convert::diagnostics(schema.members(), read.diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn plan_resource_change(
        &self,
        request: &v6::plan_resource_change::Request,
    ) -> Result<v6::plan_resource_change::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let schema = resource.schema();
        let plan = PlanRequest {
            config: convert::decode_object(request.config.as_ref(), schema)?,
            prior: convert::decode_object(request.prior_state.as_ref(), schema)?,
            proposed: convert::decode_object(request.proposed_new_state.as_ref(), schema)?,
            private: Private::from_bytes(&request.prior_private),
        };
        let context = self.configured.context();
        let plan = self.engine.plan(resource, &context, plan).await;
        let requires_replace = plan.requires_replace.iter();
        Ok(v6::plan_resource_change::Response {
            planned_state: Some(convert::encode_object(plan.planned.as_ref(), schema)),
            requires_replace: requires_replace.map(convert::attribute_path).collect(),
            planned_private: plan.private.to_bytes().into(),
            diagnostics: convert::diagnostics(schema.members(), plan.diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn apply_resource_change(
        &self,
        request: &v6::apply_resource_change::Request,
    ) -> Result<v6::apply_resource_change::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let schema = resource.schema();
        let apply = ApplyRequest {
            config: convert::decode_object(request.config.as_ref(), schema)?,
            prior: convert::decode_object(request.prior_state.as_ref(), schema)?,
            planned: convert::decode_object(request.planned_state.as_ref(), schema)?,
            private: Private::from_bytes(&request.planned_private),
        };
        let context = self.configured.context();
        let applied = self.engine.apply(resource, &context, apply).await;
        Ok(v6::apply_resource_change::Response {
            new_state: Some(convert::encode_object(applied.object.as_ref(), schema)),
            private: applied.private.to_bytes().into(),
            diagnostics: convert::diagnostics(schema.members(), applied.diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn import_resource_state(
        &self,
        request: &v6::import_resource_state::Request,
    ) -> Result<v6::import_resource_state::Response, Diagnostic> {
        let resource = self.registry.resource(&request.type_name)?;
        let context = self.configured.context();
        let schema = resource.schema();
        let imported = self.engine.import(resource, &context, &request.id).await;
        let object = imported.object.as_ref();
        let resources = object.map(|object| v6::import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: Some(convert::encode_object(Some(object), schema)),
            private: imported.private.to_bytes().into(),
            ..Default::default()
        });
        Ok(v6::import_resource_state::Response {
            imported_resources: resources.into_iter().collect(),
            diagnostics: convert::diagnostics(schema.members(), imported.diagnostics),
            ..Default::default()
        })
    }
}
