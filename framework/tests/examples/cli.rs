//! A command line, and a folder in which it uses an example.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::Result;

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

/// An example, which is built together with the tests.
pub(crate) fn example(name: &str) -> Result<PathBuf> {
    let test = env::current_exe()?;
    let folder = test.ancestors().nth(2).ok_or("no folder of the build")?;
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = folder.join("examples").join(name);
    match path.is_file() {
        true => Ok(path),
        // `cargo test --test examples` alone does not build them.
        false => Err("cargo build --package tfplugin-framework --examples comes first".into()),
    }
}

/// The first minor version 1.x that has something; none if no version has it.
pub(crate) struct Since {
    pub(crate) terraform: Option<u32>,
    pub(crate) tofu: Option<u32>,
}

pub(crate) struct Workspace {
    folder: tempfile::TempDir,
    cli: PathBuf,
}

impl Workspace {
    /// A folder in which the provider `NAME` of this address is an executable.
    pub(crate) fn new(address: &str, executable: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let overrides = folder.path().join(".provider");
        fs::create_dir(&overrides)?;
        let (_, short) = address.rsplit_once('/').ok_or("no address")?;
        let name = format!("terraform-provider-{short}{}", env::consts::EXE_SUFFIX);
        fs::copy(executable, overrides.join(name))?;
        let overrides = overrides.display().to_string();
        let configuration =
            format!("provider_installation {{\n  dev_overrides {{\n    {address:?} = {overrides:?}\n  }}\n  direct {{}}\n}}\n");
        fs::write(folder.path().join(".cli.tfrc"), configuration)?;
        let cli = cli()?;
        Ok(Self { folder, cli })
    }

    /// A folder in which `init` installs the provider of this namespace and name from the registry that the command line asks if none
    /// is named.
    pub(crate) fn installed(source: &str, version: &str, executable: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let cli = cli()?;
        let workspace = Self { folder, cli };
        workspace.write(".cli.tfrc", "")?;
        let told = workspace.expect(&["version"], 0)?;
        let registry = match told.starts_with("OpenTofu") {
            true => "registry.opentofu.org",
            false => "registry.terraform.io",
        };
        let platform = told.lines().find_map(|line| line.strip_prefix("on "));
        let mirror = workspace.path().join(".mirror");
        let place = mirror.join(registry).join(source).join(version);
        let place = place.join(platform.ok_or("no platform")?);
        fs::create_dir_all(&place)?;
        let (_, short) = source.rsplit_once('/').ok_or("no namespace")?;
        let name = format!("terraform-provider-{short}_v{version}{}", env::consts::EXE_SUFFIX);
        fs::copy(executable, place.join(name))?;
        let mirror = mirror.display().to_string();
        let configuration = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        workspace.write(".cli.tfrc", &configuration)?;
        Ok(workspace)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result {
        Ok(fs::write(self.path().join(name), text)?)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.path().join(name))?)
    }

    /// Whether this command line has something.
    pub(crate) fn has(&self, since: &Since) -> Result<bool> {
        let told = String::from_utf8(self.run(&["version"])?.stdout)?;
        let mut words = told.split_whitespace();
        let least = match words.next() {
            Some("OpenTofu") => since.tofu,
            _ => since.terraform,
        };
        let version = words.next().and_then(|it| it.strip_prefix("v1."));
        let minor = version.and_then(|it| it.split('.').next()).ok_or(told.clone())?;
        let minor: u32 = minor.parse()?;
        Ok(least.is_some_and(|least| minor >= least))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let inherited = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot"];
        let inherited = inherited.iter().filter_map(|it| Some((it, env::var_os(it)?)));
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

    /// Runs a command that has to end with this code; what it prints.
    #[track_caller]
    pub(crate) fn expect(&self, arguments: &[&str], code: i32) -> Result<String> {
        let output = self.run(arguments)?;
        let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy);
        let told = told.concat();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        Ok(told)
    }
}

pub(crate) const APPLY: [&str; 3] = ["apply", "-auto-approve", "-no-color"];
pub(crate) const DESTROY: [&str; 3] = ["destroy", "-auto-approve", "-no-color"];
/// Its status is 0 if there is nothing to do, and 2 if there is.
pub(crate) const PLAN: [&str; 3] = ["plan", "-detailed-exitcode", "-no-color"];
