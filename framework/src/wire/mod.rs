//! The provider service: one short function for each call of the protocol.
//!
//! Only here are provider messages named. Handlers answer problems as diagnostics in a normal response, never as gRPC
//! errors: those would hide the text from the user and, on apply, lose the state.

mod convert;
mod data_source;
mod function;
mod provider;
mod resource;
mod rpc;
mod schema;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::plugin::ProviderService;
use crate::provider::Provider;
use crate::schema::duration;
use crate::schema::{Schema, TIMEOUTS};
use crate::types::value::Object;
use rpc::answer;

/// Serves a [`Provider`] over Terraform's plugin protocol.
pub struct Server<P: Provider>(Arc<Inner<P>>);

struct Inner<P: Provider> {
    provider: P,
    session: RwLock<Session<P::Client>>,
    /// Applies at work, also those whose call the client has dropped.
    applies: TaskTracker,
}

/// What lasts from one ConfigureProvider to the next.
struct Session<C> {
    client: Option<Arc<C>>,
    /// Set by StopProvider; every later call of the session stops early too.
    stop: CancellationToken,
}

/// How long an operation may take where neither the user nor the schema says so.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

impl<P: Provider> Server<P> {
    /// A server for `provider`, not configured yet.
    pub fn new(provider: P) -> Self {
        let session = Session {
            client: None,
            stop: CancellationToken::new(),
        };
        Self(Arc::new(Inner {
            provider,
            session: RwLock::new(session),
            applies: TaskTracker::new(),
        }))
    }
}

impl<P: Provider> ProviderService for Server<P> {
    async fn idle(&self) {
        self.0.applies.close();
        self.0.applies.wait().await;
    }
}

impl<P: Provider> Inner<P> {
    /// The context of an operation on `object`, which holds the user's timeouts.
    fn context(
        &self,
        schema: &Schema,
        object: Option<&Object>,
        operation: &str,
    ) -> Result<Context<P::Client>, Diagnostics> {
        let timeout = timeout(schema, object, operation);
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Context::new(
            session.client.clone(),
            Instant::now() + timeout,
            session.stop.clone(),
        ))
    }

    fn stop(&self) {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .stop
            .cancel();
    }
}

fn timeout(schema: &Schema, object: Option<&Object>, operation: &str) -> Duration {
    let Some(timeouts) = &schema.timeouts else {
        return DEFAULT_TIMEOUT;
    };
    let default = timeouts
        .operations()
        .find(|(name, _)| *name == operation)
        .map(|(_, default)| default);
    let given = object
        .and_then(|object| object.object(TIMEOUTS)?.str(operation))
        .and_then(|text| duration::parse(text).ok());
    given.or(default).unwrap_or(DEFAULT_TIMEOUT)
}

fn unknown_type(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("Unknown {kind} type"),
        format!("This release of the provider has no {kind} type {type_name:?}."),
    )
    .into()
}

#[tonic::async_trait]
impl<P: Provider> Service for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<v6::get_metadata::Request>,
    ) -> Result<Response<v6::get_metadata::Response>, Status> {
        answer("GetMetadata", "", async { Ok(self.0.metadata()) }).await
    }

    async fn get_provider_schema(
        &self,
        _: Request<v6::get_provider_schema::Request>,
    ) -> Result<Response<v6::get_provider_schema::Response>, Status> {
        answer("GetProviderSchema", "", async {
            Ok(self.0.provider_schema())
        })
        .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<v6::validate_provider_config::Request>,
    ) -> Result<Response<v6::validate_provider_config::Response>, Status> {
        let request = request.into_inner();
        answer("ValidateProviderConfig", "", async {
            self.0.validate_provider_config(&request)
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<v6::configure_provider::Request>,
    ) -> Result<Response<v6::configure_provider::Response>, Status> {
        let request = request.into_inner();
        answer("ConfigureProvider", "", self.0.configure_provider(request)).await
    }

    async fn stop_provider(
        &self,
        _: Request<v6::stop_provider::Request>,
    ) -> Result<Response<v6::stop_provider::Response>, Status> {
        tracing::info!("asked to stop: running operations return with what they have");
        self.0.stop();
        Ok(Response::new(v6::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<v6::validate_resource_config::Request>,
    ) -> Result<Response<v6::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = async { self.0.validate_resource_config(&request) };
        answer("ValidateResourceConfig", &request.type_name, work).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<v6::upgrade_resource_state::Request>,
    ) -> Result<Response<v6::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let work = async { self.0.upgrade_resource_state(&request) };
        answer("UpgradeResourceState", &request.type_name, work).await
    }

    async fn read_resource(
        &self,
        request: Request<v6::read_resource::Request>,
    ) -> Result<Response<v6::read_resource::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        answer("ReadResource", &type_name, self.0.read_resource(request)).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<v6::plan_resource_change::Request>,
    ) -> Result<Response<v6::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        answer(
            "PlanResourceChange",
            &type_name,
            self.0.plan_resource_change(request),
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<v6::apply_resource_change::Request>,
    ) -> Result<Response<v6::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let inner = Arc::clone(&self.0);
        // A task of its own: when the client drops the call, the work between two requests still goes on.
        let apply = self.0.applies.spawn(async move {
            let type_name = request.type_name.clone();
            answer(
                "ApplyResourceChange",
                &type_name,
                inner.apply_resource_change(request),
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
        let type_name = request.type_name.clone();
        answer(
            "ImportResourceState",
            &type_name,
            self.0.import_resource_state(request),
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<v6::validate_data_resource_config::Request>,
    ) -> Result<Response<v6::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        let work = async { self.0.validate_data_resource_config(&request) };
        answer("ValidateDataResourceConfig", &request.type_name, work).await
    }

    async fn read_data_source(
        &self,
        request: Request<v6::read_data_source::Request>,
    ) -> Result<Response<v6::read_data_source::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        answer(
            "ReadDataSource",
            &type_name,
            self.0.read_data_source(request),
        )
        .await
    }

    async fn get_functions(
        &self,
        _: Request<v6::get_functions::Request>,
    ) -> Result<Response<v6::get_functions::Response>, Status> {
        let functions = self.0.functions();
        Ok(Response::new(v6::get_functions::Response {
            functions,
            diagnostics: Vec::new(),
        }))
    }

    async fn call_function(
        &self,
        request: Request<v6::call_function::Request>,
    ) -> Result<Response<v6::call_function::Response>, Status> {
        let request = request.into_inner();
        let called = rpc::catch(async { self.0.call_function(&request) }).await;
        Ok(Response::new(called.unwrap_or_else(|panic| {
            v6::call_function::Response {
                result: None,
                error: Some(v6::FunctionError {
                    text: panic.detail,
                    function_argument: None,
                }),
            }
        })))
    }
}

/// Names to messages, as the schema response wants them.
fn by_name<T>(named: impl Iterator<Item = (&'static str, T)>) -> HashMap<String, T> {
    named.map(|(name, item)| (name.to_owned(), item)).collect()
}
