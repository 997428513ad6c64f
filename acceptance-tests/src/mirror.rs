//! A filesystem mirror, from which `init` installs the provider without a network.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The provider's name in the registry.
pub const SOURCE: &str = "tfplugin-rs/ise";

/// The registries that Terraform and OpenTofu mean when a source names none.
const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Lays out a mirror with the provider in `folder`, and gives the CLI configuration that names it as the only source.
pub fn lay_out(folder: &Path, provider: &Path, version: &str) -> io::Result<String> {
    let file = format!(
        "terraform-provider-ise_v{version}{}",
        env::consts::EXE_SUFFIX
    );
    for host in HOSTS {
        let below: PathBuf = [host, SOURCE, version, &platform()].iter().collect();
        let package = folder.join(below);
        fs::create_dir_all(&package)?;
        place(provider, &package.join(&file))?;
    }
    Ok(format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        folder.display().to_string()
    ))
}

/// Puts an executable somewhere else without copying it where that can be.
pub fn place(executable: &Path, at: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(executable, at);
    #[cfg(not(unix))]
    return fs::copy(executable, at).map(drop);
}

/// Operating system and processor in Go's words.
fn platform() -> String {
    let system = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}
