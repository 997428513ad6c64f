//! What one start of the provider costs: Terraform pays it three to five times per command.
//!
//! Measured as go-plugin's client does it: exec, handshake line, mutual TLS, schema, Shutdown, exit. `BENCH_GO_PROVIDER`
//! may name another provider's executable, which is then measured in turn with ours; `BENCH_STARTS` is how often.

#![allow(clippy::print_stdout, reason = "this is where a benchmark reports")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/plugin/client.rs"]
mod client;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use client::{Channel, Error, Identity, LONG, command, full_text, origin, start};
use tfplugin_proto::plugin::Empty;
use tfplugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

const DEFAULT_STARTS: usize = 40;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match report().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", full_text(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn report() -> Result<(), Error> {
    let own = Path::new(env!("CARGO_BIN_EXE_terraform-provider-ise"));
    let other = std::env::var_os("BENCH_GO_PROVIDER").map(PathBuf::from);
    let starts = match std::env::var("BENCH_STARTS") {
        Ok(text) => text.parse()?,
        Err(_) => DEFAULT_STARTS,
    };
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        // In turn, so that a busy machine slows both alike.
        ours.push(tokio::time::timeout(LONG, measure(own)).await??);
        if let Some(other) = &other {
            others.push(tokio::time::timeout(LONG, measure(other)).await??);
        }
    }
    println!("median (minimum) of {starts} starts, from exec but for the exit");
    let ours = Summary::print(own, &ours)?;
    if let Some(other) = &other {
        let others = Summary::print(other, &others)?;
        println!(
            "{:.1} times as fast to the schema, {:.2} of the memory, {:.2} of the size",
            others.schema.as_secs_f64() / ours.schema.as_secs_f64(),
            ours.resident as f64 / others.resident as f64,
            ours.size as f64 / others.size as f64,
        );
    }
    Ok(())
}

/// One life of a process.
struct Start {
    line: Duration,
    schema: Duration,
    exit: Duration,
    /// Bytes in memory after the schema was sent, 0 where it cannot be told.
    resident: u64,
}

async fn measure(program: &Path) -> Result<Start, Error> {
    // go-plugin's client makes its certificate before it starts the process.
    let identity = Identity::new()?;
    let mut command = command(program, Some(&identity));
    command.stderr(std::process::Stdio::null());
    let begin = Instant::now();
    let mut plugin = start(&mut command).await?;
    let line = begin.elapsed();
    let channel = plugin.line.connect(Some(&identity)).await?;
    schema(channel.clone(), &plugin.line.protocol).await?;
    let schema = begin.elapsed();
    let resident = plugin.child.id().and_then(resident).unwrap_or(0);

    let mut stdio = GrpcStdioClient::with_origin(channel.clone(), origin());
    // A server in Go answers only when it has something to say.
    tokio::spawn(async move { stdio.stream_stdio(()).await?.into_inner().message().await });
    let mut controller = GrpcControllerClient::with_origin(channel, origin());
    let begin = Instant::now();
    // A server that stops hard may cut off its own answer.
    controller.shutdown(Empty {}).await.ok();
    // The client hangs up as soon as it has the answer.
    drop(controller);
    plugin.child.wait().await?;
    Ok(Start {
        line,
        schema,
        exit: begin.elapsed(),
        resident,
    })
}

/// Asks for the schema in either protocol and throws it away.
async fn schema(channel: Channel, protocol: &str) -> Result<(), Error> {
    let path = match protocol {
        "5" => "/tfplugin5.Provider/GetSchema",
        _ => "/tfplugin6.Provider/GetProviderSchema",
    };
    let mut client = Grpc::with_origin(channel, origin()).max_decoding_message_size(usize::MAX);
    client.ready().await?;
    let codec = ProstCodec::<(), ()>::default();
    let path = PathAndQuery::from_static(path);
    match client.unary(Request::new(()), path, codec).await {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::Unimplemented => {
            println!("note: no schema is served yet");
            Ok(())
        }
        Err(status) => Err(status.into()),
    }
}

/// Linux tells it in a file.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The medians.
struct Summary {
    schema: Duration,
    resident: u64,
    size: u64,
}

impl Summary {
    fn print(program: &Path, starts: &[Start]) -> Result<Self, Error> {
        let (line, least_line) = median_and_least(starts, |start| start.line);
        let (schema, least_schema) = median_and_least(starts, |start| start.schema);
        let (exit, least_exit) = median_and_least(starts, |start| start.exit);
        let (resident, _) = median_and_least(starts, |start| start.resident);
        let size = std::fs::metadata(program)?.len();
        println!(
            "{}\n  line {:.1} ({:.1}) ms, schema {:.1} ({:.1}) ms, exit {:.1} ({:.1}) ms, resident {:.1} MiB, size {:.1} MB",
            program.display(),
            milliseconds(line),
            milliseconds(least_line),
            milliseconds(schema),
            milliseconds(least_schema),
            milliseconds(exit),
            milliseconds(least_exit),
            resident as f64 / f64::from(1 << 20),
            size as f64 / 1e6,
        );
        Ok(Self {
            schema,
            resident,
            size,
        })
    }
}

fn median_and_least<T: Ord + Copy + Default>(
    starts: &[Start],
    figure: impl Fn(&Start) -> T,
) -> (T, T) {
    let mut figures: Vec<T> = starts.iter().map(figure).collect();
    figures.sort_unstable();
    let median = figures.get(figures.len() / 2).copied().unwrap_or_default();
    (median, figures.first().copied().unwrap_or_default())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
