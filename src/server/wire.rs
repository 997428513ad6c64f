//! Between wire messages and the SDK's vocabulary.

use tfplugin::v6;

use crate::sdk::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::sdk::json;
use crate::sdk::msgpack;
use crate::sdk::path::{Path, Step};
use crate::sdk::schema::Schema;
use crate::sdk::types::Type;
use crate::sdk::value::{Object, Value};

/// Reads a value of type `ty`; an absent or empty one is null.
pub(super) fn decode(value: Option<&v6::DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    let decoded = match (value.msgpack.is_empty(), value.json.is_empty()) {
        (false, _) => msgpack::decode(&value.msgpack, ty),
        (true, false) => json::decode(&String::from_utf8_lossy(&value.json), ty),
        (true, true) => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        let detail = format!("{}.", error.message);
        Diagnostic::error("Value does not fit the provider's schema", detail)
            .at(error.path)
            .into()
    })
}

/// Reads a whole object of `schema`, or null.
pub(super) fn decode_object(
    value: Option<&v6::DynamicValue>,
    schema: &Schema,
) -> Result<Option<Object>, Diagnostics> {
    match decode(value, &schema.ty())? {
        Value::Object(object) => Ok(Some(object)),
        _ => Ok(None),
    }
}

/// Reads a whole object of `schema`, which must be there.
pub(super) fn require_object(
    value: Option<&v6::DynamicValue>,
    schema: &Schema,
    what: &str,
) -> Result<Object, Diagnostics> {
    decode_object(value, schema)?.ok_or_else(|| {
        Diagnostic::error("Incomplete request", format!("Terraform sent no {what}.")).into()
    })
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

/// Writes all messages.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<v6::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> v6::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => v6::diagnostic::Severity::Error,
        Severity::Warning => v6::diagnostic::Severity::Warning,
    };
    v6::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.is_root()).then(|| attribute_path(&diagnostic.path)),
    }
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
