//! The few words that a human may say to the executable, and what it answers.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use super::info::PluginInfo;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// No argument: a client started us.
    Serve,
    /// Wait for clients that reattach.
    Debug,
    /// Explain.
    Help,
    /// Tell the version.
    Version,
}

impl Command {
    /// Go's single dash is understood as well; the error is an argument that is not.
    pub(super) fn from_args(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut command = Self::Serve;
        for arg in args {
            let arg = arg.to_string_lossy();
            command = match arg.as_ref() {
                "--debug" | "-debug" => Self::Debug,
                "--help" | "-help" | "-h" => return Ok(Self::Help),
                "--version" | "-version" | "-V" => return Ok(Self::Version),
                _ => return Err(arg.into_owned()),
            };
        }
        Ok(command)
    }
}

pub(super) fn version(info: &PluginInfo) -> String {
    format!("terraform-provider-{} {}\n", short_name(info), info.version)
}

pub(super) fn help(info: &PluginInfo) -> String {
    let name = short_name(info);
    format!(
        "\
terraform-provider-{name} {version}

A plugin of Terraform and OpenTofu, which start it themselves:

  terraform {{
    required_providers {{
      {name} = {{
        source = \"{source}\"
      }}
    }}
  }}

Options:
  --debug    serve until interrupted, and print the environment variable that
             makes Terraform connect to this process instead of starting its own
  --version  print the version
  --help     print this text

Environment:
  {log_variable}, TF_LOG_PROVIDER, TF_LOG
             how much to log to standard error: TRACE, DEBUG, INFO, WARN, ERROR
             or OFF; the first that is set counts
",
        version = info.version,
        source = source(info),
        log_variable = log_variable(info),
    )
}

pub(super) fn started_by_hand(info: &PluginInfo) -> String {
    format!(
        "\
This is a plugin of Terraform and OpenTofu. They start it themselves for
configurations that name {source:?} under required_providers; it does
nothing when started by hand. With --debug it waits for them; --help tells more.
",
        source = source(info),
    )
}

pub(super) fn unknown_argument(argument: &str) -> String {
    format!("unknown argument {argument:?}; --help lists what there is\n")
}

/// Tells a human why nothing happens.
pub(super) fn refuse(text: &str) -> ExitCode {
    // Nobody may be there to read it.
    std::io::stderr().lock().write_all(text.as_bytes()).ok();
    ExitCode::FAILURE
}

/// The variable that narrows this provider's log only.
pub(super) fn log_variable(info: &PluginInfo) -> String {
    let name = short_name(info).to_uppercase().replace('-', "_");
    format!("TF_LOG_PROVIDER_{name}")
}

/// The last part of the address: what configurations call the provider.
fn short_name(info: &PluginInfo) -> &'static str {
    info.address.rsplit('/').next().unwrap_or(info.address)
}

/// The address without the host that everybody leaves out.
fn source(info: &PluginInfo) -> &'static str {
    let address = info.address;
    address
        .strip_prefix("registry.terraform.io/")
        .unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: PluginInfo = PluginInfo::new("registry.terraform.io/acme/big-cloud", "1.2.3");

    #[test]
    fn arguments() {
        let check = |args: &[&str], expect: Result<Command, &str>| {
            let actual = Command::from_args(args.iter().map(OsString::from));
            assert_eq!(actual, expect.map_err(str::to_owned), "{args:?}");
        };
        check(&[], Ok(Command::Serve));
        check(&["--debug"], Ok(Command::Debug));
        check(&["-debug"], Ok(Command::Debug));
        check(&["--version"], Ok(Command::Version));
        check(&["--debug", "-h"], Ok(Command::Help));
        check(&["serve"], Err("serve"));
    }

    #[test]
    fn texts_name_the_provider() {
        assert_eq!(version(&INFO), "terraform-provider-big-cloud 1.2.3\n");
        let help = help(&INFO);
        assert!(help.contains("source = \"acme/big-cloud\""), "{help}");
        assert!(help.contains("TF_LOG_PROVIDER_BIG_CLOUD,"), "{help}");
        assert!(started_by_hand(&INFO).contains("\"acme/big-cloud\""));
    }

    #[test]
    fn texts_fit_a_terminal() {
        for line in (help(&INFO) + &started_by_hand(&INFO)).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
