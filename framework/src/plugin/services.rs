//! The services around the provider: go-plugin's controller, stdio and broker, and gRPC's health.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures::stream::once;
use tfplugin_proto::plugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use tfplugin_proto::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use tfplugin_proto::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use tfplugin_proto::plugin::{ConnInfo, Empty, StdioData};
use tfplugin_proto::v6::provider_server::{Provider, ProviderServer};
use tonic::body::Body;
use tonic::codegen::{BoxStream, Service, http};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::ServingStatus;

use super::connection::Client;
use super::lifecycle::Lifecycle;
use super::service::ProviderService;

/// Both directions, as providers written in Go have it.
const MESSAGE_LIMIT: usize = 256 << 20;
/// What go-plugin asks the health service about.
const HEALTH_NAME: &str = "plugin";

/// The provider's own service, with the sizes that clients rely on.
pub(super) fn provider<P: Provider>(provider: Arc<P>) -> ProviderServer<P> {
    ProviderServer::from_arc(provider)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

/// The same for a process that several clients share: what one configures is its own.
pub(super) struct PerClient<S>(pub(super) Arc<S>);

impl<S> Clone for PerClient<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: ProviderService> NamedService for PerClient<S> {
    const NAME: &'static str = ProviderServer::<S>::NAME;
}

impl<S: ProviderService> Service<http::Request<Body>> for PerClient<S> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = <ProviderServer<S> as Service<http::Request<Body>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let client = request.extensions().get::<Client>();
        let own = client.and_then(|client| client.own(|| self.0.for_client()));
        let service = own.unwrap_or_else(|| Arc::clone(&self.0));
        provider(service).call(request)
    }
}

/// Adds the services that go-plugin expects beside the provider's.
pub(super) async fn around(routes: Routes, lifecycle: &Lifecycle) -> Routes {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status(HEALTH_NAME, ServingStatus::Serving)
        .await;
    routes
        .add_service(GrpcControllerServer::new(Controller(lifecycle.clone())))
        .add_service(GrpcStdioServer::new(Stdio(lifecycle.clone())))
        .add_service(GrpcBrokerServer::new(Broker(lifecycle.clone())))
        .add_service(health)
}

struct Controller(Lifecycle);

#[async_trait::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.shut_down();
        Ok(Response::new(Empty {}))
    }
}

/// Says nothing, since nothing is printed; the open stream shows that the client lives.
struct Stdio(Lifecycle);

#[async_trait::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(silent(
            self.0.stream_opened().cancelled_owned(),
        )))
    }
}

/// Offers no further connections and uses none.
struct Broker(Lifecycle);

#[async_trait::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let ending = self.0.stream_opened();
        let mut offers = request.into_inner();
        Ok(Response::new(silent(async move {
            let exhausted = async { while let Ok(Some(_)) = offers.message().await {} };
            tokio::select! {
                () = ending.cancelled() => {}
                () = exhausted => {}
            }
        })))
    }
}

/// Yields nothing and ends when `end` does.
fn silent<T: Send + 'static>(end: impl Future<Output = ()> + Send + 'static) -> BoxStream<T> {
    once(end).filter_map(|()| ready(None)).boxed()
}
