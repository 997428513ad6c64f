//! The directions of dependency that `src/lib.rs` promises.

#[path = "../framework/tests/imports/mod.rs"]
mod imports;

use std::path::Path;

use imports::{Crate, circle, upward};

/// What is known nowhere in the client of ARM and in the rules of the domain.
const TERRAFORM: [&str; 2] = ["tfplugin_framework", "tfplugin_proto"];

fn provider() -> Crate {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    Crate::read(&src).expect("it can be read")
}

#[test]
fn modules_depend_only_on_those_declared_before_them() {
    assert_eq!(upward(&provider()), [""; 0]);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    if let Some(circle) = circle(&provider()) {
        panic!("{circle}");
    }
}

#[test]
fn the_client_of_arm_and_the_rules_know_nothing_of_terraform() {
    let provider = provider();
    let mut wrong = Vec::new();
    for module in &provider.modules {
        if !module
            .first()
            .is_some_and(|top| ["arm", "validate"].contains(&top.as_str()))
        {
            continue;
        }
        let crates = provider.crates(module);
        if crates.iter().any(|it| TERRAFORM.contains(it)) {
            wrong.push(module.join("::"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}
