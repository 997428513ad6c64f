//! Schemas as Terraform reads them from the wire: with everything that counts for its own work, and nothing else.

use tfplugin_proto::v6;

use super::failure::Failure;
use crate::schema::{Attribute, Block, Mode, Nesting, Schema};
use crate::types::ty::Type;

/// Reads a schema of the wire.
pub(super) fn read(name: &str, schema: &v6::Schema) -> Result<Schema, Failure> {
    let block = schema.block.as_ref();
    let block = block.ok_or_else(|| invalid(name, "it has no block"))?;
    Ok(Schema {
        version: schema.version,
        attributes: attributes(name, &block.attributes)?,
        blocks: blocks(name, &block.block_types)?,
        ..Schema::default()
    })
}

/// Reads the schema of an identity.
pub(super) fn read_identity(
    name: &str,
    declared: &v6::ResourceIdentitySchema,
) -> Result<Schema, Failure> {
    let attributes = declared.identity_attributes.iter().map(|it| {
        let path = format!("identity of {name}.{}", it.name);
        let json = serde_json::from_slice(&it.r#type);
        let json = json.map_err(|error| invalid(&path, &error.to_string()))?;
        let ty = Type::from_json(&json).map_err(|error| invalid(&path, &error))?;
        match (it.required_for_import, it.optional_for_import) {
            (true, false) => Ok(Attribute::value(it.name.clone(), ty).required()),
            (false, true) => Ok(Attribute::value(it.name.clone(), ty)),
            _ => Err(invalid(&path, "it is required or optional for import")),
        }
    });
    Ok(Schema {
        version: declared.version,
        attributes: attributes.collect::<Result<_, _>>()?,
        ..Schema::default()
    })
}

fn attributes(
    parent: &str,
    attributes: &[v6::schema::Attribute],
) -> Result<Vec<Attribute>, Failure> {
    let attributes = attributes.iter();
    attributes.map(|it| attribute(parent, it)).collect()
}

fn attribute(parent: &str, attribute: &v6::schema::Attribute) -> Result<Attribute, Failure> {
    let path = format!("{parent}.{}", attribute.name);
    let name = attribute.name.clone();
    let mut row = match (&attribute.nested_type, attribute.r#type.is_empty()) {
        (Some(nested), true) => {
            let nesting = nested_nesting(nested).ok_or_else(|| invalid(&path, "no nesting"))?;
            Attribute::nested(name, nesting, attributes(&path, &nested.attributes)?)
        }
        (None, false) => {
            let json = serde_json::from_slice(&attribute.r#type);
            let json = json.map_err(|error| invalid(&path, &error.to_string()))?;
            let ty = Type::from_json(&json).map_err(|error| invalid(&path, &error))?;
            Attribute::value(name, ty)
        }
        _ => return Err(invalid(&path, "it has a type or nested attributes")),
    };
    row.mode = match (attribute.required, attribute.optional, attribute.computed) {
        (true, false, false) => Mode::Required,
        (false, true, false) => Mode::Optional,
        (false, false, true) => Mode::Computed,
        (false, true, true) => Mode::OptionalComputed,
        _ => return Err(invalid(&path, "it is required, optional or computed")),
    };
    row.sensitive = attribute.sensitive;
    row.write_only = attribute.write_only;
    Ok(row)
}

fn nested_nesting(nested: &v6::schema::Object) -> Option<Nesting> {
    use v6::schema::object::NestingMode;
    match nested.nesting() {
        NestingMode::Invalid => None,
        NestingMode::Single => Some(Nesting::Single),
        NestingMode::List => Some(Nesting::List),
        NestingMode::Set => Some(Nesting::Set),
        NestingMode::Map => Some(Nesting::Map),
    }
}

fn blocks(parent: &str, blocks: &[v6::schema::NestedBlock]) -> Result<Vec<Block>, Failure> {
    blocks.iter().map(|it| block(parent, it)).collect()
}

fn block(parent: &str, nested: &v6::schema::NestedBlock) -> Result<Block, Failure> {
    use v6::schema::nested_block::NestingMode;
    let path = format!("{parent}.{}", nested.type_name);
    let nesting = match nested.nesting() {
        NestingMode::Invalid => return Err(invalid(&path, "it has no nesting")),
        NestingMode::Single => Nesting::Single,
        NestingMode::Group => Nesting::Group,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
    };
    let content = nested.block.as_ref();
    let content = content.ok_or_else(|| invalid(&path, "it has no content"))?;
    let items = |number: i64| {
        u32::try_from(number).map_err(|_| invalid(&path, "that is no number of items"))
    };
    let rows = attributes(&path, &content.attributes)?;
    let block = Block::new(nested.type_name.clone(), nesting, rows)
        .blocks(blocks(&path, &content.block_types)?)
        .min_items(items(nested.min_items)?)
        .max_items(items(nested.max_items)?);
    Ok(match content.computed {
        true => block.computed(),
        false => block,
    })
}

fn invalid(path: &str, words: &str) -> Failure {
    Failure::new("Invalid schema", format!("The schema of {path}: {words}."))
}
