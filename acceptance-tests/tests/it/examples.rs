//! What is in `examples/` is formatted, and is what the provider accepts.

use std::path::{Path, PathBuf};
use std::{fs, io};

use acceptance_tests::scene::REQUIRED_PROVIDERS;
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};
use provider_ise::resources;

#[test]
fn examples_are_formatted() -> Result {
    let workspace = Workspace::new()?;
    let examples = root().display().to_string();
    workspace
        .run(&["fmt", "-check", "-diff", "-recursive", &examples])?
        .success()
        .map(drop)
}

#[test]
fn examples_are_valid() -> Result {
    for folder in folders(&root())? {
        let workspace = Workspace::new()?;
        workspace.copy_from(&folder)?;
        if !declares_provider(&folder)? {
            workspace.write("required_providers.tf", REQUIRED_PROVIDERS)?;
        }
        let run = workspace.run(&["validate"])?.success()?;
        assert!(
            run.diagnostics().is_empty(),
            "{}: {}",
            folder.display(),
            run.diagnostics()
        );
    }
    Ok(())
}

#[test]
fn every_resource_has_examples() {
    for resource in &resources::all() {
        let folder = root().join("resources").join(resource.type_name());
        for file in ["resource.tf", "import.tf", "import.sh"] {
            assert!(
                folder.join(file).is_file(),
                "{} has no {file}",
                folder.display()
            );
        }
    }
}

fn root() -> PathBuf {
    binaries::root().join("examples")
}

/// The folders that hold configuration.
fn folders(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let mut has_configuration = false;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            has_configuration |= path.extension().is_some_and(|extension| extension == "tf");
            if path.is_dir() {
                open.push(path);
            }
        }
        if has_configuration {
            found.push(folder);
        }
    }
    Ok(found)
}

fn declares_provider(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if fs::read_to_string(entry?.path())?.contains("required_providers") {
            return Ok(true);
        }
    }
    Ok(false)
}
