//! Between wire messages and the SDK's vocabulary.

use tfplugin_proto::v6;

use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::incomplete_request;
use crate::schema::{Members, Row, Schema};
use crate::types::json;
use crate::types::msgpack;
use crate::types::path::{Path, Step};
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// Reads a value of type `ty`; an absent or empty one is null.
pub(super) fn decode(value: Option<&v6::DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
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
        Diagnostic::error("Value does not fit the provider's schema", detail).at(error.path)
    })
}

/// Reads a whole object of `schema`, or null.
pub(super) fn decode_object(
    value: Option<&v6::DynamicValue>,
    schema: &Schema,
) -> Result<Option<Object>, Diagnostic> {
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
) -> Result<Object, Diagnostic> {
    decode_object(value, schema)?.ok_or_else(|| incomplete_request(what))
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
