//! What differs between two objects of a schema.

use std::collections::BTreeSet;

use super::{Attribute, Effect, Kind, Nesting, Schema};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// The top-level attributes whose change asks something of the remote system: by their meaning, and but for what only the
/// provider knows. Without any, an update in place sends nothing.
pub fn sent_changes(schema: &Schema, prior: &Object, planned: &Object) -> BTreeSet<&'static str> {
    let is_sent = |attribute: &&Attribute| {
        let (before, after) = (prior.get(attribute.name), planned.get(attribute.name));
        let sent = match attribute.effect {
            Effect::Sent => true,
            Effect::SentAfterFirst => ![before, after].iter().any(|it| attribute.is_nothing(it)),
            Effect::Local => false,
        };
        sent && !attribute.amounts_to_same(before, after)
    };
    schema
        .attributes
        .iter()
        .filter(is_sent)
        .map(|attribute| attribute.name)
        .collect()
}

/// The attributes that need a new object and differ.
pub fn replaced_paths(schema: &Schema, prior: &Object, planned: &Object) -> BTreeSet<Path> {
    let mut paths = BTreeSet::new();
    collect_replaced(
        &schema.attributes,
        prior,
        planned,
        &Path::root(),
        &mut paths,
    );
    paths
}

fn collect_replaced(
    attributes: &[Attribute],
    prior: &Object,
    planned: &Object,
    parent: &Path,
    paths: &mut BTreeSet<Path>,
) {
    for attribute in attributes {
        let (before, after) = (prior.get(attribute.name), planned.get(attribute.name));
        let path = parent.with_attribute(attribute.name);
        if attribute.replaces && before != after {
            paths.insert(path);
        } else if let (
            Kind::Nested(Nesting::Single, attributes),
            Value::Object(before),
            Value::Object(after),
        ) = (&attribute.kind, before, after)
        {
            collect_replaced(attributes, before, after, &path, paths);
        }
    }
}
