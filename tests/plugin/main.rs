//! The executable as Terraform meets it: a process, a line, a connection.

mod client;

mod command_line;
mod connections;
mod ends;
mod output;
mod reattach;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use client::{Channel, Error, Identity, LONG, Plugin, command, origin, start};
use tfplugin_proto::plugin::Empty;
use tfplugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tfplugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin_proto::plugin::{ConnInfo, StdioData};
use tfplugin_proto::v6::get_provider_schema;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tonic::{Code, Streaming};

type Outcome = Result<(), Error>;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-ise"))
}

/// A process with one connected client.
struct Session {
    plugin: Plugin,
    identity: Identity,
    channel: Channel,
}

impl Session {
    async fn start() -> Result<Self, Error> {
        let identity = Identity::new()?;
        let plugin = start(&mut command(program(), Some(&identity))).await?;
        let channel = plugin.line.connect(Some(&identity)).await?;
        Ok(Self {
            plugin,
            identity,
            channel,
        })
    }

    fn pid(&self) -> Result<u32, Error> {
        Ok(self.plugin.child.id().ok_or("the process has ended")?)
    }
}

/// The two streams that a client holds for as long as it lives.
struct Streams {
    stdio: Streaming<StdioData>,
    broker: Streaming<ConnInfo>,
    /// The client's half of the broker's stream.
    _offers: tokio::sync::mpsc::Sender<ConnInfo>,
}

impl Streams {
    async fn open(channel: &Channel) -> Result<Self, Error> {
        let mut stdio = GrpcStdioClient::with_origin(channel.clone(), origin());
        let mut broker = GrpcBrokerClient::with_origin(channel.clone(), origin());
        let (offers, receiver) = tokio::sync::mpsc::channel(1);
        let offered = tokio_stream::wrappers::ReceiverStream::new(receiver);
        Ok(Self {
            stdio: stdio.stream_stdio(()).await?.into_inner(),
            broker: broker.start_stream(offered).await?.into_inner(),
            _offers: offers,
        })
    }

    /// Whether both came to an end that is not an error, and said nothing.
    async fn ended(&mut self) -> Result<bool, Error> {
        let (stdio, broker) = (self.stdio.message(), self.broker.message());
        Ok(in_time(stdio).await??.is_none() && in_time(broker).await??.is_none())
    }
}

/// Whether the provider answers; which methods it has is no matter here.
async fn answers(channel: &Channel) -> Outcome {
    let mut provider = ProviderClient::with_origin(channel.clone(), origin());
    let answer = in_time(provider.get_provider_schema(get_provider_schema::Request {})).await?;
    match answer {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::Unimplemented => Ok(()),
        Err(status) => Err(status.into()),
    }
}

async fn shut_down(channel: &Channel) -> Outcome {
    let mut controller = GrpcControllerClient::with_origin(channel.clone(), origin());
    in_time(controller.shutdown(Empty {})).await??;
    Ok(())
}

async fn exit(plugin: &mut Plugin) -> Result<ExitStatus, Error> {
    Ok(in_time(plugin.child.wait()).await??)
}

/// Fails a test that would otherwise hang.
async fn in_time<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    Ok(tokio::time::timeout(LONG, future).await?)
}

/// The socket, and the directory that was made for it.
fn traces(plugin: &Plugin) -> [PathBuf; 2] {
    let socket = PathBuf::from(&plugin.line.address);
    let directory = socket.parent().expect("a directory").to_owned();
    [socket, directory]
}

#[cfg(unix)]
fn send(signal: rustix::process::Signal, pid: u32) -> Outcome {
    let pid = rustix::process::Pid::from_raw(pid.try_into()?).ok_or("no process")?;
    Ok(rustix::process::kill_process(pid, signal)?)
}
