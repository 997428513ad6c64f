//! go-plugin's side of a provider: how the process starts, is talked to, logs and ends.
//!
//! Nothing here knows what the provider provides. `README.md` beside this file lists the known traps of such a layer
//! and where each is handled.
//!
//! The order of a life: `cli` and `handshake` decide what to do, `listener` binds, `stdout` announces and is
//! then closed, `services` serve, `lifecycle` waits for a reason to end.

mod info;
pub(crate) mod trace;

mod address;
mod handshake;
mod tls;

mod service;

mod connection;
mod listener;
mod services;
#[cfg(unix)]
mod socket;

mod lifecycle;
mod signals;

mod cli;
mod debug;
mod logging;
mod panic;
mod stdout;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tfplugin_proto::v6::stop_provider;
use tonic::service::Routes;

pub use self::trace::inherited_trace;
use cli::Command;
use handshake::Handshake;
pub use info::PluginInfo;
use lifecycle::{End, Lifecycle, Mode};
use listener::Listener;
pub use service::ProviderService;
use signals::Signals;
use tls::Tls;

/// What running calls get, after StopProvider, when the client is gone: a little more than the five seconds in which a
/// write that is on its way may still end.
const IDLE_TIMEOUT: Duration = Duration::from_secs(6);

/// The whole life of the process. `service` is built only when a client is to be served, and must not touch the
/// network or the disk: Terraform starts several processes per command.
///
/// ```no_run
/// use std::process::ExitCode;
/// use tfplugin_framework::plugin::{self, PluginInfo};
/// use tfplugin_framework::wire::Server;
/// # use async_trait::async_trait;
/// # use tfplugin_framework::{diagnostics::Reported, provider::*};
/// # struct Files;
/// # #[async_trait]
/// # impl Provider for Files {
/// #     type Data = ();
/// #     async fn configure(&self, _: &ConfigureContext, _: ConfigureRequest<'_>, _: &mut ConfigureResponse<()>) -> Result<(), Reported> { Ok(()) }
/// # }
///
/// fn main() -> ExitCode {
///     let info = PluginInfo::new("registry.terraform.io/acme/files", env!("CARGO_PKG_VERSION"));
///     plugin::main(info.log_targets(&["files"]), || Server::new(Files))
/// }
/// ```
pub fn main<S: ProviderService>(info: PluginInfo, service: impl FnOnce() -> S) -> ExitCode {
    panic::install();
    let mode = match Command::from_args(std::env::args_os().skip(1)) {
        Ok(Command::Version) => return stdout::say(&cli::version(&info)),
        Ok(Command::Help) => return stdout::say(&cli::help(&info)),
        Ok(Command::Debug) => Mode::Reattach,
        Ok(Command::Serve) => Mode::Plugin,
        Err(unknown) => return cli::refuse(&cli::unknown_argument(&unknown)),
    };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let handshake = match mode {
        Mode::Plugin => Handshake::from_env(variable),
        Mode::Reattach => Some(Handshake::without_client()),
    };
    let Some(handshake) = handshake else {
        return cli::refuse(&cli::started_by_hand(&info));
    };
    logging::install(&cli::log_variable(&info), info.log_targets, variable);
    match run(&info, mode, &handshake, || Hosted::new(service(), mode)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::refuse(&format!("{}: {error}\n", info.address)),
    }
}

/// The provider with its type erased.
struct Hosted {
    routes: Routes,
    /// Asks running calls to stop and waits until they have.
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Hosted {
    fn new<S: ProviderService>(service: S, mode: Mode) -> Self {
        let service = Arc::new(service);
        let routes = match mode {
            // A client that comes back is the same one.
            Mode::Plugin => Routes::new(services::provider(Arc::clone(&service))),
            // Each alias is a client of its own.
            Mode::Reattach => Routes::new(services::PerClient(Arc::clone(&service))),
        };
        let stop = Box::pin(async move {
            let request = tonic::Request::new(stop_provider::Request {});
            if let Err(status) = service.stop_provider(request).await {
                tracing::debug!(%status, "the provider cannot be stopped");
            }
            service.idle().await;
        });
        Self { routes, stop }
    }
}

fn run(
    info: &PluginInfo,
    mode: Mode,
    handshake: &Handshake,
    host: impl FnOnce() -> Hosted,
) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let result = runtime.block_on(serve(info, mode, handshake, host));
    // Nobody is left to hear from a task that still runs.
    runtime.shutdown_background();
    result
}

async fn serve(
    info: &PluginInfo,
    mode: Mode,
    handshake: &Handshake,
    host: impl FnOnce() -> Hosted,
) -> Result<(), Box<dyn Error>> {
    // Before the client learns the address: from then on an interrupt must not end the process.
    let mut signals = Signals::install()?;
    let tls = handshake.client_certificate().map(Tls::new).transpose()?;
    let lifecycle = Lifecycle::new(mode);
    // The file is removed when this function is left in any way.
    let Listener {
        socket,
        address,
        file,
    } = Listener::bind(handshake)?;
    let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
    let connections = listener::connections(socket, acceptor, lifecycle.clone());

    let Hosted { routes, stop } = host();
    let routes = services::around(routes, &lifecycle).await;
    let server = tokio::spawn(
        tonic::transport::Server::builder()
            .add_routes(routes)
            .serve_with_incoming(connections),
    );
    match mode {
        Mode::Plugin => {
            let certificate = tls.as_ref().map(|tls| tls.certificate.as_ref());
            stdout::announce(&handshake.line(&address, certificate))?;
            stdout::close();
        }
        Mode::Reattach => debug::announce(info, &address)?,
    }
    tracing::debug!(%address, version = info.version, "serving");

    let end = lifecycle.end(async || signals.next().await).await;
    tracing::debug!(?end, "ending");
    if end != End::Shutdown && tokio::time::timeout(IDLE_TIMEOUT, stop).await.is_err() {
        tracing::warn!("calls still ran when the process ended without a client");
    }
    server.abort();
    drop(file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tfplugin_proto::v6::provider_server::Provider;

    use super::*;

    type Calls = Arc<Mutex<Vec<&'static str>>>;

    struct Recorder(Calls);

    impl Recorder {
        fn record(&self, call: &'static str) {
            self.0.lock().expect("no panic").push(call);
        }
    }

    #[async_trait::async_trait]
    impl Provider for Recorder {
        async fn stop_provider(
            &self,
            _request: tonic::Request<stop_provider::Request>,
        ) -> Result<tonic::Response<stop_provider::Response>, tonic::Status> {
            self.record("StopProvider");
            Ok(tonic::Response::new(stop_provider::Response::default()))
        }
    }

    impl ProviderService for Recorder {
        async fn idle(&self) {
            self.record("idle");
        }

        fn for_client(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    #[tokio::test]
    async fn work_is_stopped_before_it_is_waited_for() {
        let calls = Calls::default();
        let hosted = Hosted::new(Recorder(Arc::clone(&calls)), Mode::Plugin);
        assert!(calls.lock().expect("no panic").is_empty());
        hosted.stop.await;
        assert_eq!(*calls.lock().expect("no panic"), ["StopProvider", "idle"]);
    }
}
