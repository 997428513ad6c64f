//! A configuration for an object that exists, such as one that was imported.

use super::Engine;
use crate::schema::walk::walk;
use crate::schema::{Mode, Row, Schema};
use crate::types::path::Path;
use crate::types::value::Object;

impl Engine {
    /// What a user would write to have this state: what only the provider gives, what is deprecated and what says nothing
    /// is left out.
    pub fn generate_config(&self, schema: &Schema, state: &Object) -> Object {
        let mut config = state.clone();
        let members = schema.members();
        walk(members, None, None, &mut config, &mut |node| {
            let is_left_out = match node.row {
                Row::Attribute(attribute) => {
                    // No path leads into a set.
                    let is_id = *node.path == Path::attribute("id");
                    let says_nothing = node.planned.as_str() == Some("");
                    match attribute.mode {
                        Mode::Computed => true,
                        Mode::OptionalComputed if is_id => true,
                        Mode::Optional | Mode::OptionalComputed => {
                            attribute.deprecation_message.is_some() || says_nothing
                        }
                        // Without it the configuration would be none.
                        Mode::Required => false,
                    }
                }
                Row::Block(block) => {
                    let is_needed = block.min_items > 0;
                    let is_deprecated = block.deprecation_message.is_some();
                    (is_deprecated && !is_needed) || (block.computed && !is_writable(node.row))
                }
            };
            if is_left_out || node.row.is_write_only() {
                *node.planned = node.row.null();
            }
        });
        config
    }
}

/// Whether there is anything in a block that a user can write.
fn is_writable(row: Row<'_>) -> bool {
    let mut rows = row.members().rows();
    rows.any(|row| match row {
        Row::Attribute(attribute) => attribute.is_configurable(),
        Row::Block(_) => is_writable(row),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Block, Nesting};
    use crate::types::value::Value;

    #[test]
    fn what_only_the_provider_gives_and_what_says_nothing_is_left_out() {
        let rows = || {
            vec![
                Attribute::string("id").optional_computed(),
                Attribute::string("port").required(),
                Attribute::string("status").computed(),
            ]
        };
        let status = || vec![Attribute::string("status").computed()];
        let open = || vec![Attribute::string("side").optional_computed()];
        let schema = Schema {
            attributes: vec![
                Attribute::string("id").optional_computed(),
                Attribute::string("region").optional_computed(),
                Attribute::string("note"),
                Attribute::string("old").deprecated("Use `note`."),
                Attribute::string("due").required().deprecated("Later."),
                Attribute::string("secret").required().write_only(),
                Attribute::nested("rules", Nesting::List, rows()),
            ],
            blocks: vec![
                Block::new("rule", Nesting::Set, rows()),
                Block::new("former", Nesting::List, rows()).deprecated("Use `rule`."),
                Block::new("lone", Nesting::Single, rows()).deprecated("Use `rule`."),
                Block::new("needed", Nesting::List, rows())
                    .deprecated("Use `rule`.")
                    .min_items(1),
                Block::new("seen", Nesting::List, status()).computed(),
                Block::new("made", Nesting::List, open()).computed(),
            ],
            ..Schema::default()
        };
        let rule = |id: &str, status: Value| -> Value {
            let rule = [("id", id.into()), ("port", "".into()), ("status", status)];
            rule.into_iter().collect::<Object>().into()
        };
        let one = |name: &str, value: &str| -> Value {
            let element: Object = [(name, value)].into_iter().collect();
            Value::List(vec![element.into()])
        };
        let some = |it: &Value| Value::List(vec![it.clone()]);
        let (up, left) = (rule("r", "up".into()), rule("r", Value::Null));
        let common = [
            ("region", "west".into()),
            ("due", "soon".into()),
            ("made", one("side", "north")),
        ];
        let state = [
            ("id", "x".into()),
            ("note", "".into()),
            ("old", "y".into()),
            // No state has it, and nothing that has is written down.
            ("secret", "hush".into()),
            ("rules", some(&up)),
            ("rule", Value::set([up.clone()])),
            ("former", some(&up)),
            ("lone", up.clone()),
            ("needed", some(&up)),
            ("seen", one("status", "up")),
        ];
        let expect = [
            ("id", Value::Null),
            ("note", Value::Null),
            ("old", Value::Null),
            ("secret", Value::Null),
            ("rules", some(&left)),
            ("rule", Value::set([left.clone()])),
            ("former", Value::List(Vec::new())),
            ("lone", Value::Null),
            ("needed", some(&left)),
            ("seen", Value::List(Vec::new())),
        ];
        let state: Object = state.into_iter().chain(common.clone()).collect();
        let expect: Object = expect.into_iter().chain(common).collect();
        let config = Engine::default().generate_config(&schema, &state);
        assert_eq!(config, expect);
    }
}
