//! The guides, tried as written: what they tell a person or a pipeline to run is run, where the other side can be played.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use acceptance_tests::scene::{SUBSCRIPTION, Scene};
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};
use serde_json::json;
use tempfile::TempDir;

use super::{CLIENT, CONNECTION, GITHUB, PIPELINES, REQUEST_TOKEN, SECRET, TENANT};
use super::{azure_cli, register, scene_in};

/// What stands for the reader's own GUIDs.
const ZEROS: &str = "00000000-0000-0000-0000-000000000000";

/// A fenced block of a page.
struct Snippet {
    language: String,
    text: String,
}

fn snippets(page: &str) -> Result<Vec<Snippet>> {
    let file = format!("docs/guides/authentication-{page}.md");
    let text = fs::read_to_string(binaries::root().join(file))?;
    let parts: Vec<_> = text.split("```").collect();
    let fenced = parts.iter().skip(1).step_by(2);
    let read = fenced.filter_map(|fenced| {
        let (language, text) = fenced.split_once('\n')?;
        Some(Snippet {
            language: language.to_owned(),
            text: text.to_owned(),
        })
    });
    Ok(read.collect())
}

/// The one snippet of a language.
fn snippet(page: &str, language: &str) -> Result<String> {
    let all = snippets(page)?;
    let mut found = all.into_iter().filter(|it| it.language == language);
    let first = found
        .next()
        .ok_or_else(|| format!("{page} has no {language}"))?;
    match found.next() {
        None => Ok(first.text),
        Some(_) => Err(format!("{page} has more than one {language}").into()),
    }
}

/// The text with the reader's own in the places of what stands for it.
fn filled_in(text: &str) -> String {
    let mut filled = String::new();
    let mut named = "";
    for line in text.lines() {
        // In a list of YAML, the name is in the line before.
        if !line.trim_start().starts_with("value:") {
            named = line;
        }
        let own = match named {
            _ if named.contains("SUBSCRIPTION_ID") => SUBSCRIPTION,
            _ if named.contains("TENANT_ID") => TENANT,
            _ => CLIENT,
        };
        let secret = format!("\"{SECRET}\"");
        filled += &line.replace(ZEROS, own).replace("the-secret", &secret);
        filled.push('\n');
    }
    filled
}

/// What a person types.
fn typed(console: &str) -> String {
    let lines = console.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The lines that belong to a key of YAML: those below it that begin further to the right.
fn below<'t>(yaml: &'t str, key: &str) -> Result<Vec<&'t str>> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = yaml.lines().skip_while(|line| line.trim() != key);
    let first = lines.next().ok_or_else(|| format!("no {key}"))?;
    let rest = lines.take_while(|line| line.trim().is_empty() || indent(line) > indent(first));
    Ok(rest.collect())
}

/// Names and values of a mapping.
fn mapping(lines: &[&str]) -> Vec<(String, String)> {
    let pair = |line: &&str| {
        let (name, value) = line.trim().split_once(": ")?;
        Some((name.to_owned(), value.trim_matches('"').to_owned()))
    };
    lines.iter().filter_map(pair).collect()
}

/// A workspace in which `init` installs the provider, and a folder on whose `PATH` the CLI is `terraform`.
fn desk() -> Result<(Scene, TempDir)> {
    let mut scene = scene_in(Workspace::with_mirror("1.0.0")?)?;
    let tools = TempDir::new()?;
    let cli = scene.workspace.command(&[]).get_program().to_owned();
    std::os::unix::fs::symlink(cli, tools.path().join("terraform"))?;
    let others = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{others}", tools.path().display());
    scene.workspace.set_variable("PATH", &path);
    Ok((scene, tools))
}

/// Runs a script in the workspace, as a shell or a runner does.
fn run(scene: &Scene, script: &str) -> Result<String> {
    let as_cli = scene.workspace.command(&[]);
    let mut shell = Command::new("bash");
    shell.args(["-e", "-c", script]).current_dir(scene.path());
    shell.env_clear();
    for (name, value) in as_cli.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let done = shell.output()?;
    let printed = String::from_utf8([done.stdout, done.stderr].concat())?;
    match done.status.success() {
        true => Ok(printed),
        false => Err(format!("{script}\nended with {}:\n{printed}", done.status).into()),
    }
}

/// The way that was taken at last.
fn taken(scene: &Scene) -> Result<String> {
    let log = fs::read_to_string(scene.path().join(super::LOG))?;
    let line = log.lines().rfind(|line| line.contains("signed in:"));
    Ok(line.ok_or("nobody signed in")?.to_owned())
}

/// Plans by a snippet as it is written, and says by which way it signed in.
fn plans(scene: &Scene, script: &str, way: &str) -> Result {
    assert!(script.contains("terraform plan"), "{script}");
    let printed = run(scene, script)?;
    assert!(printed.contains("1 to add"), "{printed}");
    let taken = taken(scene)?;
    assert!(taken.contains(way), "{taken} is not by {way}");
    Ok(())
}

#[test]
fn a_client_secret() -> Result {
    let (scene, _tools) = desk()?;
    let shell = filled_in(&snippet("client-secret", "shell")?);
    plans(&scene, &shell, "client secret")
}

#[test]
fn a_client_certificate() -> Result {
    let (scene, _tools) = desk()?;
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("Not tried: there is no openssl.");
        return Ok(());
    }
    run(&scene, &typed(&snippet("client-certificate", "console")?))?;
    let own = fs::read_to_string(scene.path().join("certificate.pem"))?;
    register(&scene, &json!({ "certificates": [own] }))?;
    let shell = filled_in(&snippet("client-certificate", "shell")?);
    plans(&scene, &shell, "client certificate")
}

#[test]
fn a_token_of_another_issuer() -> Result {
    let (scene, _tools) = desk()?;
    let token = scene.emulator.github_token("o/r", REQUEST_TOKEN)?;
    fs::write(scene.path().join("token"), token)?;
    let shell = filled_in(&snippet("oidc-token", "shell")?);
    plans(&scene, &shell, "OIDC token")
}

#[test]
fn a_managed_identity() -> Result {
    let (mut scene, _tools) = desk()?;
    // The machine's part: nothing can be moved to the address of IMDS without root.
    let endpoint = format!("{}/metadata/identity/oauth2/token", scene.emulator.url());
    scene.workspace.set_variable("ARM_MSI_ENDPOINT", &endpoint);
    let shell = filled_in(&snippet("managed-identity", "shell")?);
    plans(&scene, &shell, "managed identity")
}

#[test]
fn the_azure_cli() -> Result {
    let (mut scene, tools) = desk()?;
    let token = scene.emulator.access_token(TENANT, CLIENT, SECRET)?;
    azure_cli(tools.path(), &token)?;
    scene.workspace.unset_variables(&["ARM_SUBSCRIPTION_ID"]);
    let console = typed(&snippet("azure-cli", "console")?);
    plans(&scene, &console, "Azure CLI")
}

#[test]
fn github_actions() -> Result {
    let (mut scene, _tools) = desk()?;
    let yaml = filled_in(&snippet("github-actions", "yaml")?);
    assert_eq!(
        mapping(&below(&yaml, "permissions:")?)[0],
        ("id-token".to_owned(), "write".to_owned())
    );
    for (name, value) in mapping(&below(&yaml, "env:")?) {
        scene.workspace.set_variable(&name, &value);
    }
    // GitHub's part.
    let url = format!("{}/{GITHUB}", scene.emulator.url());
    for (name, value) in [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", &*url),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN),
    ] {
        scene.workspace.set_variable(name, value);
    }
    let steps = yaml
        .lines()
        .filter_map(|it| it.trim().strip_prefix("- run: "));
    let script: String = steps.map(|step| format!("{step}\n")).collect();
    plans(&scene, &script, "GitHub Actions")
}

#[test]
fn azure_pipelines() -> Result {
    let (mut scene, tools) = desk()?;
    let yaml = snippet("azure-pipelines", "yaml")?;
    let handed_on = mapping(&below(&yaml, "env:")?);
    let expected = (
        "SYSTEM_ACCESSTOKEN".to_owned(),
        "$(System.AccessToken)".to_owned(),
    );
    assert_eq!(handed_on, [expected]);
    assert!(yaml.contains("addSpnToEnvironment: true"), "{yaml}");
    // The task's part: it signs the Azure CLI in, and tells of the connection.
    azure_cli(tools.path(), "no-token-of-the-cli")?;
    scene.workspace.unset_variables(&["ARM_SUBSCRIPTION_ID"]);
    let url = format!("{}/{PIPELINES}", scene.emulator.url());
    for (name, value) in [
        ("SYSTEM_ACCESSTOKEN", REQUEST_TOKEN),
        ("SYSTEM_OIDCREQUESTURI", &*url),
        ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", CONNECTION),
        ("servicePrincipalId", CLIENT),
        ("tenantId", TENANT),
    ] {
        scene.workspace.set_variable(name, value);
    }
    let script = below(&yaml, "inlineScript: |")?.join("\n");
    plans(&scene, &script, "Azure Pipelines")
}

#[test]
fn a_workload_identity_in_aks() -> Result {
    let (mut scene, tools) = desk()?;
    let yaml = filled_in(&snippet("aks-workload-identity", "yaml")?);
    let pairs = mapping(&below(&yaml, "env:")?);
    for pair in pairs.chunks(2) {
        let [(name, variable), (value, given)] = pair else {
            return Err(format!("{pair:?} is half a variable").into());
        };
        assert_eq!((&**name, &**value), ("- name", "value"));
        scene.workspace.set_variable(variable, given);
    }
    // The webhook's part.
    let token = tools.path().join("azure-identity-token");
    fs::write(&token, scene.emulator.github_token("o/r", REQUEST_TOKEN)?)?;
    let annotations = mapping(&below(&yaml, "annotations:")?);
    let [(annotation, client)] = &annotations[..] else {
        return Err(format!("{annotations:?} is no client").into());
    };
    assert_eq!(annotation, "azure.workload.identity/client-id");
    for (name, value) in [
        ("AZURE_CLIENT_ID", &**client),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_FEDERATED_TOKEN_FILE", &*token.display().to_string()),
    ] {
        scene.workspace.set_variable(name, value);
    }
    // What the ConfigMap makes visible; the folder of the work is empty.
    let configuration = tools.path().join("configuration");
    fs::create_dir(&configuration)?;
    for entry in fs::read_dir(scene.path())? {
        let file = entry?.path();
        if let (Some("tf"), Some(name)) =
            (file.extension().and_then(OsStr::to_str), file.file_name())
        {
            fs::rename(&file, configuration.join(name))?;
        }
    }
    assert!(yaml.contains("command: [sh, -e, -c]"), "{yaml}");
    let script = below(&yaml, "- |")?.join("\n");
    assert!(script.contains("/configuration/"), "{script}");
    let own = configuration.display().to_string();
    plans(
        &scene,
        &script.replace("/configuration", &own),
        "OIDC token",
    )
}

/// A cloud that describes itself is one variable, with any way to sign in.
#[test]
fn another_cloud() -> Result {
    let (mut scene, _tools) = desk()?;
    scene.workspace.unset_variables(&["ARM_METADATA_HOSTNAME"]);
    let own = scene.emulator.authority();
    let host = "management.local.azurestack.external";
    let cloud = snippet("other-clouds", "shell")?;
    assert!(cloud.contains(host), "{cloud}");
    let secret = filled_in(&snippet("client-secret", "shell")?);
    plans(
        &scene,
        &(cloud.replace(host, own) + &secret),
        "client secret",
    )
}

/// Every page with something to run has a test here, and every page is linked from the first one.
#[test]
fn every_page_is_tried() -> Result {
    let tried = [
        "aks-workload-identity",
        "azure-cli",
        "azure-pipelines",
        "client-certificate",
        "client-secret",
        "github-actions",
        "managed-identity",
        "oidc-token",
        "other-clouds",
    ];
    let guides = binaries::root().join("docs/guides");
    let index = fs::read_to_string(guides.join("authentication.md"))?;
    let mut pages = Vec::new();
    for entry in fs::read_dir(guides)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(page) = name.strip_prefix("authentication-") {
            assert!(index.contains(&name), "{name} is linked from nowhere");
            pages.push(page.trim_end_matches(".md").to_owned());
        }
    }
    pages.sort();
    assert_eq!(pages, tried);
    Ok(())
}
