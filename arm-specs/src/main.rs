//! Compiles the tables that the emulator ships with: `arm-specs FOLDER FILE` reads the documents in a folder.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [folder, file] = arguments.as_slice() else {
        eprintln!("usage: arm-specs FOLDER FILE");
        return ExitCode::FAILURE;
    };
    match fs::write(file, arm_specs::tables(Path::new(folder))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", Path::new(file).display());
            ExitCode::FAILURE
        }
    }
}
