//! The shipped tables are those of the documents.

use std::path::Path;

#[test]
fn the_tables_are_as_the_documents_say() {
    let Some(folder) = std::env::var_os("ARM_SPECS") else {
        return;
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("documents.json");
    let shipped = std::fs::read_to_string(shipped).expect("tables");
    assert!(
        shipped == arm_specs::tables(Path::new(&folder)),
        "cargo run -p arm-specs -- {} emulator/documents.json makes the tables anew",
        Path::new(&folder).display()
    );
}
