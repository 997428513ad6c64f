//! How a provider is tested: by Terraform's own rules, without Terraform.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::json;
use tfplugin_framework::model::WholeModel;
use tfplugin_framework::testing::{Action, Core, Query, assert_model_fits, unknown};
use tfplugin_framework::types::value::{Object, Value};
use tfplugin_framework::wire::Server;

use super::{Files, action, data_source, resource};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

async fn core(root: &Path) -> Result<Core<Server<Files>>> {
    let root = root.display().to_string();
    Ok(Core::start_with(Files, json!({ "root": root })).await?)
}

#[test]
fn the_models_fit_the_schemas() {
    assert_model_fits::<resource::FileModel>(&resource::SCHEMA);
    assert_model_fits::<data_source::FolderModel>(&data_source::SCHEMA);
    assert_model_fits::<action::CopyModel>(&action::SCHEMA);
}

#[tokio::test]
async fn a_file_lives_its_whole_life() -> Result {
    let root = tempfile::tempdir()?;
    let mut core = core(root.path()).await?;
    let config = |content: &str, read_only: bool| json!({ "path": "a.txt", "content": content, "read_only": read_only });

    let planned = core.plan("files_file", config("Hello", true)).await?;
    assert_eq!(planned.unknowns(), ["size"]);
    let created = core.apply_plan(planned).await?;
    assert_eq!(created.object().get("size"), &Value::from(5));
    assert!(fs::metadata(root.path().join("a.txt"))?.permissions().readonly());
    let identity = core.instance("files_file").and_then(|it| it.identity.clone());
    assert_eq!(identity, Some(resource::identity("a.txt")));

    let again = core.plan("files_file", config("Hello", true)).await?;
    assert_eq!(again.action, Action::NoOp);
    // Its content stays, and so its size is known before the apply.
    let planned = core.plan("files_file", config("Hello", false)).await?;
    assert_eq!((planned.action, planned.unknowns()), (Action::Update, vec![]));
    core.apply_plan(planned).await?;
    core.apply("files_file", config("Hello!", true)).await?;
    assert_eq!(fs::read_to_string(root.path().join("a.txt"))?, "Hello!");
    let moved = core.plan("files_file", json!({ "path": "b.txt" })).await?;
    assert_eq!(moved.action, Action::Replace);

    let taken = core.apply("files_file.other", config("", false)).await;
    let taken = taken.expect_err("there is one at that path");
    assert_eq!(taken.summaries(), ["The file exists"]);
    let wrong = core.plan("files_file.other", json!({ "path": "folder/" })).await;
    assert_eq!(wrong.expect_err("no file").summaries(), ["Invalid path"]);

    core.destroy("files_file").await?;
    assert!(!root.path().join("a.txt").exists());
    Ok(())
}

#[tokio::test]
async fn a_file_is_taken_over_by_path_or_identity() -> Result {
    let root = tempfile::tempdir()?;
    fs::write(root.path().join("a.txt"), "Hello")?;
    let mut core = core(root.path()).await?;
    let by_path = core.import("files_file.a", "a.txt").await?.clone();
    let by_identity = core.import_by_identity("files_file.b", json!({ "path": "a.txt" })).await?;
    assert_eq!(*by_identity, by_path);
    assert_eq!(by_path.str("content"), Some("Hello"));
    let missing = core.import("files_file.c", "c.txt").await;
    let missing = missing.expect_err("there is none");
    assert_eq!(missing.summaries(), ["Cannot import non-existent remote object"]);
    Ok(())
}

#[tokio::test]
async fn a_folder_is_read_and_listed() -> Result {
    let root = tempfile::tempdir()?;
    for name in ["b.txt", "a.txt"] {
        fs::write(root.path().join(name), name)?;
    }
    fs::write(root.path().join("c.bin"), b"\xff")?;
    fs::create_dir(root.path().join("folder"))?;
    let core = core(root.path()).await?;
    let (folder, _) = core.data("files_folder", json!({ "path": "." })).await?;
    assert_eq!(folder.get("files"), &Value::strings(["a.txt", "b.txt", "c.bin"]));
    let missing = core.data("files_folder", json!({ "path": "nowhere" })).await;
    assert_eq!(missing.expect_err("there is none").summaries(), ["Cannot read the folder"]);

    let query = Query::default().include_resource().limit(2);
    let (found, _) = core.list("files_file", json!({ "folder": "" }), query).await?;
    let names: Vec<_> = found.iter().map(|it| it.display_name.as_str()).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    assert_eq!(found[0].identity, resource::identity("a.txt"));
    let content = found[0].object.as_ref().and_then(|it| it.str("content"));
    assert_eq!(content, Some("a.txt"));
    let (all, told) = core.list("files_file", json!({ "folder": "" }), Query::default()).await?;
    assert_eq!((all.len(), told.len()), (3, 0));
    Ok(())
}

#[tokio::test]
async fn what_leaves_no_state_is_done() -> Result {
    let root = tempfile::tempdir()?;
    let core = core(root.path()).await?;
    let extension = |path: &str| [Value::from(path)];
    assert_eq!(core.call("extension", &extension("a/b.tar.gz")).await?, Value::from("gz"));
    assert_eq!(core.call("extension", &extension("Makefile")).await?, Value::Null);
    let wrong = core.call("extension", &extension("a/")).await.expect_err("no file");
    assert!(wrong.to_string().contains("has no name of a file"), "{wrong}");

    let opened = core.open("files_scratch", json!({ "parent": "scratch" })).await?;
    let other = core.open("files_scratch", json!({ "parent": "scratch" })).await?;
    let path = Path::new(opened.result.str_or_empty("path")).to_owned();
    assert!(path.is_dir() && path.starts_with(root.path()) && path != Path::new(other.result.str_or_empty("path")));
    fs::write(path.join("left"), "behind")?;
    core.close(opened).await?;
    core.close(other).await?;
    assert_eq!(fs::read_dir(root.path().join("scratch"))?.count(), 0);

    fs::write(root.path().join("a"), vec![b'x'; (1 << 20) + 1])?;
    let copied = core.invoke("files_copy", json!({ "from": "a", "to": "b" })).await?;
    assert_eq!(copied.progress, ["1048576 bytes of a are copied", "1048577 bytes of a are copied"]);
    assert_eq!(fs::read(root.path().join("b"))?, fs::read(root.path().join("a"))?);
    let missing = core.invoke("files_copy", json!({ "from": "c", "to": "b" })).await;
    assert_eq!(missing.expect_err("there is none").summaries(), ["Cannot copy the file"]);
    Ok(())
}

#[cfg(feature = "state-store")]
#[tokio::test]
async fn states_are_kept_and_locked() -> Result {
    let root = tempfile::tempdir()?;
    let mut core = core(root.path()).await?;
    // So short that a state travels in several.
    core.options.chunk_size = 4;
    let store = core.state_store("files_folder", json!({ "folder": "states" })).await?;
    assert_eq!(store.read("prod").await?, b"");
    let lock = store.lock("prod", "apply").await?.ok_or("no lock")?;
    let taken = store.lock("prod", "plan").await.expect_err("it is locked");
    assert_eq!(taken.summaries(), ["Workspace Already Locked"]);
    store.write("prod", b"{ \"version\": 4 }").await?;
    assert_eq!(store.read("prod").await?, b"{ \"version\": 4 }");
    assert!(store.unlock("prod", "another").await.is_err());
    store.unlock("prod", &lock).await?;
    assert_eq!(store.get_states().await?, ["prod"]);
    store.delete_state("prod").await?;
    assert_eq!(store.get_states().await?, [""; 0]);
    let outside = store.read("../prod").await.expect_err("no name of a file");
    assert_eq!(outside.summaries(), ["Invalid state ID"]);
    Ok(())
}

/// Without a root that is known, what needs none works, and the rest says why it does not.
#[tokio::test]
async fn an_unknown_root_is_waited_for() -> Result {
    let core = Core::start_with(Files, json!({ "root": unknown() })).await?;
    assert_eq!(core.call("extension", &["a.b".into()]).await?, Value::from("b"));
    let folder = core.data("files_folder", json!({ "path": "." })).await;
    assert_eq!(folder.expect_err("no root").summaries(), ["Provider not configured yet"]);
    Ok(())
}

/// Models write whole objects: what a test holds an identity against is written by hand once.
#[test]
fn an_identity_is_the_path() {
    let by_hand: Object = [("path", "a.txt")].into_iter().collect();
    let model = resource::FileIdentity { path: "a.txt".into() };
    assert_eq!(model.into_object(), by_hand);
}
