//! Two hundred clients and ten thousand objects: how long requests take, and how much memory the emulator needs, without and
//! with a state file; and how long others wait while somebody lists five thousand objects. `BENCH_CLIENTS`, `BENCH_OBJECTS` and
//! `BENCH_LISTED` are other numbers of them.

#![allow(clippy::print_stdout, reason = "this is where a benchmark reports")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/load/driver.rs"]
mod driver;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use driver::{Client, Kind, Phase, Samples, Wrong, run};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    match report().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

async fn report() -> Result<(), Wrong> {
    let number = |name, default| match std::env::var(name) {
        Ok(text) => text.parse(),
        Err(_) => Ok(default),
    };
    let clients = number("BENCH_CLIENTS", 200)?;
    let objects = number("BENCH_OBJECTS", 10_000)?;
    println!("{clients} clients, {objects} objects");
    measure("in memory", &[], clients, objects).await?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state.redb");
    let state = state.to_str().ok_or("no text path")?;
    measure("with --state", &["--state", state], clients, objects).await?;
    wait_for_lists(number("BENCH_LISTED", 5000)?).await
}

/// How long a client waits for its answers while another one lists every resource, and while nobody does.
async fn wait_for_lists(objects: usize) -> Result<(), Wrong> {
    const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g";
    let rules = |number| {
        let id = format!("{GROUP}/providers/Microsoft.Network/networkSecurityGroups/rules{number}");
        json!({"id": id, "location": "westeurope"})
    };
    let mut fixtures = vec![json!({"id": GROUP, "location": "westeurope"})];
    fixtures.extend((0..objects).map(rules));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("fixtures.json");
    std::fs::write(&file, serde_json::to_vec(&fixtures)?)?;
    let file = file.to_str().ok_or("no text path")?;
    let (_child, address) = Emulator::start(&["--fixture", file])?;
    let mut reader = Client::connect(address, 0).await?;
    let path = format!(
        "{GROUP}/providers/Microsoft.Network/networkSecurityGroups/rules7?api-version=2024-01-01"
    );
    println!("\nwhile {objects} objects are listed");
    for lists in [0, 5] {
        // In a thread of its own, so that it is the emulator that is waited for.
        let lists = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            if lists == 0 {
                std::thread::sleep(Duration::from_secs(2));
            }
            for _ in 0..lists {
                list(address, objects)?;
            }
            Ok::<_, Wrong>((lists, started.elapsed()))
        });
        let mut times = Vec::new();
        while !lists.is_finished() {
            let started = Instant::now();
            reader.exchange("GET", &path, String::new()).await?;
            times.push((Kind::Read, started.elapsed()));
        }
        let (lists, took) = lists.await??;
        println!("{lists} lists: {:.1} s", took.as_secs_f64());
        print(times);
    }
    Ok(())
}

/// The whole load on an emulator of its own.
async fn measure(
    title: &str,
    arguments: &[&str],
    clients: usize,
    objects: usize,
) -> Result<(), Wrong> {
    let (child, address) = Emulator::start(&[&["--time-scale", "3600"], arguments].concat())?;
    println!("\n{title}: {} MiB at the start", child.resident()?);
    for phase in [Phase::Build, Phase::Use, Phase::Clear] {
        let started = Instant::now();
        let samples = run(address, clients, objects, phase).await?;
        let took = started.elapsed();
        let rate = samples.len() as f64 / took.as_secs_f64();
        println!(
            "{phase:?}: {} requests in {:.1} s, {rate:.0} a second, {} MiB",
            samples.len(),
            took.as_secs_f64(),
            child.resident()?
        );
        print(samples);
    }
    Ok(())
}

/// Lists every resource once.
fn list(address: SocketAddr, objects: usize) -> Result<(), Wrong> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(
        b"GET /_emulator/resources HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    if text.matches("/defaultSecurityRules/DenyAllInBound").count() == objects {
        Ok(())
    } else {
        Err("not all of them".into())
    }
}

fn print(samples: Samples) {
    let mut kinds: BTreeMap<Kind, Vec<Duration>> = BTreeMap::new();
    for (kind, took) in samples {
        kinds.entry(kind).or_default().push(took);
    }
    for (kind, mut times) in kinds {
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        let name = format!("{kind:?}");
        println!(
            "  {name:<7}{:>7}  median {:>7.1} ms  p99 {:>7.1} ms  max {:>7.1} ms",
            times.len(),
            at(50),
            at(99),
            at(100)
        );
    }
}

/// An emulator that ends with its handle.
struct Emulator(Child);

impl Emulator {
    /// Starts one, and reads where it listens.
    fn start(arguments: &[&str]) -> Result<(Self, SocketAddr), Wrong> {
        let mut child = Self(
            Command::new(env!("CARGO_BIN_EXE_arm-emulator"))
                .args(["--listen", "127.0.0.1:0"])
                .args(arguments)
                .stdout(Stdio::piped())
                .spawn()?,
        );
        let mut line = String::new();
        let stdout = child.0.stdout.take().ok_or("no pipe")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().strip_prefix("http://").ok_or("no address")?;
        Ok((child, address.parse()?))
    }

    /// Its resident memory in MiB.
    fn resident(&self) -> Result<u64, Wrong> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes: u64 = line
            .and_then(|line| line.split_whitespace().next())
            .ok_or("no VmRSS")?
            .parse()?;
        Ok(kilobytes / 1024)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
