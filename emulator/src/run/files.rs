//! The files that clients are pointed at: whom to trust, and a configuration of the Azure CLI. They go with the command.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tempfile::TempDir;

/// The name of the cloud that the Azure CLI is given.
const CLOUD: &str = "arm-emulator";

/// The variables in which a user may have named authorities of their own.
const BUNDLES: [&str; 3] = [
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
];

/// A folder of their own, removed when this value goes.
pub(super) struct Files {
    folder: TempDir,
}

impl Files {
    /// Writes them for an emulator at that host and port, whose authority is given as PEM.
    pub(super) fn write(host: &str, authority: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("arm-emulator-").tempdir()?;
        let files = Self { folder };
        fs::write(files.authority(), authority)?;
        fs::write(files.bundle(), bundle(authority))?;
        fs::create_dir(files.azure_cli())?;
        let selected = format!("[cloud]\nname = {CLOUD}\n");
        fs::write(files.azure_cli().join("config"), selected)?;
        let cloud = format!(
            "[{CLOUD}]\n\
             endpoint_resource_manager = https://{host}\n\
             endpoint_active_directory = https://{host}\n\
             endpoint_active_directory_resource_id = https://management.azure.com/\n\
             endpoint_active_directory_graph_resource_id = https://graph.microsoft.com/\n"
        );
        fs::write(files.azure_cli().join("clouds.config"), cloud)?;
        Ok(files)
    }

    /// The emulator's own authority.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// It, and whom this machine trusts.
    pub(super) fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle.pem")
    }

    /// A configuration of the Azure CLI, so that the user's own stays as it is.
    pub(super) fn azure_cli(&self) -> PathBuf {
        self.folder.path().join("azure")
    }
}

/// The authorities that this machine trusts, those that the user's variables name, and the emulator's own: a command
/// that also talks to others (Terraform to its registry) goes on trusting them.
fn bundle(authority: &str) -> String {
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "an authority of this machine is left out");
    }
    let named = BUNDLES.into_iter().filter_map(std::env::var_os);
    let named = named
        .filter_map(|file| CertificateDer::pem_file_iter(file).ok())
        .flatten()
        .filter_map(Result::ok);
    let mut seen = HashSet::new();
    let known = native
        .certs
        .into_iter()
        .chain(named)
        .filter(|certificate| seen.insert(certificate.clone()));
    let mut text = authority.trim_end().to_owned();
    text.push('\n');
    text.extend(known.map(|certificate| pem(&certificate)));
    text
}

/// A certificate as text.
fn pem(certificate: &[u8]) -> String {
    let encoded = STANDARD.encode(certificate);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in encoded.as_bytes().chunks(64) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}
