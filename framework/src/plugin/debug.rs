//! Debugging: a process that a developer starts, perhaps under a debugger, and to which Terraform reattaches.

use std::io;

use serde_json::{Map, json};

use super::address::Address;
use super::handshake::PROTOCOL;
use super::info::PluginInfo;
use super::stdout;

/// The registries that Terraform and OpenTofu mean where a source names none: either looks for the process under its own.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Prints the line to paste, and on stderr what it is for, so that scripts can read the one without the other.
pub(super) fn announce(info: &PluginInfo, address: &Address) -> io::Result<()> {
    stdout::announce(&environment(info, address, std::process::id()))?;
    // Without a reader it explains nothing to anybody.
    let text = "Set this variable where you run terraform or tofu. End with Ctrl-C.\n";
    io::Write::write_all(&mut io::stderr().lock(), text.as_bytes()).ok();
    Ok(())
}

fn environment(info: &PluginInfo, address: &Address, pid: u32) -> String {
    let entry = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": pid,
        // Keeps the client from ending this process with its own.
        "Test": true,
        "Addr": { "Network": address.network(), "String": address.to_string() },
    });
    let names = names(info.address).into_iter();
    let attach = json!(
        names
            .map(|name| (name, entry.clone()))
            .collect::<Map<_, _>>()
    );
    match cfg!(windows) {
        true => format!("$env:TF_REATTACH_PROVIDERS='{attach}'\n"),
        false => format!("TF_REATTACH_PROVIDERS='{attach}'\n"),
    }
}

/// The names of the provider: one in each of the default registries, or the one that it has elsewhere.
fn names(address: &str) -> Vec<String> {
    let below = REGISTRIES
        .iter()
        .find_map(|host| address.strip_prefix(host)?.strip_prefix('/'));
    match below {
        Some(below) => REGISTRIES.map(|host| format!("{host}/{below}")).to_vec(),
        None => vec![address.to_owned()],
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_paste() {
        let info = |address| PluginInfo::new(address, "1.2.3");
        let address = Address::Unix("/tmp/tfp-1/s".into());
        let entry = "{\"Protocol\":\"grpc\",\"ProtocolVersion\":6,\"Pid\":42,\"Test\":true,\
                     \"Addr\":{\"Network\":\"unix\",\"String\":\"/tmp/tfp-1/s\"}}";
        assert_eq!(
            environment(&info("registry.terraform.io/acme/cloud"), &address, 42),
            format!(
                "TF_REATTACH_PROVIDERS='{{\"registry.terraform.io/acme/cloud\":{entry},\
                 \"registry.opentofu.org/acme/cloud\":{entry}}}'\n"
            )
        );
        assert_eq!(
            environment(&info("acme.example/acme/cloud"), &address, 42),
            format!("TF_REATTACH_PROVIDERS='{{\"acme.example/acme/cloud\":{entry}}}'\n")
        );
    }
}
