//! The provider block, and the registry of what the provider offers.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::data_source::DataSource;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::function::Function;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::validator::{no_null_elements, one_of, text};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::arm::{self, Cloud, cloud, credentials};
use crate::azure::{Azure, Deletions, PlanRegistry, SignIn};
use crate::{data_sources, functions, resources, validate};

/// The provider's address in the registry.
pub const ADDRESS: &str = "registry.terraform.io/tfplugin-rs/ise";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "Azure Logic Apps integration service environments: the environment, its subnets, logic apps and integration accounts.".into(),
    attributes: vec![
        Attribute::string("subscription_id")
            .validator(text(is_uuid))
            .doc("Subscription in which everything lives. Defaults to that of the Azure CLI when it signs in. `ARM_SUBSCRIPTION_ID`."),
        Attribute::string("tenant_id").doc("Microsoft Entra ID tenant to sign in to. `ARM_TENANT_ID`."),
        Attribute::string("environment")
            .validator(one_of(["public", "usgovernment", "china"]))
            .doc("Azure cloud: `public` (the default), `usgovernment` or `china`. `ARM_ENVIRONMENT`."),
        Attribute::string("resource_manager_endpoint")
            .validator(text(is_endpoint))
            .doc(
                "URL of Azure Resource Manager in a custom cloud, or of the ARM emulator. Plain `http://` is for loopback hosts only. \
                 `ARM_RESOURCE_MANAGER_ENDPOINT`.",
            ),
        Attribute::string("resource_manager_audience")
            .doc("What access tokens are asked for; the endpoint when it is not given. `ARM_RESOURCE_MANAGER_AUDIENCE`."),
        Attribute::string("active_directory_authority_host")
            .validator(text(is_endpoint))
            .doc("URL of the sign-in service in a custom cloud, or of the ARM emulator. `ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST`."),
        Attribute::string("client_id").doc("Application (client) ID to sign in with. `ARM_CLIENT_ID`."),
        Attribute::string("client_id_file_path").doc("File that holds the application ID. `ARM_CLIENT_ID_FILE_PATH`."),
        Attribute::string("client_secret").sensitive().doc("Secret of the application. `ARM_CLIENT_SECRET`."),
        Attribute::string("client_secret_file_path").doc("File that holds the secret. `ARM_CLIENT_SECRET_FILE_PATH`."),
        Attribute::bool("use_cli").doc("Whether to sign in with the Azure CLI when nothing else is configured; true by default. `ARM_USE_CLI`."),
        Attribute::map("default_tags", Type::String).validator(no_null_elements()).doc("Tags for every object that has tags; `tags` of the object win."),
        Attribute::string("partner_id")
            .validator(text(validate::partner_id))
            .doc("GUID of the partner to whom Microsoft attributes the usage. `ARM_PARTNER_ID`."),
        Attribute::bool("disable_correlation_request_id")
            .doc("Leaves out the `x-ms-correlation-request-id` header, which ties together all requests of one run. `ARM_DISABLE_CORRELATION_REQUEST_ID`."),
    ],
    ..Schema::default()
}
});

/// The provider.
#[derive(Debug)]
pub struct IseProvider;

#[async_trait]
impl Provider for IseProvider {
    type Data = Azure;

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Azure>,
    ) -> Result<(), Reported> {
        let config = request.config;
        let mut connection = config.iter().filter(|(name, _)| *name != "default_tags");
        if connection.any(|(_, value)| !value.is_wholly_known()) {
            return Ok(());
        }
        let diagnostics = &mut response.diagnostics;
        let configuration = Configuration::new(config, &|name| std::env::var(name).ok());
        let mut settings = configuration.settings(diagnostics)?;
        let subscription_id = match settings.credentials.subscription_id.clone() {
            Some(subscription_id) => subscription_id,
            None => subscription_of_cli(&settings.credentials)
                .await
                .report(diagnostics)?,
        };
        settings.credentials.subscription_id = Some(subscription_id.clone());
        let default_tags = default_tags(config, diagnostics)?;
        response.data = Some(Azure {
            client: arm::Client::new(settings),
            sign_in: SignIn::default(),
            subscription_id,
            default_tags,
            plans: PlanRegistry::default(),
            deletions: Deletions::default(),
        });
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Azure>>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Azure>>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }
}

/// The provider block over the environment: what is written in HCL wins.
struct Configuration<'a> {
    config: &'a Object,
    environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

impl<'a> Configuration<'a> {
    fn new(config: &'a Object, environment: &'a (dyn Fn(&str) -> Option<String> + Sync)) -> Self {
        Self {
            config,
            environment,
        }
    }

    /// All settings of the client, or everything that is wrong with them.
    fn settings(&self, diagnostics: &mut Diagnostics) -> Result<arm::Settings, Reported> {
        let client_id = self.text_or_file("client_id", "ARM_CLIENT_ID");
        let client_id = take(diagnostics, "client_id_file_path", client_id);
        let client_secret = self.text_or_file("client_secret", "ARM_CLIENT_SECRET");
        let client_secret = take(diagnostics, "client_secret_file_path", client_secret);
        let subscription_id = self.checked("subscription_id", "ARM_SUBSCRIPTION_ID", is_uuid);
        let subscription_id = take(diagnostics, "subscription_id", subscription_id);
        let partner_id = self.checked("partner_id", "ARM_PARTNER_ID", validate::partner_id);
        let partner_id = take(diagnostics, "partner_id", partner_id);
        let use_cli = take(diagnostics, "use_cli", self.bool("use_cli", "ARM_USE_CLI"));
        let (name, variable) = (
            "disable_correlation_request_id",
            "ARM_DISABLE_CORRELATION_REQUEST_ID",
        );
        let disable_correlation_request_id = take(diagnostics, name, self.bool(name, variable));
        let cloud = self.cloud(diagnostics);
        diagnostics.check()?;
        let cloud = cloud?;
        Ok(arm::Settings {
            cloud,
            credentials: credentials::Settings {
                tenant_id: self.text("tenant_id", "ARM_TENANT_ID"),
                subscription_id,
                client_id,
                client_secret: client_secret.map(credentials::Secret::new),
                use_cli: use_cli.unwrap_or(true),
            },
            partner_id,
            disable_correlation_request_id: disable_correlation_request_id.unwrap_or(false),
        })
    }

    fn cloud(&self, diagnostics: &mut Diagnostics) -> Result<Cloud, Reported> {
        let name = self.text("environment", "ARM_ENVIRONMENT");
        let named = Cloud::named(name.as_deref().unwrap_or("public"));
        let path = Path::attribute("environment");
        let mut cloud = named.map_err(|message| {
            diagnostics.add_attribute_error(path, "Invalid environment", message)
        })?;
        let mut endpoint = |name: &str, variable: &str| {
            let text = self.text(name, variable)?;
            cloud::endpoint(&text)
                .map_err(|message| {
                    diagnostics.add_attribute_error(
                        Path::attribute(name),
                        format!("Invalid {name}"),
                        message,
                    )
                })
                .ok()
        };
        if let Some(url) = endpoint("resource_manager_endpoint", "ARM_RESOURCE_MANAGER_ENDPOINT") {
            url.as_str()
                .trim_end_matches('/')
                .clone_into(&mut cloud.resource_manager_audience);
            cloud.resource_manager_endpoint = url;
        }
        if let Some(url) = endpoint(
            "active_directory_authority_host",
            "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST",
        ) {
            cloud.authority_host = url;
        }
        if let Some(audience) =
            self.text("resource_manager_audience", "ARM_RESOURCE_MANAGER_AUDIENCE")
        {
            cloud.resource_manager_audience = audience;
        }
        Ok(cloud)
    }

    fn text(&self, name: &str, variable: &str) -> Option<String> {
        let given = match self.config.get(name) {
            Value::String(text) => Some(text.clone()),
            _ => (self.environment)(variable),
        };
        given.filter(|text| !text.is_empty())
    }

    /// Terraform has checked what is written in HCL; what the environment gives is checked here.
    fn checked(
        &self,
        name: &str,
        variable: &str,
        rule: fn(&str) -> Result<(), String>,
    ) -> Result<Option<String>, String> {
        let text = self.text(name, variable);
        text.as_deref().map_or(Ok(()), rule)?;
        Ok(text)
    }

    fn bool(&self, name: &str, variable: &str) -> Result<Option<bool>, String> {
        if let Some(given) = self.config.bool(name) {
            return Ok(Some(given));
        }
        let text = (self.environment)(variable).unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "true" | "t" | "1" => Ok(Some(true)),
            "false" | "f" | "0" => Ok(Some(false)),
            _ => Err(format!(
                "The environment variable {variable} is {text:?}. Set it to true or false."
            )),
        }
    }

    /// A value that is given itself or in a file, for which the same names with `_file_path` at the end stand.
    fn text_or_file(&self, name: &str, variable: &str) -> Result<Option<String>, String> {
        if let Some(text) = self.text(name, variable) {
            return Ok(Some(text));
        }
        let Some(file) = self.text(
            &format!("{name}_file_path"),
            &format!("{variable}_FILE_PATH"),
        ) else {
            return Ok(None);
        };
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) => Err(format!("The file {file:?} cannot be read: {error}.")),
        }
    }
}

/// The value, or its mistake among the messages.
fn take<T>(
    diagnostics: &mut Diagnostics,
    name: &str,
    result: Result<Option<T>, String>,
) -> Option<T> {
    result.unwrap_or_else(|message| {
        diagnostics.add_attribute_error(
            Path::attribute(name),
            format!("Invalid {name}"),
            sentence(&message),
        );
        None
    })
}

async fn subscription_of_cli(credentials: &credentials::Settings) -> Result<String, Diagnostic> {
    let missing = |reason: String| {
        let detail = format!(
            "Set subscription_id in the provider block, or the environment variable ARM_SUBSCRIPTION_ID. {reason}"
        );
        Diagnostic::error("Missing subscription_id", detail).at(Path::attribute("subscription_id"))
    };
    if credentials.client_secret.is_some() || !credentials.use_cli {
        return Err(missing(
            "Only the Azure CLI could tell a default, and it is not used to sign in.".into(),
        ));
    }
    let account = credentials::default_account().await;
    account
        .map(|account| account.subscription_id)
        .map_err(|why| missing(format!("The Azure CLI could not tell its default: {why}.")))
}

/// The default tags; none while they are not known.
fn default_tags(
    config: &Object,
    diagnostics: &mut Diagnostics,
) -> Result<Option<BTreeMap<String, String>>, Reported> {
    if !config.get("default_tags").is_wholly_known() {
        return Ok(None);
    }
    let tags = config.get("default_tags").as_map().into_iter().flatten();
    let tags: BTreeMap<_, _> = tags
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect();
    let findings = validate::tags::check(
        tags.iter()
            .map(|(key, value)| (key.as_str(), Some(value.as_str()))),
    );
    let mut result = Ok(Some(tags.clone()));
    for finding in findings {
        let path = Path::attribute("default_tags");
        let path = finding.key.map_or(path.clone(), |key| path.with_key(key));
        let words = sentence(&finding.message);
        result = Err(diagnostics.add_attribute_error(path, "Invalid default_tags", words));
    }
    result
}

fn is_uuid(text: &str) -> Result<(), String> {
    // The crate takes forms with braces or without hyphens too; ARM does not.
    let is_hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
    match is_hyphenated && uuid::Uuid::try_parse(text).is_ok() {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not a subscription ID, which is a GUID such as 00000000-0000-0000-0000-000000000000."
        )),
    }
}

fn is_endpoint(text: &str) -> Result<(), String> {
    cloud::endpoint(text).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

    fn settings(
        config: &[(&str, &str)],
        environment: &[(&str, &str)],
    ) -> Result<arm::Settings, Vec<String>> {
        let mut object = SCHEMA.null_object();
        for (name, value) in config {
            object.set(name, *value);
        }
        let environment: BTreeMap<String, String> = environment
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let mut diagnostics = Diagnostics::new();
        let lookup = |name: &str| environment.get(name).cloned();
        let settings = Configuration::new(&object, &lookup).settings(&mut diagnostics);
        let told = diagnostics.iter();
        settings.map_err(|_| told.map(|d| format!("{}: {}", d.path, d.detail)).collect())
    }

    #[test]
    fn hcl_wins_over_the_environment() {
        let environment = [
            ("ARM_TENANT_ID", "env"),
            ("ARM_CLIENT_ID", "env"),
            ("ARM_USE_CLI", "false"),
        ];
        let settings = settings(&[("tenant_id", "hcl")], &environment).expect("complete");
        assert_eq!(settings.credentials.tenant_id.as_deref(), Some("hcl"));
        assert_eq!(settings.credentials.client_id.as_deref(), Some("env"));
        assert!(!settings.credentials.use_cli);
    }

    #[test]
    fn a_custom_endpoint_is_its_own_audience() {
        let local = settings(
            &[("resource_manager_endpoint", "http://127.0.0.1:4510/")],
            &[],
        )
        .expect("complete");
        assert_eq!(
            local.cloud.resource_manager_audience,
            "http://127.0.0.1:4510"
        );
        assert_eq!(
            local.cloud.authority_host.as_str(),
            "https://login.microsoftonline.com/"
        );
        let china = settings(&[], &[("ARM_ENVIRONMENT", "china")]).expect("complete");
        assert_eq!(
            china.cloud.resource_manager_audience,
            "https://management.chinacloudapi.cn"
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let errors = settings(
            &[
                ("client_secret_file_path", "/nowhere/secret"),
                ("subscription_id", "mine"),
            ],
            &[
                ("ARM_RESOURCE_MANAGER_ENDPOINT", "http://example.com"),
                ("ARM_ENVIRONMENT", "public"),
            ],
        )
        .expect_err("three mistakes");
        let places: Vec<_> = errors
            .iter()
            .map(|error| error.split(':').next().unwrap_or_default())
            .collect();
        assert_eq!(
            places,
            [
                "client_secret_file_path",
                "subscription_id",
                "resource_manager_endpoint"
            ]
        );
    }

    #[test]
    fn the_environment_is_checked_like_hcl() {
        for (variable, value) in [
            (
                "ARM_SUBSCRIPTION_ID",
                "{11111111-1111-1111-1111-111111111111}",
            ),
            ("ARM_PARTNER_ID", "my\ncompany"),
            ("ARM_USE_CLI", "yes please"),
        ] {
            assert!(settings(&[], &[(variable, value)]).is_err(), "{variable}");
        }
        for (value, expect) in [
            ("", true),
            ("1", true),
            ("T", true),
            ("0", false),
            ("False", false),
        ] {
            let settings = settings(&[], &[("ARM_USE_CLI", value)]).expect("fine");
            assert_eq!(settings.credentials.use_cli, expect, "{value:?}");
        }
    }

    #[test]
    fn a_secret_is_read_from_its_file() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "hush\n").expect("writable");
        let path = file.path().to_str().expect("plain");
        let settings = settings(
            &[("subscription_id", SUBSCRIPTION)],
            &[("ARM_CLIENT_SECRET_FILE_PATH", path)],
        );
        let secret = settings
            .expect("complete")
            .credentials
            .client_secret
            .expect("read");
        assert_eq!(secret.secret(), "hush");
    }
}
