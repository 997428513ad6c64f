//! The example is a provider that a real Terraform, or OpenTofu, can use.

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The executable in `TF_ACC_TERRAFORM_PATH`, else `terraform` or `tofu` on the `PATH`.
fn cli() -> Result<PathBuf> {
    if let Some(path) = env::var_os("TF_ACC_TERRAFORM_PATH").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
    let names = ["terraform", "tofu"].iter();
    let mut candidates = names.flat_map(|name| folders.iter().map(move |it| it.join(name)));
    let found = candidates.find_map(|it| {
        let path = it.with_extension(env::consts::EXE_EXTENSION);
        path.is_file().then_some(path)
    });
    Ok(found.ok_or("neither terraform nor tofu is on the PATH")?)
}

/// The example, which is built together with the tests.
fn example() -> Result<PathBuf> {
    let test = env::current_exe()?;
    let folder = test.ancestors().nth(2).ok_or("no folder of the build")?;
    let name = format!("file{}", env::consts::EXE_SUFFIX);
    let path = folder.join("examples").join(name);
    match path.is_file() {
        true => Ok(path),
        // `cargo test --test example` alone does not build it.
        false => Err("cargo build --package tfplugin-framework --examples comes first".into()),
    }
}

struct Workspace {
    folder: tempfile::TempDir,
    cli: PathBuf,
}

impl Workspace {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let overrides = folder.path().join(".provider");
        fs::create_dir(&overrides)?;
        let name = format!("terraform-provider-files{}", env::consts::EXE_SUFFIX);
        fs::copy(example()?, overrides.join(name))?;
        let overrides = overrides.display().to_string();
        let configuration = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example.com/test/files\" = {overrides:?}\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(folder.path().join(".cli.tfrc"), configuration)?;
        let cli = cli()?;
        Ok(Self { folder, cli })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn configure(&self, content: &str) -> Result {
        let path = self.path().join("greeting.txt").display().to_string();
        let module = format!(
            r#"
            terraform {{
              required_providers {{
                files = {{ source = "example.com/test/files" }}
              }}
            }}

            resource "files_text" "greeting" {{
              path    = {path:?}
              content = {content:?}
            }}
            "#
        );
        Ok(fs::write(self.path().join("main.tf"), module)?)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let inherited = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot"];
        let inherited = inherited
            .iter()
            .filter_map(|it| Some((it, env::var_os(it)?)));
        let mut command = Command::new(&self.cli);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(inherited.map(|(name, value)| (OsStr::new(*name), value)))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", self.path().join(".cli.tfrc"));
        Ok(command.output()?)
    }

    #[track_caller]
    fn expect(&self, arguments: &[&str], code: i32) -> Result {
        let output = self.run(arguments)?;
        let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            told.concat()
        );
        Ok(())
    }

    fn content(&self) -> Result<String> {
        Ok(fs::read_to_string(self.path().join("greeting.txt"))?)
    }
}

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-no-color"];
/// Its status is 0 if there is nothing to do, and 2 if there is.
const PLAN: [&str; 3] = ["plan", "-detailed-exitcode", "-no-color"];

#[test]
fn a_real_cli_makes_changes_and_deletes_a_file() -> Result {
    let workspace = Workspace::new()?;
    workspace.configure("Hello")?;
    workspace.expect(&APPLY, 0)?;
    assert_eq!(workspace.content()?, "Hello");
    workspace.expect(&PLAN, 0)?;

    fs::write(workspace.path().join("greeting.txt"), "drifted")?;
    workspace.expect(&PLAN, 2)?;
    workspace.configure("Good morning")?;
    workspace.expect(&APPLY, 0)?;
    assert_eq!(workspace.content()?, "Good morning");

    workspace.expect(&["destroy", "-auto-approve", "-no-color"], 0)?;
    assert!(workspace.content().is_err());
    Ok(())
}

#[test]
fn the_example_is_short() -> Result {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/file.rs");
    let lines = fs::read_to_string(source)?.lines().count();
    assert!(lines < 80, "{lines} lines");
    Ok(())
}
