//! Many clients at once get no error and find what they wrote. How fast is measured by `cargo bench -p arm-emulator`.

mod driver;

use driver::{Phase, run};

use crate::process::Process;

const CLIENTS: usize = 50;
const OBJECTS: usize = 1000;

async fn load(arguments: &[&str]) {
    let process = Process::start(&[&["--time-scale", "3600"], arguments].concat()).await;
    for phase in [Phase::Build, Phase::Use, Phase::Clear] {
        let done = run(process.address, CLIENTS, OBJECTS, phase).await;
        let samples = done.unwrap_or_else(|wrong| panic!("{phase:?}: {wrong}"));
        assert!(samples.len() >= CLIENTS, "{phase:?}");
    }
}

#[tokio::test]
async fn many_clients_get_no_error() {
    load(&[]).await;
}

#[tokio::test]
async fn many_clients_get_no_error_from_a_state_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state.redb");
    load(&["--state", state.to_str().expect("a text path")]).await;
}
