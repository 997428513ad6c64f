//! The executable as clients meet it that share it, and what each of them costs.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../../tests/plugin/client.rs"]
mod client;

use std::path::Path;

use client::{COOKIE, Channel, Error, LONG, Plugin, command, origin, start};
use serde_json::{Value as Json, json};
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::Child;

type Outcome = Result<(), Error>;

/// How many processes, or clients of one, there are; a figure for documents is of more.
fn crowd(default: usize) -> usize {
    let given = std::env::var("MEMORY_CROWD").ok();
    given.map_or(default, |text| text.parse().expect("a number"))
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-framework"))
}

fn dynamic(value: &Json) -> Option<v6::DynamicValue> {
    Some(v6::DynamicValue {
        json: value.to_string().into(),
        ..Default::default()
    })
}

fn client(channel: &Channel) -> ProviderClient<Channel> {
    ProviderClient::with_origin(channel.clone(), origin()).max_decoding_message_size(usize::MAX)
}

const DEFERRAL: v6::ClientCapabilities = v6::ClientCapabilities {
    deferral_allowed: true,
    write_only_attributes_allowed: false,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

async fn configure(channel: &Channel, deferral: bool) -> Outcome {
    let request = v6::configure_provider::Request {
        config: dynamic(&json!({ "deferral": deferral })),
        client_capabilities: Some(DEFERRAL),
        ..Default::default()
    };
    let answer = client(channel).configure_provider(request).await?;
    assert_eq!(answer.into_inner().diagnostics, []);
    Ok(())
}

/// Whether this client's configuration puts off what it plans.
async fn is_deferred(channel: &Channel) -> Result<bool, Error> {
    let user = json!({ "email": "a@example.com", "name": "a", "age": 1 });
    let request = v6::plan_resource_change::Request {
        type_name: "framework_user".to_owned(),
        prior_state: dynamic(&Json::Null),
        proposed_new_state: dynamic(&user),
        config: dynamic(&user),
        client_capabilities: Some(DEFERRAL),
        ..Default::default()
    };
    let planned = client(channel).plan_resource_change(request).await?;
    let planned = planned.into_inner();
    assert_eq!(planned.diagnostics, []);
    Ok(planned.deferred.is_some())
}

/// A process that clients share, and where it listens.
async fn debugged() -> Result<(Child, String), Error> {
    let mut command = command(program(), None);
    let mut child = command.env_remove(COOKIE.0).arg("--debug").spawn()?;
    let stdout = child.stdout.take().ok_or("stdout is not piped")?;
    let mut line = String::new();
    tokio::time::timeout(LONG, BufReader::new(stdout).read_line(&mut line)).await??;
    let json = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='");
    let json = json.and_then(|it| it.strip_suffix('\'')).ok_or("no line")?;
    let attach: Json = serde_json::from_str(json)?;
    let socket = &attach["registry.terraform.io/hashicorp/framework"]["Addr"]["String"];
    let socket = socket.as_str().ok_or("no address")?.to_owned();
    Ok((child, socket))
}

async fn connect(socket: &str) -> Result<Channel, Error> {
    Channel::open(UnixStream::connect(socket).await?).await
}

/// What is no page of a file, and so shared with no other process, in KiB.
fn own_memory(child: &Child) -> Result<u64, Error> {
    let pid = child.id().ok_or("it has ended")?;
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let mut lines = text.lines();
    let own = lines.find_map(|line| line.strip_prefix("Anonymous:"));
    let own = own.and_then(|it| it.trim().strip_suffix(" kB"));
    Ok(own.ok_or("no such line")?.trim().parse()?)
}

/// In reattach mode each alias has a connection of its own, to one process.
#[tokio::test]
async fn what_one_alias_configures_another_does_not_see() -> Outcome {
    let (_process, socket) = debugged().await?;
    let (first, second) = (connect(&socket).await?, connect(&socket).await?);
    configure(&first, true).await?;
    configure(&second, false).await?;
    assert!(is_deferred(&first).await?);
    assert!(!is_deferred(&second).await?);
    Ok(())
}

/// terraform 32744: hundreds of aliases of one provider. Where they share a process, each costs what it configures.
#[tokio::test]
async fn terraform_32744_a_further_configuration_costs_less_than_100_kib() -> Outcome {
    let (process, socket) = debugged().await?;
    let mut clients = Vec::new();
    let further = async || -> Result<Channel, Error> {
        let channel = connect(&socket).await?;
        configure(&channel, false).await?;
        is_deferred(&channel).await?;
        Ok(channel)
    };
    // What is made once is there then.
    for _ in 0..10 {
        clients.push(further().await?);
    }
    let before = own_memory(&process)?;
    let number = crowd(100);
    for _ in 0..number {
        clients.push(further().await?);
    }
    let after = i64::try_from(own_memory(&process)?)?;
    let each = (after - i64::try_from(before)?) / i64::try_from(number)?;
    eprintln!(
        "{before} KiB with 10 configurations, and {each} KiB for each of {number} further ones"
    );
    assert!(each < 100, "{each} KiB");
    Ok(())
}

/// framework 784 and terraform 32744: what a process costs does not grow with the number of them. Nothing that they share, such as a file or a
/// socket, makes one keep more because there are others. Allocators differ from run to run, so the bound is a part of the whole.
#[tokio::test]
async fn framework_784_memory_is_the_same_of_one_process_and_of_many() -> Outcome {
    let further = async || -> Result<(Plugin, Channel), Error> {
        let plugin = start(&mut command(program(), None)).await?;
        let channel = plugin.line.connect(None).await?;
        configure(&channel, false).await?;
        is_deferred(&channel).await?;
        Ok((plugin, channel))
    };
    let first = further().await?;
    let alone = own_memory(&first.0.child)?;
    let mut others = Vec::new();
    let number = crowd(20);
    for _ in 1..number {
        others.push(further().await?);
    }
    let mut all = vec![own_memory(&first.0.child)?];
    for (plugin, _) in &others {
        all.push(own_memory(&plugin.child)?);
    }
    let most = all.iter().max().copied().unwrap_or_default();
    eprintln!("{alone} KiB alone, and at most {most} KiB as one of {number}");
    assert!(
        most <= alone + alone / 2,
        "{alone} KiB alone, and {all:?} together"
    );
    Ok(())
}
