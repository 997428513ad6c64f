//! A folder in which the CLI runs, with an environment of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use serde_json::Value as Json;
use tempfile::TempDir;

#[cfg(unix)]
use crate::interrupts;
use crate::plan::{Action, Plan};
use crate::run::Run;
use crate::state::State;
use crate::{Result, binaries, cli, mirror};

/// Variables that the CLI gets from outside; everything else would make results depend on who runs the tests.
const INHERITED: [&str; 5] = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

/// No command takes as long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A root module in a temporary folder, which goes with this value.
#[derive(Debug)]
pub struct Workspace {
    folder: TempDir,
    cli: PathBuf,
    variables: Vec<(String, String)>,
    replacements: Vec<(String, &'static str)>,
}

impl Workspace {
    /// An empty one, in which the CLI uses our provider as it was built, without `init`.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ise-").tempdir()?;
        // A path of its own tells the providers of this workspace from all others.
        let overrides = folder.path().join(".provider");
        fs::create_dir(&overrides)?;
        let file = format!("terraform-provider-ise{}", env::consts::EXE_SUFFIX);
        mirror::place(&binaries::built()?.provider, &overrides.join(file))?;
        let configuration = format!(
            "provider_installation {{\n  dev_overrides {{\n    {:?} = {:?}\n  }}\n  direct {{}}\n}}\n",
            mirror::SOURCE,
            overrides.display().to_string()
        );
        Self::with_configuration(folder, &configuration)
    }

    /// An empty one, in which `init` installs our provider from a filesystem mirror.
    pub fn with_mirror(version: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ise-").tempdir()?;
        let provider = &binaries::built()?.provider;
        let configuration = mirror::lay_out(&folder.path().join(".mirror"), provider, version)?;
        Self::with_configuration(folder, &configuration)
    }

    fn with_configuration(folder: TempDir, configuration: &str) -> Result<Self> {
        fs::write(folder.path().join(".cli.tfrc"), configuration)?;
        let path = folder.path().display().to_string();
        let replacements = vec![
            (path, "<folder>"),
            ("registry.opentofu.org".to_owned(), "registry.terraform.io"),
        ];
        Ok(Self {
            cli: cli::find()?,
            variables: Vec::new(),
            replacements,
            folder,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.path().join(name), text)
    }

    /// Copies the files of another folder.
    pub fn copy_from(&self, other: &Path) -> Result {
        for entry in fs::read_dir(other).map_err(|error| format!("{}: {error}", other.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), self.path().join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Sets a variable of the CLI's environment.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Forgets variables that were set.
    pub fn unset_variables(&mut self, names: &[&str]) {
        let is_kept = |(name, _): &(String, String)| !names.contains(&name.as_str());
        self.variables.retain(is_kept);
    }

    /// Names a text that differs from run to run, and what stands for it in diagnostics.
    pub fn replace(&mut self, text: &str, placeholder: &'static str) {
        self.replacements.push((text.to_owned(), placeholder));
    }

    /// A command that is ready to be run, in a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.cli);
        command.args(arguments).current_dir(self.path()).env_clear();
        command.envs(
            INHERITED
                .iter()
                .filter_map(|name| Some((name, env::var_os(name)?))),
        );
        command
            .env("HOME", self.path())
            .env("TF_CLI_CONFIG_FILE", self.path().join(".cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<Run> {
        self.start(arguments)?.wait()
    }

    /// Starts a command in a process group of its own, as a shell does.
    pub fn start(&self, arguments: &[&str]) -> Result<Running> {
        let output = tempfile::Builder::new()
            .prefix(".output-")
            .tempdir_in(self.path())?;
        let mut command = self.command(arguments);
        // Files, not pipes: a process that outlives the CLI must not keep us waiting.
        command
            .stdin(Stdio::null())
            .stdout(File::create(output.path().join("stdout"))?)
            .stderr(File::create(output.path().join("stderr"))?);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(unix)]
        interrupts::reach_children()?;
        let process = command
            .spawn()
            .map_err(|error| format!("{} cannot be run: {error}", self.cli.display()))?;
        Ok(Running {
            process,
            output,
            command: arguments.join(" "),
            replacements: self.replacements.clone(),
        })
    }

    /// Applies the configuration.
    #[track_caller]
    pub fn apply(&self) -> Result<Run> {
        self.run(&["apply", "-auto-approve"])?.success()
    }

    /// Destroys everything.
    #[track_caller]
    pub fn destroy(&self) -> Result<Run> {
        self.run(&["destroy", "-auto-approve"])?.success()
    }

    /// Plans, with further options.
    #[track_caller]
    pub fn plan_with(&self, options: &[&str]) -> Result<Plan> {
        let arguments = [&["plan", "-out=plan"], options].concat();
        self.run(&arguments)?.success()?;
        Ok(Plan(self.show(&["show", "-json", "plan"])?))
    }

    /// Plans.
    #[track_caller]
    pub fn plan(&self) -> Result<Plan> {
        self.plan_with(&[])
    }

    /// Lets the CLI write `generated.tf`, the configuration of what the blocks in `import.tf` import.
    #[track_caller]
    pub fn generate_configuration(&self) -> Result<Run> {
        let arguments = ["plan", "-generate-config-out=generated.tf"];
        if !cli::version()?.misreads_imported_providers() {
            return self.run(&arguments)?.success();
        }
        let run = self.run(&arguments)?.failure()?;
        if !run.diagnostics().mention("/hashicorp/ise") {
            return Err(format!("it fails for another reason: {}", run.diagnostics()).into());
        }
        // Such a version takes the name of the provider in the block, but only until there is a configuration.
        let imports = fs::read_to_string(self.path().join("import.tf"))?;
        self.write(
            "import.tf",
            &imports.replace("{\n", "{\n  provider = ise\n"),
        )?;
        let run = self.run(&arguments)?.success()?;
        self.write("import.tf", &imports)?;
        Ok(run)
    }

    /// Goes on if there is nothing to do.
    #[track_caller]
    pub fn nothing_to_do(&self) -> Result<Run> {
        self.run(&["plan", "-detailed-exitcode"])?.exits_with(0)
    }

    /// Goes on if the one thing to do is this, for this object.
    #[track_caller]
    pub fn only(&self, address: &str, action: Action) -> Result<Plan> {
        let at = std::panic::Location::caller();
        let plan = self.plan()?;
        match plan.actions().as_slice() {
            [one] if *one == (address, action) => Ok(plan),
            other => Err(
                format!("{at}: planned are {other:?}, not {action:?} of {address} alone").into(),
            ),
        }
    }

    /// The state.
    #[track_caller]
    pub fn state(&self) -> Result<State> {
        Ok(State(self.show(&["show", "-json"])?))
    }

    #[track_caller]
    fn show(&self, arguments: &[&str]) -> Result<Json> {
        let run = self.run(arguments)?.success()?;
        Ok(serde_json::from_str(&run.stdout)?)
    }
}

/// A command that runs.
#[derive(Debug)]
pub struct Running {
    process: Child,
    output: TempDir,
    command: String,
    replacements: Vec<(String, &'static str)>,
}

impl Running {
    /// Its process ID, which is also that of its group.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn printed(&self, stream: &str) -> io::Result<String> {
        // Only with colours does the CLI draw lines around diagnostics, which show where one ends.
        fs::read_to_string(self.output.path().join(stream)).map(|text| without_colours(&text))
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    /// Waits until it ends, and kills it when it does not.
    pub fn wait(mut self) -> Result<Run> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = self.process.try_wait()? {
                break status;
            }
            if started.elapsed() > PATIENCE {
                let printed = self.printed("stdout")?;
                return Err(format!("`{}` hangs; it printed:\n{printed}", self.command).into());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        Ok(Run {
            code: status.code(),
            stdout: self.printed("stdout")?,
            stderr: self.printed("stderr")?,
            command: std::mem::take(&mut self.command),
            replacements: std::mem::take(&mut self.replacements),
        })
    }
}

impl Drop for Running {
    /// Nothing is left behind by a scenario that fails halfway.
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The text without escape sequences for colours, which end with `m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go() {
        assert_eq!(without_colours("\x1b[31m╷\x1b[0m\x1b[0m a"), "╷ a");
        assert_eq!(without_colours("plain"), "plain");
    }
}
