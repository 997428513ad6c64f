//! The Rust in `src/generated` is what the `.proto` files of this package say.
//!
//! It lies in the repository, so that who depends on this crate needs neither protoc nor a compiler of protocols. After a change of a
//! `.proto` file, `UPDATE_PROTO=1 cargo test -p tfplugin-proto --test generated` writes it anew; what in `src` needs the new code comes after that,
//! since this test is built with it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use prost::Message as _;
use prost_types::FileDescriptorSet;

const FILES: [&str; 4] = [
    "tfplugin6.proto",
    "grpc_broker.proto",
    "grpc_controller.proto",
    "grpc_stdio.proto",
];

const GENERATED: [&str; 3] = ["tfplugin6.rs", "plugin.rs", "descriptors.bin"];

/// Compiles with protox, so that no protoc is needed here either.
fn generate(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut compiler = protox::Compiler::new([env!("CARGO_MANIFEST_DIR")])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?;
    let mut set: FileDescriptorSet = compiler.file_descriptor_set();
    tonic_prost_build::configure()
        .out_dir(folder)
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
        .compile_fds(set.clone())?;
    for file in &mut set.file {
        // Comments and places in the text are of no use in a process.
        file.source_code_info = None;
    }
    fs::write(folder.join("descriptors.bin"), set.encode_to_vec())?;
    Ok(())
}

#[test]
fn the_generated_code_is_fresh() -> Result<(), Box<dyn Error>> {
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated");
    for name in GENERATED {
        let content = fs::read(fresh.path().join(name))?;
        let path = kept.join(name);
        if env::var_os("UPDATE_PROTO").is_some() {
            fs::write(&path, &content)?;
        }
        // Only whether they differ: the difference of two files of this size is no message.
        assert!(
            fs::read(&path)? == content,
            "{} is stale: see the head of {}",
            path.display(),
            file!()
        );
    }
    Ok(())
}
