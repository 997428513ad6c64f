//! The calls about managed resources.

use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::engine::apply::ApplyRequest;
use crate::engine::plan::PlanRequest;
use crate::private::Private;
use crate::provider::Provider;

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_resource_config(
        &self,
        request: &v6::validate_resource_config::Request,
    ) -> Result<v6::validate_resource_config::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
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
    ) -> Result<v6::upgrade_resource_state::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        if request.version < 0 {
            return Err(CallError::protocol("has a version below 0"));
        }
        let stored = convert::required("raw_state", request.raw_state.as_ref())?;
        let upgrade = self.engine.upgrade(resource, request.version, &stored.json);
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
    ) -> Result<v6::read_resource::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let current = request.current_state.as_ref();
        let current = convert::object("current_state", current, schema)?;
        convert::check_known("current_state", &current)?;
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
    ) -> Result<v6::plan_resource_change::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let plan = PlanRequest {
            config: convert::nullable_object("config", request.config.as_ref(), schema)?,
            prior: convert::nullable_object("prior_state", request.prior_state.as_ref(), schema)?,
            proposed: convert::nullable_object(
                "proposed_new_state",
                request.proposed_new_state.as_ref(),
                schema,
            )?,
            private: Private::from_bytes(&request.prior_private)
                .with_planned(&request.planned_private),
        };
        check_plan(&plan)?;
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
    ) -> Result<v6::apply_resource_change::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let apply = ApplyRequest {
            config: convert::nullable_object("config", request.config.as_ref(), schema)?,
            prior: convert::nullable_object("prior_state", request.prior_state.as_ref(), schema)?,
            planned: convert::nullable_object(
                "planned_state",
                request.planned_state.as_ref(),
                schema,
            )?,
            private: Private::from_bytes(&request.planned_private),
        };
        check_apply(&apply)?;
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
    ) -> Result<v6::import_resource_state::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        if request.identity.is_some() {
            let words = "has an identity, and the resource type has none";
            return Err(CallError::protocol(words));
        }
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

/// Whether a plan is one of a create, an update or a delete.
fn check_plan(plan: &PlanRequest) -> Result<(), CallError> {
    match (&plan.config, &plan.proposed, &plan.prior) {
        (None, Some(_), _) => Err(CallError::protocol(
            "has a proposed_new_state, but config is null",
        )),
        (Some(_), None, _) => Err(CallError::protocol(
            "has a config, but proposed_new_state is null",
        )),
        (None, None, None) => Err(CallError::protocol(
            "has neither a prior_state nor a proposed_new_state",
        )),
        _ => Ok(()),
    }
}

/// Whether an apply is one of a create, an update or a delete, of which everything is known that a user can know.
fn check_apply(apply: &ApplyRequest) -> Result<(), CallError> {
    match (&apply.config, &apply.planned, &apply.prior) {
        (None, Some(_), _) => Err(CallError::protocol(
            "has a planned_state, but config is null",
        )),
        (_, None, None) => Err(CallError::protocol(
            "has neither a prior_state nor a planned_state",
        )),
        (config, ..) => {
            let config = config.as_ref().map(|it| ("config", it));
            let prior = apply.prior.as_ref().map(|it| ("prior_state", it));
            let mut known = config.into_iter().chain(prior);
            known.try_for_each(|(field, object)| convert::check_known(field, object))
        }
    }
}
