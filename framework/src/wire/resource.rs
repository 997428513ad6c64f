//! The calls about managed resources.

use tfplugin_proto::v6;
use tokio_util::sync::CancellationToken;

use super::{Inner, convert};
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::engine::consistency;
use crate::engine::plan::{self, Plan};
use crate::engine::validate;
use crate::private::Private;
use crate::provider::Provider;
use crate::resource::{Create, Resource, State, Update};
use crate::schema::Schema;
use crate::types::json::{self, RawState};
use crate::types::value::{Object, Value};

impl<P: Provider> Inner<P> {
    pub(super) fn validate_resource_config(
        &self,
        request: &v6::validate_resource_config::Request,
    ) -> Result<v6::validate_resource_config::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let config =
            convert::require_object(request.config.as_ref(), resource.schema(), "configuration")?;
        let write_only_allowed = request
            .client_capabilities
            .is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
        let mut diagnostics = validate::validate(resource.schema(), &config, write_only_allowed);
        diagnostics.extend(resource.validate(&config));
        Ok(v6::validate_resource_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }

    pub(super) fn upgrade_resource_state(
        &self,
        request: &v6::upgrade_resource_state::Request,
    ) -> Result<v6::upgrade_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let json = request
            .raw_state
            .as_ref()
            .map(|state| &state.json[..])
            .unwrap_or_default();
        let mut text = std::str::from_utf8(json).map_err(unreadable)?.to_owned();
        if text.is_empty() {
            return Err(unreadable(
                "it is in a form that Terraform stopped using in 0.12",
            ));
        }
        let known = resource.schema().version;
        if request.version > known {
            return Err(from_the_future(&request.type_name, request.version, known));
        }
        if request.version < known {
            let mut state: RawState = serde_json::from_str(&text).map_err(unreadable)?;
            resource.upgrade(request.version, &mut state)?;
            text = serde_json::to_string(&state).map_err(unreadable)?;
        }
        let state = json::decode(&text, &resource.schema().ty()).map_err(unreadable)?;
        Ok(v6::upgrade_resource_state::Response {
            upgraded_state: Some(convert::encode(&state, &resource.schema().ty())),
            diagnostics: Vec::new(),
        })
    }

    pub(super) async fn read_resource(
        &self,
        request: v6::read_resource::Request,
    ) -> Result<v6::read_resource::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let current =
            convert::require_object(request.current_state.as_ref(), schema, "state to refresh")?;
        let context = self.context(schema, Some(&current), "read")?;
        let mut state = State::new(Some(current), Private::from_bytes(&request.private));
        let result = resource.read(&context, &mut state).await;
        let (object, private, mut diagnostics) = state.into_parts();
        diagnostics.extend(result.err().unwrap_or_default());
        if let Some(object) = &object {
            report_bugs(&mut diagnostics, || {
                consistency::check_state(schema, object)
            });
        }
        Ok(v6::read_resource::Response {
            new_state: Some(convert::encode_object(object.as_ref(), schema)),
            private: private.to_bytes().into(),
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn plan_resource_change(
        &self,
        request: v6::plan_resource_change::Request,
    ) -> Result<v6::plan_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let prior = convert::decode_object(request.prior_state.as_ref(), schema)?;
        let mut private = Private::from_bytes(&request.prior_private);
        let context = self.context(schema, prior.as_ref(), "read")?;
        let Some(proposed) = convert::decode_object(request.proposed_new_state.as_ref(), schema)?
        else {
            let prior = prior.unwrap_or_else(|| schema.null_object());
            let diagnostics = resource.plan_delete(&context, &prior, &mut private).await;
            return Ok(v6::plan_resource_change::Response {
                planned_state: Some(convert::encode_object(None, schema)),
                planned_private: private.to_bytes().into(),
                diagnostics: convert::diagnostics(diagnostics),
                ..Default::default()
            });
        };
        let config = convert::require_object(request.config.as_ref(), schema, "configuration")?;
        let mut plan = Plan::new(schema, config, prior, proposed, private);
        resource.modify_plan(&context, &mut plan).await;
        plan.finish(schema);
        let Plan {
            config,
            prior,
            planned,
            requires_replace,
            private,
            mut diagnostics,
        } = plan;
        report_bugs(&mut diagnostics, || {
            consistency::check_plan(schema, &config, prior.as_ref(), &planned)
        });
        Ok(v6::plan_resource_change::Response {
            planned_state: Some(convert::encode_object(Some(&planned), schema)),
            requires_replace: requires_replace
                .iter()
                .map(convert::attribute_path)
                .collect(),
            planned_private: private.to_bytes().into(),
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn apply_resource_change(
        &self,
        request: v6::apply_resource_change::Request,
    ) -> Result<v6::apply_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let prior = convert::decode_object(request.prior_state.as_ref(), schema)?;
        let planned = convert::decode_object(request.planned_state.as_ref(), schema)?;
        let config = convert::decode_object(request.config.as_ref(), schema)?
            .unwrap_or_else(|| schema.null_object());
        let mut state = State::new(prior.clone(), Private::from_bytes(&request.planned_private));
        let result = match (&prior, &planned) {
            (None, Some(planned)) => {
                let context = self.context(schema, Some(planned), "create")?;
                create(
                    resource,
                    &context,
                    Create {
                        config: &config,
                        planned,
                    },
                    &mut state,
                )
                .await
            }
            (Some(prior), Some(planned)) => {
                let context = self.context(schema, Some(planned), "update")?;
                update(
                    resource,
                    &context,
                    Update {
                        config: &config,
                        prior,
                        planned,
                    },
                    &mut state,
                )
                .await
            }
            (Some(prior), None) => {
                let context = self.context(schema, Some(prior), "delete")?;
                delete(resource, &context, &mut state).await
            }
            (None, None) => Err(Diagnostic::error(
                "Incomplete request",
                "Terraform sent neither a prior nor a planned state.",
            )
            .into()),
        };
        let (mut object, private, mut diagnostics) = state.into_parts();
        match result {
            Ok(()) => check_result(schema, planned.as_ref(), object.as_ref(), &mut diagnostics),
            Err(errors) => diagnostics.extend(errors),
        }
        if let Some(object) = &mut object {
            forget_unknowns(object);
        }
        Ok(v6::apply_resource_change::Response {
            new_state: Some(convert::encode_object(object.as_ref(), schema)),
            private: private.to_bytes().into(),
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn import_resource_state(
        &self,
        request: v6::import_resource_state::Request,
    ) -> Result<v6::import_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let context = self.context(schema, None, "read")?;
        let mut object = schema.null_object();
        // What only the provider knows reads as its default, so that a configuration that does not mention it plans empty.
        for attribute in schema
            .attributes
            .iter()
            .filter(|attribute| attribute.remote.is_none())
        {
            if let Some(default) = &attribute.default {
                object.set(attribute.name, default.clone());
            }
        }
        resource.import(&context, &request.id, &mut object).await?;
        let imported = v6::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(convert::encode_object(Some(&object), schema)),
            ..Default::default()
        };
        Ok(v6::import_resource_state::Response {
            imported_resources: vec![imported],
            ..Default::default()
        })
    }

    fn resource(&self, type_name: &str) -> Result<&'static dyn Resource<P::Client>, Diagnostics> {
        let found = self
            .provider
            .resources()
            .iter()
            .find(|resource| resource.name() == type_name);
        found
            .copied()
            .ok_or_else(|| super::unknown_type("resource", type_name))
    }
}

async fn create<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    create: Create<'_>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    refuse_when_stopped(&context.cancel)?;
    super::rpc::catch(resource.create(context, create, state)).await??;
    match state.object() {
        Some(_) => Ok(()),
        None => Err(bug("The object was created, but no state of it is known.")),
    }
}

async fn update<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    update: Update<'_>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    let nothing_to_ask = Value::Object(update.planned.clone()).is_wholly_known();
    let changes = plan::sent_changes(resource.schema(), update.prior, update.planned);
    if nothing_to_ask && changes.is_empty() {
        state.set(update.planned.clone());
        return Ok(());
    }
    refuse_when_stopped(&context.cancel)?;
    super::rpc::catch(resource.update(context, update, state)).await?
}

async fn delete<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &Context<C>,
    state: &mut State,
) -> Result<(), Diagnostics> {
    refuse_when_stopped(&context.cancel)?;
    super::rpc::catch(resource.delete(context, state)).await??;
    state.remove();
    Ok(())
}

/// After a stop, nothing new begins.
fn refuse_when_stopped(cancel: &CancellationToken) -> Result<(), Diagnostics> {
    if !cancel.is_cancelled() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Stopped",
        "Terraform was stopped before this operation began. Nothing was sent.",
    )
    .into())
}

/// In debug builds, finds what Terraform would refuse in a successful result.
fn check_result(
    schema: &Schema,
    planned: Option<&Object>,
    object: Option<&Object>,
    diagnostics: &mut Diagnostics,
) {
    if let (Some(planned), Some(object)) = (planned, object) {
        report_bugs(diagnostics, || {
            let mut findings = consistency::check_apply(planned, object);
            findings.extend(consistency::check_state(schema, object));
            findings
        });
    }
}

fn report_bugs(diagnostics: &mut Diagnostics, check: impl FnOnce() -> Vec<String>) {
    if !cfg!(debug_assertions) || diagnostics.has_errors() {
        return;
    }
    for finding in check() {
        diagnostics.extend(bug(&finding));
    }
}

/// A state is wholly known; what an interrupted operation did not learn is null.
fn forget_unknowns(object: &mut Object) {
    for (_, value) in object.iter_mut() {
        forget_unknown(value);
    }
}

fn forget_unknown(value: &mut Value) {
    match value {
        Value::Object(object) => forget_unknowns(object),
        Value::List(elements) => elements.iter_mut().for_each(forget_unknown),
        Value::Map(elements) => elements.values_mut().for_each(forget_unknown),
        // Elements of a set that lose what tells them apart are no elements any more.
        value if !value.is_wholly_known() => *value = Value::Null,
        _ => {}
    }
}

fn bug(finding: &str) -> Diagnostics {
    Diagnostic::error(
        "Bug in the provider",
        format!("{finding} Please report this."),
    )
    .into()
}

fn from_the_future(type_name: &str, version: i64, known: i64) -> Diagnostics {
    let detail = format!(
        "The state was written with version {version} of the schema of {type_name}, by a newer release of the provider. This release \
         knows versions up to {known}, and would lose what it does not know: use the newer release."
    );
    Diagnostic::error("State of a newer provider", detail).into()
}

fn unreadable(error: impl std::fmt::Display) -> Diagnostics {
    Diagnostic::error(
        "Unreadable state",
        format!("The stored state cannot be read: {error}."),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unknown_is_forgotten() {
        let rule = |status: Value| -> Value {
            let rule = [("name", Value::from("x")), ("status", status)];
            rule.into_iter().collect::<Object>().into()
        };
        let rules = |status: Value| [("rules", Value::List(vec![rule(status)]))];
        let mut object: Object = rules(Value::unknown()).into_iter().collect();
        forget_unknowns(&mut object);
        assert_eq!(object, rules(Value::Null).into_iter().collect());
    }
}
