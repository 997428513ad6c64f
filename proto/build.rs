//! Compiles the protocol files with protox, so that no protoc is needed.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const FILES: [&str; 4] = [
    "tfplugin6.proto",
    "grpc_broker.proto",
    "grpc_controller.proto",
    "grpc_stdio.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["."])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?;
    fs::write(
        out_dir.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    tonic_prost_build::configure()
        // Methods that a provider does not write answer UNIMPLEMENTED.
        .generate_default_stubs(true)
        .build_transport(false)
        .bytes(".")
        // Their Debug, in src/redact.rs, shows no content.
        .skip_debug([
            ".tfplugin6.DynamicValue",
            ".tfplugin6.RawState",
            ".tfplugin6.ReadStateBytes.Response",
            ".tfplugin6.WriteStateBytes.RequestChunk",
        ])
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
