//! The calls of the protocol, each as one function from values to values.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tonic::{Request, Response, Status};

use super::failure::{Failure, unless_failed};
use super::schema;
use crate::diagnostics::{Diagnostic, Severity};
use crate::schema::Schema;
use crate::types::msgpack;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// A type of resources or data sources, as the provider declares it.
#[derive(Debug)]
pub(super) struct ObjectType {
    pub(super) name: String,
    pub(super) schema: Schema,
    ty: Type,
}

/// A function, as the provider declares it.
#[derive(Debug)]
pub(super) struct FunctionType {
    pub(super) parameters: Vec<Type>,
    pub(super) variadic: Option<Type>,
    pub(super) returns: Type,
}

/// Everything that the provider declares.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) provider: ObjectType,
    pub(super) resources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) data_sources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) functions: BTreeMap<String, FunctionType>,
    pub(super) plan_destroy: bool,
}

/// What a call that stores something answered: it counts beside errors too.
pub(super) struct Stored {
    pub(super) object: Option<Object>,
    pub(super) private: Bytes,
    pub(super) messages: Vec<Diagnostic>,
}

/// What there is to plan.
pub(super) struct PlanCall<'a> {
    pub(super) config: Option<&'a Object>,
    pub(super) prior: Option<&'a Object>,
    pub(super) proposed: Option<&'a Object>,
    pub(super) prior_private: Bytes,
}

/// What was planned.
pub(super) struct PlanResult {
    pub(super) planned: Option<Object>,
    pub(super) requires_replace: Vec<Path>,
    pub(super) private: Bytes,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What there is to apply.
pub(super) struct ApplyCall<'a> {
    pub(super) config: Option<&'a Object>,
    pub(super) prior: Option<&'a Object>,
    pub(super) planned: Option<&'a Object>,
    pub(super) planned_private: Bytes,
}

/// Terraform's end of the wire.
#[derive(Debug)]
pub(super) struct Calls<S>(pub(super) Arc<S>);

impl<S> Clone for Calls<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Service> Calls<S> {
    pub(super) async fn schemas(&self) -> Result<Schemas, Failure> {
        let request = Request::new(v6::get_provider_schema::Request {});
        let response = into_response(self.0.get_provider_schema(request).await)?;
        unless_failed(messages(&response.diagnostics))?;
        let object_type = |name: &str, declared: &v6::Schema| -> Result<ObjectType, Failure> {
            let schema = schema::read(name, declared)?;
            Ok(ObjectType {
                name: name.to_owned(),
                ty: schema.ty(),
                schema,
            })
        };
        let by_name = |declared: &std::collections::HashMap<String, v6::Schema>| {
            let types = declared.iter();
            types
                .map(|(name, schema)| Ok((name.clone(), Arc::new(object_type(name, schema)?))))
                .collect::<Result<_, Failure>>()
        };
        let provider = response.provider.as_ref().ok_or_else(|| {
            Failure::new("Missing provider schema", "The provider has no schema.")
        })?;
        let functions = response.functions.iter();
        let capabilities = response.server_capabilities;
        Ok(Schemas {
            provider: object_type("provider", provider)?,
            resources: by_name(&response.resource_schemas)?,
            data_sources: by_name(&response.data_source_schemas)?,
            functions: functions
                .map(|(name, function)| Ok((name.clone(), function_type(name, function)?)))
                .collect::<Result<_, Failure>>()?,
            plan_destroy: capabilities.is_some_and(|it| it.plan_destroy),
        })
    }

    pub(super) async fn validate_provider(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::validate_provider_config::Request {
            config: encode(Some(config), of),
        };
        let response = self.0.validate_provider_config(Request::new(request)).await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    pub(super) async fn configure(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::configure_provider::Request {
            config: encode(Some(config), of),
            ..Default::default()
        };
        let response = self.0.configure_provider(Request::new(request)).await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    pub(super) async fn stop(&self) -> Result<(), Failure> {
        let request = Request::new(v6::stop_provider::Request {});
        match into_response(self.0.stop_provider(request).await)?.error {
            error if error.is_empty() => Ok(()),
            error => Err(Failure::new("The provider did not stop", error)),
        }
    }

    pub(super) async fn validate(
        &self,
        of: &ObjectType,
        config: &Object,
        write_only_attributes_allowed: bool,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::validate_resource_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            client_capabilities: Some(v6::ClientCapabilities {
                write_only_attributes_allowed,
                ..Default::default()
            }),
        };
        let response = self.0.validate_resource_config(Request::new(request)).await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    pub(super) async fn upgrade(
        &self,
        of: &ObjectType,
        version: i64,
        json: String,
    ) -> Result<Option<Object>, Failure> {
        let request = v6::upgrade_resource_state::Request {
            type_name: of.name.clone(),
            version,
            raw_state: Some(v6::RawState {
                json: json.into(),
                ..Default::default()
            }),
        };
        let response = into_response(self.0.upgrade_resource_state(Request::new(request)).await)?;
        unless_failed(messages(&response.diagnostics))?;
        decode(response.upgraded_state.as_ref(), of)
    }

    pub(super) async fn read(
        &self,
        of: &ObjectType,
        current: &Object,
        private: Bytes,
    ) -> Result<Stored, Failure> {
        let request = v6::read_resource::Request {
            type_name: of.name.clone(),
            current_state: encode(Some(current), of),
            private,
            ..Default::default()
        };
        let response = into_response(self.0.read_resource(Request::new(request)).await)?;
        Ok(Stored {
            messages: unless_failed(messages(&response.diagnostics))?,
            object: decode(response.new_state.as_ref(), of)?,
            private: response.private,
        })
    }

    pub(super) async fn plan(
        &self,
        of: &ObjectType,
        call: PlanCall<'_>,
    ) -> Result<PlanResult, Failure> {
        let request = v6::plan_resource_change::Request {
            type_name: of.name.clone(),
            prior_state: encode(call.prior, of),
            proposed_new_state: encode(call.proposed, of),
            config: encode(call.config, of),
            prior_private: call.prior_private,
            ..Default::default()
        };
        let response = into_response(self.0.plan_resource_change(Request::new(request)).await)?;
        let warnings = unless_failed(messages(&response.diagnostics))?;
        Ok(PlanResult {
            planned: decode(response.planned_state.as_ref(), of)?,
            requires_replace: response.requires_replace.iter().map(path).collect(),
            private: response.planned_private,
            warnings,
        })
    }

    pub(super) async fn apply(
        &self,
        of: &ObjectType,
        call: ApplyCall<'_>,
    ) -> Result<Stored, Failure> {
        let request = v6::apply_resource_change::Request {
            type_name: of.name.clone(),
            prior_state: encode(call.prior, of),
            planned_state: encode(call.planned, of),
            config: encode(call.config, of),
            planned_private: call.planned_private,
            ..Default::default()
        };
        let response = into_response(self.0.apply_resource_change(Request::new(request)).await)?;
        Ok(Stored {
            object: decode(response.new_state.as_ref(), of)?,
            private: response.private,
            messages: messages(&response.diagnostics),
        })
    }

    pub(super) async fn import(&self, of: &ObjectType, id: &str) -> Result<Stored, Failure> {
        let request = v6::import_resource_state::Request {
            type_name: of.name.clone(),
            id: id.to_owned(),
            ..Default::default()
        };
        let response = into_response(self.0.import_resource_state(Request::new(request)).await)?;
        let messages = unless_failed(messages(&response.diagnostics))?;
        match &response.imported_resources[..] {
            [imported] if imported.type_name == of.name => Ok(Stored {
                object: decode(imported.state.as_ref(), of)?,
                private: imported.private.clone(),
                messages,
            }),
            imported => Err(Failure::new(
                "Import returned no resource, or others",
                format!(
                    "The provider answered {} objects for one {}.",
                    imported.len(),
                    of.name
                ),
            )),
        }
    }

    pub(super) async fn validate_data_source(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::validate_data_resource_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
        };
        let response = self
            .0
            .validate_data_resource_config(Request::new(request))
            .await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    pub(super) async fn read_data_source(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<(Option<Object>, Vec<Diagnostic>), Failure> {
        let request = v6::read_data_source::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            ..Default::default()
        };
        let response = into_response(self.0.read_data_source(Request::new(request)).await)?;
        let warnings = unless_failed(messages(&response.diagnostics))?;
        Ok((decode(response.state.as_ref(), of)?, warnings))
    }

    pub(super) async fn call(
        &self,
        name: &str,
        arguments: Vec<(Value, &Type)>,
        returns: &Type,
    ) -> Result<Value, Failure> {
        let encode = |(value, ty): &(Value, &Type)| dynamic(value, ty);
        let request = v6::call_function::Request {
            name: name.to_owned(),
            arguments: arguments.iter().map(encode).collect(),
        };
        let response = into_response(self.0.call_function(Request::new(request)).await)?;
        match (response.result, response.error) {
            (Some(result), None) => value(Some(&result), returns),
            (None, Some(error)) => {
                let place = error.function_argument;
                let place = place.map(|it| format!(" (argument {it})"));
                Err(Failure::new(
                    "Error in function call",
                    format!("{name}: {}{}", error.text, place.unwrap_or_default()),
                ))
            }
            _ => Err(Failure::new(
                "Invalid answer of a function",
                format!("{name} has a result or an error, and not both."),
            )),
        }
    }
}

fn function_type(name: &str, declared: &v6::Function) -> Result<FunctionType, Failure> {
    let ty = |json: &[u8]| {
        let json = serde_json::from_slice(json).map_err(|error| error.to_string());
        let ty = json.and_then(|json| Type::from_json(&json));
        ty.map_err(|error| Failure::new("Invalid function", format!("{name}: {error}.")))
    };
    let parameters = declared.parameters.iter();
    let returns = declared.r#return.as_ref().ok_or_else(|| {
        Failure::new(
            "Invalid function",
            format!("{name}: nothing says what it returns."),
        )
    })?;
    Ok(FunctionType {
        parameters: parameters
            .map(|it| ty(&it.r#type))
            .collect::<Result<_, _>>()?,
        variadic: match &declared.variadic_parameter {
            Some(it) => Some(ty(&it.r#type)?),
            None => None,
        },
        returns: ty(&returns.r#type)?,
    })
}

fn into_response<T>(response: Result<Response<T>, Status>) -> Result<T, Failure> {
    match response {
        Ok(response) => Ok(response.into_inner()),
        Err(status) => Err(Failure::new("Plugin error", status.message())),
    }
}

fn encode(object: Option<&Object>, of: &ObjectType) -> Option<v6::DynamicValue> {
    let value = object.cloned().map_or(Value::Null, Value::Object);
    Some(dynamic(&value, &of.ty))
}

fn dynamic(value: &Value, ty: &Type) -> v6::DynamicValue {
    v6::DynamicValue {
        msgpack: msgpack::encode(value, ty).into(),
        json: Bytes::new(),
    }
}

/// An absent value is null.
fn value(value: Option<&v6::DynamicValue>, ty: &Type) -> Result<Value, Failure> {
    let Some(value) = value.filter(|it| !it.msgpack.is_empty()) else {
        return Ok(Value::Null);
    };
    msgpack::decode(&value.msgpack, ty).map_err(|error| {
        let detail = format!("{}.", error.message);
        Diagnostic::error("Provider returned a value of another type", detail)
            .at(error.path)
            .into()
    })
}

fn decode(answer: Option<&v6::DynamicValue>, of: &ObjectType) -> Result<Option<Object>, Failure> {
    match value(answer, &of.ty)? {
        Value::Null => Ok(None),
        Value::Object(object) => Ok(Some(object)),
        _ => Err(Failure::new(
            "Provider returned an unknown object",
            format!("The whole object of {} is unknown.", of.name),
        )),
    }
}

fn messages(diagnostics: &[v6::Diagnostic]) -> Vec<Diagnostic> {
    let message = |it: &v6::Diagnostic| {
        let severity = match it.severity() {
            v6::diagnostic::Severity::Warning => Severity::Warning,
            v6::diagnostic::Severity::Error => Severity::Error,
            // Terraform would take it for neither, and overlook it.
            v6::diagnostic::Severity::Invalid => {
                let detail = format!("{:?} is neither an error nor a warning.", it.summary);
                return Diagnostic::error("A message without severity", detail);
            }
        };
        Diagnostic {
            severity,
            summary: it.summary.clone(),
            detail: it.detail.clone(),
            path: it.attribute.as_ref().map(path).unwrap_or_default(),
        }
    };
    diagnostics.iter().map(message).collect()
}

fn path(wire: &v6::AttributePath) -> Path {
    use v6::attribute_path::step::Selector;
    let mut path = Path::root();
    for step in &wire.steps {
        path = match &step.selector {
            Some(Selector::AttributeName(name)) => path.with_attribute(name),
            Some(Selector::ElementKeyString(key)) => path.with_key(key),
            Some(Selector::ElementKeyInt(index)) => {
                path.with_index(usize::try_from(*index).unwrap_or(usize::MAX))
            }
            None => path,
        };
    }
    path
}
