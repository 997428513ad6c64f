//! Between wire messages and the values and messages of the framework.

use tfplugin_proto::v6;

use super::error::CallError;
use crate::deferral::{ClientCapabilities, DeferredReason};
use crate::diagnostics::{Diagnostic, Severity};
use crate::schema::identity::IdentitySchema;
use crate::schema::{Members, Row, Schema};
use crate::types::decode::{Cause, DecodeError};
use crate::types::json;
use crate::types::msgpack;
use crate::types::path::{Path, Step};
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// The content of a field that a client has to send.
pub(super) fn required<'r, T>(field: &str, message: Option<&'r T>) -> Result<&'r T, CallError> {
    message.ok_or_else(|| CallError::protocol(format!("has no {field}")))
}

/// Reads a value of type `ty`; an empty one is null.
pub(super) fn decode(
    field: &str,
    value: Option<&v6::DynamicValue>,
    ty: &Type,
) -> Result<Value, CallError> {
    let value = required(field, value)?;
    let decoded = match (value.msgpack.is_empty(), value.json.is_empty()) {
        (false, _) => msgpack::decode(&value.msgpack, ty),
        (true, false) => std::str::from_utf8(&value.json)
            .map_err(|error| DecodeError::malformed(&Path::root(), error))
            .and_then(|text| json::decode(text, ty)),
        (true, true) => Ok(Value::Null),
    };
    decoded.map_err(|error| match error.cause {
        Cause::Malformed => CallError::protocol(format!(
            "has a {field} that is no value of its type: {error}"
        )),
        // What a user wrote.
        Cause::Unsupported => {
            let diagnostic = Diagnostic::error("Unsupported value", format!("{error}."));
            diagnostic.at(error.path).into()
        }
    })
}

/// Reads a whole object of `schema`, or null.
pub(super) fn nullable_object(
    field: &str,
    value: Option<&v6::DynamicValue>,
    schema: &Schema,
) -> Result<Option<Object>, CallError> {
    match decode(field, value, &schema.ty())? {
        Value::Object(object) => Ok(Some(object)),
        Value::Null => Ok(None),
        _ => Err(CallError::protocol(format!(
            "has a {field} that is unknown"
        ))),
    }
}

/// Reads a whole object of `schema`.
pub(super) fn object(
    field: &str,
    value: Option<&v6::DynamicValue>,
    schema: &Schema,
) -> Result<Object, CallError> {
    let object = nullable_object(field, value, schema)?;
    object.ok_or_else(|| CallError::protocol(format!("has a {field} that is null")))
}

/// Reads an identity; none if there is none. Only types that have a schema of it have one.
pub(super) fn identity(
    field: &str,
    identity: Option<&v6::ResourceIdentityData>,
    schema: Option<&IdentitySchema>,
) -> Result<Option<Object>, CallError> {
    let Some(identity) = identity else {
        return Ok(None);
    };
    let schema = schema
        .ok_or_else(|| CallError::protocol("has an identity, and the resource type has none"))?;
    let Some(data) = identity.identity_data.as_ref() else {
        return Ok(None);
    };
    match decode(field, Some(data), &schema.ty())? {
        Value::Object(object) => Ok(Some(object)),
        Value::Null => Ok(None),
        _ => Err(CallError::protocol(format!(
            "has a {field} that is unknown"
        ))),
    }
}

/// Writes an identity, if there is one.
pub(super) fn encode_identity(
    identity: Option<&Object>,
    schema: Option<&IdentitySchema>,
) -> Option<v6::ResourceIdentityData> {
    let value = Value::Object(identity?.clone());
    Some(v6::ResourceIdentityData {
        identity_data: Some(encode(&value, &schema?.ty())),
    })
}

/// What a client says that it understands; an old one says nothing.
pub(super) fn client_capabilities(client: Option<v6::ClientCapabilities>) -> ClientCapabilities {
    let client = client.unwrap_or_default();
    ClientCapabilities {
        deferral_allowed: client.deferral_allowed,
        write_only_attributes_allowed: client.write_only_attributes_allowed,
        store_planned_private: client.store_planned_private,
        computed_blocks_allowed: client.computed_blocks_allowed,
    }
}

/// Why an answer is put off, if it is.
pub(super) fn deferred(reason: Option<DeferredReason>) -> Option<v6::Deferred> {
    use v6::deferred::Reason;
    let reason = match reason? {
        DeferredReason::ResourceConfigUnknown => Reason::ResourceConfigUnknown,
        DeferredReason::ProviderConfigUnknown => Reason::ProviderConfigUnknown,
        DeferredReason::AbsentPrereq => Reason::AbsentPrereq,
    };
    Some(v6::Deferred {
        reason: reason.into(),
    })
}

/// Fails if anything in the object is unknown.
pub(super) fn check_known(field: &str, object: &Object) -> Result<(), CallError> {
    let mut unknown = object.iter().filter(|(_, value)| !value.is_wholly_known());
    match unknown.next() {
        Some((name, _)) => Err(CallError::protocol(format!(
            "has a {field} in which {name} is unknown"
        ))),
        None => Ok(()),
    }
}

/// Writes a value of type `ty`.
pub(super) fn encode(value: &Value, ty: &Type) -> v6::DynamicValue {
    v6::DynamicValue {
        msgpack: msgpack::encode(value, ty).into(),
        json: bytes::Bytes::new(),
    }
}

/// Writes an object of `schema`, or null.
pub(super) fn encode_object(object: Option<&Object>, schema: &Schema) -> v6::DynamicValue {
    let value = object.cloned().map_or(Value::Null, Value::Object);
    encode(&value, &schema.ty())
}

/// Writes all messages about an object with these rows.
pub(super) fn diagnostics(
    members: Members<'_>,
    diagnostics: impl IntoIterator<Item = Diagnostic>,
) -> Vec<v6::Diagnostic> {
    let diagnostic = |it| diagnostic(members, it);
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(members: Members<'_>, diagnostic: Diagnostic) -> v6::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => v6::diagnostic::Severity::Error,
        Severity::Warning => v6::diagnostic::Severity::Warning,
    };
    let path = visible_path(members, &diagnostic.path);
    v6::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!path.is_root()).then(|| attribute_path(&path)),
    }
}

/// As much of the path as Terraform can find in the source: through blocks to an attribute. Below a nested attribute it
/// would show the whole resource.
fn visible_path(members: Members<'_>, path: &Path) -> Path {
    let mut visible = Path::root();
    let mut members = Some(members);
    for step in path.steps() {
        visible = match step {
            Step::Attribute(name) => {
                let Some(here) = members else { break };
                let block = here.blocks.iter().find(|block| block.name == **name);
                members = block.map(|block| Row::Block(block).members());
                visible.with_attribute(name)
            }
            Step::Key(key) => visible.with_key(key),
            Step::Index(index) => visible.with_index(*index),
        };
    }
    visible
}

/// Writes a path.
pub(super) fn attribute_path(path: &Path) -> v6::AttributePath {
    use v6::attribute_path::step::Selector;
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => {
                Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))
            }
        };
        v6::attribute_path::Step {
            selector: Some(selector),
        }
    });
    v6::AttributePath {
        steps: steps.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Block, Nesting};

    #[test]
    fn paths_end_where_terraform_loses_the_source() {
        let rule = || Block::new("rule", Nesting::List, vec![Attribute::string("port")]);
        let blocks = [Block::new("site", Nesting::Single, Vec::new()).blocks(vec![rule()])];
        let members = Members {
            attributes: &[],
            blocks: &blocks,
        };
        let visible = |path: &Path| visible_path(members, path);
        let identity = Path::attribute("identity");
        assert_eq!(visible(&identity.with_attribute("type")), identity);
        let second = Path::attribute("subnet_ids").with_index(1);
        assert_eq!(visible(&second), second);
        assert_eq!(visible(&second.with_attribute("id")), second);
        let rule = Path::attribute("site").with_attribute("rule").with_index(1);
        let port = rule.with_attribute("port");
        assert_eq!(
            visible(&port.with_key("a").with_attribute("b")),
            port.with_key("a")
        );
        assert_eq!(visible(&Path::root()), Path::root());
    }
}
