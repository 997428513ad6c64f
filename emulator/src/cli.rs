//! The command line of `arm-emulator`.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;

use crate::core::clock::MAX_SCALE;
use crate::{Certificates, Emulator, Options, run, serve_until};

/// A local Azure Resource Manager for integration service environments and the networks they live in.
#[derive(Debug, Parser)]
#[command(name = "arm-emulator", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    listening: Listening,
    #[command(flatten)]
    azure: Azure,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a command for which Azure is a new emulator, and end as it ends.
    Run {
        #[command(flatten)]
        azure: Azure,
        /// The command and its arguments.
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

/// Where it listens.
#[derive(Debug, Args)]
struct Listening {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4510")]
    listen: SocketAddr,
    /// Listen beyond loopback: anyone who reaches the address then controls the emulator.
    #[arg(long)]
    allow_remote: bool,
    /// Speak https, and https alone, with a certificate made for this start.
    #[arg(long)]
    tls: bool,
    /// A further name under which clients reach it, for the certificate; may be given more than once.
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls")]
    tls_names: Vec<String>,
    /// Write the certificate authority that clients have to trust to this file, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,
}

/// What it is.
#[derive(Debug, Args)]
struct Azure {
    /// JSON array of ARM resources that a new emulator starts with; may be given more than once.
    #[arg(long = "fixture", value_name = "FILE")]
    fixtures: Vec<PathBuf>,
    /// Keep everything in this file, and go on with what is in it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How many Azure seconds pass in each real second.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = scale)]
    time_scale: f64,
    /// Seed of generated names and addresses; without it they differ from run to run.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What is logged to stderr: off, error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: LevelFilter,
}

impl Arguments {
    fn azure(&self) -> &Azure {
        match &self.command {
            Some(Command::Run { azure, .. }) => azure,
            None => &self.azure,
        }
    }

    /// The exit code for an error of the emulator's own: not one that the command may end with.
    pub fn failure(&self) -> ExitCode {
        match &self.command {
            Some(Command::Run { .. }) => run::OWN_FAILURE.into(),
            None => ExitCode::FAILURE,
        }
    }
}

/// Runs the emulator until it is told to end, or until the command that it runs has ended.
///
/// # Errors
/// When it cannot listen, a fixture cannot be read or is refused, or the state file cannot be used.
pub fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(arguments.azure().log)
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            match &arguments.command {
                Some(Command::Run { azure, command }) => run::run(command, azure.emulator()?).await,
                None => listen(&arguments.listening, &arguments.azure)
                    .await
                    .map(|()| ExitCode::SUCCESS),
            }
        })
}

impl Azure {
    fn emulator(&self) -> io::Result<Emulator> {
        let mut fixtures = Vec::new();
        for file in &self.fixtures {
            fixtures.extend(read_fixtures(file)?);
        }
        let seed = self
            .seed
            .unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        Emulator::new(Options {
            time_scale: self.time_scale,
            seed,
            fixtures,
            state: self.state.clone(),
        })
    }
}

async fn listen(arguments: &Listening, azure: &Azure) -> io::Result<()> {
    if !arguments.listen.ip().is_loopback() && !arguments.allow_remote {
        let message = format!(
            "{} is not a loopback address; --allow-remote listens on it all the same",
            arguments.listen
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let emulator = azure.emulator()?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", arguments.listen)))?;
    let certificates = arguments.tls.then(|| certificates(arguments)).transpose()?;
    let mut terminate = signal(SignalKind::terminate())?;
    // The one line of stdout tells scripts that the emulator is ready and where.
    let scheme = if arguments.tls { "https" } else { "http" };
    writeln!(io::stdout(), "{scheme}://{}", listener.local_addr()?)?;
    // A key takes a moment: it is made while the first client is on its way.
    std::thread::spawn(crate::signin::prepare);
    let ended = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    serve_until(listener, certificates, emulator, ended).await
}

fn certificates(arguments: &Listening) -> io::Result<Certificates> {
    let certificates = Certificates::for_names(arguments.listen.ip(), &arguments.tls_names)?;
    if let Some(file) = &arguments.ca_out {
        std::fs::write(file, certificates.authority()).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", file.display()))
        })?;
    }
    Ok(certificates)
}

fn read_fixtures(file: &Path) -> io::Result<Vec<Value>> {
    let wrong = |why: String| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: {why}", file.display()),
        )
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    match serde_json::from_str(&text) {
        Ok(Value::Array(fixtures)) => Ok(fixtures),
        Ok(_) => Err(wrong("a JSON array of resources is expected".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn scale(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|scale| *scale > 0.0 && *scale <= MAX_SCALE)
        .ok_or_else(|| format!("'{text}' is not a number above 0 and up to {MAX_SCALE}"))
}
