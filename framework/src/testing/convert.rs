//! Between the messages of the protocol and values, as Terraform reads and writes them.

use bytes::Bytes;
use tfplugin_proto::v6;
use tonic::{Response, Status};

use super::failure::Failure;
use super::options::Options;
use crate::deferral::DeferredReason;
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
    pub(super) ty: Type,
    /// What tells objects of a managed type apart.
    pub(super) identity: Option<Box<ObjectType>>,
}

/// An argument of a function, as the provider declares it.
#[derive(Debug)]
pub(super) struct ParameterType {
    pub(super) ty: Type,
    pub(super) allow_null_value: bool,
    pub(super) allow_unknown_values: bool,
}

/// A function, as the provider declares it.
#[derive(Debug)]
pub(super) struct FunctionType {
    pub(super) parameters: Vec<ParameterType>,
    pub(super) variadic: Option<ParameterType>,
    pub(super) returns: Type,
}

pub(super) fn function_type(name: &str, declared: &v6::Function) -> Result<FunctionType, Failure> {
    let ty = |json: &[u8]| {
        let json = serde_json::from_slice(json).map_err(|error| error.to_string());
        let ty = json.and_then(|json| Type::from_json(&json));
        ty.map_err(|error| Failure::new("Invalid function", format!("{name}: {error}.")))
    };
    let parameter = |it: &v6::function::Parameter| -> Result<ParameterType, Failure> {
        Ok(ParameterType {
            ty: ty(&it.r#type)?,
            allow_null_value: it.allow_null_value,
            allow_unknown_values: it.allow_unknown_values,
        })
    };
    let parameters = declared.parameters.iter();
    let returns = declared.r#return.as_ref().ok_or_else(|| {
        Failure::new(
            "Invalid function",
            format!("{name}: nothing says what it returns."),
        )
    })?;
    Ok(FunctionType {
        parameters: parameters.map(parameter).collect::<Result<_, _>>()?,
        variadic: match &declared.variadic_parameter {
            Some(it) => Some(parameter(it)?),
            None => None,
        },
        returns: ty(&returns.r#type)?,
    })
}

pub(super) fn into_response<T>(response: Result<Response<T>, Status>) -> Result<T, Failure> {
    match response {
        Ok(response) => Ok(response.into_inner()),
        Err(status) => Err(Failure::new("Plugin error", status.message())),
    }
}

pub(super) fn encode(object: Option<&Object>, of: &ObjectType) -> Option<v6::DynamicValue> {
    let value = object.cloned().map_or(Value::Null, Value::Object);
    Some(dynamic(&value, &of.ty))
}

pub(super) fn dynamic(value: &Value, ty: &Type) -> v6::DynamicValue {
    v6::DynamicValue {
        msgpack: msgpack::encode(value, ty).into(),
        json: Bytes::new(),
    }
}

/// An absent value is null.
pub(super) fn value(value: Option<&v6::DynamicValue>, ty: &Type) -> Result<Value, Failure> {
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

pub(super) fn decode(
    answer: Option<&v6::DynamicValue>,
    of: &ObjectType,
) -> Result<Option<Object>, Failure> {
    match value(answer, &of.ty)? {
        Value::Null => Ok(None),
        Value::Object(object) => Ok(Some(object)),
        _ => Err(Failure::new(
            "Provider returned an unknown object",
            format!("The whole object of {} is unknown.", of.name),
        )),
    }
}

pub(super) fn encode_identity(
    identity: Option<&Object>,
    of: &ObjectType,
) -> Option<v6::ResourceIdentityData> {
    let (identity, of) = (identity?, of.identity.as_deref()?);
    Some(v6::ResourceIdentityData {
        identity_data: encode(Some(identity), of),
    })
}

/// Of a type without a schema of it, an identity is an error.
pub(super) fn decode_identity(
    answer: Option<&v6::ResourceIdentityData>,
    of: &ObjectType,
) -> Result<Option<Object>, Failure> {
    let data = answer.and_then(|it| it.identity_data.as_ref());
    match (data, of.identity.as_deref()) {
        (None, _) => Ok(None),
        (data, Some(identity)) => decode(data, identity),
        (Some(_), None) => {
            let detail = format!("{} has no schema of an identity.", of.name);
            Err(Failure::new("Provider returned an identity", detail))
        }
    }
}

pub(super) fn client(options: Options) -> Option<v6::ClientCapabilities> {
    Some(v6::ClientCapabilities {
        deferral_allowed: options.deferral_allowed,
        write_only_attributes_allowed: options.write_only_attributes_allowed,
        store_planned_private: options.store_planned_private,
        computed_blocks_allowed: options.computed_blocks_allowed,
    })
}

/// Why an answer is put off, if it is and may be.
pub(super) fn deferred(
    deferred: Option<v6::Deferred>,
    is_allowed: bool,
) -> Result<Option<DeferredReason>, Failure> {
    use v6::deferred::Reason;
    let Some(deferred) = deferred else {
        return Ok(None);
    };
    let reason = match deferred.reason() {
        Reason::ResourceConfigUnknown => DeferredReason::ResourceConfigUnknown,
        Reason::ProviderConfigUnknown => DeferredReason::ProviderConfigUnknown,
        Reason::AbsentPrereq => DeferredReason::AbsentPrereq,
        Reason::Unknown => {
            let detail = "The provider does not say why it has put off its answer.";
            return Err(Failure::new("Provider returned no reason", detail));
        }
    };
    match is_allowed {
        true => Ok(Some(reason)),
        false => Err(Failure::new(
            "Provider deferred changes when Terraform did not allow deferrals",
            "This is a bug in the provider.",
        )),
    }
}

pub(super) fn messages(diagnostics: &[v6::Diagnostic]) -> Vec<Diagnostic> {
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

pub(super) fn path(wire: &v6::AttributePath) -> Path {
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
