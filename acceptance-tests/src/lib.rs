//! Real Terraform, or OpenTofu, through the real provider against the real emulator.
//!
//! The scenarios are in `tests/it`, the demo in `src/bin/demo.rs`; here is what both stand on:
//!
//! - [`binaries`]: our two executables, built when they are not.
//! - [`cli`]: which Terraform or OpenTofu.
//! - [`emulator`]: a running emulator, and the truth it holds → [`http`].
//! - [`workspace`]: a folder in which the CLI runs, with an environment of its own → [`mirror`], [`run`], `interrupts`.
//! - [`run`]: what one command came to → [`diagnostics`].
//! - [`plan`], [`state`]: the JSON that the CLI tells of them.
//! - [`hcl`]: blocks of configuration that differ in one argument.
//! - [`scene`]: an emulator and a workspace whose provider points at it.

#![forbid(unsafe_code)]

pub mod binaries;
pub mod cli;
pub mod diagnostics;
pub mod emulator;
pub mod hcl;
pub mod http;
#[cfg(unix)]
mod interrupts;
pub mod mirror;
pub mod plan;
pub mod profile;
pub mod run;
pub mod scene;
pub mod state;
pub mod workspace;

/// Why a scenario cannot go on.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What scenarios and their helpers give.
pub type Result<T = ()> = std::result::Result<T, Error>;
