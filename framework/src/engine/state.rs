//! What every state goes through before Terraform stores it.

use super::bug;
use crate::diagnostics::Diagnostics;
use crate::schema::walk::walk;
use crate::schema::{Schema, fill_blocks};
use crate::types::msgpack;
use crate::types::value::{Object, Value};

/// Makes of an object what a state may hold: nothing unknown, nothing write-only, and no blocks that are null.
///
/// What an interrupted operation did not learn is null.
pub(super) fn settle(schema: &Schema, object: &mut Object) {
    forget_write_only(schema, object);
    for (_, value) in object.iter_mut() {
        forget_unknown(value);
    }
    fill_blocks(schema.members(), object);
}

/// Makes of every value one of its attribute's type. One that is of another is a mistake of the provider, and null: sent as it is,
/// Terraform could not read the rest either, and would forget an object that exists.
pub(super) fn check_types(schema: &Schema, object: &mut Object, diagnostics: &mut Diagnostics) {
    for row in schema.members().rows() {
        let ty = row.ty();
        let Some(value) = object.find(row.name()).filter(|it| !it.is_of(&ty)) else {
            continue;
        };
        // A list for a set, say, is the same to Terraform.
        let read = msgpack::decode(&msgpack::encode(value, &ty), &ty);
        if let Err(error) = &read {
            // The value itself may be a secret.
            let place = match error.path.is_root() {
                true => String::new(),
                false => format!(" at {}", error.path),
            };
            let name = row.name();
            let finding = format!("{name}: a value of another type than the schema has{place}");
            diagnostics.fail(bug(&finding));
        }
        object.set(row.name(), read.unwrap_or_else(|_| row.null()));
    }
}

/// What is write-only is in the configuration alone. A resource may store all of that, and need not leave anything out.
pub(super) fn forget_write_only(schema: &Schema, object: &mut Object) {
    walk(schema.members(), None, None, object, &mut |node| {
        if node.row.is_write_only() {
            *node.planned = Value::Null;
        }
    });
}

fn forget_unknown(value: &mut Value) {
    match value {
        Value::Unknown(_) => *value = Value::Null,
        Value::Object(object) => object
            .iter_mut()
            .for_each(|(_, value)| forget_unknown(value)),
        Value::List(elements) => elements.iter_mut().for_each(forget_unknown),
        Value::Map(elements) => elements.values_mut().for_each(forget_unknown),
        Value::Set(elements) => {
            let mut elements = std::mem::take(elements);
            // An element that is not known at all is none yet.
            elements.retain(|element| !element.is_unknown());
            elements.iter_mut().for_each(forget_unknown);
            *value = Value::set(elements);
        }
        Value::Dynamic(inner) => forget_unknown(&mut inner.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where a value means the same as the one before, that one stays, in its own form.
pub(super) fn keep_semantically_equal(schema: &Schema, before: &Object, object: &mut Object) {
    walk(schema.members(), None, Some(before), object, &mut |node| {
        node.row.keep_semantically_equal(node.prior, node.planned);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_another_type_is_an_error_and_null() {
        let schema = Schema {
            attributes: vec![
                Attribute::string("name"),
                Attribute::number("size"),
                Attribute::set("tags", Type::String),
                Attribute::nested("owner", Nesting::Single, vec![Attribute::bool("is_known")]),
            ],
            ..Schema::default()
        };
        let owner: Object = [("is_known", "perhaps")].into_iter().collect();
        let mut object = schema.null_object();
        object.set("name", "a");
        object.set("size", "many");
        object.set("tags", vec!["b", "a", "b"]);
        object.set("owner", owner);
        let mut diagnostics = Diagnostics::new();
        check_types(&schema, &mut object, &mut diagnostics);
        let details: Vec<_> = diagnostics.iter().map(|it| it.detail.as_str()).collect();
        assert_eq!(
            details,
            [
                "size: a value of another type than the schema has. Please report this.",
                "owner: a value of another type than the schema has at is_known. Please report this.",
            ]
        );
        let mut expected = schema.null_object();
        expected.set("name", "a");
        expected.set("tags", Value::set(["a".into(), "b".into()]));
        assert_eq!(object, expected);
    }
    use crate::schema::{Attribute, Block, Nesting};
    use crate::types::ty::Type;

    fn rule(name: &str, status: Value) -> Value {
        let rule = [("name", Value::from(name)), ("status", status)];
        rule.into_iter().collect::<Object>().into()
    }

    fn rows() -> Vec<Attribute> {
        let same = |a: &Value, b: &Value| {
            let lower = |value: &Value| value.as_str().map(str::to_lowercase);
            lower(a) == lower(b)
        };
        let name = Attribute::string("name").required().semantic_equality(same);
        vec![name, Attribute::string("status").computed()]
    }

    #[test]
    fn only_what_is_unknown_is_forgotten() {
        let schema = Schema {
            attributes: vec![
                Attribute::nested("list", Nesting::List, rows()),
                Attribute::nested("set", Nesting::Set, rows()),
                Attribute::set("zones", Type::String),
                Attribute::string("secret").write_only(),
            ],
            blocks: vec![Block::new("block", Nesting::List, rows())],
            ..Schema::default()
        };
        let mut object = schema.null_object();
        object.set("list", Value::List(vec![rule("x", Value::unknown())]));
        object.set("set", Value::set([rule("x", Value::unknown())]));
        object.set("zones", Value::set([Value::unknown(), "1".into()]));
        object.set("secret", "hush");
        object.set("block", Value::unknown());
        settle(&schema, &mut object);
        let mut expect = schema.null_object();
        expect.set("list", Value::List(vec![rule("x", Value::Null)]));
        expect.set("set", Value::set([rule("x", Value::Null)]));
        expect.set("zones", Value::set(["1".into()]));
        assert_eq!(object, expect);
    }

    #[test]
    fn meaning_is_compared_in_every_collection() {
        let (mine, theirs) = (
            [rule("B", "x".into()), rule("a", "y".into())],
            [rule("A", "new".into()), rule("b", "new".into())],
        );
        let kept = [rule("a", "new".into()), rule("B", "new".into())];
        let map = |rules: &[Value]| {
            let key = |rule: &Value| {
                rule.as_object()
                    .map(|it| it.str_or_empty("name").to_lowercase())
            };
            let pairs = rules
                .iter()
                .filter_map(|rule| Some((key(rule)?, rule.clone())));
            Value::Map(pairs.collect())
        };
        let check = |attribute: Attribute, before: Value, found: Value, expect: Value| {
            let schema = Schema {
                attributes: vec![attribute],
                ..Schema::default()
            };
            let object = |value: Value| -> Object { [("rules", value)].into_iter().collect() };
            let mut state = object(found);
            keep_semantically_equal(&schema, &object(before), &mut state);
            assert_eq!(state, object(expect));
        };
        let nested = |nesting| Attribute::nested("rules", nesting, rows());
        let list = |rules: &[Value]| Value::List(rules.to_vec());
        let set = |rules: &[Value]| Value::set(rules.to_vec());
        check(nested(Nesting::Set), set(&mine), set(&theirs), set(&kept));
        check(nested(Nesting::Map), map(&mine), map(&theirs), map(&kept));
        let keyed = nested(Nesting::List).key("name");
        check(keyed, list(&mine), list(&theirs), list(&kept));
        // Without a key it is the place that counts.
        check(
            nested(Nesting::List),
            list(&mine),
            list(&theirs),
            list(&theirs),
        );
    }
}
