//! The provider service: one short function for each call of the protocol.
//!
//! Only here are provider messages named. What a user or an author can change is a diagnostic in a normal response: a gRPC
//! error would hide it among words about plugins and, on apply, lose the state. A message that breaks the protocol, which
//! they cannot change, is a gRPC error, before anything has been done.

mod action;
mod convert;
mod data_source;
mod ephemeral;
mod error;
mod function;
mod identity;
mod list;
mod provider;
mod resource;
mod rpc;
mod schema;
mod state;
#[cfg(feature = "state-store")]
mod state_store;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tfplugin_proto::v6;
use tfplugin_proto::v6::invoke_action::event::Type;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnboundedReceiverStream};
#[cfg(feature = "state-store")]
use tonic::Streaming;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use crate::engine::Engine;
use crate::plugin::ProviderService;
use crate::provider::Provider;
use rpc::{Call, respond};
use state::ServerState;

/// Serves a [`Provider`] over Terraform's plugin protocol.
pub struct Server<P: Provider>(Arc<ServerState<P>>);

impl<P: Provider> Server<P> {
    /// A server for `provider`, not configured yet.
    pub fn new(provider: P) -> Self {
        Self::with_engine(provider, Engine::default())
    }

    /// The same, with an engine that was chosen.
    pub fn with_engine(provider: P, engine: Engine) -> Self {
        Self(Arc::new(ServerState::new(provider, engine)))
    }
}

impl<P: Provider> ProviderService for Server<P> {
    async fn idle(&self) {
        self.0.applies.close();
        self.0.applies.wait().await;
    }

    fn for_client(&self) -> Self {
        Self(Arc::new(self.0.for_client()))
    }
}

#[tonic::async_trait]
impl<P: Provider> Service for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<v6::get_metadata::Request>,
    ) -> Result<Response<v6::get_metadata::Response>, Status> {
        respond(Call::provider("GetMetadata"), async {
            Ok(self.0.metadata())
        })
        .await
    }

    async fn get_provider_schema(
        &self,
        _: Request<v6::get_provider_schema::Request>,
    ) -> Result<Response<v6::get_provider_schema::Response>, Status> {
        respond(Call::provider("GetProviderSchema"), async {
            Ok(self.0.provider_schema())
        })
        .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<v6::validate_provider_config::Request>,
    ) -> Result<Response<v6::validate_provider_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_provider_config(&request);
        respond(Call::provider("ValidateProviderConfig"), work).await
    }

    async fn configure_provider(
        &self,
        request: Request<v6::configure_provider::Request>,
    ) -> Result<Response<v6::configure_provider::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.configure_provider(&request);
        respond(Call::provider("ConfigureProvider"), work).await
    }

    async fn stop_provider(
        &self,
        _: Request<v6::stop_provider::Request>,
    ) -> Result<Response<v6::stop_provider::Response>, Status> {
        respond(Call::provider("StopProvider"), async {
            tracing::info!("asked to stop: running operations return with what they have");
            self.0.configured.stop();
            Ok(v6::stop_provider::Response::default())
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<v6::validate_resource_config::Request>,
    ) -> Result<Response<v6::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_resource_config(&request);
        respond(
            Call::resource("ValidateResourceConfig", &request.type_name),
            work,
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<v6::upgrade_resource_state::Request>,
    ) -> Result<Response<v6::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.upgrade_resource_state(&request);
        respond(
            Call::resource("UpgradeResourceState", &request.type_name),
            work,
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<v6::read_resource::Request>,
    ) -> Result<Response<v6::read_resource::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.read_resource(&request);
        respond(Call::resource("ReadResource", &request.type_name), work).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<v6::plan_resource_change::Request>,
    ) -> Result<Response<v6::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.plan_resource_change(&request);
        respond(
            Call::resource("PlanResourceChange", &request.type_name),
            work,
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<v6::apply_resource_change::Request>,
    ) -> Result<Response<v6::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let state = Arc::clone(&self.0);
        // A task of its own: when the client drops the call, the work between two requests still goes on.
        let apply = self.0.applies.spawn(async move {
            let work = state.apply_resource_change(&request);
            respond(
                Call::resource("ApplyResourceChange", &request.type_name),
                work,
            )
            .await
        });
        apply
            .await
            .unwrap_or_else(|error| Err(Status::internal(error.to_string())))
    }

    async fn import_resource_state(
        &self,
        request: Request<v6::import_resource_state::Request>,
    ) -> Result<Response<v6::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.import_resource_state(&request);
        respond(
            Call::resource("ImportResourceState", &request.type_name),
            work,
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<v6::move_resource_state::Request>,
    ) -> Result<Response<v6::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.move_resource_state(&request);
        respond(
            Call::resource("MoveResourceState", &request.target_type_name),
            work,
        )
        .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<v6::get_resource_identity_schemas::Request>,
    ) -> Result<Response<v6::get_resource_identity_schemas::Response>, Status> {
        respond(Call::provider("GetResourceIdentitySchemas"), async {
            Ok(self.0.resource_identity_schemas())
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<v6::upgrade_resource_identity::Request>,
    ) -> Result<Response<v6::upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.upgrade_resource_identity(&request);
        respond(
            Call::resource("UpgradeResourceIdentity", &request.type_name),
            work,
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<v6::validate_data_resource_config::Request>,
    ) -> Result<Response<v6::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_data_resource_config(&request);
        respond(
            Call::data_source("ValidateDataResourceConfig", &request.type_name),
            work,
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<v6::read_data_source::Request>,
    ) -> Result<Response<v6::read_data_source::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.read_data_source(&request);
        respond(
            Call::data_source("ReadDataSource", &request.type_name),
            work,
        )
        .await
    }

    async fn get_functions(
        &self,
        _: Request<v6::get_functions::Request>,
    ) -> Result<Response<v6::get_functions::Response>, Status> {
        respond(Call::provider("GetFunctions"), async {
            Ok(v6::get_functions::Response {
                functions: self.0.functions(),
                diagnostics: Vec::new(),
            })
        })
        .await
    }

    async fn call_function(
        &self,
        request: Request<v6::call_function::Request>,
    ) -> Result<Response<v6::call_function::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.call_function(&request);
        respond(Call::function("CallFunction", &request.name), work).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<v6::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<v6::validate_ephemeral_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_ephemeral_resource_config(&request);
        respond(
            Call::ephemeral("ValidateEphemeralResourceConfig", &request.type_name),
            work,
        )
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<v6::open_ephemeral_resource::Request>,
    ) -> Result<Response<v6::open_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.open_ephemeral_resource(&request);
        respond(
            Call::ephemeral("OpenEphemeralResource", &request.type_name),
            work,
        )
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<v6::renew_ephemeral_resource::Request>,
    ) -> Result<Response<v6::renew_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.renew_ephemeral_resource(&request);
        respond(
            Call::ephemeral("RenewEphemeralResource", &request.type_name),
            work,
        )
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<v6::close_ephemeral_resource::Request>,
    ) -> Result<Response<v6::close_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.close_ephemeral_resource(&request);
        respond(
            Call::ephemeral("CloseEphemeralResource", &request.type_name),
            work,
        )
        .await
    }

    async fn validate_action_config(
        &self,
        request: Request<v6::validate_action_config::Request>,
    ) -> Result<Response<v6::validate_action_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_action_config(&request);
        respond(
            Call::action("ValidateActionConfig", &request.type_name),
            work,
        )
        .await
    }

    async fn plan_action(
        &self,
        request: Request<v6::plan_action::Request>,
    ) -> Result<Response<v6::plan_action::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.plan_action(&request);
        respond(Call::action("PlanAction", &request.action_type), work).await
    }

    async fn invoke_action(
        &self,
        request: Request<v6::invoke_action::Request>,
    ) -> Result<Response<BoxStream<v6::invoke_action::Event>>, Status> {
        let request = request.into_inner();
        let state = Arc::clone(&self.0);
        let (events, stream) = mpsc::unbounded_channel();
        // A task of its own, as for an apply: a client that goes away does not stop it between two requests.
        self.0.applies.spawn(async move {
            let work = state.invoke_action(&request, &events);
            let ended = respond(Call::action("InvokeAction", &request.action_type), work).await;
            let ended = ended.map(|it| action::event(Type::Completed(it.into_inner())));
            // Nobody listens any more.
            let _ = events.send(ended);
        });
        Ok(Response::new(Box::pin(UnboundedReceiverStream::new(
            stream,
        ))))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<v6::validate_list_resource_config::Request>,
    ) -> Result<Response<v6::validate_list_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.validate_list_resource_config(&request);
        let call = Call::resource("ValidateListResourceConfig", &request.type_name);
        respond(call, work).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<v6::generate_resource_config::Request>,
    ) -> Result<Response<v6::generate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = self.0.generate_resource_config(&request);
        let call = Call::resource("GenerateResourceConfig", &request.type_name);
        respond(call, work).await
    }

    async fn list_resource(
        &self,
        request: Request<v6::list_resource::Request>,
    ) -> Result<Response<BoxStream<v6::list_resource::Event>>, Status> {
        let request = request.into_inner();
        let state = Arc::clone(&self.0);
        let (events, stream) = mpsc::channel(1);
        tokio::spawn(async move {
            let work = state.list_resource(&request, &events);
            let call = Call::resource("ListResource", &request.type_name);
            let ended = tokio::select! {
                // Clients hang up once they have as many as they want.
                () = events.closed() => return,
                ended = respond(call, work) => ended.map(Response::into_inner),
            };
            if ended
                .as_ref()
                .map_or(true, |last| !last.diagnostic.is_empty())
            {
                // Nobody listens any more.
                let _ = events.send(ended).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    #[cfg(feature = "state-store")]
    async fn validate_state_store_config(
        &self,
        request: Request<v6::validate_state_store::Request>,
    ) -> Result<Response<v6::validate_state_store::Response>, Status> {
        let request = request.into_inner();
        let call = Call::state_store("ValidateStateStoreConfig", &request.type_name);
        respond(call, self.0.validate_state_store_config(&request)).await
    }

    #[cfg(feature = "state-store")]
    async fn configure_state_store(
        &self,
        request: Request<v6::configure_state_store::Request>,
    ) -> Result<Response<v6::configure_state_store::Response>, Status> {
        let request = request.into_inner();
        let call = Call::state_store("ConfigureStateStore", &request.type_name);
        respond(call, self.0.configure_state_store(&request)).await
    }

    #[cfg(feature = "state-store")]
    async fn get_states(
        &self,
        request: Request<v6::get_states::Request>,
    ) -> Result<Response<v6::get_states::Response>, Status> {
        let request = request.into_inner();
        let call = Call::state_store("GetStates", &request.type_name);
        respond(call, self.0.get_states(&request)).await
    }

    #[cfg(feature = "state-store")]
    async fn read_state_bytes(
        &self,
        request: Request<v6::read_state_bytes::Request>,
    ) -> Result<Response<BoxStream<v6::read_state_bytes::Response>>, Status> {
        self.0.read_state_bytes(&request.into_inner()).await
    }

    #[cfg(feature = "state-store")]
    async fn write_state_bytes(
        &self,
        request: Request<Streaming<v6::write_state_bytes::RequestChunk>>,
    ) -> Result<Response<v6::write_state_bytes::Response>, Status> {
        let chunks = request.into_inner();
        let work =
            |state: Arc<ServerState<P>>| async move { state.write_state_bytes(chunks).await };
        Arc::clone(&self.0).to_the_end(work).await
    }

    #[cfg(feature = "state-store")]
    async fn delete_state(
        &self,
        request: Request<v6::delete_state::Request>,
    ) -> Result<Response<v6::delete_state::Response>, Status> {
        let request = request.into_inner();
        let work = |state: Arc<ServerState<P>>| async move {
            let call = Call::state_store("DeleteState", &request.type_name);
            respond(call, state.delete_state(&request)).await
        };
        Arc::clone(&self.0).to_the_end(work).await
    }

    #[cfg(feature = "state-store")]
    async fn lock_state(
        &self,
        request: Request<v6::lock_state::Request>,
    ) -> Result<Response<v6::lock_state::Response>, Status> {
        let request = request.into_inner();
        let work = |state: Arc<ServerState<P>>| async move {
            let call = Call::state_store("LockState", &request.type_name);
            respond(call, state.lock_state(&request)).await
        };
        Arc::clone(&self.0).to_the_end(work).await
    }

    #[cfg(feature = "state-store")]
    async fn unlock_state(
        &self,
        request: Request<v6::unlock_state::Request>,
    ) -> Result<Response<v6::unlock_state::Response>, Status> {
        let request = request.into_inner();
        let work = |state: Arc<ServerState<P>>| async move {
            let call = Call::state_store("UnlockState", &request.type_name);
            respond(call, state.unlock_state(&request)).await
        };
        Arc::clone(&self.0).to_the_end(work).await
    }
}
