//! A process that serves clients which did not start it.

#![cfg(unix)]

use rustix::process::Signal;
use serde_json::{Value, json};
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::{DynamicValue, configure_provider};
use tokio::io::{AsyncBufReadExt, BufReader};
use tonic::Code;

use crate::client::{COOKIE, Channel, command, origin};
use crate::{Outcome, Streams, answers, in_time, program, send};

#[tokio::test]
async fn clients_come_and_go() -> Outcome {
    let mut command = command(program(), None);
    let mut child = command.env_remove(COOKIE.0).arg("--debug").spawn()?;
    let stdout = child.stdout.take().ok_or("stdout is not piped")?;
    let mut line = String::new();
    in_time(BufReader::new(stdout).read_line(&mut line)).await??;
    let json = line
        .trim()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|rest| rest.strip_suffix('\''))
        .ok_or_else(|| format!("not to be pasted: {line}"))?;
    let entry =
        serde_json::from_str::<Value>(json)?["registry.terraform.io/tfplugin-rs/ise"].take();
    assert_eq!(entry["Protocol"], "grpc");
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Test"], true);
    assert_eq!(entry["Addr"]["Network"], "unix");
    let pid = child.id().ok_or("it has ended")?;
    assert_eq!(entry["Pid"], pid);
    let socket = entry["Addr"]["String"].as_str().ok_or("no address")?;

    let connect = async || Channel::open(tokio::net::UnixStream::connect(socket).await?).await;
    let first = connect().await?;
    let _streams = Streams::open(&first).await?;
    configure(&first).await?;
    let second = connect().await?;
    configure(&second).await?;
    first.cut();
    // Meant for a time when nobody is connected any more.
    send(Signal::INT, pid)?;
    answers(&second).await?;
    second.cut();
    let status = in_time(child.wait()).await??;
    assert!(status.success(), "{status}");
    assert!(!std::path::Path::new(socket).exists());
    Ok(())
}

async fn configure(channel: &Channel) -> Outcome {
    let mut provider = ProviderClient::with_origin(channel.clone(), origin());
    let id = "00000000-0000-0000-0000-000000000000";
    let config = json!({
        "subscription_id": id, "tenant_id": id, "client_id": id, "client_secret": "any",
    });
    let request = configure_provider::Request {
        // Terraform writes MessagePack; JSON may leave out what is null.
        config: Some(DynamicValue {
            json: config.to_string().into(),
            ..DynamicValue::default()
        }),
        ..configure_provider::Request::default()
    };
    match in_time(provider.configure_provider(request)).await? {
        Ok(response) => {
            assert_eq!(response.into_inner().diagnostics, []);
            Ok(())
        }
        Err(status) if status.code() == Code::Unimplemented => Ok(()),
        Err(status) => Err(status.into()),
    }
}
