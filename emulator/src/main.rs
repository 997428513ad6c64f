//! The `arm-emulator` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use arm_emulator::cli::{Arguments, run};
use clap::Parser;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("arm-emulator: {error}");
        arguments.failure()
    })
}
