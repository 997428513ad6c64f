//! Between wire messages and the SDK's vocabulary.

use tfplugin_proto::v6;

use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::engine::incomplete_request;
use crate::schema::{Schema, TIMEOUTS};
use crate::types::json;
use crate::types::msgpack;
use crate::types::path::{Path, Step};
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

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
    decode_object(value, schema)?.ok_or_else(|| incomplete_request(what).into())
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
        attribute: (!diagnostic.path.is_root()).then(|| attribute_path(&shown(&diagnostic.path))),
    }
}

/// As much of the path as Terraform can find in the source: below a nested attribute it would show the whole resource.
fn shown(path: &Path) -> Path {
    let mut steps = path.steps().iter();
    let Some(Step::Attribute(first)) = steps.next() else {
        return path.clone();
    };
    if first == TIMEOUTS {
        return path.clone();
    }
    let mut shown = Path::attribute(first);
    for step in steps {
        shown = match step {
            Step::Attribute(_) => break,
            Step::Key(key) => shown.with_key(key),
            Step::Index(index) => shown.with_index(*index),
        };
    }
    shown
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

    #[test]
    fn paths_end_where_terraform_loses_the_source() {
        let identity = Path::attribute("identity");
        assert_eq!(shown(&identity.with_attribute("type")), identity);
        let second = Path::attribute("subnet_ids").with_index(1);
        assert_eq!(shown(&second), second);
        assert_eq!(shown(&second.with_attribute("id")), second);
        let create = Path::attribute("timeouts").with_attribute("create");
        assert_eq!(shown(&create), create);
    }
}
