//! `cargo demo`: the whole life of the quick start, with a real Terraform or OpenTofu, the provider and the emulator.

#![forbid(unsafe_code)]

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use acceptance_tests::emulator::Emulator;
use acceptance_tests::plan::{Action, Plan};
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries, cli};
use serde_json::Value as Json;

/// Half an hour of Azure passes in a second: an environment, which takes two hours, is there in four.
const TIME_SCALE: u32 = 1800;

const ENVIRONMENT: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/quickstart\
    /providers/Microsoft.Logic/integrationServiceEnvironments/contoso-integration";

fn main() -> ExitCode {
    let started = Instant::now();
    match demo() {
        Ok(()) => {
            say(&format!(
                "\nEverything was as it should be, in {} seconds.",
                started.elapsed().as_secs()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            // The one who asked for the demo may have gone.
            writeln!(io::stderr(), "\nThe demo failed: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result {
    heading("Building the provider and the ARM emulator");
    binaries::built()?;
    let quickstart = binaries::root().join("examples/quickstart");
    let stage = Stage::new(Emulator::start(
        &[&quickstart.join("azure.json")],
        TIME_SCALE,
    )?)?;
    stage.workspace.copy_from(&quickstart)?;
    // With a lock file that is there already, `init` does not warn that the checksums of other platforms are missing.
    stage
        .workspace
        .run(&["providers", "lock", "-fs-mirror=.mirror"])?
        .success()?;
    let before = stage.emulator.ids()?;
    say(&format!(
        "The emulator plays Azure at {}. It holds a resource group and a virtual network; half an hour passes there in a second.",
        stage.emulator.url()
    ));

    heading("Installing the provider, from a folder on this machine");
    stage.run(&["init"], 0)?;

    heading(
        "Planning examples/quickstart: four subnets, an environment, an integration account, a logic app",
    );
    stage.run(&["plan", "-out=create.tfplan", "-detailed-exitcode"], 2)?;

    heading("Creating it all; Azure would take hours for the environment");
    stage.run(&["apply", "create.tfplan"], 0)?;
    let environment = stage.emulator.get(ENVIRONMENT)?;
    expect(
        "the environment's state",
        &environment["properties"]["provisioningState"],
        &"Succeeded".into(),
    )?;
    expect(
        "the number of new objects",
        &(stage.emulator.ids()?.len() - before.len()).into(),
        &7.into(),
    )?;

    heading("Planning again: there must be nothing left to do");
    stage.run(&["plan", "-detailed-exitcode"], 0)?;

    heading("Adding two processing units, in place");
    stage.run(
        &[
            "plan",
            "-var=capacity=2",
            "-out=change.tfplan",
            "-detailed-exitcode",
        ],
        2,
    )?;
    let planned = stage.plan("change.tfplan")?;
    if planned.actions() != [("ise.main", Action::Update)] {
        return Err(format!("planned are {:?}", planned.actions()).into());
    }
    stage.run(&["apply", "change.tfplan"], 0)?;
    let environment = stage.emulator.get(ENVIRONMENT)?;
    expect(
        "the environment's capacity",
        &environment["sku"]["capacity"],
        &2.into(),
    )?;

    heading(
        "Destroying everything; Azure holds on to the subnets for an hour after the environment is gone",
    );
    stage.run(&["destroy", "-auto-approve"], 0)?;
    match stage.emulator.ids()? == before {
        true => Ok(()),
        false => Err(format!("these are left over: {:?}", stage.emulator.ids()?).into()),
    }
}

/// Where the demo plays.
struct Stage {
    emulator: Emulator,
    workspace: Workspace,
    cli_name: String,
}

impl Stage {
    fn new(emulator: Emulator) -> Result<Self> {
        let mut workspace = Workspace::with_mirror(env!("CARGO_PKG_VERSION"))?;
        workspace.set_variable("TF_VAR_endpoint", &emulator.url());
        let cli = cli::find()?;
        let cli_name = cli
            .file_stem()
            .unwrap_or(cli.as_os_str())
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            emulator,
            workspace,
            cli_name,
        })
    }

    /// Runs a command of the CLI before the user's eyes.
    fn run(&self, arguments: &[&str], expected: i32) -> Result {
        say(&format!("$ {} {}", self.cli_name, arguments.join(" ")));
        let mut command = self.workspace.command(arguments);
        if !io::stdout().is_terminal() {
            command.arg("-no-color");
        }
        match command.status()?.code() {
            Some(code) if code == expected => Ok(()),
            code => Err(format!("the exit code is {code:?}, not {expected}").into()),
        }
    }

    fn plan(&self, file: &str) -> Result<Plan> {
        let run = self.workspace.run(&["show", "-json", file])?.success()?;
        Ok(Plan(serde_json::from_str(&run.stdout)?))
    }
}

fn expect(what: &str, found: &Json, expected: &Json) -> Result {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found}, not {expected}").into()),
    }
}

fn heading(text: &str) {
    match io::stdout().is_terminal() {
        true => say(&format!("\n\x1b[1;36m━━ {text}\x1b[0m\n")),
        false => say(&format!("\n== {text}\n")),
    }
}

fn say(text: &dyn Display) {
    // Whoever stopped reading will not miss it.
    writeln!(io::stdout(), "{text}").ok();
}
