//! A provider of files and folders, with one file for each ability of providers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::model::Model;
use tfplugin_framework::plugin::PluginInfo;
use tfplugin_framework::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::wire::Server;
use tfplugin_framework::{action::Action, data_source::DataSource, ephemeral::EphemeralResource};
use tfplugin_framework::{function::Function, list::ListResource, resource::Resource};

pub(crate) mod action;
pub(crate) mod data_source;
pub(crate) mod ephemeral_resource;
pub(crate) mod function;
pub(crate) mod list_resource;
pub(crate) mod resource;
// Terraform has state stores in builds with experiments, and the framework behind a feature.
#[cfg(feature = "state-store")]
pub(crate) mod state_store;

#[cfg(test)]
mod tests;

pub(crate) struct Files;

/// What the configuration makes, and everything else works with: the folder below which it works.
pub(crate) struct Root(PathBuf);

impl Root {
    /// Relative paths begin at the root.
    fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

#[derive(Model)]
struct FilesModel {
    root: Attr<String>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "Files and folders on the disk.".into(),
    attributes: vec![Attribute::string("root").doc("Where relative paths begin. Defaults to the working folder.")],
    ..Schema::default()
});

#[async_trait]
impl Provider for Files {
    type Data = Root;

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Root>,
    ) -> Result<(), Reported> {
        let config: FilesModel = request.config.model()?;
        response.data = match config.root {
            Attr::Known(root) => Some(Root(root.into())),
            Attr::Null => Some(Root(Path::new("").into())),
            // Known only after apply: what needs the root says so, and everything else works.
            Attr::Unknown => None,
        };
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Root>>> {
        vec![Arc::new(resource::File)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Root>>> {
        vec![Arc::new(data_source::Folder)]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<Root>>> {
        vec![Arc::new(ephemeral_resource::Scratch)]
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource<Root>>> {
        vec![Arc::new(list_resource::FilesOfFolder)]
    }

    fn actions(&self) -> Vec<Arc<dyn Action<Root>>> {
        vec![Arc::new(action::Copy)]
    }

    #[cfg(feature = "state-store")]
    fn state_stores(&self) -> Vec<Arc<dyn tfplugin_framework::state_store::StateStore<Root>>> {
        vec![Arc::new(state_store::FolderStore)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(function::Extension)]
    }
}

pub(crate) fn main() -> ExitCode {
    let info = PluginInfo::new("example.com/test/files", "1.0.0").log_targets(&["abilities"]);
    tfplugin_framework::plugin::main(info, || Server::new(Files))
}
