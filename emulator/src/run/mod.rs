//! `arm-emulator run`: a command in whose environment this emulator is Azure.

mod files;
mod signals;
mod variables;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};

use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use self::files::Files;
use self::signals::Signals;
use crate::{Certificates, Emulator, serve_tls};

/// What the command ends with when it is not to blame, as `timeout` and `docker run` have it.
pub(crate) const OWN_FAILURE: u8 = 125;
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Serves the emulator over https on a free port of loopback for as long as the command runs, and ends as it ends.
pub(crate) async fn run(command: &[OsString], emulator: Emulator) -> io::Result<ExitCode> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(io::Error::other("no command is given"));
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let certificates = Certificates::new(address.ip())?;
    let files = Files::write(&address.to_string(), certificates.authority())?;
    let subscription = emulator.with(|state| {
        let first = state.world.resources.all().next();
        first.map(|stored| stored.id.subscription.clone())
    });
    let variables = variables::of(
        &address.to_string(),
        &files,
        subscription.as_deref(),
        |name| std::env::var_os(name),
    );
    // From here on a signal is the command's to answer.
    let signals = Signals::listen()?;
    let serving = tokio::spawn(serve_tls(listener, emulator, certificates));
    std::thread::spawn(crate::signin::prepare);
    tracing::info!(%address, "serving");
    let mut child = Command::new(program);
    child.args(arguments);
    for name in variables::FOREIGN {
        child.env_remove(name);
    }
    child.envs(variables);
    let ended = match child.spawn() {
        Ok(child) => code(wait(child, signals).await?),
        Err(error) => {
            let name = program.to_string_lossy();
            writeln!(io::stderr(), "arm-emulator: {name}: {error}")?;
            match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => NOT_RUNNABLE,
            }
        }
    };
    serving.abort();
    Ok(ended.into())
}

/// Waits until the command has ended, and hands it the signals that only we have got meanwhile.
async fn wait(mut child: Child, mut signals: Signals) -> io::Result<ExitStatus> {
    loop {
        tokio::select! {
            ended = child.wait() => return ended,
            signal = signals.next() => {
                if let Some(id) = child.id() {
                    signals::pass(signal, id);
                }
            }
        }
    }
}

/// The exit code of a command; for one that a signal ended, what a shell would say.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}
