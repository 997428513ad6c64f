use super::*;

#[test]
fn every_rule_has_one_name() {
    let names: Vec<_> = rule_names().collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    assert!(names.contains(&"network-ports") && names.contains(&"custom-dns"));
}
