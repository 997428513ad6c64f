//! What exists is never taken over or overwritten unasked.

use acceptance_tests::Result;
use acceptance_tests::scene::{Fixture, Scene};

use crate::{adopted, snapshot};

#[test]
fn a_create_refuses_what_exists_and_shows_how_to_import_it() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(&adopted::configuration())?;
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    snapshot::check("existing.txt", &run.diagnostics().to_string())?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    assert_eq!(scene.state()?.addresses(), Vec::<&str>::new());

    // The block to paste does what it says.
    let pasted = import_blocks(&run.stderr);
    scene.workspace.write("import.tf", &pasted)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

/// The `import` blocks in error messages, each with the address that is printed beside "with".
fn import_blocks(stderr: &str) -> String {
    let mut blocks = String::new();
    let mut address = "";
    for line in stderr.lines() {
        let line = line.trim_start_matches('│').trim();
        if let Some(with) = line.strip_prefix("with ") {
            address = with.trim_end_matches(',');
        } else if line.starts_with("to = ") {
            blocks.push_str(&format!("  to = {address}\n"));
        } else if line.starts_with("import {") || line.starts_with("id = ") || line == "}" {
            blocks.push_str(&format!("{line}\n"));
        }
    }
    blocks
}
