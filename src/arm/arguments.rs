//! What can be said about where Azure is and how to sign in to it: each argument once, for the schema of the provider, for
//! its documentation, for looking it up and for messages.

use std::fmt;

use url::Url;
use uuid::Uuid;

use super::cloud::{self, endpoint};
use super::partner_id::partner_id;

/// One argument.
#[derive(Debug)]
#[non_exhaustive]
pub struct Argument {
    /// Its name in a configuration; of what only the environment tells, that of the variable.
    pub name: &'static str,
    /// The environment variables that stand for it, the first of which wins.
    pub variables: &'static [&'static str],
    /// What it is.
    pub kind: Kind,
    /// Whether it can be configured, and is not only found in the environment.
    pub configurable: bool,
    /// Whether its value is nobody's business.
    pub sensitive: bool,
    /// The argument that names a file which holds the value instead.
    pub file: Option<&'static Argument>,
    /// The variable in which AKS hands it to a pod with a workload identity.
    pub(crate) workload_identity: Option<&'static str>,
    /// What its value has to be.
    pub rule: Option<Rule>,
    /// Whether what the environment alone says of it is held against that rule only by the way to sign in that uses it:
    /// such variables are set by machines and jobs for others too.
    pub(crate) is_of_way: bool,
    /// Whether spaces around it belong to it where it is written.
    pub(crate) is_verbatim: bool,
    /// What it is for, in a sentence or two.
    pub description: &'static str,
}

/// What an argument holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// True or false.
    Bool,
    /// Texts; in an environment variable with `;` between them.
    List,
}

/// A rule for a text, which says what is wrong and what would be right.
pub type Rule = fn(&str) -> Result<(), String>;

impl Argument {
    const fn text(name: &'static str, variables: &'static [&'static str]) -> Self {
        Self {
            name,
            variables,
            kind: Kind::Text,
            configurable: true,
            sensitive: false,
            file: None,
            workload_identity: None,
            rule: None,
            is_of_way: false,
            is_verbatim: false,
            description: "",
        }
    }

    const fn bool(name: &'static str, variables: &'static [&'static str]) -> Self {
        Self {
            kind: Kind::Bool,
            ..Self::text(name, variables)
        }
    }

    /// What is only found in the environment, under this name.
    const fn found(variables: &'static [&'static str]) -> Self {
        Self {
            configurable: false,
            ..Self::text(variables[0], variables)
        }
    }

    const fn doc(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    const fn rule(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    const fn of_way(mut self) -> Self {
        self.is_of_way = true;
        self
    }

    const fn verbatim(mut self) -> Self {
        self.is_verbatim = true;
        self
    }

    const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    const fn or_file(mut self, file: &'static Self) -> Self {
        self.file = Some(file);
        self
    }

    const fn in_aks(mut self, variable: &'static str) -> Self {
        self.workload_identity = Some(variable);
        self
    }

    /// The description, and the variables that stand for it.
    pub fn documentation(&self) -> String {
        let variables = self.variables.iter().map(|name| format!("`{name}`"));
        let variables = variables.collect::<Vec<_>>().join(", ");
        format!("{} {variables}.", self.description)
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The subscription.
pub static SUBSCRIPTION_ID: Argument = Argument::text("subscription_id", &["ARM_SUBSCRIPTION_ID"])
    .rule(is_subscription_id)
    .doc("Subscription in which everything lives. Defaults to that of the Azure CLI when it signs in.");
/// The directory.
pub static TENANT_ID: Argument = Argument::text("tenant_id", &["ARM_TENANT_ID"])
    .in_aks("AZURE_TENANT_ID")
    .doc("Microsoft Entra ID tenant to sign in to.");
/// Further directories.
pub static AUXILIARY_TENANT_IDS: Argument = Argument {
    kind: Kind::List,
    ..Argument::text("auxiliary_tenant_ids", &["ARM_AUXILIARY_TENANT_IDS"])
}
.doc("Up to three more tenants whose objects are referred to, such as a virtual network's: their tokens go along with each request. A managed identity has none. In the variable with `;` between them.");

/// The cloud's name.
pub static ENVIRONMENT: Argument = Argument::text("environment", &["ARM_ENVIRONMENT"])
    .doc("Azure cloud: `public` (the default), `usgovernment` or `china`; with `metadata_host`, any name in what it answers.");
/// Where clouds describe themselves.
pub static METADATA_HOST: Argument = Argument::text("metadata_host", &["ARM_METADATA_HOSTNAME"])
    .rule(is_metadata_host)
    .doc("Host from which the endpoints of a custom cloud are read, at `https://HOST/metadata/endpoints`, when Azure is first asked. `http://` in front is for loopback hosts only.");
/// Accepted for the sake of configurations that are shared with azapi.
pub static DISABLE_INSTANCE_DISCOVERY: Argument =
    Argument::bool("disable_instance_discovery", &["ARM_DISABLE_INSTANCE_DISCOVERY"])
        .doc("Accepted so that configurations can be shared with azapi; this provider never asks whether an authority is known.");
/// Where ARM is.
pub static RESOURCE_MANAGER_ENDPOINT: Argument =
    Argument::text("resource_manager_endpoint", &["ARM_RESOURCE_MANAGER_ENDPOINT"])
        .rule(is_endpoint)
        .doc("URL of Azure Resource Manager in a custom cloud, or of the ARM emulator. Plain `http://` is for loopback hosts only.");
/// Whom a token is for.
pub static RESOURCE_MANAGER_AUDIENCE: Argument = Argument::text(
    "resource_manager_audience",
    &["ARM_RESOURCE_MANAGER_AUDIENCE"],
)
.doc("What access tokens are asked for; the endpoint when it is not given.");
/// Where to sign in.
pub static ACTIVE_DIRECTORY_AUTHORITY_HOST: Argument = Argument::text(
    "active_directory_authority_host",
    &["ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"],
)
.rule(is_endpoint)
.doc("URL of the sign-in service in a custom cloud, or of the ARM emulator. Plain `http://` is for loopback hosts only.");

/// The application, or the user-assigned identity.
pub static CLIENT_ID: Argument = Argument::text("client_id", &["ARM_CLIENT_ID"])
    .or_file(&CLIENT_ID_FILE_PATH)
    .in_aks("AZURE_CLIENT_ID")
    .doc("Application (client) ID to sign in with, or client ID of a user-assigned managed identity.");
/// Where it is.
pub static CLIENT_ID_FILE_PATH: Argument =
    Argument::text("client_id_file_path", &["ARM_CLIENT_ID_FILE_PATH"])
        .doc("File that holds the application ID.");
/// The application's secret.
pub static CLIENT_SECRET: Argument = Argument::text("client_secret", &["ARM_CLIENT_SECRET"])
    .or_file(&CLIENT_SECRET_FILE_PATH)
    .sensitive()
    .verbatim()
    .doc("Secret of the application.");
/// Where it is.
pub static CLIENT_SECRET_FILE_PATH: Argument =
    Argument::text("client_secret_file_path", &["ARM_CLIENT_SECRET_FILE_PATH"])
        .doc("File that holds the secret. It is read at every sign-in, so a renewed one is taken.");
/// The application's certificate.
pub static CLIENT_CERTIFICATE: Argument =
    Argument::text("client_certificate", &["ARM_CLIENT_CERTIFICATE"])
        .or_file(&CLIENT_CERTIFICATE_PATH)
        .sensitive()
        .doc("Certificate of the application with its private RSA key and, if there is one, its chain: PKCS#12 (`.pfx`) in base64.");
/// Where it is.
pub static CLIENT_CERTIFICATE_PATH: Argument =
    Argument::text("client_certificate_path", &["ARM_CLIENT_CERTIFICATE_PATH"])
        .doc("File that holds the certificate as PKCS#12 (`.pfx`). It is read at every sign-in, so a renewed one is taken.");
/// What it is encrypted with.
pub static CLIENT_CERTIFICATE_PASSWORD: Argument = Argument::text(
    "client_certificate_password",
    &["ARM_CLIENT_CERTIFICATE_PASSWORD"],
)
.sensitive()
.verbatim()
.doc("Password of the certificate, if it has one.");

/// Whether other issuers may vouch for us.
pub static USE_OIDC: Argument = Argument::bool("use_oidc", &["ARM_USE_OIDC"])
    .doc("Whether to sign in with a token of another issuer (OpenID Connect): one that is given, or that of a job in Azure Pipelines or GitHub Actions.");
/// A token of another issuer.
pub static OIDC_TOKEN: Argument = Argument::text("oidc_token", &["ARM_OIDC_TOKEN"])
    .or_file(&OIDC_TOKEN_FILE_PATH)
    .sensitive()
    .doc("Token of another issuer, which Microsoft Entra ID trusts by a federated credential.");
/// Where it is.
pub static OIDC_TOKEN_FILE_PATH: Argument =
    Argument::text("oidc_token_file_path", &["ARM_OIDC_TOKEN_FILE_PATH"])
        .in_aks("AZURE_FEDERATED_TOKEN_FILE")
        .doc(
            "File that holds such a token. It is read at every sign-in, so a renewed one is taken.",
        );
/// Where a job asks for one.
pub static OIDC_REQUEST_URL: Argument = Argument::text(
    "oidc_request_url",
    &[
        "ARM_OIDC_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "SYSTEM_OIDCREQUESTURI",
    ],
)
.rule(is_endpoint_with_query)
.of_way()
.doc("URL at which a job of Azure Pipelines or GitHub Actions asks for its token. Both set the variable themselves.");
/// What it shows there.
pub static OIDC_REQUEST_TOKEN: Argument = Argument::text(
    "oidc_request_token",
    &[
        "ARM_OIDC_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
    ],
)
.sensitive()
.doc("What the job shows there. GitHub Actions sets the variable where the job has `permissions: id-token: write`; in Azure Pipelines the step's `env` has to hand on `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`.");
/// The service connection.
pub static ADO_PIPELINE_SERVICE_CONNECTION_ID: Argument = Argument::text(
    "ado_pipeline_service_connection_id",
    &[
        "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
        "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    ],
)
.doc("ID of the Azure Pipelines service connection as which the job signs in. The task AzureCLI@2 sets the last variable.");
/// Whether a pod's workload identity is used.
pub static USE_AKS_WORKLOAD_IDENTITY: Argument = Argument::bool(
    "use_aks_workload_identity",
    &["ARM_USE_AKS_WORKLOAD_IDENTITY"],
)
.doc("Whether to sign in with the workload identity of a pod in AKS, of which `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and `AZURE_FEDERATED_TOKEN_FILE` tell.");

/// Whether the machine's own identity may be used.
pub static USE_MSI: Argument = Argument::bool("use_msi", &["ARM_USE_MSI"])
    .doc("Whether to sign in with the managed identity of the machine: on App Service and in Container Apps, on servers with Azure Arc, and on virtual machines. `client_id` picks a user-assigned one.");
/// Where such an identity gets its tokens.
pub static MSI_ENDPOINT: Argument = Argument::text("msi_endpoint", &["ARM_MSI_ENDPOINT"])
    .rule(is_identity_endpoint)
    .of_way()
    .doc("URL from which the managed identity gets its tokens, where it is not found by itself.");
/// The version it speaks.
pub static MSI_API_VERSION: Argument =
    Argument::text("msi_api_version", &["ARM_MSI_API_VERSION"])
        .doc("Version of that endpoint, if it is not the default: `2018-02-01` of virtual machines, `2019-08-01` of App Service.");
/// Set on App Service, in Container Apps and by Azure Arc.
pub static IDENTITY_ENDPOINT: Argument = Argument::found(&["IDENTITY_ENDPOINT"]);
/// Set on App Service and in Container Apps.
pub static IDENTITY_HEADER: Argument = Argument::found(&["IDENTITY_HEADER"]).sensitive();
/// Set by Azure Arc.
pub static IMDS_ENDPOINT: Argument = Argument::found(&["IMDS_ENDPOINT"]);

/// Whether the Azure CLI may be asked.
pub static USE_CLI: Argument = Argument::bool("use_cli", &["ARM_USE_CLI"])
    .doc("Whether to sign in with the Azure CLI when nothing else is configured; true by default.");

/// Whom the usage is attributed to.
pub static PARTNER_ID: Argument = Argument::text("partner_id", &["ARM_PARTNER_ID"])
    .rule(partner_id)
    .doc("GUID of the partner to whom Microsoft attributes the usage.");
/// As azurerm has it.
pub static DISABLE_TERRAFORM_PARTNER_ID: Argument = Argument::bool(
    "disable_terraform_partner_id",
    &["ARM_DISABLE_TERRAFORM_PARTNER_ID"],
)
.doc("Accepted so that configurations can be shared with azurerm: this provider never sends an ID of Terraform's, only `partner_id`.");
/// Whether requests of one run are to be told apart.
pub static DISABLE_CORRELATION_REQUEST_ID: Argument = Argument::bool(
    "disable_correlation_request_id",
    &["ARM_DISABLE_CORRELATION_REQUEST_ID"],
)
.doc("Leaves out the `x-ms-correlation-request-id` header, which ties together all requests of one run.");

/// All of them.
pub static ARGUMENTS: [&Argument; 33] = [
    &SUBSCRIPTION_ID,
    &TENANT_ID,
    &AUXILIARY_TENANT_IDS,
    &ENVIRONMENT,
    &METADATA_HOST,
    &DISABLE_INSTANCE_DISCOVERY,
    &RESOURCE_MANAGER_ENDPOINT,
    &RESOURCE_MANAGER_AUDIENCE,
    &ACTIVE_DIRECTORY_AUTHORITY_HOST,
    &CLIENT_ID,
    &CLIENT_ID_FILE_PATH,
    &CLIENT_CERTIFICATE,
    &CLIENT_CERTIFICATE_PATH,
    &CLIENT_CERTIFICATE_PASSWORD,
    &CLIENT_SECRET,
    &CLIENT_SECRET_FILE_PATH,
    &USE_OIDC,
    &OIDC_TOKEN,
    &OIDC_TOKEN_FILE_PATH,
    &OIDC_REQUEST_URL,
    &OIDC_REQUEST_TOKEN,
    &ADO_PIPELINE_SERVICE_CONNECTION_ID,
    &USE_AKS_WORKLOAD_IDENTITY,
    &USE_MSI,
    &MSI_ENDPOINT,
    &MSI_API_VERSION,
    &IDENTITY_ENDPOINT,
    &IDENTITY_HEADER,
    &IMDS_ENDPOINT,
    &USE_CLI,
    &PARTNER_ID,
    &DISABLE_TERRAFORM_PARTNER_ID,
    &DISABLE_CORRELATION_REQUEST_ID,
];

fn is_subscription_id(text: &str) -> Result<(), String> {
    // The crate takes forms with braces or without hyphens too; ARM does not.
    let is_hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
    match is_hyphenated && Uuid::try_parse(text).is_ok() {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not a subscription ID, which is a GUID such as 00000000-0000-0000-0000-000000000000."
        )),
    }
}

fn is_endpoint(text: &str) -> Result<(), String> {
    endpoint(text).map(drop)
}

/// GitHub's own URL has a query.
fn is_endpoint_with_query(text: &str) -> Result<(), String> {
    let bare = text.split(['?', '#']).next().unwrap_or(text);
    is_endpoint(bare)
}

fn is_metadata_host(text: &str) -> Result<(), String> {
    cloud::metadata_host(text).map(drop)
}

/// The endpoints of machines are local and know no TLS.
pub(crate) fn is_identity_endpoint(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|_| {
        format!(
            "{text:?} is not a URL such as http://169.254.169.254/metadata/identity/oauth2/token"
        )
    })?;
    cloud::is_nobodys(&url)?;
    match url.scheme() {
        "http" if cloud::is_of_this_network(&url) => Ok(()),
        "http" => Err(format!(
            "{text:?} would send access tokens unencrypted: http:// is accepted for loopback, link-local and private addresses only; use https://"
        )),
        _ => is_endpoint_with_query(text),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_argument_has_a_name_a_variable_and_a_sentence_of_its_own() {
        let mut names = BTreeSet::new();
        for argument in ARGUMENTS {
            assert!(names.insert(argument.name), "{argument}");
            assert!(!argument.variables.is_empty(), "{argument}");
            for variable in argument.variables {
                assert!(
                    !argument.configurable || names.insert(variable),
                    "{variable} stands for two arguments"
                );
            }
            let ends = argument.description.ends_with('.');
            assert_eq!(ends, argument.configurable, "{argument}");
            let file = argument.file.map(|file| file.name);
            assert!(
                file.is_none_or(|file| file.ends_with("_path")),
                "{argument}"
            );
        }
    }

    #[test]
    fn rules() {
        for (argument, value, is_right) in [
            (&METADATA_HOST, "management.azure.com", true),
            (&METADATA_HOST, "http://127.0.0.1:4510", true),
            (&METADATA_HOST, "http://example.org", false),
            (&METADATA_HOST, "example.org/path", false),
            (
                &MSI_ENDPOINT,
                "http://169.254.169.254/metadata/identity/oauth2/token",
                true,
            ),
            (&MSI_ENDPOINT, "http://10.0.0.4:8080/msi/token", true),
            (&MSI_ENDPOINT, "http://localhost:42356/msi/token", true),
            (&MSI_ENDPOINT, "http://example.org/token", false),
            (&MSI_ENDPOINT, "https://example.org/token", true),
            (&MSI_ENDPOINT, "token", false),
            (&MSI_ENDPOINT, "http://user:hidden@127.0.0.1/token", false),
            (&MSI_ENDPOINT, "http://user@10.0.0.4/token", false),
            (&MSI_ENDPOINT, "http://user:hidden@example.org/", false),
            (
                &OIDC_REQUEST_URL,
                "https://example.org/x?api-version=2.0",
                true,
            ),
            (
                &OIDC_REQUEST_URL,
                "http://example.org/x?api-version=2.0",
                false,
            ),
            (
                &SUBSCRIPTION_ID,
                "{11111111-1111-1111-1111-111111111111}",
                false,
            ),
        ] {
            let result = argument.rule.expect("a rule")(value);
            assert_eq!(result.is_ok(), is_right, "{argument} = {value}: {result:?}");
            assert!(!format!("{result:?}").contains("hidden"), "{result:?}");
        }
    }
}
