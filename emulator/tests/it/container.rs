//! The Containerfile cannot be built in every place that the tests run in; what it says of the rest is held to that.

use std::path::{Path, PathBuf};

use arm_emulator::cli::Arguments;
use clap::Parser as _;

fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.expect("a workspace").to_owned()
}

fn read(path: &str) -> String {
    let file = root().join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The instructions of that name, without it.
fn instructions(name: &str) -> Vec<String> {
    let text = read("emulator/Containerfile");
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn it_starts_the_emulator_so_that_it_can_be_reached() {
    let [entry] = instructions("ENTRYPOINT").try_into().expect("one");
    let entry: Vec<String> = serde_json::from_str(&entry).expect("a list of words");
    for more in [
        &["--time-scale", "3600"][..],
        &["--state", "/state/azure"],
        &[],
    ] {
        let words = entry.iter().map(String::as_str).chain(more.iter().copied());
        let parsed = Arguments::try_parse_from(words);
        assert!(parsed.is_ok(), "{parsed:?}");
    }
    let address = entry.iter().position(|word| word == "--listen");
    let address = &entry[address.expect("an address") + 1];
    assert!(entry.iter().any(|word| word == "--allow-remote"));
    assert_eq!(
        address.rsplit(':').next().map(str::to_owned),
        instructions("EXPOSE").first().cloned()
    );
}

#[test]
fn it_builds_with_the_compiler_of_the_workspace_and_runs_as_nobody_special() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("a version")
        .trim_matches('"');
    let images = instructions("FROM");
    assert!(
        images[0].contains(&format!("/rust:{version}-")),
        "{images:?}"
    );
    assert!(images[1].ends_with(":nonroot"), "{images:?}");
    let copied = instructions("COPY --from=build");
    let binary = format!("/source/target/release/{}", env!("CARGO_PKG_NAME"));
    assert!(copied[0].starts_with(&binary), "{copied:?}");
}
