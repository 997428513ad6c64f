//! The executable that Terraform starts.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use provider_ise::provider::{ADDRESS, IseProvider};
use tfplugin_framework::plugin::{self, PluginInfo};
use tfplugin_framework::wire::Server;

const INFO: PluginInfo = PluginInfo::new(ADDRESS, env!("CARGO_PKG_VERSION"))
    .log_targets(&["provider_ise", "terraform_provider_ise"]);

fn main() -> ExitCode {
    plugin::main(INFO, || Server::new(IseProvider))
}
