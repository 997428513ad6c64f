//! An ephemeral resource: a folder that exists while Terraform runs, and is stored nowhere.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::PathBuf;
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Explain, Reported};
use tfplugin_framework::ephemeral::{Close, CloseRequest, CloseResponse, EphemeralResource, OpenRequest, OpenResponse};
use tfplugin_framework::schema::{Attribute, Schema};

use super::Root;

pub(crate) struct Scratch;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "A folder of its own for one run, deleted at its end with everything in it.".into(),
    attributes: vec![
        Attribute::string("parent").required().doc("The folder in which it is, below the root. It is made if there is none."),
        Attribute::string("path").computed().doc("Where it is."),
    ],
    ..Schema::default()
});

#[async_trait]
impl EphemeralResource<Root> for Scratch {
    fn type_name(&self) -> &str {
        "files_scratch"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn open(&self, context: &Context<Root>, request: OpenRequest<'_>, response: &mut OpenResponse) -> Result<(), Reported> {
        // One process may open several at once.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let root = context.data()?;
        let name = format!("scratch-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = root.at(request.config.str_or_empty("parent")).join(name);
        fs::create_dir_all(&path).explain("Cannot make the folder")?;
        response.result.set("path", path.display().to_string());
        // Closing is told no more than this.
        response.private.set("path", &path);
        Ok(())
    }

    fn close(&self) -> Option<&dyn Close<Root>> {
        Some(self)
    }
}

#[async_trait]
impl Close<Root> for Scratch {
    async fn close(&self, _: &Context<Root>, request: CloseRequest<'_>, _: &mut CloseResponse) -> Result<(), Reported> {
        let Some(path) = request.private.get::<PathBuf>("path") else {
            return Ok(());
        };
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == NotFound => Ok(()),
            deleted => Ok(deleted.explain("Cannot delete the folder")?),
        }
    }
}
