//! The layers that `src/lib.rs` promises, that no file is in a circle, and that what is public is shown.

mod imports;
mod shown;

use std::path::Path;

use imports::{Crate, circle, upward};

fn framework() -> Crate {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    Crate::read(&src).expect("it can be read")
}

#[test]
fn modules_depend_only_on_those_declared_before_them() {
    assert_eq!(upward(&framework()), [""; 0]);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let framework = framework();
    assert!(framework.modules.len() > 30, "{:?}", framework.modules);
    if let Some(circle) = circle(&framework) {
        panic!("{circle}");
    }
}

/// What the protocol says stays in the wire and in the process around it, and in the kit that asks as Terraform does.
#[test]
fn only_wire_process_and_testing_name_the_protocol() {
    let framework = framework();
    let naming: Vec<_> = framework
        .modules
        .iter()
        .filter(|module| {
            framework
                .crates(module)
                .iter()
                .any(|name| ["tfplugin_proto", "tonic", "prost"].contains(name))
        })
        .map(|module| module[0].as_str())
        .collect();
    assert!(
        naming
            .iter()
            .all(|it| ["plugin", "wire", "testing"].contains(it))
            && naming.contains(&"wire"),
        "{naming:?}"
    );
}

#[test]
fn an_example_shows_each_public_item_of_the_modules_for_authors() {
    let (items, unshown) =
        shown::unshown(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("it can be read");
    assert!(items > 200, "only {items} items");
    assert_eq!(unshown, [""; 0]);
}
