//! The scenarios: real Terraform, or OpenTofu, through the provider against the emulator.
//!
//! Each starts its own emulator and runs the CLI in its own folder, so they all run beside one another.

mod adopted;
mod body;
mod fresh;
#[cfg(unix)]
mod processes;
mod snapshot;

mod anytime;
mod autoscale;
mod command;
mod drift;
mod examples;
mod existing;
mod faults;
mod import;
mod language;
mod life;
mod lossless;
mod meaning;
mod meanwhile;
mod outages;
mod plans;
mod secrets;
mod stack;
mod stopping;
mod strangers;
mod tags;
mod values;
mod wrong;
