//! The executable that Terraform starts.

use std::process::ExitCode;

use provider_ise::plugin::{self, About, ProviderService};
use tfplugin::v6::provider_server::Provider;

const ABOUT: About = About {
    address: "registry.terraform.io/tfplugin-rs/ise",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    plugin::main(ABOUT, || Unserved)
}

/// Answers UNIMPLEMENTED to every call; the provider's server takes its place.
struct Unserved;

impl Provider for Unserved {}

impl ProviderService for Unserved {
    async fn idle(&self) {}
}
