//! A real browser, driven over WebDriver, which is JSON over plain HTTP.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::process;

/// How long something that has to come may take: a busy machine is slow, and nothing waits longer than it must.
const PATIENCE: Duration = Duration::from_secs(60);

/// The name by which WebDriver gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What Chromium needs as root and in containers, and what keeps it from the network.
const ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A headless Chromium with a profile of its own.
pub(super) struct Browser {
    _driver: Child,
    address: SocketAddr,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts it, or says why it cannot be started here.
    pub(super) async fn start() -> Result<Self, String> {
        let spawned = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut driver = match spawned {
            Ok(driver) => driver,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err("there is no chromedriver on the PATH".to_owned());
            }
            Err(error) => panic!("chromedriver does not start: {error}"),
        };
        let address = address(&mut driver).await;
        let profile = TempDir::new().expect("a folder");
        let folder = format!("--user-data-dir={}", profile.path().display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([folder.as_str()]).collect();
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}
        }}});
        let started = command(address, "POST", "/session", &capabilities).await;
        match started {
            Ok(value) => {
                arm_specs::tested_with("browser");
                Ok(Self {
                    _driver: driver,
                    address,
                    session: value["sessionId"].as_str().expect("a session").to_owned(),
                    _profile: profile,
                })
            }
            Err(why) if why.contains("cannot find Chrome binary") => {
                Err("chromedriver finds no Chromium".to_owned())
            }
            Err(why) => panic!("Chromium does not start: {why}"),
        }
    }

    /// Ends it: Chromium outlives a driver that is killed.
    pub(super) async fn quit(self) {
        let _ = self.try_command("DELETE", "", &Value::Null).await;
    }

    pub(super) async fn open(&self, url: &str) {
        self.command("url", json!({ "url": url })).await;
    }

    /// The value of an expression on the page.
    pub(super) async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.command("execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// Waits until an expression is true.
    pub(super) async fn until(&self, expression: &str) {
        let start = Instant::now();
        while self.value(&format!("Boolean({expression})")).await != true {
            if start.elapsed() > PATIENCE {
                let page = self.value("document.body.innerText").await;
                panic!("never: {expression}\n{page}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a part of the page has these words in it.
    pub(super) async fn sees(&self, selector: &str, words: &str) {
        let (selector, words) = (json!(selector), json!(words));
        self.until(&format!(
            "document.querySelector({selector})?.innerText.includes({words})"
        ))
        .await;
    }

    /// Clicks on an element as soon as it is there.
    pub(super) async fn click(&self, selector: &str) {
        let start = Instant::now();
        let wanted = json!({"using": "css selector", "value": selector});
        let element = loop {
            match self.try_command("POST", "/element", &wanted).await {
                Ok(element) => break element,
                Err(why) if start.elapsed() > PATIENCE => panic!("{selector}: {why}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let id = element[ELEMENT].as_str().expect("an element");
        self.command(&format!("element/{id}/click"), json!({}))
            .await;
    }

    /// Presses keys one after another, wherever the focus is.
    pub(super) async fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]});
        self.command("actions", actions).await;
    }

    /// Looks at the page as on a screen of that width and in that scheme of colours.
    pub(super) async fn look(&self, width: u32, scheme: &str) {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.develop("Emulation.setDeviceMetricsOverride", size)
            .await;
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.develop("Emulation.setEmulatedMedia", features).await;
    }

    /// Lets pages run scripts, or not.
    pub(super) async fn allow_scripts(&self, allowed: bool) {
        let parameters = json!({"value": !allowed});
        self.develop("Emulation.setScriptExecutionDisabled", parameters)
            .await;
    }

    /// What the browser complained about.
    pub(super) async fn complaints(&self) -> Value {
        self.command("se/log", json!({"type": "browser"})).await
    }

    async fn develop(&self, name: &str, parameters: Value) {
        self.command(
            "goog/cdp/execute",
            json!({"cmd": name, "params": parameters}),
        )
        .await;
    }

    async fn command(&self, name: &str, body: Value) -> Value {
        let done = self.try_command("POST", &format!("/{name}"), &body).await;
        done.unwrap_or_else(|why| panic!("{name} {body}: {why}"))
    }

    async fn try_command(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let path = format!("/session/{}{path}", self.session);
        command(self.address, method, &path, body).await
    }
}

/// Where the driver listens, as it says itself.
async fn address(driver: &mut Child) -> SocketAddr {
    let stdout = driver.stdout.take().expect("a pipe");
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await.expect("a line") {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port: u16 = port.trim_end_matches('.').parse().expect("a port");
            return SocketAddr::from(([127, 0, 0, 1], port));
        }
    }
    panic!("chromedriver ended before it listened");
}

/// A command to the driver, and its value or why there is none.
async fn command(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &Value,
) -> Result<Value, String> {
    let reply = process::send(address, method, path, "", body);
    let reply = tokio::time::timeout(PATIENCE, reply).await;
    let mut reply = reply.ok().flatten().ok_or("no answer")?;
    let value = reply.body["value"].take();
    if reply.status < 400 {
        Ok(value)
    } else {
        Err(value["message"].as_str().unwrap_or_default().to_owned())
    }
}
