//! What is in `examples/` is formatted, and is what the provider accepts.

use std::path::{Path, PathBuf};
use std::{fs, io};

use acceptance_tests::scene::REQUIRED_PROVIDERS;
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries, cli};
use provider_ise::{data_sources, functions, resources};

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
    let calls_functions = cli::version()?.calls_functions();
    for folder in folders(&root())? {
        // What others' providers say of the rest is seen where they can be had.
        let needs_others =
            mentions(&folder, "hashicorp/azurerm")? || mentions(&folder, "Azure/azapi")?;
        if needs_others || (!calls_functions && mentions(&folder, "provider::")?) {
            continue;
        }
        let workspace = Workspace::new()?;
        workspace.copy_from(&folder)?;
        if !mentions(&folder, "required_providers")? {
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

#[test]
fn every_data_source_and_function_has_an_example() {
    let data_sources = data_sources::all();
    let data_sources = data_sources
        .iter()
        .map(|it| format!("data-sources/{}/data-source.tf", it.type_name()));
    let functions = functions::all();
    let functions = functions
        .iter()
        .map(|it| format!("functions/{}/function.tf", it.name()));
    let missing: Vec<_> = data_sources
        .chain(functions)
        .filter(|file| !root().join(file).is_file())
        .collect();
    assert_eq!(missing, [""; 0]);
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

/// Whether any file of the folder has the text in it.
fn mentions(folder: &Path, text: &str) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && fs::read_to_string(path)?.contains(text) {
            return Ok(true);
        }
    }
    Ok(false)
}
