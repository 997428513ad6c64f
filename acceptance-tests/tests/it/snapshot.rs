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
    let both = expected.lines().zip(found.lines());
    let same = both
        .take_while(|(expected, found)| expected == found)
        .count();
    let rest: Vec<_> = found.lines().skip(same).take(20).collect();
    assert!(
        found == expected,
        "from line {} on, {file} is not what is printed:\n\n{}\n",
        same + 1,
        rest.join("\n")
    );
    Ok(())
}
