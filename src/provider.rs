//! The provider block, and the registry of what the provider offers.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::data_source::DataSource;
use tfplugin_framework::diagnostics::{Diagnostics, Reported, sentence};
use tfplugin_framework::function::Function;
use tfplugin_framework::plugin::inherited_trace;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::validator::{no_null_elements, size_between, text};
use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};
use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};

use crate::arm::arguments::{
    ARGUMENTS, AUXILIARY_TENANT_IDS, Argument, ENVIRONMENT, Kind, METADATA_HOST, SUBSCRIPTION_ID,
};
use crate::arm::{self, Cloud, CloudSource, Given, Mistake, Trace};
use crate::azure::{Azure, Deletions, PlanRegistry, SignIn, Subscription};
use crate::{data_sources, functions, resources, validate};

/// The provider's address in the registry.
pub const ADDRESS: &str = "registry.terraform.io/tfplugin-rs/ise";

/// ARM takes no more.
const MOST_AUXILIARY_TENANTS: usize = 3;

/// The one argument that says nothing about the way to Azure.
const DEFAULT_TAGS: &str = "default_tags";

/// What azurerm has to be written with.
const FEATURES: &str = "features";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut attributes: Vec<_> = ARGUMENTS
        .iter()
        .filter(|argument| argument.configurable)
        .map(|argument| attribute(argument))
        .collect();
    attributes.push(
        Attribute::map(DEFAULT_TAGS, Type::String)
            .validator(no_null_elements())
            .doc("Tags for every object that has tags; `tags` of the object win."),
    );
    Schema {
        description: "Azure Logic Apps integration service environments: the environment, its subnets, logic apps and integration accounts.".into(),
        attributes,
        blocks: vec![
            Block::new(FEATURES, Nesting::List, Vec::new())
                .doc("Accepted, with nothing in it, so that configurations can be shared with azurerm, which needs it."),
        ],
        ..Schema::default()
    }
});

/// The row of an argument.
fn attribute(argument: &Argument) -> Attribute {
    let mut attribute = match argument.kind {
        Kind::Bool => Attribute::bool(argument.name),
        Kind::List => Attribute::list(argument.name, Type::String)
            .validator(no_null_elements())
            .validator(size_between(0, MOST_AUXILIARY_TENANTS)),
        _ => Attribute::string(argument.name),
    };
    if let Some(rule) = argument.rule {
        attribute = attribute.validator(text(rule));
    }
    if argument.sensitive {
        attribute = attribute.sensitive();
    }
    attribute.doc(argument.documentation())
}

/// The provider.
#[derive(Debug)]
pub struct IseProvider;

#[async_trait]
impl Provider for IseProvider {
    type Data = Azure;

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Azure>,
    ) -> Result<(), Reported> {
        let config = request.config;
        let mut connection = config.iter().filter(|(name, _)| *name != DEFAULT_TAGS);
        if connection.any(|(_, value)| !value.is_wholly_known()) {
            return Ok(());
        }
        let diagnostics = &mut response.diagnostics;
        let settings = settings(config, |name| std::env::var(name).ok(), diagnostics)?;
        let subscription = Subscription::new(settings.given.text(&SUBSCRIPTION_ID));
        let default_tags = default_tags(config, diagnostics)?;
        response.data = Some(Azure {
            client: arm::Client::new(settings),
            sign_in: SignIn::default(),
            subscription,
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

/// Only a cloud that describes itself may have any name.
impl ValidateConfig for IseProvider {
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        let host = request.config.get(METADATA_HOST.name);
        let mut variables = METADATA_HOST.variables.iter();
        let is_elsewhere = !host.is_null()
            || variables.any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()));
        let Some(name) = request
            .config
            .str(ENVIRONMENT.name)
            .filter(|it| !it.is_empty())
        else {
            return;
        };
        if let (false, Err(words)) = (is_elsewhere, Cloud::named(name)) {
            diagnostics.add_attribute_error(
                Path::attribute(ENVIRONMENT.name),
                format!("Invalid {ENVIRONMENT}"),
                sentence(&words),
            );
        }
    }
}

/// All settings of the client, or everything that is wrong with them. What is written in HCL wins over the environment.
fn settings(
    config: &Object,
    environment: impl Fn(&str) -> Option<String>,
    diagnostics: &mut Diagnostics,
) -> Result<arm::Settings, Reported> {
    let written = |argument: &Argument| match argument.configurable {
        true => written(config.get(argument.name)),
        false => None,
    };
    let (given, mut mistakes) = Given::look_up(written, environment);
    if given.list(&AUXILIARY_TENANT_IDS).len() > MOST_AUXILIARY_TENANTS {
        mistakes.push(Mistake {
            argument: &AUXILIARY_TENANT_IDS,
            words: format!("Azure takes at most {MOST_AUXILIARY_TENANTS} further tenants."),
        });
    }
    let is_known = |mistake: &Mistake, known: &[Mistake]| {
        known
            .iter()
            .any(|it| it.argument.name == mistake.argument.name)
    };
    let cloud = CloudSource::new(&given);
    if let Err(mistake) = &cloud
        && !is_known(mistake, &mistakes)
    {
        mistakes.push(mistake.clone());
    }
    for Mistake { argument, words } in mistakes {
        diagnostics.add_attribute_error(
            Path::attribute(argument.name),
            format!("Invalid {argument}"),
            sentence(&words),
        );
    }
    diagnostics.check()?;
    match cloud {
        Ok(cloud) => Ok(arm::Settings {
            cloud,
            given,
            trace: inherited_trace().map(|(trace_id, flags)| Trace { trace_id, flags }),
        }),
        Err(mistake) => Err(diagnostics.add_error("Invalid cloud", mistake.words)),
    }
}

/// What is written, as a variable would hold it.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::List(elements) => {
            let elements = elements.iter().filter_map(Value::as_str);
            Some(elements.collect::<Vec<_>>().join(";"))
        }
        _ => None,
    }
}

/// The default tags; none while they are not known.
fn default_tags(
    config: &Object,
    diagnostics: &mut Diagnostics,
) -> Result<Option<BTreeMap<String, String>>, Reported> {
    if !config.get(DEFAULT_TAGS).is_wholly_known() {
        return Ok(None);
    }
    let tags = config.get(DEFAULT_TAGS).as_map().into_iter().flatten();
    let tags: BTreeMap<_, _> = tags
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect();
    let findings = validate::tags::check(
        tags.iter()
            .map(|(key, value)| (key.as_str(), Some(value.as_str()))),
    );
    let mut result = Ok(Some(tags.clone()));
    for finding in findings {
        let path = Path::attribute(DEFAULT_TAGS);
        let path = finding.key.map_or(path.clone(), |key| path.with_key(key));
        let words = sentence(&finding.message);
        result =
            Err(diagnostics.add_attribute_error(path, format!("Invalid {DEFAULT_TAGS}"), words));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::arguments::{
        CLIENT_CERTIFICATE_PASSWORD, CLIENT_ID, CLIENT_SECRET, TENANT_ID, USE_CLI,
    };

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
        let settings = super::settings(&object, lookup, &mut diagnostics);
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
        assert_eq!(settings.given.text(&TENANT_ID), Some("hcl"));
        assert_eq!(settings.given.text(&CLIENT_ID), Some("env"));
        assert_eq!(settings.given.bool(&USE_CLI), Some(false));
    }

    #[test]
    fn a_custom_endpoint_is_its_own_audience() {
        let local = settings(
            &[("resource_manager_endpoint", "http://127.0.0.1:4510/")],
            &[],
        )
        .expect("complete");
        let local = local.cloud.known().expect("nothing to ask");
        assert_eq!(local.resource_manager_audience, "http://127.0.0.1:4510");
        assert_eq!(
            local.authority_host.as_str(),
            "https://login.microsoftonline.com/"
        );
        let china = settings(&[], &[("ARM_ENVIRONMENT", "china")]).expect("complete");
        let china = china.cloud.known().expect("nothing to ask");
        assert_eq!(
            china.resource_manager_audience,
            "https://management.chinacloudapi.cn"
        );
        let stack = settings(
            &[("metadata_host", "stack.example"), ("environment", "Stack")],
            &[],
        );
        assert_eq!(stack.expect("asked later").cloud.known(), None);
        assert!(settings(&[("environment", "Stack")], &[]).is_err());
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
                "subscription_id",
                "resource_manager_endpoint",
                "client_secret_file_path"
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
            ("", None),
            ("1", Some(true)),
            ("T", Some(true)),
            ("0", Some(false)),
            ("False", Some(false)),
        ] {
            let settings = settings(&[], &[("ARM_USE_CLI", value)]).expect("fine");
            assert_eq!(settings.given.bool(&USE_CLI), expect, "{value:?}");
        }
    }

    #[test]
    fn only_what_is_written_keeps_the_spaces_around_a_secret() {
        let config = [
            ("client_secret", " hush "),
            ("client_certificate_password", "word "),
            ("tenant_id", " tenant "),
        ];
        let written = settings(&config, &[]).expect("complete").given;
        assert_eq!(written.text(&CLIENT_SECRET), Some(" hush "));
        assert_eq!(written.text(&CLIENT_CERTIFICATE_PASSWORD), Some("word "));
        assert_eq!(written.text(&TENANT_ID), Some("tenant"));
        let environment = [("ARM_CLIENT_SECRET", " hush\n")];
        let found = settings(&[], &environment).expect("complete").given;
        assert_eq!(found.text(&CLIENT_SECRET), Some("hush"));
        let blank = settings(&[("client_secret", "  ")], &[]).expect("complete");
        assert_eq!(blank.given.text(&CLIENT_SECRET), None);
    }

    #[tokio::test]
    async fn a_secret_is_read_from_its_file() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "hush\n").expect("writable");
        let path = file.path().to_str().expect("plain");
        let settings = settings(
            &[("subscription_id", SUBSCRIPTION)],
            &[("ARM_CLIENT_SECRET_FILE_PATH", path)],
        );
        let given = settings.expect("complete").given;
        let secret = given.read(&CLIENT_SECRET).await;
        assert_eq!(secret, Ok(Some("hush".to_owned())));
        // A renewed one is taken.
        std::fs::write(file.path(), "hush again").expect("writable");
        let secret = given.read(&CLIENT_SECRET).await;
        assert_eq!(secret, Ok(Some("hush again".to_owned())));
        assert!(!format!("{given:?}").contains("hush"));
    }
}
