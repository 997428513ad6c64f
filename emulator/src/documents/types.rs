//! What the documents say of each type as a whole.

use std::collections::HashMap;

use super::table::{Schema, Table};

/// What is known of a type from the body of its creation.
#[derive(Debug, Default)]
pub(crate) struct Type {
    /// The api-versions of the documents that know it, newest first.
    pub(crate) versions: Vec<String>,
    /// The places of what only the service sets: in the resource, its properties and its identity.
    pub(crate) own: Vec<String>,
    /// The members in the document's order.
    pub(crate) order: Vec<String>,
    /// Those of its properties.
    pub(crate) properties: Vec<String>,
}

/// Every type by its name in lower case.
pub(super) fn all(table: &Table) -> HashMap<String, Type> {
    let mut types: HashMap<String, Type> = HashMap::new();
    for operation in table.operations.iter().filter(|one| one.method == "PUT") {
        let known = types
            .entry(operation.type_name().to_lowercase())
            .or_default();
        if known.versions.contains(&operation.version) {
            continue;
        }
        // The newest document says what the type is like.
        if known.versions.first() < Some(&operation.version) {
            describe(known, table, table.resolve(&operation.body));
        }
        known.versions.push(operation.version.clone());
        known.versions.sort_by(|one, other| other.cmp(one));
    }
    types
}

fn describe(known: &mut Type, table: &Table, model: &Schema) {
    let is_own = |schema: &Schema| schema.read_only || table.resolve(schema).read_only;
    let names = |schema: &Schema| -> Vec<String> {
        let members = schema.members.iter();
        members.map(|(name, _)| name.clone()).collect()
    };
    known.own.clear();
    known.order = names(model);
    for (name, member) in &model.members {
        let part = table.resolve(member);
        if name == "properties" {
            known.properties = names(part);
        }
        if is_own(member) {
            known.own.push(name.clone());
        } else if ["properties", "identity"].contains(&name.as_str()) {
            let own = part.members.iter().filter(|(_, inner)| is_own(inner));
            let own = own.map(|(inner, _)| format!("{name}/{inner}"));
            known.own.extend(own);
        }
    }
}
