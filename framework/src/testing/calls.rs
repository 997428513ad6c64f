//! The calls of the protocol, each as one function from values to values.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tonic::Request;

use super::convert::{
    FunctionType, ObjectType, client, decode, decode_identity, deferred, dynamic, encode,
    encode_identity, function_type, into_response, messages, path, value,
};
use super::failure::{Failure, unless_failed};
use super::options::Options;
use super::schema;
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostic;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// Everything that the provider declares.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) provider: ObjectType,
    pub(super) provider_meta: Option<ObjectType>,
    pub(super) resources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) data_sources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) ephemeral_resources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) list_resources: BTreeMap<String, Arc<ObjectType>>,
    pub(super) actions: BTreeMap<String, Arc<ObjectType>>,
    #[cfg(feature = "state-store")]
    pub(super) state_stores: BTreeMap<String, Arc<ObjectType>>,
    pub(super) functions: BTreeMap<String, FunctionType>,
    pub(super) plan_destroy: bool,
    pub(super) move_resource_state: bool,
}

/// The state of another type or provider, as it is stored.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn moved<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let source = Source {
///         provider_address: "registry.terraform.io/hashicorp/local",
///         type_name: "local_file",
///         schema_version: 0,
///         state: r#"{ "filename": "a.txt", "content": "Hello" }"#,
///         identity: "",
///     };
///     let file = core.move_from("files_file.a", source).await?;
///     assert_eq!(file.str("path"), Some("a.txt"));
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The whole address of the provider.
    pub provider_address: &'a str,
    /// The type.
    pub type_name: &'a str,
    /// The version of the schema.
    pub schema_version: i64,
    /// The state.
    pub state: &'a str,
    /// The identity; nothing if there is none.
    pub identity: &'a str,
}

/// What an import finds an object by.
#[derive(Clone, Copy, Debug)]
pub(super) enum ImportBy<'a> {
    Id(&'a str),
    Identity(&'a Object),
}

/// What a call that stores something answered: it counts beside errors too.
pub(super) struct Stored {
    pub(super) object: Option<Object>,
    pub(super) identity: Option<Object>,
    pub(super) private: Bytes,
    pub(super) deferred: Option<DeferredReason>,
    pub(super) messages: Vec<Diagnostic>,
}

/// What there is to plan.
pub(super) struct PlanCall<'a> {
    pub(super) config: Option<&'a Object>,
    pub(super) prior: Option<&'a Object>,
    pub(super) proposed: Option<&'a Object>,
    pub(super) prior_private: Bytes,
    pub(super) prior_identity: Option<&'a Object>,
    pub(super) planned_private: Bytes,
    pub(super) options: Options,
}

/// What was planned.
pub(super) struct PlanResult {
    pub(super) planned: Option<Object>,
    pub(super) requires_replace: Vec<Path>,
    pub(super) identity: Option<Object>,
    pub(super) private: Bytes,
    pub(super) deferred: Option<DeferredReason>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What there is to apply.
pub(super) struct ApplyCall<'a> {
    pub(super) config: Option<&'a Object>,
    pub(super) prior: Option<&'a Object>,
    pub(super) planned: Option<&'a Object>,
    pub(super) planned_private: Bytes,
    pub(super) planned_identity: Option<&'a Object>,
}

/// Terraform's end of the wire, with what the module of the calls says to the provider.
#[derive(Debug)]
pub(super) struct Calls<S>(pub(super) Arc<S>, pub(super) Option<v6::DynamicValue>);

impl<S> Clone for Calls<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), self.1.clone())
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
                identity: None,
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
        let mut resources: BTreeMap<_, ObjectType> = BTreeMap::new();
        for (name, declared) in &response.resource_schemas {
            resources.insert(name.clone(), object_type(name, declared)?);
        }
        for (name, identity) in self.identities().await? {
            let of = resources.get_mut(&name);
            let of = of.ok_or_else(|| {
                Failure::new(
                    "Invalid identity",
                    format!("There is no resource type {name:?}."),
                )
            })?;
            of.identity = Some(Box::new(identity));
        }
        let functions = response.functions.iter();
        let capabilities = response.server_capabilities;
        Ok(Schemas {
            provider: object_type("provider", provider)?,
            provider_meta: match &response.provider_meta {
                Some(meta) => Some(object_type("provider_meta", meta)?),
                None => None,
            },
            resources: resources
                .into_iter()
                .map(|(name, of)| (name, Arc::new(of)))
                .collect(),
            data_sources: by_name(&response.data_source_schemas)?,
            ephemeral_resources: by_name(&response.ephemeral_resource_schemas)?,
            list_resources: by_name(&response.list_resource_schemas)?,
            actions: by_name(
                &(response.action_schemas.into_iter())
                    .map(|(name, action)| (name, action.schema.unwrap_or_default()))
                    .collect(),
            )?,
            #[cfg(feature = "state-store")]
            state_stores: by_name(&response.state_store_schemas)?,
            functions: functions
                .map(|(name, function)| Ok((name.clone(), function_type(name, function)?)))
                .collect::<Result<_, Failure>>()?,
            plan_destroy: capabilities.is_some_and(|it| it.plan_destroy),
            move_resource_state: capabilities.is_some_and(|it| it.move_resource_state),
        })
    }

    async fn identities(&self) -> Result<Vec<(String, ObjectType)>, Failure> {
        let request = Request::new(v6::get_resource_identity_schemas::Request {});
        let response = into_response(self.0.get_resource_identity_schemas(request).await)?;
        unless_failed(messages(&response.diagnostics))?;
        let identities = response.identity_schemas.iter();
        identities
            .map(|(name, declared)| {
                let schema = schema::read_identity(name, declared)?;
                let of = ObjectType {
                    name: format!("identity of {name}"),
                    ty: schema.ty(),
                    schema,
                    identity: None,
                };
                Ok((name.clone(), of))
            })
            .collect()
    }

    pub(super) async fn upgrade_identity(
        &self,
        of: &ObjectType,
        version: i64,
        json: &str,
    ) -> Result<Option<Object>, Failure> {
        let request = v6::upgrade_resource_identity::Request {
            type_name: of.name.clone(),
            version,
            raw_identity: Some(v6::RawState {
                json: json.to_owned().into(),
                ..Default::default()
            }),
        };
        let request = Request::new(request);
        let response = into_response(self.0.upgrade_resource_identity(request).await)?;
        unless_failed(messages(&response.diagnostics))?;
        decode_identity(response.upgraded_identity.as_ref(), of)
    }

    pub(super) async fn move_state(
        &self,
        of: &ObjectType,
        source: Source<'_>,
    ) -> Result<Stored, Failure> {
        let raw = |json: &str| v6::RawState {
            json: json.to_owned().into(),
            ..Default::default()
        };
        let request = v6::move_resource_state::Request {
            source_provider_address: source.provider_address.to_owned(),
            source_type_name: source.type_name.to_owned(),
            source_schema_version: source.schema_version,
            source_state: Some(raw(source.state)),
            source_identity: (!source.identity.is_empty()).then(|| raw(source.identity)),
            target_type_name: of.name.clone(),
            ..Default::default()
        };
        let response = into_response(self.0.move_resource_state(Request::new(request)).await)?;
        Ok(Stored {
            messages: unless_failed(messages(&response.diagnostics))?,
            object: decode(response.target_state.as_ref(), of)?,
            identity: decode_identity(response.target_identity.as_ref(), of)?,
            private: response.target_private,
            deferred: None,
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
        options: Options,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::configure_provider::Request {
            config: encode(Some(config), of),
            client_capabilities: client(options),
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
        options: Options,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::validate_resource_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            client_capabilities: client(options),
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
        identity: Option<&Object>,
        private: Bytes,
        options: Options,
    ) -> Result<Stored, Failure> {
        let request = v6::read_resource::Request {
            type_name: of.name.clone(),
            current_state: encode(Some(current), of),
            private,
            provider_meta: self.1.clone(),
            current_identity: encode_identity(identity, of),
            client_capabilities: client(options),
        };
        let response = into_response(self.0.read_resource(Request::new(request)).await)?;
        Ok(Stored {
            messages: unless_failed(messages(&response.diagnostics))?,
            object: decode(response.new_state.as_ref(), of)?,
            identity: decode_identity(response.new_identity.as_ref(), of)?,
            private: response.private,
            deferred: deferred(response.deferred, options.deferral_allowed)?,
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
            prior_identity: encode_identity(call.prior_identity, of),
            planned_private: call.planned_private,
            client_capabilities: client(call.options),
            provider_meta: self.1.clone(),
        };
        let response = into_response(self.0.plan_resource_change(Request::new(request)).await)?;
        let warnings = unless_failed(messages(&response.diagnostics))?;
        Ok(PlanResult {
            planned: decode(response.planned_state.as_ref(), of)?,
            requires_replace: response.requires_replace.iter().map(path).collect(),
            identity: decode_identity(response.planned_identity.as_ref(), of)?,
            private: response.planned_private,
            deferred: deferred(response.deferred, call.options.deferral_allowed)?,
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
            planned_identity: encode_identity(call.planned_identity, of),
            provider_meta: self.1.clone(),
        };
        let response = into_response(self.0.apply_resource_change(Request::new(request)).await)?;
        Ok(Stored {
            object: decode(response.new_state.as_ref(), of)?,
            identity: decode_identity(response.new_identity.as_ref(), of)?,
            private: response.private,
            deferred: None,
            messages: messages(&response.diagnostics),
        })
    }

    pub(super) async fn import(
        &self,
        of: &ObjectType,
        by: ImportBy<'_>,
        options: Options,
    ) -> Result<Stored, Failure> {
        let (id, identity) = match by {
            ImportBy::Id(id) => (id, None),
            ImportBy::Identity(identity) => ("", Some(identity)),
        };
        let request = v6::import_resource_state::Request {
            type_name: of.name.clone(),
            id: id.to_owned(),
            identity: encode_identity(identity, of),
            client_capabilities: client(options),
        };
        let response = into_response(self.0.import_resource_state(Request::new(request)).await)?;
        let messages = unless_failed(messages(&response.diagnostics))?;
        let deferred = deferred(response.deferred, options.deferral_allowed)?;
        match &response.imported_resources[..] {
            [] if deferred.is_some() => Ok(Stored {
                object: None,
                identity: None,
                private: Bytes::new(),
                deferred,
                messages,
            }),
            [imported] if imported.type_name == of.name => Ok(Stored {
                object: decode(imported.state.as_ref(), of)?,
                identity: decode_identity(imported.identity.as_ref(), of)?,
                private: imported.private.clone(),
                deferred,
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
