//! A configuration for an object that exists, such as one that was imported.

use super::Engine;
use crate::schema::walk::walk;
use crate::schema::{Mode, Schema};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

impl Engine {
    /// What a user would write to have this state: what only the provider gives, what is deprecated and what says nothing
    /// is left out.
    pub fn generate_config(&self, schema: &Schema, state: &Object) -> Object {
        let mut config = state.clone();
        let members = schema.members();
        walk(members, None, None, &mut config, &mut |node| {
            let Some(attribute) = node.row.attribute() else {
                return;
            };
            // No path leads into a set.
            let is_id = *node.path == Path::attribute("id");
            let is_left_out = match attribute.mode {
                Mode::Computed => true,
                Mode::OptionalComputed if is_id => true,
                Mode::Optional | Mode::OptionalComputed => {
                    attribute.deprecation_message.is_some()
                        || attribute.write_only
                        || node.planned.as_str() == Some("")
                }
                Mode::Required => false,
            };
            if is_left_out {
                *node.planned = Value::Null;
            }
        });
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Block, Nesting};

    #[test]
    fn what_only_the_provider_gives_and_what_says_nothing_is_left_out() {
        let rows = || {
            vec![
                Attribute::string("id").optional_computed(),
                Attribute::string("port").required(),
                Attribute::string("status").computed(),
            ]
        };
        let schema = Schema {
            attributes: vec![
                Attribute::string("id").optional_computed(),
                Attribute::string("region").optional_computed(),
                Attribute::string("note"),
                Attribute::string("old").deprecated("Use `note`."),
                Attribute::nested("rules", Nesting::List, rows()),
            ],
            blocks: vec![Block::new("rule", Nesting::Set, rows())],
            ..Schema::default()
        };
        let rule = |id: &str, status: Value| -> Value {
            let rule = [("id", id.into()), ("port", "".into()), ("status", status)];
            rule.into_iter().collect::<Object>().into()
        };
        let object = |id: Value, note: Value, old: Value, rule: &Value| -> Object {
            let attributes = [
                ("id", id),
                ("region", "west".into()),
                ("note", note),
                ("old", old),
                ("rules", Value::List(vec![rule.clone()])),
                ("rule", Value::set([rule.clone()])),
            ];
            attributes.into_iter().collect()
        };
        let state = object("x".into(), "".into(), "y".into(), &rule("r", "up".into()));
        let config = Engine::default().generate_config(&schema, &state);
        let left = rule("r", Value::Null);
        assert_eq!(config, object(Value::Null, Value::Null, Value::Null, &left));
    }
}
