//! Microsoft's own clients against the emulator. They come from the Python package registry, so these tests only run when
//! they are asked for: `cargo test -p arm-emulator --test it clients:: -- --ignored`.

mod azure_cli;
mod python;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::process::Process;

/// An Azure hour passes in a second: an environment deploys in two.
const SCALE: [&str; 2] = ["--time-scale", "3600"];

async fn over_http() -> Process {
    Process::start(&SCALE).await
}

/// An emulator over https, and the file with the authority to trust.
struct Secure {
    process: Process,
    folder: TempDir,
}

impl Secure {
    async fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = folder.path().join("ca.pem");
        let tls = [
            "--tls",
            "--ca-out",
            authority.to_str().expect("a text path"),
        ];
        let process = Process::start(&[&SCALE[..], &tls, arguments].concat()).await;
        Self { process, folder }
    }

    fn url(&self) -> String {
        format!("https://{}", self.process.address)
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

/// The folder with the scripts of a client.
fn scripts(client: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(client)
}

/// A Python environment in the target folder with the packages of a `requirements.txt`, made anew when they change.
async fn environment(client: &str) -> PathBuf {
    // Tests run beside one another, and two of them use the same packages.
    static INSTALLING: Mutex<()> = Mutex::const_new(());
    let _alone = INSTALLING.lock().await;
    let wanted = scripts(client).join("requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(client);
    let installed = folder.join("requirements.txt");
    let read = |file| std::fs::read_to_string(file).ok();
    let (wanted_text, programs) = (read(&wanted), folder.join("bin"));
    if wanted_text.is_some() && wanted_text == read(&installed) {
        return programs;
    }
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .await;
    let mut install = Command::new(programs.join("pip"));
    install.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
        "--requirement",
    ]);
    succeed(install.arg(&wanted)).await;
    // Last, so that an installation that was cut off is no installation.
    std::fs::copy(&wanted, &installed).expect("a copy");
    programs
}

/// Runs a command that shows what it does and has to succeed.
async fn succeed(command: &mut Command) {
    let status = command.kill_on_drop(true).status().await;
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
