//! The Terraform or OpenTofu that the scenarios run.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::Result;

/// Names the executable to use, as in HashiCorp's own acceptance tests.
const VARIABLE: &str = "TF_ACC_TERRAFORM_PATH";

/// The executable in `TF_ACC_TERRAFORM_PATH`, else `terraform` or `tofu` on the `PATH`.
pub fn find() -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return match path.is_file() {
            true => Ok(path),
            false => Err(format!("{VARIABLE} names {}, which is no file", path.display()).into()),
        };
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
    ["terraform", "tofu"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .map(|path| path.with_extension(env::consts::EXE_EXTENSION))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            format!(
                "neither terraform nor tofu is on the PATH: install one, or name it in {VARIABLE}"
            )
            .into()
        })
}

/// Which CLI it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Whether it is OpenTofu.
    pub is_opentofu: bool,
    /// Its number, such as `1.16.0-rc2`.
    pub number: String,
}

impl Version {
    /// Whether it reads an import's provider from the type's name, and not from `required_providers`, when there is no
    /// configuration yet: Terraform 1.16 up to 1.16.2, by its issue 39144.
    pub fn misreads_imported_providers(&self) -> bool {
        let patch = self.number.strip_prefix("1.16.");
        let patch = patch.and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        !self.is_opentofu && patch.is_some_and(|patch| patch <= 2)
    }

    /// Whether it calls functions of providers, as Terraform does since 1.8 and OpenTofu since 1.7.
    pub fn calls_functions(&self) -> bool {
        self.is_at_least(match self.is_opentofu {
            true => 7,
            false => 8,
        })
    }

    /// Whether it mocks providers in `terraform test`, as Terraform does since 1.7 and OpenTofu since 1.8.
    pub fn mocks_providers(&self) -> bool {
        self.is_at_least(match self.is_opentofu {
            true => 8,
            false => 7,
        })
    }

    /// Whether the plan with which an apply begins is told what the plan before it remembered, as Terraform does since 1.16.
    pub fn hands_on_planned_private(&self) -> bool {
        !self.is_opentofu && self.is_at_least(16)
    }

    fn is_at_least(&self, minor: u32) -> bool {
        let mut numbers = self.number.split('.');
        let found = numbers.nth(1).and_then(|it| it.parse::<u32>().ok());
        !self.number.starts_with("1.") || found.is_some_and(|it| it >= minor)
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, number) = line.trim().split_once(" v")?;
        Some(Self {
            is_opentofu: name == "OpenTofu",
            number: number.to_owned(),
        })
    }
}

/// What the CLI says that it is; it is asked once.
pub fn version() -> Result<&'static Version> {
    static VERSION: LazyLock<std::result::Result<Version, String>> =
        LazyLock::new(|| ask().map_err(|error| error.to_string()));
    VERSION.as_ref().map_err(|error| error.as_str().into())
}

fn ask() -> Result<Version> {
    let mut command = Command::new(find()?);
    command
        .arg("version")
        .env_clear()
        .env("CHECKPOINT_DISABLE", "1");
    let output = command.output()?;
    let printed = String::from_utf8(output.stdout)?;
    let version = printed.lines().find_map(Version::parse);
    version.ok_or_else(|| format!("{printed:?} names no version").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart() {
        for (line, is_opentofu, misreads) in [
            ("Terraform v1.15.9", false, false),
            ("Terraform v1.16.0-rc2", false, true),
            ("Terraform v1.16.2", false, true),
            ("Terraform v1.16.3", false, false),
            ("OpenTofu v1.12.6", true, false),
            ("OpenTofu v1.16.0", true, false),
        ] {
            let version = Version::parse(line).expect(line);
            assert_eq!(version.is_opentofu, is_opentofu, "{line}");
            assert_eq!(version.misreads_imported_providers(), misreads, "{line}");
        }
        assert_eq!(Version::parse("on linux_amd64"), None);
        for (line, calls_functions, mocks_providers) in [
            ("Terraform v1.5.7", false, false),
            ("Terraform v1.7.0-beta1", false, true),
            ("Terraform v1.10.0", true, true),
            ("Terraform v2.0.0", true, true),
            ("OpenTofu v1.6.2", false, false),
            ("OpenTofu v1.7.0", true, false),
            ("OpenTofu v1.12.6", true, true),
        ] {
            let version = Version::parse(line).expect(line);
            assert_eq!(version.calls_functions(), calls_functions, "{line}");
            assert_eq!(version.mocks_providers(), mocks_providers, "{line}");
        }
    }
}
