//! What a schema says and planning would pass over without a word: a test over all schemas refuses such rows.
//!
//! Replacement is followed through single nested objects, meaning and defaults through lists and maps as well, and what a
//! change does to the remote object is asked of top-level attributes only. Terraform itself allows nothing write-only
//! inside of a set.

use crate::schema::{Attribute, Effect, Kind, Nesting, Recomputed, Schema};

/// The rows of the schema that ask for what nobody would do: path, and what is in vain.
pub fn ignored(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in &schema.attributes {
        visit(attribute, "", Place::default(), &mut found);
    }
    found
}

/// What an attribute lies in, at whatever depth.
#[derive(Clone, Copy, Default)]
struct Place {
    nested: bool,
    collection: bool,
    set: bool,
}

fn visit(attribute: &Attribute, parent: &str, place: Place, found: &mut Vec<String>) {
    let path = format!("{parent}{}", attribute.name);
    let rules = [
        (
            place.collection && attribute.replaces,
            "a change below a list, map or set replaces nothing",
        ),
        (
            place.nested && attribute.effect != Effect::Sent,
            "the effect of a change is that of the top-level attribute",
        ),
        (
            place.set && attribute.is_computed(),
            "nothing below a set is computed, and there are no defaults",
        ),
        (
            place.set && attribute.write_only,
            "nothing below a set is write-only",
        ),
        (
            place.set && attribute.same.is_some(),
            "elements of a set are compared as they are written: give the set itself a meaning",
        ),
        (
            place.set && attribute.may_be_untold,
            "elements of a set have no known values that could be kept",
        ),
        (
            attribute.recomputed != Recomputed::Never && !attribute.is_computed(),
            "what is not computed is not computed again",
        ),
        (
            attribute.write_only && (attribute.same.is_some() || attribute.replaces),
            "a write-only value is compared with nothing",
        ),
    ];
    let rules = rules.iter().filter(|(is_broken, _)| *is_broken);
    found.extend(rules.map(|(_, why)| format!("{path}: {why}")));
    if let Kind::Nested(nesting, attributes) = &attribute.kind {
        let below = Place {
            nested: true,
            collection: place.collection || *nesting != Nesting::Single,
            set: place.set || *nesting == Nesting::Set,
        };
        for inner in attributes {
            visit(inner, &format!("{path}."), below, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::value::Value;

    fn found(nesting: Nesting, row: Attribute) -> Vec<String> {
        let attributes = vec![Attribute::nested("outer", nesting, vec![row])];
        ignored(&Schema {
            attributes,
            ..Schema::default()
        })
    }

    #[test]
    fn what_is_in_vain_is_found_where_it_is() {
        let same: fn(&Value, &Value) -> bool = |a, b| a == b;
        let row = || Attribute::string("inner");
        use Nesting::{List, Map, Set, Single};
        for (row, fine, in_vain) in [
            (row(), &[Single, List, Map, Set][..], &[][..]),
            (row().required(), &[Single, List, Map, Set], &[]),
            (row().replaces(), &[Single], &[List, Map, Set]),
            (row().effect(Effect::Local), &[], &[Single, List, Map, Set]),
            (row().computed(), &[Single, List, Map], &[Set]),
            (row().default("x"), &[Single, List, Map], &[Set]),
            (row().write_only(), &[Single, List, Map], &[Set]),
            (row().same(same), &[Single, List, Map], &[Set]),
            (row().may_be_untold(), &[Single, List, Map], &[Set]),
            (
                row().recomputed(Recomputed::OnUpdate),
                &[],
                &[Single, List, Map, Set],
            ),
            (
                row().write_only().replaces(),
                &[],
                &[Single, List, Map, Set],
            ),
        ] {
            for nesting in fine {
                assert_eq!(found(*nesting, row.clone()), [""; 0], "{nesting:?}");
            }
            for nesting in in_vain {
                let found = found(*nesting, row.clone());
                assert!(!found.is_empty(), "{nesting:?} {row:?}");
                assert!(found[0].starts_with("outer.inner: "), "{found:?}");
            }
        }
    }

    #[test]
    fn depth_makes_no_difference() {
        let inner = Attribute::nested(
            "middle",
            Nesting::Single,
            vec![Attribute::string("inner").replaces()],
        );
        let found = found(Nesting::List, inner);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("outer.middle.inner: "), "{found:?}");
    }
}
