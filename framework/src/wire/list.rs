//! The calls that find objects, and write configurations of them.

use tfplugin_proto::v6;
use tokio::sync::mpsc::{self, Sender};
use tonic::Status;

use super::convert;
use super::error::CallError;
use super::identity::schema as identity_schema;
use super::state::ServerState;
use crate::engine::list::Listing;
use crate::list::ListResult;
use crate::provider::Provider;

/// An object that was found.
pub(super) type Event = Result<v6::list_resource::Event, Status>;

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_list_resource_config(
        &self,
        request: &v6::validate_list_resource_config::Request,
    ) -> Result<v6::validate_list_resource_config::Response, CallError> {
        let list = self.list_resource_type(&request.type_name)?;
        let schema = list.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let found = self.engine.validate_list(list, &config).await;
        Ok(v6::validate_list_resource_config::Response {
            diagnostics: convert::diagnostics(schema.members(), found),
        })
    }

    /// Finds objects; the last event is the caller's, and has the messages about the whole.
    pub(super) async fn list_resource(
        &self,
        request: &v6::list_resource::Request,
        events: &Sender<Event>,
    ) -> Result<v6::list_resource::Event, CallError> {
        let list = self.list_resource_type(&request.type_name)?;
        let resource = self.resource(&request.type_name)?;
        let schema = list.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        convert::check_known("config", &config)?;
        let listing = Listing {
            config,
            include_resource: request.include_resource_object,
            limit: u64::try_from(request.limit).ok().filter(|it| *it > 0),
        };
        let context = self.configured.context();
        let (sender, mut results) = mpsc::channel::<ListResult>(1);
        let (target, identities) = (resource.schema(), identity_schema(resource));
        let tell = async {
            while let Some(result) = results.recv().await {
                let resource = result.resource.as_ref();
                let event = v6::list_resource::Event {
                    identity: convert::encode_identity(Some(&result.identity), identities),
                    display_name: result.display_name,
                    resource_object: resource.map(|it| convert::encode_object(Some(it), target)),
                    diagnostic: convert::diagnostics(target.members(), result.diagnostics),
                };
                if events.send(Ok(event)).await.is_err() {
                    break;
                }
            }
            // A listing that goes on finds out that nobody listens.
            drop(results);
        };
        let list = self.engine.list(list, resource, &context, &listing, sender);
        let (diagnostics, ()) = tokio::join!(list, tell);
        Ok(v6::list_resource::Event {
            diagnostic: convert::diagnostics(schema.members(), diagnostics),
            ..Default::default()
        })
    }

    pub(super) async fn generate_resource_config(
        &self,
        request: &v6::generate_resource_config::Request,
    ) -> Result<v6::generate_resource_config::Response, CallError> {
        let schema = self.resource(&request.type_name)?.schema();
        let state = convert::object("state", request.state.as_ref(), schema)?;
        let config = self.engine.generate_config(schema, &state);
        Ok(v6::generate_resource_config::Response {
            config: Some(convert::encode_object(Some(&config), schema)),
            diagnostics: Vec::new(),
        })
    }
}
