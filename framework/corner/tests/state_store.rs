//! The state store, whose states outlive the process.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use corner::state_stores::{Folder, InMem};
use serde_json::json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::state_store::{InitializeRequest, InitializeResponse, StateStore};
use tfplugin_framework::testing::{Core, StateStorage};
use tfplugin_framework::wire::Server;

/// The same store in a folder of a test's own.
#[derive(Clone)]
struct Elsewhere(std::path::PathBuf);

#[async_trait]
impl StateStore<()> for Elsewhere {
    fn type_name(&self) -> &str {
        InMem.type_name()
    }

    fn schema(&self) -> &Schema {
        static IN_MEM: InMem = InMem;
        IN_MEM.schema()
    }

    async fn initialize(
        &self,
        _: &Context<()>,
        _: InitializeRequest<'_>,
        response: &mut InitializeResponse,
    ) -> Result<(), Reported> {
        response.states = Some(Arc::new(Folder(self.0.clone())));
        Ok(())
    }
}

#[async_trait]
impl Provider for Elsewhere {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        Ok(())
    }

    fn state_stores(&self) -> Vec<Arc<dyn StateStore<()>>> {
        vec![Arc::new(self.clone())]
    }
}

/// The store as a process of its own finds it.
async fn store(folder: &Path) -> StateStorage<Server<Elsewhere>> {
    let core = Core::start(Elsewhere(folder.to_owned())).await;
    let core = core.expect("a provider");
    let store = core.state_store("framework_inmem", json!({ "region": "us-east-1" }));
    store.await.expect("a store")
}

#[tokio::test]
async fn states_and_locks_outlive_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (store(folder.path()).await, store(folder.path()).await);
    assert_eq!(first.get_states().await.expect("listed"), [""; 0]);
    assert_eq!(first.read("foo").await.expect("nothing"), b"");
    first.write("foo", "one").await.expect("written");
    first.write("bar", "two").await.expect("written");
    first.write("foo", "three").await.expect("written");
    assert_eq!(second.read("foo").await.expect("read"), b"three");
    assert_eq!(second.get_states().await.expect("listed"), ["bar", "foo"]);

    let lock = first.lock("foo", "apply").await.expect("locked");
    let lock = lock.expect("an ID");
    let refused = second.lock("foo", "plan").await.expect_err("locked");
    assert_eq!(refused.summaries(), ["Workspace Already Locked"]);
    assert!(refused.to_string().contains(&lock), "{refused}");
    let wrong = second.unlock("foo", "1").await.expect_err("another one");
    assert_eq!(wrong.summaries(), ["Lock ID Mismatch"]);
    second.unlock("foo", &lock).await.expect("unlocked");
    let again = first.unlock("foo", &lock).await.expect_err("gone");
    assert_eq!(again.summaries(), ["Lock Does Not Exist"]);

    first.delete_state("foo").await.expect("deleted");
    let again = second.delete_state("foo").await.expect_err("gone");
    assert_eq!(again.summaries(), ["Error Deleting State"]);
    assert_eq!(second.get_states().await.expect("listed"), ["bar"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_want_a_lock_one_gets_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(store(folder.path()).await);
    let wanted = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.lock("foo", "apply").await.is_ok() })
    });
    let mut got = 0;
    for wanted in wanted.collect::<Vec<_>>() {
        got += usize::from(wanted.await.expect("no panic"));
    }
    assert_eq!(got, 1);
}

#[tokio::test]
async fn a_workspace_names_no_other_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder.path().join("states")).await;
    for id in ["..", ".", "../a", "/tmp", "a\\b"] {
        let written = store.write(id, "x").await.expect_err(id);
        assert_eq!(written.summaries(), ["Invalid State ID"]);
    }
}

#[tokio::test]
async fn another_region_is_refused_in_the_words_of_the_original() {
    let folder = tempfile::tempdir().expect("a folder");
    let core = Core::start(Elsewhere(folder.path().to_owned())).await;
    let core = core.expect("a provider");
    let config = json!({ "region": "not-valid" });
    let refused = core.state_store("framework_inmem", config).await;
    let refused = refused.expect_err("no region").to_string();
    let words =
        r#"Attribute region value must be one of: ["us-east-1" "us-west-2"], got: "not-valid""#;
    assert!(refused.contains(words), "{refused}");
}
