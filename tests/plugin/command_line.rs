//! Started by a human.

use std::process::Output;

use crate::client::{COOKIE, command};
use crate::{Error, Outcome, in_time, program};

async fn run(args: &[&str]) -> Result<Output, Error> {
    let mut command = command(program(), None);
    command.env_remove(COOKIE.0).args(args);
    Ok(in_time(command.output()).await??)
}

#[tokio::test]
async fn started_by_hand_it_explains_itself() -> Outcome {
    let output = run(&[]).await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr)?;
    assert!(text.contains("tfplugin-rs/ise"), "{text}");
    Ok(())
}

#[tokio::test]
async fn another_programs_plugins_cookie_is_none() -> Outcome {
    let mut command = command(program(), None);
    let output = in_time(command.env(COOKIE.0, "something else").output()).await??;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    Ok(())
}

#[tokio::test]
async fn questions_are_answered_on_stdout() -> Outcome {
    let version = concat!("terraform-provider-ise ", env!("CARGO_PKG_VERSION"), "\n");
    for (argument, expect) in [("--version", version), ("--help", "required_providers")] {
        let output = run(&[argument]).await?;
        assert_eq!(output.status.code(), Some(0), "{argument}");
        let text = String::from_utf8(output.stdout)?;
        assert!(text.contains(expect), "{argument}: {text}");
        assert!(output.stderr.is_empty(), "{argument}");
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_argument_is_refused() -> Outcome {
    let output = run(&["--verbose"]).await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr)?;
    assert!(text.contains("\"--verbose\""), "{text}");
    Ok(())
}
