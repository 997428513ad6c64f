//! When two values of an attribute are the same: to Terraform, which shows every difference, and to the remote object.

use super::{Attribute, Kind, Nesting};
use crate::types::value::Value;

impl Attribute {
    /// Whether `a` may stand for `b` without anybody noticing.
    pub fn means_same(&self, a: &Value, b: &Value) -> bool {
        if a == b {
            return true;
        }
        if !a.is_wholly_known() || !b.is_wholly_known() || a.is_null() || b.is_null() {
            return false;
        }
        self.same.is_some_and(|same| same(a, b))
    }

    /// Whether a change from one to the other asks nothing of the remote object: they mean the same, or say nothing in
    /// whatever form. Terraform shows such a change all the same where one of them is null.
    pub fn amounts_to_same(&self, a: &Value, b: &Value) -> bool {
        if let (Kind::Nested(Nesting::Single, attributes), Value::Object(a), Value::Object(b)) =
            (&self.kind, a, b)
        {
            let same = |it: &Attribute| it.amounts_to_same(a.get(it.name), b.get(it.name));
            return attributes.iter().all(same);
        }
        let both_known = a.is_wholly_known() && b.is_wholly_known();
        let same = || self.same.is_some_and(|same| same(a, b));
        a == b || (both_known && (same() || (self.is_nothing(a) && self.is_nothing(b))))
    }

    /// Null, or a form of it: a collection without elements, or an object of which all is nothing.
    pub fn is_nothing(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Nested(Nesting::Single, attributes), Value::Object(object)) => attributes
                .iter()
                .all(|attribute| attribute.is_nothing(object.get(attribute.name))),
            _ => value.is_null() || (value.is_empty_collection() && !self.empty_is_a_value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ty::Type;
    use crate::types::value::Object;

    fn zones() -> Attribute {
        Attribute::plain("zones", Type::set(Type::String))
    }

    fn section(zones: Attribute) -> Attribute {
        Attribute::nested(
            "section",
            Nesting::Single,
            vec![Attribute::string("name"), zones],
        )
    }

    fn object(name: Value, zones: Value) -> Value {
        let object = [("name", name), ("zones", zones)];
        object.into_iter().collect::<Object>().into()
    }

    #[test]
    fn forms_of_nothing() {
        let empty = || Value::set([]);
        let nothing = || object(Value::Null, Value::Null);
        for (attribute, value, expect) in [
            (zones(), Value::Null, true),
            (zones(), empty(), true),
            (zones(), Value::set(["1".into()]), false),
            (zones(), Value::unknown(), false),
            (zones().empty_is_a_value(), empty(), false),
            (section(zones()), nothing(), true),
            (section(zones()), object(Value::Null, empty()), true),
            (section(zones()), object("".into(), Value::Null), false),
            (
                section(zones().empty_is_a_value()),
                object(Value::Null, empty()),
                false,
            ),
            (section(zones().empty_is_a_value()), nothing(), true),
        ] {
            assert_eq!(attribute.is_nothing(&value), expect, "{value:?}");
            assert_eq!(
                attribute.amounts_to_same(&value, &Value::Null),
                expect,
                "{value:?}"
            );
            // Terraform shows such a change.
            assert!(value.is_null() || !attribute.means_same(&value, &Value::Null));
        }
    }

    #[test]
    fn objects_are_compared_by_what_their_attributes_mean() {
        let same = |a: &Value, b: &Value| {
            let lower = |value: &Value| value.as_str().map(str::to_lowercase);
            lower(a) == lower(b)
        };
        let name = Attribute::string("name").same(same);
        let attribute = Attribute::nested("section", Nesting::Single, vec![name, zones()]);
        let written = object("A".into(), Value::Null);
        assert!(attribute.amounts_to_same(&written, &object("a".into(), Value::set([]))));
        assert!(!attribute.amounts_to_same(&written, &object("b".into(), Value::Null)));
        assert!(!attribute.amounts_to_same(&written, &object("a".into(), Value::unknown())));
    }
}
