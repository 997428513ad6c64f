//! An emulator, and a workspace whose provider points at it.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::Result;
use crate::emulator::Emulator;
use crate::workspace::Workspace;

/// The subscription of the fixtures.
pub const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

/// Two hours, in which Azure deploys an environment, take a second.
const TIME_SCALE: u32 = 7200;

/// What exists before a scenario begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixture {
    /// A resource group, and in it a virtual network with subnets, security groups and route tables.
    Network,
    /// Also two environments, and an integration account in the Premium one.
    Environment,
    /// The first, and a network in another subscription.
    Hub,
    /// Those of the environment, and a subscription of another tenant.
    Tenants,
}

/// Where a scenario plays. It is its workspace in all respects, and has an emulator besides.
#[derive(Debug)]
pub struct Scene {
    /// The other side.
    pub emulator: Emulator,
    /// Where the CLI runs.
    pub workspace: Workspace,
}

impl Scene {
    /// Starts an emulator, and writes a provider block that points at it.
    pub fn new(fixture: Fixture) -> Result<Self> {
        Self::with_workspace(fixture, Workspace::new()?)
    }

    /// The same, with a workspace that finds the provider in another way.
    pub fn with_workspace(fixture: Fixture, workspace: Workspace) -> Result<Self> {
        let files = fixture.paths();
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        Self::with_emulator(Emulator::start(&files, TIME_SCALE)?, workspace)
    }

    /// The same, with an emulator that can be taken down, and that begins at another pace.
    pub fn with_memory(fixture: Fixture, time_scale: u32) -> Result<Self> {
        let files = fixture.paths();
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let emulator = Emulator::start_with_memory(&files, time_scale)?;
        Self::with_emulator(emulator, Workspace::new()?)
    }

    fn with_emulator(emulator: Emulator, mut workspace: Workspace) -> Result<Self> {
        workspace.replace(&emulator.url(), "<emulator>");
        workspace.write("provider.tf", &provider_block(&emulator.url(), ""))?;
        Ok(Self {
            emulator,
            workspace,
        })
    }

    /// The same over TLS, with an empty provider block: only the environment says where Azure is, and it says by its
    /// metadata.
    pub fn over_tls(fixture: Fixture) -> Result<Self> {
        Self::over_tls_in(fixture, Workspace::new()?)
    }

    /// The same, with a workspace that finds the provider in another way.
    pub fn over_tls_in(fixture: Fixture, mut workspace: Workspace) -> Result<Self> {
        let files = fixture.paths();
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let emulator = Emulator::start_tls(&files, TIME_SCALE)?;
        let block = format!("{REQUIRED_PROVIDERS}\nprovider \"ise\" {{}}\n");
        workspace.write("provider.tf", &block)?;
        workspace.replace(emulator.authority(), "<emulator>");
        let authority = emulator.authority_file().ok_or("no authority")?;
        for (name, value) in [
            ("SSL_CERT_FILE", &*authority.to_string_lossy()),
            ("ARM_METADATA_HOSTNAME", emulator.authority()),
            ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
        ] {
            workspace.set_variable(name, value);
        }
        Ok(Self {
            emulator,
            workspace,
        })
    }

    /// Writes the configuration, besides the provider block.
    pub fn configure(&self, configuration: &impl ToString) -> Result {
        Ok(self
            .workspace
            .write("main.tf", &configuration.to_string())?)
    }

    /// Writes more arguments into the provider block.
    pub fn configure_provider(&self, arguments: &str) -> Result {
        let block = provider_block(&self.emulator.url(), arguments);
        Ok(self.workspace.write("provider.tf", &block)?)
    }
}

impl Deref for Scene {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl Fixture {
    fn paths(self) -> Vec<PathBuf> {
        let names: &[&str] = match self {
            Self::Network => &["network.json"],
            Self::Environment => &["network.json", "environment.json"],
            Self::Hub => &["network.json", "hub.json"],
            Self::Tenants => &["network.json", "environment.json", "tenants.json"],
        };
        names.iter().map(|name| fixture_path(name)).collect()
    }
}

/// The ID of an object in the fixtures' resource group; `below` is namespace, type and name.
pub fn id(below: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/integration/providers/{below}")
}

/// The ID of a subnet in the fixtures' network.
pub fn subnet_id(name: &str) -> String {
    id(&format!(
        "Microsoft.Network/virtualNetworks/network/subnets/{name}"
    ))
}

/// A list of the IDs of these subnets, as an expression.
pub fn subnet_ids(names: [&str; 4]) -> String {
    Json::from(names.map(subnet_id).to_vec()).to_string()
}

/// A block that requires the provider, for configurations that have none.
pub const REQUIRED_PROVIDERS: &str = r#"terraform {
  required_providers {
    ise = {
      source = "tfplugin-rs/ise"
    }
  }
}
"#;

fn provider_block(url: &str, arguments: &str) -> String {
    format!(
        r#"{REQUIRED_PROVIDERS}
provider "ise" {{
  resource_manager_endpoint       = "{url}"
  active_directory_authority_host = "{url}"
  subscription_id                 = "{SUBSCRIPTION}"
  tenant_id                       = "22222222-2222-2222-2222-222222222222"
  client_id                       = "33333333-3333-3333-3333-333333333333"
  client_secret                   = "any"
{arguments}}}
"#
    )
}

fn fixture_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}
