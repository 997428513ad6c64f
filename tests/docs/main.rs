//! The registry documentation in `docs/`, generated from the schemas and `examples/`.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes it; without the variable the test fails when it is stale.

mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use provider_ise::provider::IseProvider;
use tfplugin_framework::provider::Provider;

/// Path below `docs/` → content.
type Pages = BTreeMap<PathBuf, String>;

#[test]
fn docs_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = generate(root).expect("every resource has an example");
    let docs = root.join("docs");
    if env::var_os("UPDATE_DOCS").is_some() {
        write(&docs, &pages).expect("docs can be written");
    }
    let written = read(&docs).expect("docs can be read");
    let stale: Vec<_> = pages
        .iter()
        .filter(|(path, content)| written.get(*path) != Some(content))
        .map(|(path, _)| path.display().to_string())
        .collect();
    let orphaned: Vec<_> = written
        .keys()
        .filter(|path| !pages.contains_key(*path))
        .collect();
    assert!(
        stale.is_empty() && orphaned.is_empty(),
        "docs/ is stale: {stale:?}, orphaned: {orphaned:?}. Run `UPDATE_DOCS=1 cargo test --test docs`."
    );
}

fn generate(root: &Path) -> io::Result<Pages> {
    let example = |path: &str| {
        let path = root.join("examples").join(path);
        fs::read_to_string(&path)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    };
    let provider = IseProvider;
    let mut pages = Pages::new();
    pages.insert(
        "index.md".into(),
        page::index(provider.schema(), &example("provider/provider.tf")?),
    );
    for resource in provider.resources() {
        let name = resource.type_name();
        let usage = example(&format!("resources/{name}/resource.tf"))?;
        let import = page::Import {
            block: &example(&format!("resources/{name}/import.tf"))?,
            command: &example(&format!("resources/{name}/import.sh"))?,
        };
        let file = format!("resources/{}.md", name.strip_prefix("ise_").unwrap_or(name));
        pages.insert(
            file.into(),
            page::resource(name, resource.schema(), &usage, &import),
        );
    }
    Ok(pages)
}

fn write(docs: &Path, pages: &Pages) -> io::Result<()> {
    if docs.exists() {
        fs::remove_dir_all(docs)?;
    }
    for (path, content) in pages {
        let path = docs.join(path);
        fs::create_dir_all(path.parent().unwrap_or(docs))?;
        fs::write(path, content)?;
    }
    Ok(())
}

fn read(docs: &Path) -> io::Result<Pages> {
    let mut pages = Pages::new();
    let mut folders = vec![docs.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(below) = path.strip_prefix(docs) {
                pages.insert(below.to_path_buf(), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(pages)
}
