use std::collections::BTreeSet;

use super::*;

#[test]
fn every_rule_has_one_name() {
    let names: Vec<_> = rule_names().collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    assert!(names.contains(&"network-ports") && names.contains(&"custom-dns"));
}

#[test]
fn every_rule_that_is_looked_up_is_documented() {
    let page = include_str!("../../docs/resources/ise.md");
    for rule in &RULES {
        let name = rule.name.as_str();
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
