//! The `arm-emulator` command.

use std::process::ExitCode;

use arm_emulator::cli::{Arguments, run};
use clap::Parser;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("arm-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}
