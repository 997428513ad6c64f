//! Resources about which only the schema is special.

use tfplugin_framework::schema::validator::text;
use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema, duration};

use super::schema::shape;
use crate::echo::Echo;
use crate::types::{GO_DURATION, RFC3339};

/// A schema, and nothing else.
pub(super) struct Plain {
    type_name: &'static str,
    schema: Schema,
}

impl Echo for Plain {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }
}

/// All of them.
pub(super) fn all() -> Vec<Plain> {
    let create =
        Attribute::string("create").validator(text(|text| duration::parse(text).map(|_| ())));
    let defaults = || {
        vec![
            Attribute::string("value").default("zero"),
            Attribute::string("default_value").default("this is a default"),
        ]
    };
    let set = |attributes, blocks| Schema {
        attributes,
        blocks,
        ..Schema::default()
    };
    let of = |type_name, schema| Plain { type_name, schema };
    vec![
        of("framework_schema", shape()),
        of(
            "framework_timetypes",
            set(
                vec![
                    Attribute::string("go_duration").custom_type(GO_DURATION),
                    Attribute::string("rfc3339").custom_type(RFC3339),
                ],
                vec![],
            ),
        ),
        of(
            "framework_timeouts",
            set(
                vec![Attribute::nested("timeouts", Nesting::Single, vec![create])],
                vec![],
            ),
        ),
        of(
            "framework_set_nested_attribute_with_defaults",
            set(
                vec![Attribute::nested("set", Nesting::Set, defaults()).required()],
                vec![],
            ),
        ),
        of(
            "framework_set_nested_block_with_defaults",
            set(vec![], vec![Block::new("set", Nesting::Set, defaults())]),
        ),
    ]
}
