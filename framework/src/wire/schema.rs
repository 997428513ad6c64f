//! Schemas and functions as wire messages.

use bytes::Bytes;
use tfplugin_proto::v6;

use crate::function::{Parameter, Signature};
use crate::schema::{Attribute, Kind, Mode, Nesting, Schema, TIMEOUTS, Timeouts};
use crate::types::ty::Type;

const MARKDOWN: i32 = v6::StringKind::Markdown as i32;

/// A whole schema.
pub(super) fn schema(schema: &Schema) -> v6::Schema {
    let block = v6::schema::Block {
        attributes: schema.attributes.iter().map(attribute).collect(),
        block_types: schema.timeouts.iter().map(timeouts).collect(),
        description: schema.description.into(),
        description_kind: MARKDOWN,
        ..Default::default()
    };
    v6::Schema {
        version: schema.version,
        block: Some(block),
    }
}

fn attribute(attribute: &Attribute) -> v6::schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        Kind::Plain(ty) => (type_json(ty), None),
        Kind::Nested(nesting, attributes) => (Bytes::new(), Some(nested(*nesting, attributes))),
    };
    v6::schema::Attribute {
        name: attribute.name.into(),
        r#type: ty,
        nested_type,
        description: attribute.description.into(),
        description_kind: MARKDOWN,
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.unwrap_or_default().into(),
    }
}

fn nested(nesting: Nesting, attributes: &[Attribute]) -> v6::schema::Object {
    use v6::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Map => NestingMode::Map,
        Nesting::Set => NestingMode::Set,
    };
    v6::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn timeouts(timeouts: &Timeouts) -> v6::schema::NestedBlock {
    let attributes = timeouts
        .operations()
        .map(|(name, default)| v6::schema::Attribute {
            name: name.into(),
            r#type: type_json(&Type::String),
            optional: true,
            description: crate::schema::timeout_description(name, default),
            description_kind: MARKDOWN,
            ..Default::default()
        });
    v6::schema::NestedBlock {
        type_name: TIMEOUTS.into(),
        nesting: v6::schema::nested_block::NestingMode::Single.into(),
        block: Some(v6::schema::Block {
            attributes: attributes.collect(),
            description: "How long operations may take, such as `90m` or `1h30m`.".into(),
            description_kind: MARKDOWN,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// A function's signature.
pub(super) fn function(signature: &Signature) -> v6::Function {
    v6::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(v6::function::Return {
            r#type: type_json(&signature.returns),
        }),
        summary: signature.summary.into(),
        description: signature.description.into(),
        description_kind: MARKDOWN,
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> v6::function::Parameter {
    v6::function::Parameter {
        name: parameter.name.into(),
        r#type: type_json(&parameter.ty),
        description: parameter.description.into(),
        description_kind: MARKDOWN,
        ..Default::default()
    }
}

fn type_json(ty: &Type) -> Bytes {
    ty.to_json().to_string().into()
}
