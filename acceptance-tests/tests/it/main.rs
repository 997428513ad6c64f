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
mod difference;
mod drift;
mod examples;
mod existing;
mod faults;
mod import;
mod language;
mod life;
mod looked_up;
mod lossless;
mod meaning;
mod meanwhile;
mod network;
mod outages;
mod plans;
mod preflight;
mod secrets;
#[cfg(unix)]
mod signing_in;
mod stack;
mod stopping;
mod strangers;
mod tags;
mod values;
mod wrong;
