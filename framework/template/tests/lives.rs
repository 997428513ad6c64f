//! Whole lives, by Terraform's own rules and without Terraform.

use std::error::Error;
use std::fs;

use provider::note::{self, NoteModel};
use provider::provider::{self as root, Config, Root};
use serde_json::json;
use tfplugin_framework::testing::{Action, Core, assert_model_fits};

const NOTE: &str = "{{provider}}_note.a";

#[test]
fn the_models_fit_the_schemas() {
    assert_model_fits::<Config>(&root::SCHEMA);
    assert_model_fits::<NoteModel>(&note::SCHEMA);
}

#[tokio::test]
async fn a_note_lives_its_whole_life() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("a.txt");
    let folder = json!({ "folder": folder.path().display().to_string() });
    let mut core = Core::start_with(Root, folder).await?;
    let hello = || json!({ "name": "a", "text": "Hello" });

    let created = core.apply(NOTE, hello()).await?;
    assert_eq!(created.action, Action::Create);
    assert_eq!(fs::read_to_string(&file)?, "Hello");
    let again = core.plan(NOTE, hello()).await?;
    assert_eq!(again.action, Action::NoOp);

    fs::write(&file, "changed by hand")?;
    let back = core.apply(NOTE, hello()).await?;
    assert_eq!(back.action, Action::Update);
    assert_eq!(fs::read_to_string(&file)?, "Hello");
    let renamed = json!({ "name": "b", "text": "Hello" });
    let renamed = core.plan(NOTE, renamed).await?;
    assert_eq!(renamed.action, Action::Replace);

    let taken = core.apply("{{provider}}_note.b", hello()).await;
    let taken = taken.expect_err("there is one of that name");
    assert_eq!(taken.summaries(), ["The note exists"]);
    let outside = json!({ "name": "../a", "text": "Hello" });
    let outside = core.plan("{{provider}}_note.b", outside).await;
    assert_eq!(outside.expect_err("outside").summaries(), ["Invalid name"]);
    let outside = core.import("{{provider}}_note.b", "../a").await;
    assert_eq!(
        outside.expect_err("outside").summaries(),
        ["Reading a note failed"]
    );

    core.forget(NOTE);
    let imported = core.import(NOTE, "a").await?;
    assert_eq!(imported.str("text"), Some("Hello"));
    core.destroy(NOTE).await?;
    assert!(!file.exists());
    Ok(())
}
