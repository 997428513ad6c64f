//! What `cargo generate` makes of the template passes its tests, and is a provider that a real command line installs and uses. It is built
//! on this crate as others get it: from the package, which has neither this repository nor a build script around it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::Result;
use crate::cli::{APPLY, DESTROY, PLAN, Workspace};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const CRATES: [&str; 3] = ["tfplugin-proto", "tfplugin-framework-derive", "tfplugin-framework"];
const ADDRESS: &str = "acme/ledger";
const PLACEHOLDERS: [(&str, &str); 3] =
    [("{{project-name}}", "terraform-provider-ledger"), ("{{provider}}", "ledger"), ("{{namespace}}", "acme")];

/// All files below a folder, by their paths there.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let content = fs::read(&path)?;
                    found.insert(path.strip_prefix(folder)?.to_owned(), content);
                }
            }
        }
    }
    Ok(found)
}

/// Makes a folder have these files. Those that are right already are left alone, so that cargo builds them once.
fn lay(folder: &Path, wanted: &BTreeMap<PathBuf, Vec<u8>>) -> Result {
    fs::create_dir_all(folder)?;
    for (path, content) in files(folder)? {
        if wanted.get(&path) != Some(&content) {
            fs::remove_file(folder.join(path))?;
        }
    }
    for (path, content) in wanted {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().ok_or("a file in a folder")?)?;
        if !path.exists() {
            fs::write(path, content)?;
        }
    }
    Ok(())
}

fn run(command: &mut Command) -> Result {
    let output = command.output()?;
    let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy);
    assert!(output.status.success(), "{command:?}: {}", told.concat());
    Ok(())
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The packages, unpacked below a folder.
fn packages(folder: &Path) -> Result {
    let fresh = tempfile::tempdir()?;
    let mut package = cargo();
    package.current_dir(ROOT).args(["package", "--offline", "--no-verify", "--allow-dirty", "--quiet"]);
    package.arg("--target-dir").arg(fresh.path());
    for name in CRATES {
        package.args(["--package", name]);
    }
    run(&mut package)?;
    let packed = fresh.path().join("package");
    for name in CRATES {
        let name = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        run(Command::new("tar").current_dir(&packed).args(["xzf", &format!("{name}.crate")]))?;
        let mut content = files(&packed.join(&name))?;
        assert!(content.contains_key(Path::new("LICENSE")), "{name} has no licence");
        // It tells the commit, and no two builds would be of the same files.
        content.remove(Path::new(".cargo_vcs_info.json"));
        content.remove(Path::new("Cargo.lock"));
        lay(&folder.join(name), &content)?;
    }
    Ok(())
}

/// The project that the template makes.
fn project(folder: &Path, crates: &Path) -> Result {
    let template = Path::new(ROOT).join("template");
    let mut made = BTreeMap::new();
    for (path, content) in files(&template)? {
        let fill = |text: String| PLACEHOLDERS.iter().fold(text, |text, (from, to)| text.replace(from, to));
        let path = fill(path.display().to_string());
        let text = fill(String::from_utf8(content)?);
        assert!(!text.contains("{{") && !text.contains("{%"), "{path} has another placeholder");
        if path != "cargo-generate.toml" {
            made.insert(PathBuf::from(path), text.into_bytes());
        }
    }
    let manifest = made.get_mut(Path::new("Cargo.toml")).ok_or("no Cargo.toml")?;
    manifest.extend(b"\n[workspace]\n\n[patch.crates-io]\n");
    for name in CRATES {
        let path = crates.join(format!("{name}-{}", env!("CARGO_PKG_VERSION")));
        manifest.extend(format!("{name} = {{ path = {:?} }}\n", path.display().to_string()).bytes());
    }
    // The versions that are here already.
    made.insert("Cargo.lock".into(), fs::read(Path::new(ROOT).join("../Cargo.lock"))?);
    lay(folder, &made)
}

#[test]
fn what_the_template_makes_is_tested_installed_and_used() -> Result {
    let test = env::current_exe()?;
    // The folder of the workspace's own build: most of what is needed is there.
    let target = test.ancestors().nth(3).ok_or("no folder of the build")?;
    let (crates, made) = (target.join("template/crates"), target.join("template/project"));
    packages(&crates)?;
    project(&made, &crates)?;
    let mut tests = cargo();
    tests.current_dir(&made).args(["test", "--offline"]);
    tests.arg("--target-dir").arg(target);
    // The profile of the workspace, so that dependencies are the very same.
    tests.args(["--config", "profile.dev.debug='line-tables-only'"]);
    tests.args(["--config", "profile.dev.package.'*'.debug=false"]);
    run(&mut tests)?;
    run(cargo().current_dir(&made).args(["fmt", "--check"]))?;

    let executable = target.join("debug").join(format!("terraform-provider-ledger{}", env::consts::EXE_SUFFIX));
    let module = fs::read_to_string(made.join("examples/provider/provider.tf"))?;
    let developed = Workspace::new(ADDRESS, &executable)?;
    developed.write("main.tf", &module)?;
    developed.expect(&PLAN, 2)?;
    let installed = Workspace::installed(ADDRESS, env!("CARGO_PKG_VERSION"), &executable)?;
    installed.write("main.tf", &module)?;
    installed.expect(&["init", "-no-color"], 0)?;
    installed.expect(&APPLY, 0)?;
    assert_eq!(installed.read("notes/greeting.txt")?, "Hello");
    installed.expect(&PLAN, 0)?;
    installed.expect(&DESTROY, 0)?;
    Ok(())
}

#[test]
fn the_template_asks_for_all_that_it_fills_in() -> Result {
    let config = fs::read_to_string(Path::new(ROOT).join("template/cargo-generate.toml"))?;
    let asked: BTreeSet<_> = config.lines().filter_map(|line| line.strip_prefix("[placeholders.")?.strip_suffix(']')).collect();
    let filled = PLACEHOLDERS.map(|(name, _)| name.trim_matches(['{', '}']));
    // cargo-generate asks for the project's name by itself.
    let filled: BTreeSet<_> = filled.into_iter().filter(|name| *name != "project-name").collect();
    assert_eq!(asked, filled);
    Ok(())
}
