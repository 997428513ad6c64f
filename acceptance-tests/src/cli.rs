//! The Terraform or OpenTofu that the scenarios run.

use std::env;
use std::path::PathBuf;

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
