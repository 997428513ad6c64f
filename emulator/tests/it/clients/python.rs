//! Microsoft's Python SDK, from signing in to the deletion of the group that all of it lay in.

use tokio::process::Command;

use super::{Secure, environment, over_http, scripts, succeed};

/// The script that lives the life.
async fn life() -> Command {
    let mut life = Command::new(environment("python").await.join("python"));
    life.arg("-B").arg(scripts("python").join("life.py"));
    life
}

#[tokio::test]
#[ignore = "downloads Microsoft's SDK"]
async fn a_life_over_http() {
    let mut life = life().await;
    let process = over_http().await;
    succeed(life.arg(format!("http://{}", process.address))).await;
}

#[tokio::test]
#[ignore = "downloads Microsoft's SDK"]
async fn a_life_over_https() {
    let mut life = life().await;
    let cloud = Secure::start(&[]).await;
    succeed(life.arg(cloud.url()).arg(cloud.authority())).await;
}
