//! The shape with one of everything, which a resource and an ephemeral resource share.

use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema};
use tfplugin_framework::types::ty::Type;

/// All kinds of attributes and blocks, and all of them optional.
pub fn shape() -> Schema {
    let text = |name: &'static str| vec![Attribute::string(name)];
    let dynamic = || vec![Attribute::value("dynamic_attribute", Type::Dynamic)];
    let object = |name: &'static str, ty| Type::object([(name, ty)]);
    Schema {
        attributes: vec![
            Attribute::bool("bool_attribute"),
            Attribute::value("dynamic_attribute", Type::Dynamic),
            Attribute::number("float32_attribute").custom_type(crate::types::Float::Single),
            Attribute::number("float64_attribute").custom_type(crate::types::Float::Double),
            Attribute::number("int32_attribute"),
            Attribute::number("int64_attribute"),
            Attribute::number("number_attribute"),
            Attribute::string("string_attribute"),
            Attribute::list("list_attribute", Type::String),
            Attribute::set("set_attribute", Type::String),
            Attribute::map("map_attribute", Type::String),
            Attribute::nested(
                "list_nested_attribute",
                Nesting::List,
                text("list_nested_attribute_attribute"),
            ),
            Attribute::nested(
                "set_nested_attribute",
                Nesting::Set,
                text("set_nested_attribute_attribute"),
            ),
            Attribute::nested(
                "map_nested_attribute",
                Nesting::Map,
                text("map_nested_attribute_attribute"),
            ),
            Attribute::nested(
                "single_nested_attribute",
                Nesting::Single,
                text("single_nested_attribute_attribute"),
            ),
            Attribute::nested(
                "single_nested_attribute_with_dynamic",
                Nesting::Single,
                dynamic(),
            ),
            Attribute::value(
                "object_attribute",
                object("object_attribute_attribute", Type::String),
            ),
            Attribute::value(
                "object_attribute_with_dynamic",
                object("dynamic_attribute", Type::Dynamic),
            ),
        ],
        blocks: vec![
            Block::new(
                "list_nested_block",
                Nesting::List,
                text("list_nested_block_attribute"),
            ),
            Block::new(
                "set_nested_block",
                Nesting::Set,
                text("set_nested_block_attribute"),
            ),
            Block::new(
                "single_nested_block",
                Nesting::Single,
                text("single_nested_block_attribute"),
            ),
            Block::new(
                "single_nested_block_with_dynamic",
                Nesting::Single,
                dynamic(),
            ),
        ],
        ..Schema::default()
    }
}
