//! The pages for the registry are those of the schemas and examples: `UPDATE_DOCS=1` writes them.

use std::path::Path;

use provider::provider::Root;
use tfplugin_framework::docs::{Docs, generate};

#[test]
fn docs_are_fresh() -> std::io::Result<()> {
    let pages = generate(&Root, &Docs::new("{{provider}}", Path::new("examples")))?;
    let folder = Path::new("docs");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        pages.write(folder)?;
    }
    assert_eq!(pages.stale(folder)?, [""; 0]);
    Ok(())
}
