//! Secrets go to Azure and nowhere else.

use std::fs;
use std::path::Path;

use acceptance_tests::Result;
use acceptance_tests::scene::{Fixture, Scene};
use serde_json::json;

use crate::adopted;

const CLIENT_SECRET: &str = "the-application's-secret-7f1c";
/// The same as the form of a token request has it.
const CLIENT_SECRET_IN_FORM: &str = "the-application%27s-secret-7f1c";
const PARAMETER: &str = "the-parameter's-secret-93b0";

#[test]
fn secrets_are_written_nowhere() -> Result {
    let mut scene = Scene::new(Fixture::Environment)?;
    let provider = fs::read_to_string(scene.path().join("provider.tf"))?;
    scene.workspace.write(
        "provider.tf",
        &provider.replace("\"any\"", "var.client_secret"),
    )?;
    scene.workspace.write("variables.tf", VARIABLES)?;
    for (name, value) in [
        ("TF_VAR_client_secret", CLIENT_SECRET),
        ("TF_VAR_key", PARAMETER),
        ("TF_LOG", "trace"),
        ("TF_LOG_PATH", "trace.log"),
    ] {
        scene.workspace.set_variable(name, value);
    }
    let [.., app] = adopted::blocks();
    let app = app
        .with_text("name", "secretive")
        .with("definition", DEFINITION)
        .with("parameters", "")
        .with("secure_parameters_wo", "jsonencode({ key = var.key })")
        .with("secure_parameters_version", "1");
    scene.configure(&app)?;
    scene.run(&["plan", "-out=plan"])?.success()?;
    let shown = scene.run(&["show", "-json", "plan"])?.success()?;
    let applied = scene.run(&["apply", "plan"])?.success()?;
    // An answer that says why is where secrets leak most easily.
    let answer = json!({ "status": 400, "code": "InvalidRequestContent", "message": "No." });
    scene
        .emulator
        .fault(&json!({ "method": "PUT", "path": "*/workflows/secretive*", "answer": answer }))?;
    scene.configure(&app.clone().with("secure_parameters_version", "2"))?;
    let failed = scene.run(&["apply", "-auto-approve"])?.failure()?;
    scene.apply()?;
    scene.destroy()?;

    let requests = scene.emulator.requests()?;
    let writes: Vec<_> = requests
        .iter()
        .filter(|request| request.method == "PUT")
        .collect();
    assert_eq!(writes.len(), 3);
    for write in writes {
        assert_eq!(
            write.body["properties"]["parameters"]["key"]["value"], "***",
            "{write:?}"
        );
    }
    for secret in [CLIENT_SECRET, CLIENT_SECRET_IN_FORM, PARAMETER] {
        for run in [&shown, &applied, &failed] {
            assert!(
                !format!("{}{}", run.stdout, run.stderr).contains(secret),
                "`{}` prints {secret}",
                run.command
            );
        }
        assert!(
            !scene.emulator.transcript()?.contains(secret),
            "the emulator tells {secret}"
        );
        assert_eq!(
            files_with(scene.path(), secret)?,
            Vec::<String>::new(),
            "{secret} is in files"
        );
    }
    // The logs are what they should be: full of the provider's words.
    let log = fs::read_to_string(scene.path().join("trace.log"))?;
    assert!(log.contains("provider.terraform-provider-ise"), "{log}");
    Ok(())
}

/// The names of files in the folder that contain the text: state, backups, plans, logs, whatever there is.
pub(crate) fn files_with(folder: &Path, text: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.extend(files_with(&entry.path(), text)?);
        } else if kind.is_file() {
            let content = fs::read(entry.path())?;
            if content
                .windows(text.len())
                .any(|window| window == text.as_bytes())
            {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(found)
}

/// Ephemeral values are in no plan, as Terraform itself promises.
const VARIABLES: &str = r#"
variable "client_secret" {
  type      = string
  sensitive = true
  ephemeral = true
}

variable "key" {
  type      = string
  sensitive = true
  ephemeral = true
}
"#;

const DEFINITION: &str = r#"jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    parameters     = { key = { type = "SecureString" } }
    triggers       = { request = { type = "Request", kind = "Http" } }
    actions        = {}
  })"#;
