//! The environment in which clients take this emulator for Azure.

use std::ffi::{OsStr, OsString};

use super::files::Files;

/// What signs in otherwise than with a client's secret, or somewhere else: the command does not get these.
pub(super) const FOREIGN: [&str; 19] = [
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_ID_FILE_PATH",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_REQUEST_URL",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_TOKEN_FILE_PATH",
    // azurerm 4 refuses it beside ARM_SKIP_PROVIDER_REGISTRATION, which more clients know.
    "ARM_RESOURCE_PROVIDER_REGISTRATIONS",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_PASSWORD",
    "AZURE_USERNAME",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "MSI_ENDPOINT",
];

/// The subscription when nothing names one.
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";
const TENANT: &str = "00000000-0000-0000-0000-0000000000aa";
const CLIENT: &str = "00000000-0000-0000-0000-0000000000bb";
const SECRET: &str = "any";

/// What tokens are asked for.
const AUDIENCE: &str = "https://management.azure.com";

/// Hosts that are reached without a proxy.
const LOCAL: &str = "127.0.0.1,localhost,::1";

/// The variables that azurerm, azapi, the ise provider, the Azure CLI, Microsoft's SDKs and what they are built on read.
/// Names and secrets that are set already stay: applications may be registered. `subscription` is that of the fixtures.
pub(super) fn of(
    host: &str,
    files: &Files,
    subscription: Option<&str>,
    present: impl Fn(&str) -> Option<OsString>,
) -> Vec<(&'static str, OsString)> {
    let given = |name: &str| present(name).filter(|value| !value.is_empty());
    let base = format!("https://{host}");
    let identity = |name: &'static str, also: &'static str, otherwise: &str| {
        let value = given(name).or_else(|| given(also));
        let value = value.unwrap_or_else(|| otherwise.into());
        [(name, value.clone()), (also, value)]
    };
    let mut variables = Vec::new();
    variables.extend(identity(
        "ARM_SUBSCRIPTION_ID",
        "AZURE_SUBSCRIPTION_ID",
        subscription.unwrap_or(SUBSCRIPTION),
    ));
    variables.extend(identity("ARM_TENANT_ID", "AZURE_TENANT_ID", TENANT));
    variables.extend(identity("ARM_CLIENT_ID", "AZURE_CLIENT_ID", CLIENT));
    variables.extend(identity("ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET", SECRET));
    let fixed = [
        ("ARM_EMULATOR_URL", base.clone()),
        // Terraform's providers.
        ("ARM_METADATA_HOSTNAME", host.to_owned()),
        ("ARM_ENVIRONMENT", "public".to_owned()),
        ("ARM_RESOURCE_MANAGER_ENDPOINT", base.clone()),
        ("ARM_RESOURCE_MANAGER_AUDIENCE", AUDIENCE.to_owned()),
        ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", base.clone()),
        ("ARM_DISABLE_INSTANCE_DISCOVERY", "true".to_owned()),
        ("ARM_SKIP_PROVIDER_REGISTRATION", "true".to_owned()),
        ("ARM_USE_CLI", "false".to_owned()),
        ("ARM_USE_MSI", "false".to_owned()),
        ("ARM_USE_OIDC", "false".to_owned()),
        ("ARM_USE_AKS_WORKLOAD_IDENTITY", "false".to_owned()),
        // Microsoft's SDKs.
        ("AZURE_AUTHORITY_HOST", base.clone()),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", base),
        // The Azure CLI.
        ("AZURE_CORE_INSTANCE_DISCOVERY", "false".to_owned()),
        ("AZURE_CORE_COLLECT_TELEMETRY", "false".to_owned()),
    ];
    variables.extend(fixed.map(|(name, value)| (name, value.into())));
    variables.push(("AZURE_CONFIG_DIR", files.azure_cli().into()));
    variables.extend(extensions(&given));
    variables.push(("ARM_EMULATOR_CA", files.authority().into()));
    for name in [
        // Go, Rust, .NET and all that is built on OpenSSL; Python's requests; curl; Node.js.
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
    ] {
        variables.push((name, files.bundle().into()));
    }
    // curl reads only the one in lower case.
    let direct = given("no_proxy").or_else(|| given("NO_PROXY"));
    let direct = without_proxy(direct.as_deref());
    variables.extend([("NO_PROXY", direct.clone()), ("no_proxy", direct)]);
    variables
}

/// The extensions of the Azure CLI lie in its configuration's folder unless they are named.
fn extensions(given: &impl Fn(&str) -> Option<OsString>) -> Option<(&'static str, OsString)> {
    let name = "AZURE_EXTENSION_DIR";
    let own = given("AZURE_CONFIG_DIR").map(std::path::PathBuf::from);
    let own = own.or_else(|| Some(std::path::PathBuf::from(given("HOME")?).join(".azure")));
    let folder = given(name).or_else(|| Some(own?.join("cliextensions").into()))?;
    Some((name, folder))
}

fn without_proxy(known: Option<&OsStr>) -> OsString {
    let mut hosts = known.map(OsStr::to_owned).unwrap_or_default();
    if !hosts.is_empty() {
        hosts.push(",");
    }
    hosts.push(LOCAL);
    hosts
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// What the command gets where these are set.
    fn of(present: &[(&str, &str)], subscription: Option<&str>) -> HashMap<&'static str, String> {
        let files = Files::write("127.0.0.1:1", "an authority").expect("files");
        let present: HashMap<&str, &str> = present.iter().copied().collect();
        let variables = super::of("127.0.0.1:1", &files, subscription, |name| {
            present.get(name).map(OsString::from)
        });
        let known = variables.len();
        let text = |value: OsString| value.into_string().expect("a text");
        let variables: HashMap<_, _> = variables
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect();
        assert_eq!(variables.len(), known, "each is set once");
        for name in FOREIGN {
            assert!(!variables.contains_key(name), "{name} is set and removed");
        }
        variables
    }

    #[test]
    fn who_signs_in_stays_where_it_is_given() {
        let own = of(&[], None);
        assert_eq!(own["ARM_SUBSCRIPTION_ID"], SUBSCRIPTION);
        assert_eq!(own["AZURE_CLIENT_SECRET"], SECRET);
        let fixtures = of(&[("ARM_TENANT_ID", "")], Some("of the fixtures"));
        assert_eq!(fixtures["AZURE_SUBSCRIPTION_ID"], "of the fixtures");
        assert_eq!(fixtures["ARM_TENANT_ID"], TENANT);
        let given = of(
            &[("AZURE_CLIENT_ID", "mine"), ("ARM_SUBSCRIPTION_ID", "s")],
            Some("of the fixtures"),
        );
        for (name, value) in [
            ("ARM_CLIENT_ID", "mine"),
            ("AZURE_CLIENT_ID", "mine"),
            ("AZURE_SUBSCRIPTION_ID", "s"),
        ] {
            assert_eq!(given[name], value, "{name}");
        }
    }

    #[test]
    fn no_proxy_stands_between_and_extensions_stay() {
        let plain = of(&[("HOME", "/home/me")], None);
        assert_eq!(plain["no_proxy"], LOCAL);
        assert_eq!(
            plain["AZURE_EXTENSION_DIR"],
            "/home/me/.azure/cliextensions"
        );
        let given = of(&[("NO_PROXY", "a.test"), ("AZURE_CONFIG_DIR", "/c")], None);
        assert_eq!(given["NO_PROXY"], format!("a.test,{LOCAL}"));
        assert_eq!(given["AZURE_EXTENSION_DIR"], "/c/cliextensions");
        assert_eq!(of(&[], None).get("AZURE_EXTENSION_DIR"), None);
    }
}
