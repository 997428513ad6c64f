//! Microsoft's Python SDK, from signing in to the deletion of the group that all of it lay in.

use tokio::process::Command;

use super::{SCALE, environment, scripts, succeed};
use crate::process::Process;

#[tokio::test]
#[ignore = "downloads Microsoft's SDK"]
async fn a_life_over_http() {
    let programs = environment("python").await;
    let process = Process::start(&SCALE).await;
    let mut life = Command::new(programs.join("python"));
    life.arg("-B").arg(scripts("python").join("life.py"));
    succeed(life.arg(format!("http://{}", process.address))).await;
}
