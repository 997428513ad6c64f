//! Our two executables.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::Result;

/// Where the executables are.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// `terraform-provider-ise`.
    pub provider: PathBuf,
    /// `arm-emulator`.
    pub emulator: PathBuf,
}

/// The executables of this checkout, built on first use. Inside `cargo test --workspace` they are there already.
pub fn built() -> Result<&'static Binaries> {
    static BUILT: LazyLock<std::result::Result<Binaries, String>> =
        LazyLock::new(|| build().map_err(|error| error.to_string()));
    BUILT.as_ref().map_err(|error| error.as_str().into())
}

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

fn build() -> Result<Binaries> {
    let mut cargo = Command::new(env!("CARGO"));
    // All members together, as `cargo test --workspace` builds them: other selections turn on other features of shared
    // dependencies, which would be compiled a second time.
    cargo
        .args([
            "build",
            "--workspace",
            "--bins",
            "--locked",
            "--message-format=json-render-diagnostics",
        ])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .current_dir(root())
        .stderr(Stdio::inherit());
    let output = cargo
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo build ended with {}", output.status).into());
    }
    let messages = String::from_utf8(output.stdout)?;
    let executable = |name: &str| {
        messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok())
            .find_map(|message| {
                let is_wanted =
                    message["target"]["name"] == name && message["target"]["kind"][0] == "bin";
                is_wanted.then(|| message["executable"].as_str().map(PathBuf::from))?
            })
            .ok_or_else(|| format!("cargo build made no executable {name}"))
    };
    Ok(Binaries {
        provider: executable("terraform-provider-ise")?,
        emulator: executable("arm-emulator")?,
    })
}
