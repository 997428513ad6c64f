//! A list resource: the files that exist, for `terraform query`.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Explain, Reported};
use tfplugin_framework::list::{ListRequest, ListResource, ListResponse, ListResult};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;

use super::Root;
use super::{data_source::files, resource};

pub(crate) struct FilesOfFolder;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![Attribute::string("folder").required().doc("The folder in which they are, below the root.")],
    ..Schema::default()
});

#[async_trait]
impl ListResource<Root> for FilesOfFolder {
    /// The managed type whose objects are found.
    fn type_name(&self) -> &str {
        "files_file"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn list(&self, context: &Context<Root>, request: ListRequest<'_>, response: &mut ListResponse) -> Result<(), Reported> {
        let root = context.data()?;
        let folder = request.config.str_or_empty("folder");
        let names = files(root, folder).explain_at(Path::attribute("folder"), "Cannot read the folder")?;
        for name in names {
            let path = std::path::Path::new(folder).join(&name).display().to_string();
            let mut found = ListResult::new(resource::identity(&path), name);
            if request.include_resource {
                match resource::find(root, &path) {
                    Ok(file) => found.resource = file,
                    // One file that is no text keeps nobody from the others.
                    Err(error) => found.diagnostics.add(error),
                }
            }
            if !response.results.push(found).await {
                break;
            }
        }
        Ok(())
    }
}
