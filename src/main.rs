//! The executable that Terraform starts.

use std::process::ExitCode;

use provider_ise::provider::{ADDRESS, IseProvider};
use tfplugin_framework::plugin::{self, About};
use tfplugin_framework::wire::Server;

const ABOUT: About = About {
    address: ADDRESS,
    version: env!("CARGO_PKG_VERSION"),
    log_targets: &["provider_ise", "terraform_provider_ise"],
};

fn main() -> ExitCode {
    plugin::main(ABOUT, || Server::new(IseProvider))
}
