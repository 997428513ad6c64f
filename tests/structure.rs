//! The directions of dependency that `src/lib.rs` promises.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Each module, and all that it may name besides itself.
const MODULES: [(&str, &[&str]); 6] = [
    ("sdk", &["azure"]),
    ("arm", &[]),
    ("validate", &["arm"]),
    ("azure", &["arm", "sdk"]),
    ("resources", &["azure", "arm", "validate", "sdk"]),
    (
        "provider",
        &["resources", "azure", "arm", "validate", "sdk"],
    ),
];

#[test]
fn modules_depend_only_downwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, allowed) in MODULES {
        let files = files(&src, module).expect("the module has files");
        assert!(!files.is_empty(), "{module} has no files");
        for file in files {
            let text = fs::read_to_string(&file).expect("readable");
            for named in named_modules(&text) {
                if named != module && !allowed.contains(&named) {
                    wrong.push(format!("{} names crate::{named}", file.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_module_is_listed() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("readable");
    let declared = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in declared {
        assert!(
            MODULES.iter().any(|(name, _)| *name == module),
            "{module} is missing here"
        );
    }
}

/// The first segment of every `crate::…` path in the text.
fn named_modules(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("crate::").filter_map(|(at, found)| {
        let is_ours = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &text[at + found.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        (is_ours && end > 0).then(|| &rest[..end])
    })
}

fn files(src: &Path, module: &str) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<_> = [src.join(format!("{module}.rs"))]
        .into_iter()
        .filter(|file| file.exists())
        .collect();
    let mut folders: Vec<_> = [src.join(module)]
        .into_iter()
        .filter(|folder| folder.exists())
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "rs") => {
                    files.push(path)
                }
                false => {}
            }
        }
    }
    Ok(files)
}
