//! Expected output that is kept in files.
//!
//! `UPDATE_EXPECT=1 cargo test --package acceptance-tests` writes them; read them before you commit them.

use std::path::Path;
use std::{env, fs};

use acceptance_tests::Result;

/// Compares what is found with a file below `tests/it`.
#[track_caller]
pub(crate) fn check(file: &str, found: &str) -> Result {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(file);
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, found)?;
    }
    let expected = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
    assert!(
        found == expected,
        "{file} is not what is printed, which is:\n\n{found}"
    );
    Ok(())
}
