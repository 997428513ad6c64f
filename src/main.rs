//! The executable that Terraform starts.

use std::process::ExitCode;

use provider_ise::plugin::{self, About};
use provider_ise::provider::{ADDRESS, IseProvider};
use provider_ise::server::Server;

const ABOUT: About = About {
    address: ADDRESS,
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    plugin::main(ABOUT, || Server::new(IseProvider))
}
