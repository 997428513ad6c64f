//! The executable that Terraform starts.

use std::process::ExitCode;

use provider::provider::Root;
use tfplugin_framework::plugin::{self, PluginInfo};
use tfplugin_framework::wire::Server;

fn main() -> ExitCode {
    let address = "registry.terraform.io/{{namespace}}/{{provider}}";
    let info = PluginInfo::new(address, env!("CARGO_PKG_VERSION"));
    plugin::main(info.log_targets(&["provider"]), || Server::new(Root))
}
