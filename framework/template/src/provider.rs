//! The provider block, and all that is offered.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::model::Model;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::attr::Attr;

use crate::client::Client;
use crate::note::Note;

/// The provider.
#[derive(Debug)]
pub struct Root;

/// The provider block.
#[derive(Debug, Model)]
pub struct Config {
    /// Where the notes are; unknown in a plan if it is made in the same apply.
    pub folder: Attr<String>,
}

/// The rows of the provider block.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "Manages notes.".into(),
    attributes: vec![Attribute::string("folder").doc("Where the notes are. Defaults to `notes`.")],
    ..Schema::default()
});

#[async_trait]
impl Provider for Root {
    type Data = Client;

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Client>,
    ) -> Result<(), Reported> {
        let config: Config = request.config.model()?;
        response.data = match config.folder {
            Attr::Known(folder) => Some(Client::new(folder)),
            Attr::Null => Some(Client::new("notes")),
            // New notes are planned without a client. One that exists cannot be read then, and the plan says why.
            Attr::Unknown => None,
        };
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Client>>> {
        vec![Arc::new(Note)]
    }
}
