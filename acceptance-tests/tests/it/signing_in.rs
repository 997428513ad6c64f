//! Real Terraform through every way of signing in, over TLS, against an emulator that checks what it is shown.

mod guides;
mod machines;
mod proxies;
mod renewals;
mod stopped;
mod tenants;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use acceptance_tests::emulator::NOWHERE;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, REQUIRED_PROVIDERS, Scene, id};
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};
use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::processes::{pid, providers, until};
use crate::secrets::files_with;

const TENANT: &str = "emulated.onmicrosoft.com";
const CLIENT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const IDENTITY: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const SECRET: &str = "the-application's-secret-41aa";
const PASSWORD: &str = "correct";
const REQUEST_TOKEN: &str = "what-the-job-shows-5e0c";
const IDENTITY_HEADER: &str = "what-the-app-shows-9d21";
const CONNECTION: &str = "cccccccc-0000-4000-8000-000000000003";
/// As runners have it, with the same beginning as in Azure Pipelines.
const GITHUB: &str =
    "github/o/r/_apis/distributedtask/hubs/Actions/plans/1/jobs/2/idtoken?api-version=2.0";
const PIPELINES: &str = "devops/o/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken";

/// How every token here begins: `{"typ":"JWT"`.
const TOKEN: &str = "eyJ0eXAiOiJKV1Qi";

/// The secret as the form of a token request has it.
const SECRET_IN_FORM: &str = "the-application%27s-secret-41aa";

/// What no file and no screen may show, whatever the way.
const SECRETS: [&str; 5] = [
    SECRET,
    SECRET_IN_FORM,
    REQUEST_TOKEN,
    IDENTITY_HEADER,
    TOKEN,
];

/// A proxy that refuses every connection.
const PROXY: &str = "http://127.0.0.1:1";

/// The file with what the Azure CLI of a test gives.
const CLI_TOKEN: &str = "cli-token";

/// A file for the log of everything.
const LOG: &str = "trace.log";

type Variables = Vec<(&'static str, String)>;

/// A certificate of the fixtures, or its text.
fn certificate(name: &str) -> String {
    let folder = binaries::root().join("src/arm/credentials/fixtures");
    folder.join(name).display().to_string()
}

/// A scene in which one application is registered, and one user-assigned identity.
fn scene() -> Result<Scene> {
    scene_in(Workspace::new()?)
}

/// The same, in a workspace that finds the provider in another way.
fn scene_in(workspace: Workspace) -> Result<Scene> {
    let mut scene = Scene::over_tls_in(Fixture::Network, workspace)?;
    let certificates =
        ["chain.pem", "self-signed.pem"].map(|it| fs::read_to_string(certificate(it)));
    let [chain, own] = certificates;
    register(&scene, &json!({ "certificates": [chain?, own?] }))?;
    let resource = id("Microsoft.ManagedIdentity/userAssignedIdentities/mine");
    scene
        .emulator
        .register(IDENTITY, &json!({ "resourceId": resource }))?;
    scene.emulator.expect_of_machines(
        &json!({ "identityHeader": IDENTITY_HEADER, "requestToken": REQUEST_TOKEN }),
    )?;
    // Nobody is there: whatever is local must not be looked for behind it.
    for name in ["HTTPS_PROXY", "HTTP_PROXY"] {
        scene.workspace.set_variable(name, PROXY);
    }
    scene.workspace.set_variable("TF_LOG", "trace");
    scene.workspace.set_variable("TF_LOG_PATH", LOG);
    scene.configure(&subnet())?;
    Ok(scene)
}

/// Registers the application with the secret and the issuers of all scenarios, and with what is given besides.
fn register(scene: &Scene, more: &Json) -> Result {
    let base = scene.emulator.url();
    let federated = |issuer: &str, subject: &str| {
        json!({
            "issuer": format!("{base}/{issuer}"), "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        })
    };
    let mut application = json!({
        "secrets": [{ "secretText": SECRET }],
        "federatedCredentials": [
            federated("github", "repo:o/r:ref:refs/heads/main"),
            federated("devops/o", &format!("sc://o/p/{CONNECTION}")),
        ],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        application[name] = value.clone();
    }
    scene.emulator.register(CLIENT, &application)
}

/// Its plan asks Azure for the network.
fn subnet() -> Block {
    Block::resource("ise_subnet", "it")
        .with_text("name", "new")
        .with_text(
            "virtual_network_id",
            &id("Microsoft.Network/virtualNetworks/network"),
        )
        .with_text("address_prefix", "172.16.100.0/27")
}

/// Every way, with what azurerm and azapi read from the environment. `files` lie elsewhere than the workspace.
fn ways(scene: &Scene, files: &Path) -> Result<Vec<(&'static str, Variables)>> {
    let base = scene.emulator.url();
    let authority = scene.emulator.authority();
    let file = |name: &str, text: &str| -> Result<String> {
        fs::write(files.join(name), text)?;
        Ok(files.join(name).display().to_string())
    };
    let token = scene.emulator.github_token("o/r", REQUEST_TOKEN)?;
    assert!(token.starts_with(TOKEN));
    let client = |name| (name, CLIENT.to_owned());
    let tenant = |name| (name, TENANT.to_owned());
    let application = || vec![client("ARM_CLIENT_ID"), tenant("ARM_TENANT_ID")];
    let with = |more: &[(&'static str, String)]| [application(), more.to_vec()].concat();
    let oidc = ("ARM_USE_OIDC", "true".to_owned());
    let msi = ("ARM_USE_MSI", "true".to_owned());
    let text = str::to_owned;
    let access = scene.emulator.access_token(TENANT, CLIENT, SECRET)?;
    let path = azure_cli(files, &access)?;
    Ok(vec![
        (
            "client certificate",
            with(&[
                (
                    "ARM_CLIENT_CERTIFICATE_PATH",
                    certificate("modern-chain.pfx"),
                ),
                ("ARM_CLIENT_CERTIFICATE_PASSWORD", text(PASSWORD)),
            ]),
        ),
        (
            "client certificate",
            with(&[
                (
                    "ARM_CLIENT_CERTIFICATE",
                    base64(&fs::read(certificate("plain.pfx"))?),
                ),
                ("ARM_CLIENT_SECRET", text("of the next way")),
            ]),
        ),
        // AD FS, which takes another signature.
        (
            "client certificate",
            vec![
                ("ARM_TENANT_ID", text("adfs")),
                client("ARM_CLIENT_ID"),
                ("ARM_CLIENT_CERTIFICATE_PATH", certificate("plain.pfx")),
            ],
        ),
        (
            "client secret",
            with(&[("ARM_CLIENT_SECRET", text(SECRET))]),
        ),
        (
            "client secret",
            vec![
                tenant("ARM_TENANT_ID"),
                ("ARM_CLIENT_ID_FILE_PATH", file("client", CLIENT)?),
                ("ARM_CLIENT_SECRET_FILE_PATH", file("secret", SECRET)?),
            ],
        ),
        (
            "OIDC token",
            with(&[oidc.clone(), ("ARM_OIDC_TOKEN", token.clone())]),
        ),
        (
            "OIDC token",
            with(&[
                oidc.clone(),
                ("ARM_OIDC_TOKEN_FILE_PATH", file("token", &token)?),
            ]),
        ),
        // AKS.
        (
            "OIDC token",
            vec![
                ("ARM_USE_AKS_WORKLOAD_IDENTITY", text("true")),
                client("AZURE_CLIENT_ID"),
                tenant("AZURE_TENANT_ID"),
                ("AZURE_FEDERATED_TOKEN_FILE", file("pod", &token)?),
            ],
        ),
        (
            "Azure Pipelines",
            with(&[
                oidc.clone(),
                ("SYSTEM_OIDCREQUESTURI", format!("{base}/{PIPELINES}")),
                ("SYSTEM_ACCESSTOKEN", text(REQUEST_TOKEN)),
                ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", text(CONNECTION)),
            ]),
        ),
        (
            "GitHub Actions",
            with(&[
                oidc,
                ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{base}/{GITHUB}")),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", text(REQUEST_TOKEN)),
            ]),
        ),
        // A virtual machine.
        (
            "managed identity",
            vec![
                msi.clone(),
                (
                    "ARM_MSI_ENDPOINT",
                    format!("https://{authority}/metadata/identity/oauth2/token"),
                ),
            ],
        ),
        // App Service, with a user-assigned identity.
        (
            "managed identity",
            vec![
                msi,
                ("ARM_CLIENT_ID", text(IDENTITY)),
                ("IDENTITY_ENDPOINT", format!("{base}/msi/token")),
                ("IDENTITY_HEADER", text(IDENTITY_HEADER)),
            ],
        ),
        // Container Apps, as azurerm wants to be told of them.
        (
            "managed identity",
            vec![
                ("ARM_USE_MSI", text("true")),
                ("ARM_MSI_ENDPOINT", format!("{base}/msi/token")),
                ("ARM_MSI_API_VERSION", text("2019-08-01")),
                ("IDENTITY_ENDPOINT", format!("{base}/msi/token")),
                ("IDENTITY_HEADER", text(IDENTITY_HEADER)),
            ],
        ),
        ("Azure CLI", vec![("PATH", path)]),
    ])
}

#[test]
fn every_way_signs_in_and_tells_nobody() -> Result {
    let mut scene = scene()?;
    let files = TempDir::new()?;
    let ways = ways(&scene, files.path())?;
    for (way, variables) in &ways {
        plan(&mut scene, variables)?;
        let log = fs::read_to_string(scene.path().join(LOG))?;
        let taken = log.lines().find(|line| line.contains("signed in:"));
        let taken = taken.ok_or_else(|| format!("{way} left nothing in the log"))?;
        assert!(taken.contains(way), "{taken} is not by {way}");
        for secret in SECRETS.into_iter().chain(secret_variables(variables)) {
            let found = files_with(scene.path(), secret)?;
            assert_eq!(found, Vec::<String>::new(), "{way}: {secret} is in files");
            let transcript = scene.emulator.transcript()?;
            assert!(!transcript.contains(secret), "the emulator tells {secret}");
        }
        fs::remove_file(scene.path().join(LOG))?;
    }
    Ok(())
}

/// What a provider that dies leaves behind: the CLI's report of the crash, its log, and no secret.
#[test]
fn a_crash_tells_no_secret() -> Result {
    let mut scene = scene()?;
    let files = TempDir::new()?;
    for (way, variables) in ways(&scene, files.path())? {
        for (name, value) in &variables {
            scene.workspace.set_variable(name, value);
        }
        // The network is asked for, and no answer comes: signed in, and in the middle of something.
        scene.emulator.forget_requests()?;
        scene.emulator.fault(&json!({
            "method": "GET", "path": "*/virtualNetworks/network*", "swallow": true,
        }))?;
        let plan = scene.start(&["plan"])?;
        let asked = || Ok(scene.emulator.count("/virtualNetworks/network")? > 0);
        until("the network is asked for", asked)?;
        for provider in providers(&scene.workspace)? {
            let id = provider.split_whitespace().next().unwrap_or_default();
            kill_process(pid(id.parse()?)?, Signal::KILL)?;
        }
        let run = plan.wait()?.failure()?;
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(printed.contains("plugin"), "{way}: {printed}");
        let own = secret_variables(&variables);
        for secret in SECRETS.into_iter().chain(own) {
            assert!(!printed.contains(secret), "{way}: {secret} in {printed}");
            let found = files_with(scene.path(), secret)?;
            assert_eq!(found, Vec::<String>::new(), "{way}: {secret} is in files");
        }
        let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
        scene.workspace.unset_variables(&names);
        scene.emulator.clear_faults()?;
        fs::remove_file(scene.path().join(LOG))?;
    }
    Ok(())
}

/// What is nobody's business in these variables, as far as each is told apart from any other text.
fn secret_variables(variables: &Variables) -> impl Iterator<Item = &str> {
    const NAMES: [&str; 3] = [
        "ARM_OIDC_TOKEN",
        "ARM_CLIENT_CERTIFICATE",
        "ARM_CLIENT_CERTIFICATE_PASSWORD",
    ];
    let secret = variables.iter().filter(|(name, _)| NAMES.contains(name));
    secret.map(|(_, value)| value.as_str())
}

/// Plans with these variables, and with no others the next time.
fn plan(scene: &mut Scene, variables: &Variables) -> Result {
    for (name, value) in variables {
        scene.workspace.set_variable(name, value);
    }
    scene.run(&["plan", "-out=plan"])?.success()?;
    let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
    scene.workspace.unset_variables(&names);
    Ok(())
}

#[test]
fn what_is_refused_is_told_in_the_words_of_azure() -> Result {
    let mut scene = scene()?;
    let base = scene.emulator.url();
    let text = str::to_owned;
    let oidc = ("ARM_USE_OIDC", text("true"));
    let cases: [(Variables, &[&str]); 6] = [
        (
            vec![("ARM_CLIENT_SECRET", text("another-secret"))],
            &["client secret: AADSTS7000215: Invalid client secret"],
        ),
        (
            vec![(
                "ARM_CLIENT_CERTIFICATE_PATH",
                certificate("elliptic-curve.pfx"),
            )],
            &[
                "client certificate: client_certificate_path",
                "elliptic curve",
            ],
        ),
        (
            vec![
                oidc.clone(),
                (
                    "ACTIONS_ID_TOKEN_REQUEST_URL",
                    format!("{base}/github/o/other/idtoken?api-version=2.0"),
                ),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", text(REQUEST_TOKEN)),
            ],
            &["GitHub Actions: AADSTS700213", "repo:o/other"],
        ),
        (
            vec![
                oidc,
                ("SYSTEM_OIDCREQUESTURI", format!("{base}/{PIPELINES}")),
                ("SYSTEM_ACCESSTOKEN", text(REQUEST_TOKEN)),
            ],
            &[
                "Azure Pipelines: configured by half: oidc_request_url given, but",
                "ado_pipeline_service_connection_id missing",
            ],
        ),
        (
            vec![
                ("ARM_USE_MSI", text("true")),
                (
                    "ARM_MSI_ENDPOINT",
                    format!("{base}/metadata/identity/oauth2/token"),
                ),
            ],
            &["answered HTTP 400 Bad Request: Identity not found"],
        ),
        (
            vec![
                ("ARM_USE_MSI", text("true")),
                ("ARM_MSI_ENDPOINT", text("http://127.0.0.1:1/")),
            ],
            &["(IMDS) is not there"],
        ),
    ];
    for (variables, expected) in cases {
        let common = [
            ("ARM_TENANT_ID", text(TENANT)),
            ("ARM_CLIENT_ID", text(CLIENT)),
            ("ARM_USE_CLI", text("false")),
        ];
        let all = [&common[..], &variables].concat();
        for (name, value) in &all {
            scene.workspace.set_variable(name, value);
        }
        let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
        // The CLI breaks lines where it likes.
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in expected {
            assert!(told.contains(words), "no {words:?} in {told}");
        }
        for secret in ["another-secret", REQUEST_TOKEN] {
            assert!(!told.contains(secret), "{told}");
        }
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        scene.workspace.unset_variables(&names);
    }
    Ok(())
}

/// Without the proxy the system itself would say that nothing leads there.
#[test]
fn what_is_elsewhere_is_looked_for_behind_the_proxy() -> Result {
    let mut scene = scene()?;
    let elsewhere = format!("{NOWHERE}:443");
    scene.workspace.unset_variables(&["ARM_METADATA_HOSTNAME"]);
    scene
        .workspace
        .set_variable("ARM_METADATA_HOSTNAME", &elsewhere);
    let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["cannot be read from metadata_host", NOWHERE, "refused"] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    Ok(())
}

/// Copied with another name, and nothing else changed.
#[test]
fn provider_blocks_of_azurerm_and_azapi_serve() -> Result {
    let mut scene = scene()?;
    let subscription = acceptance_tests::scene::SUBSCRIPTION;
    scene.workspace.unset_variables(&["ARM_SUBSCRIPTION_ID"]);
    scene.workspace.set_variable("ARM_CLIENT_SECRET", SECRET);
    let common = format!(
        r#"
  subscription_id                = "{subscription}"
  tenant_id                      = "{TENANT}"
  auxiliary_tenant_ids           = []
  environment                    = "public"
  client_id                      = "{CLIENT}"
  use_oidc                       = false
  use_msi                        = false
  use_cli                        = false
  use_aks_workload_identity      = false
  partner_id                     = "00000000-0000-0000-0000-000000000000"
  disable_terraform_partner_id   = true
  disable_correlation_request_id = true
"#
    );
    let azurerm = format!(
        "\n  features {{}}\n  metadata_host = \"{}\"\n",
        scene.emulator.authority()
    );
    let azapi = "\n  disable_instance_discovery = true\n";
    for own in [&*azurerm, azapi] {
        let block = format!("{REQUIRED_PROVIDERS}\nprovider \"ise\" {{{own}{common}}}\n");
        scene.workspace.write("provider.tf", &block)?;
        scene.run(&["plan"])?.success()?;
    }
    Ok(())
}

/// Nothing has to be configured: the Azure CLI knows the subscription too.
#[test]
fn the_azure_cli_is_enough() -> Result {
    let mut scene = scene()?;
    let files = TempDir::new()?;
    let token = scene.emulator.access_token(TENANT, CLIENT, SECRET)?;
    scene.workspace.unset_variables(&["ARM_SUBSCRIPTION_ID"]);
    let path = azure_cli(files.path(), &token)?;
    scene.workspace.set_variable("PATH", &path);
    scene.apply()?;
    scene.nothing_to_do()?;
    scene.destroy()?;
    assert_eq!(files_with(scene.path(), TOKEN)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_missing_subscription_is_told_when_it_is_needed_and_once() -> Result {
    let mut scene = scene()?;
    scene.workspace.unset_variables(&["ARM_SUBSCRIPTION_ID"]);
    for (name, value) in [
        ("ARM_TENANT_ID", TENANT),
        ("ARM_CLIENT_ID", CLIENT),
        ("ARM_CLIENT_SECRET", SECRET),
    ] {
        scene.workspace.set_variable(name, value);
    }
    // Nothing that needs one.
    scene.configure(&"")?;
    scene.run(&["plan"])?.success()?;
    let other = subnet()
        .with_text("name", "other")
        .with_text("address_prefix", "172.16.100.32/27");
    let other = other.to_string().replace("\"it\"", "\"other\"");
    scene.configure(&format!("{}\n{other}", subnet()))?;
    let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
    assert_eq!(
        told.matches("Set subscription_id in the provider block")
            .count(),
        1,
        "{told}"
    );
    assert_eq!(told.matches("Missing subscription_id").count(), 2, "{told}");
    Ok(())
}

/// An Azure CLI that is signed in, and the `PATH` on which it is the first. It gives what is in its file at the time.
fn azure_cli(folder: &Path, token: &str) -> Result<String> {
    let subscription = acceptance_tests::scene::SUBSCRIPTION;
    let file = folder.join(CLI_TOKEN);
    fs::write(&file, token)?;
    let file = file.display();
    let script = format!(
        r#"#!/bin/sh
case "$*" in
  "login") exit 0 ;;
  "account show --query id"*) echo '{subscription}' ;;
  "account show"*) echo '{{"id": "{subscription}", "tenantId": "{TENANT}", "name": "It"}}' ;;
  "account get-access-token"*) echo '{{"accessToken": "'$(cat '{file}')'", "expires_on": 4102444800, "tokenType": "Bearer"}}' ;;
  *) echo "unknown: $*" >&2; exit 2 ;;
esac
"#
    );
    let file = folder.join("az");
    fs::write(&file, script)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    let others = std::env::var("PATH").unwrap_or_default();
    Ok(format!("{}:{others}", folder.display()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |value: u32, shift: u32| char::from(DIGITS[(value >> shift & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let value = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            text.push(match index <= chunk.len() {
                true => digit(value, 18 - 6 * index as u32),
                false => '=',
            });
        }
    }
    text
}
