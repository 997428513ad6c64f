//! Debugging: a process that a developer starts, perhaps under a debugger, and that Terraform is told to use.

use std::io;

use serde_json::json;

use super::about::About;
use super::address::Address;
use super::handshake::PROTOCOL;
use super::stdout;

/// Prints the line to paste, and on stderr what it is for, so that scripts can read the one without the other.
pub(super) fn announce(about: &About, address: &Address) -> io::Result<()> {
    stdout::announce(&environment(about, address, std::process::id()))?;
    // Without a reader it explains nothing to anybody.
    let text = "Set this variable where you run terraform or tofu. End with Ctrl-C.\n";
    io::Write::write_all(&mut io::stderr().lock(), text.as_bytes()).ok();
    Ok(())
}

fn environment(about: &About, address: &Address, pid: u32) -> String {
    let attach = json!({
        about.address: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL,
            "Pid": pid,
            // Keeps the client from ending this process with its own.
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    });
    match cfg!(windows) {
        true => format!("$env:TF_REATTACH_PROVIDERS='{attach}'\n"),
        false => format!("TF_REATTACH_PROVIDERS='{attach}'\n"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_paste() {
        let about = About {
            address: "registry.terraform.io/acme/cloud",
            version: "1.2.3",
            log_targets: &[],
        };
        let address = Address::Unix("/tmp/tfp-1/s".into());
        assert_eq!(
            environment(&about, &address, 42),
            "TF_REATTACH_PROVIDERS='{\"registry.terraform.io/acme/cloud\":{\"Protocol\":\"grpc\",\"ProtocolVersion\":6,\
             \"Pid\":42,\"Test\":true,\"Addr\":{\"Network\":\"unix\",\"String\":\"/tmp/tfp-1/s\"}}}'\n"
        );
    }
}
