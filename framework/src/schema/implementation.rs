//! What is wrong with a schema: what Terraform refuses, and what has no effect.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::row::{Attribute, Block, Kind, Members, Mode, Nesting, Place, Row};
use super::validator::Validator;
use crate::types::ty::Type;

/// Names that have a meaning of their own at the top of a block.
const RESERVED: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];

/// All findings, each with the path of its row.
pub(super) fn validate(members: Members<'_>, validators: &[Arc<dyn Validator>]) -> Vec<String> {
    let mut findings = Vec::new();
    for row in members.rows().filter(|row| RESERVED.contains(&row.name())) {
        findings.push(format!(
            "{0}: Terraform keeps the name {0} for itself",
            row.name()
        ));
    }
    for name in duplicates(members) {
        findings.push(format!("{name}: there are two of this name"));
    }
    let ty = members.ty();
    for validator in validators.iter().filter(|it| !it.applies_to(&ty)) {
        findings.push(format!(
            "{validator:?}: it names what the schema does not have"
        ));
    }
    members.visit_rows(&mut |path, place| {
        let mut report = |words: String| findings.push(format!("{path}: {words}"));
        if !is_name(place.row.name()) {
            report(
                "a name is of small letters, digits and underscores, and begins with no digit"
                    .into(),
            );
        }
        for name in duplicates(place.row.members()) {
            report(format!("there are two of the name {name} in it"));
        }
        match place.row {
            Row::Attribute(attribute) => check_attribute(attribute, &place, &mut report),
            Row::Block(block) => {
                check_block(block, &mut report);
                check_computed_block(block, &mut report);
            }
        }
        check_key(place.row, &mut report);
        check_rules(&place, &mut report);
    });
    findings
}

fn is_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(is_allowed)
}

fn duplicates(members: Members<'_>) -> BTreeSet<&str> {
    let mut seen = BTreeSet::new();
    let names = members.rows().map(Row::name);
    names.filter(|name| !seen.insert(*name)).collect()
}

fn check_attribute(attribute: &Attribute, place: &Place<'_>, report: &mut dyn FnMut(String)) {
    if attribute.write_only && attribute.is_computed() {
        report("what is write-only is never computed".into());
    }
    if attribute.write_only && place.below_set {
        report("nothing in a set can be write-only".into());
    }
    let is_nested = matches!(attribute.kind, Kind::Nested(..));
    if is_nested && attribute.is_computed() && has_write_only(Row::Attribute(attribute)) {
        report("nothing in what is computed can be write-only".into());
    }
    if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
        report("a default needs an attribute that is optional and computed".into());
    }
    let ty = attribute.ty();
    if let Some(default) = attribute
        .default
        .as_ref()
        .filter(|it| !it.is_wholly_known() || !it.is_of(&ty))
    {
        report(format!("its default is no value of its type: {default:?}"));
    }
    if matches!(attribute.kind, Kind::Nested(Nesting::Group, _)) {
        report("only blocks are nested as a group".into());
    }
    let holds_values = matches!(
        attribute.kind,
        Kind::Value(Type::List(_) | Type::Set(_) | Type::Map(_))
    );
    if attribute.element_type.is_some() && !holds_values {
        report("only a list, set or map of values has elements with a type of their own".into());
    }
    if has_dynamic_elements(&ty) {
        report("elements of a list, set or map are of one type, and that is not dynamic".into());
    }
}

fn check_block(block: &Block, report: &mut dyn FnMut(String)) {
    let (min, max) = (block.min_items, block.max_items);
    let is_counted = matches!(block.nesting, Nesting::List | Nesting::Set);
    let is_wrong = match block.nesting {
        Nesting::List | Nesting::Set => max > 0 && min > max,
        Nesting::Single => min > 1 || max > 1 || (min > 0 && max != min),
        Nesting::Group | Nesting::Map => min > 0 || max > 0,
    };
    if is_wrong {
        let words = match is_counted {
            true => "it has at least more items than at most",
            false => "only lists and sets have a number of items",
        };
        report(words.into());
    }
    if has_dynamic_elements(&Row::Block(block).ty()) {
        report("nothing in a block of which there are several is dynamic".into());
    }
}

/// What the provider gives as a whole it gives in all of its parts.
fn check_computed_block(block: &Block, report: &mut dyn FnMut(String)) {
    if !block.computed {
        return;
    }
    if block.nesting == Nesting::Group {
        report("a group is always there, so it is never computed".into());
    }
    if block.min_items > 0 {
        report("what has to be written is never computed".into());
    }
    let rows = Row::Block(block).members().rows();
    for row in rows.filter(|row| !row.is_computed()) {
        let name = row.name();
        report(format!("the block is computed, and {name:?} in it is not"));
    }
}

fn check_key(row: Row<'_>, report: &mut dyn FnMut(String)) {
    let Some(key) = row.key() else { return };
    if !matches!(row.nesting(), Some(Nesting::List | Nesting::Set)) {
        return report("only elements of a nested list or set are known by a key".into());
    }
    let found = row.members().row(key);
    if !found
        .is_some_and(|it| it.nesting().is_none() && it.is_configurable() && !it.is_write_only())
    {
        report(format!(
            "its key {key:?} is no attribute that the configuration gives"
        ));
    }
}

fn check_rules(place: &Place<'_>, report: &mut dyn FnMut(String)) {
    let row = place.row;
    for modifier in row.plan_modifiers() {
        if let Err(words) = modifier.validate_implementation(place) {
            report(words);
        }
    }
    if !row.validators().is_empty() && !row.is_configurable() {
        report("its validators look at a configuration, which never has it".into());
    }
    let ty = row.ty();
    for validator in row.validators().iter().filter(|it| !it.applies_to(&ty)) {
        report(format!("{validator:?} does not look at its type"));
    }
}

/// Whether anything below it is write-only.
fn has_write_only(row: Row<'_>) -> bool {
    let mut rows = row.members().rows();
    rows.any(|row| row.is_write_only() || has_write_only(row))
}

/// Whether what is in a list, set or map may be of any type.
fn has_dynamic_elements(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(elements) => elements.iter().any(has_dynamic_elements),
        Type::Object(attributes) => attributes.values().any(has_dynamic_elements),
        _ => false,
    }
}

fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(elements) => elements.iter().any(has_dynamic),
        Type::Object(attributes) => attributes.values().any(has_dynamic),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
