//! The scenarios: real Terraform, or OpenTofu, through the provider against the emulator.
//!
//! Each starts its own emulator and runs the CLI in its own folder, so they all run beside one another.

mod examples;
mod life;
mod stack;
mod wrong;
