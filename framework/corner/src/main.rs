//! Serves the provider.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use corner::provider::{ADDRESS, Corner};
use tfplugin_framework::plugin::{self, PluginInfo};
use tfplugin_framework::wire::Server;

fn main() -> ExitCode {
    plugin::main(PluginInfo::new(ADDRESS, "1.0.0"), || Server::new(Corner))
}
