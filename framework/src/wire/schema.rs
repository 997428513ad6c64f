//! Schemas and functions as wire messages.

use bytes::Bytes;
use tfplugin_proto::v6;

use crate::function::{Parameter, Signature};
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::{Attribute, Block, Kind, Members, Mode, Nesting, Row, Schema};
use crate::types::ty::Type;

const MARKDOWN: i32 = v6::StringKind::Markdown as i32;

/// A whole schema.
pub(super) fn schema(schema: &Schema) -> v6::Schema {
    v6::Schema {
        version: schema.version,
        block: Some(content(
            schema.members(),
            &schema.description,
            schema.deprecation_message.as_deref(),
        )),
    }
}

/// What is in a block, or in the whole object.
fn content(
    members: Members<'_>,
    description: &str,
    deprecation_message: Option<&str>,
) -> v6::schema::Block {
    v6::schema::Block {
        attributes: members.attributes.iter().map(attribute).collect(),
        block_types: members.blocks.iter().map(block).collect(),
        description: description.into(),
        description_kind: MARKDOWN,
        deprecated: deprecation_message.is_some(),
        deprecation_message: deprecation_message.unwrap_or_default().into(),
        ..Default::default()
    }
}

fn attribute(attribute: &Attribute) -> v6::schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        Kind::Value(ty) => (type_json(ty), None),
        Kind::Nested(nesting, attributes) => (Bytes::new(), Some(nested(*nesting, attributes))),
    };
    v6::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: ty,
        nested_type,
        description: attribute.description.to_string(),
        description_kind: MARKDOWN,
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecation_message.is_some(),
        deprecation_message: attribute
            .deprecation_message
            .clone()
            .unwrap_or_default()
            .into(),
    }
}

fn nested(nesting: Nesting, attributes: &[Attribute]) -> v6::schema::Object {
    use v6::schema::object::NestingMode;
    let nesting = match nesting {
        // Attributes know no groups.
        Nesting::Single | Nesting::Group => NestingMode::Single,
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

fn block(block: &Block) -> v6::schema::NestedBlock {
    use v6::schema::nested_block::NestingMode;
    let nesting = match block.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::Group => NestingMode::Group,
        Nesting::List => NestingMode::List,
        Nesting::Map => NestingMode::Map,
        Nesting::Set => NestingMode::Set,
    };
    let members = Row::Block(block).members();
    v6::schema::NestedBlock {
        type_name: block.name.to_string(),
        block: Some(v6::schema::Block {
            computed: block.computed,
            ..content(
                members,
                &block.description,
                block.deprecation_message.as_deref(),
            )
        }),
        nesting: nesting.into(),
        min_items: block.min_items.into(),
        max_items: block.max_items.into(),
    }
}

/// An identity's schema.
pub(super) fn identity(schema: &IdentitySchema) -> v6::ResourceIdentitySchema {
    let attribute = |it: &IdentityAttribute| v6::resource_identity_schema::IdentityAttribute {
        name: it.name.to_string(),
        r#type: type_json(&it.ty),
        required_for_import: !it.is_optional_for_import,
        optional_for_import: it.is_optional_for_import,
        description: it.description.to_string(),
    };
    v6::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: schema.attributes.iter().map(attribute).collect(),
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
        summary: signature.summary.to_string(),
        description: signature.description.to_string(),
        description_kind: MARKDOWN,
        deprecation_message: signature
            .deprecation_message
            .clone()
            .unwrap_or_default()
            .into(),
    }
}

fn parameter(parameter: &Parameter) -> v6::function::Parameter {
    v6::function::Parameter {
        name: parameter.name.to_string(),
        r#type: type_json(&parameter.ty),
        allow_null_value: parameter.allow_null_value,
        allow_unknown_values: parameter.allow_unknown_values,
        description: parameter.description.to_string(),
        description_kind: MARKDOWN,
    }
}

fn type_json(ty: &Type) -> Bytes {
    ty.to_json().to_string().into()
}
