//! The calls about managed resources.

use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::identity::schema as identity_schema;
use super::state::ServerState;
use crate::engine::Change;
use crate::engine::apply::ApplyRequest;
use crate::engine::plan::PlanRequest;
use crate::private::Private;
use crate::provider::Provider;
use crate::types::value::Object;

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_resource_config(
        &self,
        request: &v6::validate_resource_config::Request,
    ) -> Result<v6::validate_resource_config::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let client = convert::client_capabilities(request.client_capabilities);
        let validate = self.engine.validate_resource(resource, &config, client);
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
        let identities = identity_schema(resource);
        let identity = request.current_identity.as_ref();
        let identity = convert::identity("current_identity", identity, identities)?;
        let context = self
            .context(request.client_capabilities)
            .with_provider_meta(self.provider_meta(request.provider_meta.as_ref())?);
        let read = self
            .engine
            .read(resource, &context, current, identity, private);
        let read = read.await;
        Ok(v6::read_resource::Response {
            new_state: Some(convert::encode_object(read.object.as_ref(), schema)),
            private: read.private.to_bytes().into(),
            new_identity: convert::encode_identity(read.identity.as_ref(), identities),
            deferred: convert::deferred(read.deferred),
            diagnostics: convert::diagnostics(schema.members(), read.diagnostics),
        })
    }

    pub(super) async fn plan_resource_change(
        &self,
        request: &v6::plan_resource_change::Request,
    ) -> Result<v6::plan_resource_change::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::nullable_object("config", request.config.as_ref(), schema)?;
        let prior = request.prior_state.as_ref();
        let prior = convert::nullable_object("prior_state", prior, schema)?;
        let proposed = request.proposed_new_state.as_ref();
        let proposed = convert::nullable_object("proposed_new_state", proposed, schema)?;
        if config.is_some() && proposed.is_none() {
            let words = "has a config, but proposed_new_state is null";
            return Err(CallError::protocol(words));
        }
        let identities = identity_schema(resource);
        let identity = request.prior_identity.as_ref();
        let plan = PlanRequest {
            change: change("proposed_new_state", config, prior, proposed)?,
            identity: convert::identity("prior_identity", identity, identities)?,
            private: Private::from_bytes(&request.prior_private)
                .with_planned(&request.planned_private),
        };
        let context = self
            .context(request.client_capabilities)
            .with_provider_meta(self.provider_meta(request.provider_meta.as_ref())?);
        let plan = self.engine.plan(resource, &context, plan).await;
        let requires_replace = plan.requires_replace.iter();
        Ok(v6::plan_resource_change::Response {
            planned_state: Some(convert::encode_object(plan.planned.as_ref(), schema)),
            requires_replace: requires_replace.map(convert::attribute_path).collect(),
            planned_private: plan.private.to_bytes().into(),
            planned_identity: convert::encode_identity(plan.identity.as_ref(), identities),
            deferred: convert::deferred(plan.deferred),
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
        let config = convert::nullable_object("config", request.config.as_ref(), schema)?;
        let prior = request.prior_state.as_ref();
        let prior = convert::nullable_object("prior_state", prior, schema)?;
        let planned = request.planned_state.as_ref();
        let planned = convert::nullable_object("planned_state", planned, schema)?;
        let known = [("config", &config), ("prior_state", &prior)];
        for (field, object) in known {
            if let Some(object) = object {
                convert::check_known(field, object)?;
            }
        }
        let identities = identity_schema(resource);
        let identity = request.planned_identity.as_ref();
        let apply = ApplyRequest {
            change: change("planned_state", config, prior, planned)?,
            identity: convert::identity("planned_identity", identity, identities)?,
            private: Private::from_bytes(&request.planned_private),
        };
        let context = self
            .configured
            .context()
            .with_provider_meta(self.provider_meta(request.provider_meta.as_ref())?);
        let applied = self.engine.apply(resource, &context, apply).await;
        Ok(v6::apply_resource_change::Response {
            new_state: Some(convert::encode_object(applied.object.as_ref(), schema)),
            private: applied.private.to_bytes().into(),
            new_identity: convert::encode_identity(applied.identity.as_ref(), identities),
            diagnostics: convert::diagnostics(schema.members(), applied.diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn import_resource_state(
        &self,
        request: &v6::import_resource_state::Request,
    ) -> Result<v6::import_resource_state::Response, CallError> {
        let resource = self.resource(&request.type_name)?;
        let identities = identity_schema(resource);
        let identity = request.identity.as_ref();
        let identity = convert::identity("identity", identity, identities)?;
        if let Some(identity) = &identity {
            convert::check_known("identity", identity)?;
        }
        let context = self.context(request.client_capabilities);
        let schema = resource.schema();
        let imported = match &identity {
            Some(it) => {
                let import = self.engine.import_by_identity(resource, &context, it);
                import.await
            }
            None => self.engine.import(resource, &context, &request.id).await,
        };
        // Terraform goes on to read any object that it gets, also of an import that is put off. Of none it plans a new one.
        let resource =
            imported
                .object
                .as_ref()
                .map(|object| v6::import_resource_state::ImportedResource {
                    type_name: request.type_name.clone(),
                    state: Some(convert::encode_object(Some(object), schema)),
                    private: imported.private.to_bytes().into(),
                    identity: convert::encode_identity(imported.identity.as_ref(), identities),
                });
        Ok(v6::import_resource_state::Response {
            imported_resources: resource.into_iter().collect(),
            deferred: convert::deferred(imported.deferred),
            diagnostics: convert::diagnostics(schema.members(), imported.diagnostics),
        })
    }
}

/// What a plan or an apply is about; `field` is that of the state after.
fn change(
    field: &str,
    config: Option<Object>,
    prior: Option<Object>,
    planned: Option<Object>,
) -> Result<Change, CallError> {
    match (config, planned, prior) {
        (None, Some(_), _) => {
            let words = format!("has a {field}, but config is null");
            Err(CallError::protocol(words))
        }
        (Some(config), Some(planned), prior) => Ok(Change::Put {
            config,
            prior,
            planned,
        }),
        (_, None, Some(prior)) => Ok(Change::Delete { prior }),
        (_, None, None) => {
            let words = format!("has neither a prior_state nor a {field}");
            Err(CallError::protocol(words))
        }
    }
}
