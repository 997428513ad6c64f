//! What the process writes, and where.

use serde_json::Value;
use tokio::io::AsyncReadExt;

use crate::client::{Identity, command, start};
use crate::{Outcome, Session, Streams, answers, exit, in_time, program, shut_down};

/// After its line the process lets go of the client's pipe, so that nothing it prints can block it.
#[cfg(unix)]
#[tokio::test]
async fn stdout_is_closed_after_the_line() -> Outcome {
    let mut session = Session::start().await?;
    let mut rest = Vec::new();
    in_time(session.plugin.stdout.read_to_end(&mut rest)).await??;
    assert!(rest.is_empty());
    answers(&session.channel).await
}

#[tokio::test]
async fn nothing_is_logged_unless_asked_for() -> Outcome {
    let mut session = Session::start().await?;
    let _streams = Streams::open(&session.channel).await?;
    answers(&session.channel).await?;
    shut_down(&session.channel).await?;
    exit(&mut session.plugin).await?;
    let mut log = String::new();
    let mut stderr = session.plugin.child.stderr.take().ok_or("no stderr")?;
    in_time(stderr.read_to_string(&mut log)).await??;
    assert_eq!(log, "");
    Ok(())
}

#[tokio::test]
async fn every_line_of_the_log_has_the_clients_form() -> Outcome {
    let identity = Identity::new()?;
    let mut command = command(program(), Some(&identity));
    let mut plugin = start(command.env("TF_LOG", "TRACE")).await?;
    let channel = plugin.line.connect(Some(&identity)).await?;
    let _streams = Streams::open(&channel).await?;
    answers(&channel).await?;
    shut_down(&channel).await?;
    exit(&mut plugin).await?;
    let mut log = String::new();
    let mut stderr = plugin.child.stderr.take().ok_or("no stderr")?;
    in_time(stderr.read_to_string(&mut log)).await??;
    assert!(log.lines().count() >= 2, "{log}");
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line)?;
        for key in ["@level", "@message", "@module"] {
            assert!(entry[key].is_string(), "{line}");
        }
        let timestamp = entry["@timestamp"].as_str().ok_or("no timestamp")?;
        let form: String = timestamp
            .chars()
            .map(|char| if char.is_ascii_digit() { '0' } else { char })
            .collect();
        assert_eq!(form, "0000-00-00T00:00:00.000000Z", "{line}");
        assert!(!line.contains("BEGIN CERTIFICATE"), "{line}");
    }
    Ok(())
}

/// Whoever starts Terraform with a trace finds the calls of its providers in it.
#[tokio::test]
async fn calls_belong_to_the_trace_of_the_environment() -> Outcome {
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let valid = format!("00-{trace}-{parent}-01");
    for (traceparent, is_valid) in [(valid.as_str(), true), (trace, false)] {
        let identity = Identity::new()?;
        let mut command = command(program(), Some(&identity));
        command
            .env("TF_LOG_PROVIDER", "DEBUG")
            .env("TRACEPARENT", traceparent);
        let mut plugin = start(&mut command).await?;
        let channel = plugin.line.connect(Some(&identity)).await?;
        answers(&channel).await?;
        shut_down(&channel).await?;
        exit(&mut plugin).await?;
        let mut log = String::new();
        let mut stderr = plugin.child.stderr.take().ok_or("no stderr")?;
        in_time(stderr.read_to_string(&mut log)).await??;
        let entries = log.lines().map(serde_json::from_str);
        let entries: Vec<Value> = entries.collect::<Result<_, _>>()?;
        let mut calls = entries.iter();
        let call = calls.find(|it| it["tf_rpc"] == "GetProviderSchema");
        let call = call.ok_or_else(|| format!("no call: {log}"))?;
        assert_eq!(call["trace_id"] == trace, is_valid, "{call}");
        assert_eq!(call["parent_span_id"] == parent, is_valid, "{call}");
        assert_eq!(call["trace_id"].as_str().map(str::len), Some(32), "{call}");
        assert_eq!(call["span_id"].as_str().map(str::len), Some(16), "{call}");
        assert_ne!(call["span_id"], parent, "{call}");
    }
    Ok(())
}

/// A client that is gone takes the other end of stderr with it.
#[tokio::test]
async fn a_lost_stderr_does_not_matter() -> Outcome {
    let identity = Identity::new()?;
    let mut command = command(program(), Some(&identity));
    let mut plugin = start(command.env("TF_LOG", "TRACE")).await?;
    drop(plugin.child.stderr.take());
    let channel = plugin.line.connect(Some(&identity)).await?;
    let _streams = Streams::open(&channel).await?;
    answers(&channel).await?;
    shut_down(&channel).await?;
    assert!(exit(&mut plugin).await?.success());
    Ok(())
}
