//! A data source: what is in a folder.

use std::sync::LazyLock;
use std::{fs, io};

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::{Explain, Reported};
use tfplugin_framework::model::{Model, WholeModel};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::{attr::Attr, path::Path, ty::Type};

use super::Root;

pub(crate) struct Folder;

#[derive(Model)]
pub(crate) struct FolderModel {
    pub(crate) path: String,
    pub(crate) files: Attr<Vec<String>>,
}

pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "A folder that is there.".into(),
    attributes: vec![
        Attribute::string("path").required().doc("Where it is, below the root."),
        Attribute::list("files", Type::String).computed().doc("The names of the files in it, sorted."),
    ],
    ..Schema::default()
});

/// The names of the files in a folder, sorted.
pub(crate) fn files(root: &Root, path: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.at(path))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[async_trait]
impl DataSource<Root> for Folder {
    fn type_name(&self) -> &str {
        "files_folder"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn read(&self, context: &Context<Root>, request: ReadRequest<'_>, response: &mut ReadResponse) -> Result<(), Reported> {
        let root = context.data()?;
        let mut folder: FolderModel = request.config.model()?;
        let files = files(root, &folder.path);
        folder.files = Attr::Known(files.explain_at(Path::attribute("path"), "Cannot read the folder")?);
        response.state = folder.into_object();
        Ok(())
    }
}
