//! How the process ends, and what does not end it.

#![cfg(unix)]

use std::process::Stdio;

use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Identity, command, start};
use crate::{Outcome, Session, Streams, answers, exit, in_time, program, send, shut_down, traces};

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

#[tokio::test]
async fn shutdown_ends_it_with_streams_open() -> Outcome {
    let mut session = Session::start().await?;
    let traces = traces(&session.plugin);
    assert!(traces.iter().all(|path| path.exists()));
    let mut streams = Streams::open(&session.channel).await?;
    shut_down(&session.channel).await?;
    assert!(streams.ended().await?);
    // The client's connection is still open: the process must not wait for it.
    let status = exit(&mut session.plugin).await?;
    assert!(status.success(), "{status}");
    assert!(traces.iter().all(|path| !path.exists()));
    Ok(())
}

#[tokio::test]
async fn it_outlives_no_client() -> Outcome {
    let mut session = Session::start().await?;
    let traces = traces(&session.plugin);
    let _streams = Streams::open(&session.channel).await?;
    answers(&session.channel).await?;
    session.channel.cut();
    exit(&mut session.plugin).await?;
    assert!(traces.iter().all(|path| !path.exists()));
    Ok(())
}

#[tokio::test]
async fn a_client_may_change_its_connection() -> Outcome {
    let mut session = Session::start().await?;
    let streams = Streams::open(&session.channel).await?;
    let second = session.plugin.line.connect(Some(&session.identity)).await?;
    drop(streams);
    session.channel.cut();
    answers(&second).await?;
    shut_down(&second).await?;
    assert!(exit(&mut session.plugin).await?.success());
    Ok(())
}

#[tokio::test]
async fn signals_do_nothing_while_a_client_is_connected() -> Outcome {
    let mut session = Session::start().await?;
    let _streams = Streams::open(&session.channel).await?;
    for signal in SIGNALS.into_iter().chain(SIGNALS) {
        send(signal, session.pid()?)?;
        answers(&session.channel).await?;
    }
    shut_down(&session.channel).await?;
    let status = exit(&mut session.plugin).await?;
    assert!(status.success(), "{status}");
    Ok(())
}

#[tokio::test]
async fn signals_end_it_while_nobody_is_connected() -> Outcome {
    for signal in [Signal::TERM, Signal::HUP] {
        let identity = Identity::new()?;
        let mut plugin = start(&mut command(program(), Some(&identity))).await?;
        let traces = traces(&plugin);
        send(signal, plugin.child.id().ok_or("it has ended")?)?;
        let status = exit(&mut plugin).await?;
        assert!(status.success(), "{signal:?}: {status}");
        assert!(traces.iter().all(|path| !path.exists()));
    }
    Ok(())
}

#[tokio::test]
async fn an_interrupt_before_the_client_connects_is_the_clients() -> Outcome {
    let identity = Identity::new()?;
    let mut plugin = start(&mut command(program(), Some(&identity))).await?;
    send(Signal::INT, plugin.child.id().ok_or("it has ended")?)?;
    let channel = plugin.line.connect(Some(&identity)).await?;
    answers(&channel).await?;
    shut_down(&channel).await?;
    assert!(exit(&mut plugin).await?.success());
    Ok(())
}

/// The client dies between starting the process and connecting to it.
#[tokio::test]
async fn it_outlives_no_parent() -> Outcome {
    let identity = Identity::new()?;
    let template = command(program(), Some(&identity));
    let mut between = tokio::process::Command::new("sh");
    between
        .envs(
            template
                .as_std()
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        // The shell goes when it is told to and leaves the process behind.
        .args(["-c", r#""$0" & read -r line"#])
        .arg(program())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut plugin = start(&mut between).await?;
    let traces = traces(&plugin);
    let mut stdin = plugin.child.stdin.take().ok_or("stdin is not piped")?;
    stdin.write_all(b"\n").await?;
    exit(&mut plugin).await?;
    // Only the end of the process itself closes its stderr.
    let mut stderr = plugin.child.stderr.take().ok_or("stderr is not piped")?;
    in_time(stderr.read_to_end(&mut Vec::new())).await??;
    assert!(traces.iter().all(|path| !path.exists()));
    Ok(())
}
