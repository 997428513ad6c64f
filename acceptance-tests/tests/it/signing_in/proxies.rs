//! The way to Azure: proxies, what is not for them, and who is trusted.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use acceptance_tests::Result;
use acceptance_tests::emulator::NOWHERE;
use tempfile::TempDir;

use super::{CLIENT, SECRET, TENANT, scene, ways};

/// A proxy that leads to one address, whatever it is asked for, and remembers what that was. It ends with the process.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(target: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (target, heard) = (target.to_owned(), Arc::clone(&asked));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, heard) = (target.clone(), Arc::clone(&heard));
                thread::spawn(move || lead(client, &target, &heard));
            }
        });
        Ok(Self { url, asked })
    }

    /// What it was asked for since the last time, each once.
    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut asked = std::mem::take(&mut *asked);
        asked.sort();
        asked.dedup();
        asked
    }
}

/// Answers one `CONNECT`, and hands on what comes from both sides.
fn lead(client: TcpStream, target: &str, heard: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    heard
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(first.trim().to_owned());
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let server = TcpStream::connect(target)?;
    let mut client = client;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let mut to_client = client.try_clone()?;
    let mut from_server = server.try_clone()?;
    thread::spawn(move || io::copy(&mut from_server, &mut to_client));
    let mut to_server = server;
    io::copy(&mut reader, &mut to_server).map(drop)
}

#[test]
fn a_proxy_leads_to_azure_and_nothing_local_is_asked_of_it() -> Result {
    let mut scene = scene()?;
    let own = scene.emulator.authority().to_owned();
    let (_, port) = own.rsplit_once(':').ok_or("no port")?;
    let proxy = Proxy::start(&own)?;
    scene
        .workspace
        .unset_variables(&["HTTPS_PROXY", "HTTP_PROXY"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY"] {
        scene.workspace.set_variable(name, &proxy.url);
    }
    // By a way in all of which is local: its assertion, the sign-in and Azure itself.
    let files = TempDir::new()?;
    for (way, variables) in ways(&scene, files.path())? {
        for (name, value) in &variables {
            scene.workspace.set_variable(name, value);
        }
        scene.run(&["plan"])?.success()?;
        let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
        scene.workspace.unset_variables(&names);
        assert_eq!(proxy.asked(), Vec::<String>::new(), "{way}");
    }
    // The same Azure at an address to which only the proxy leads.
    let elsewhere = format!("{NOWHERE}:{port}");
    scene.workspace.unset_variables(&["ARM_METADATA_HOSTNAME"]);
    for (name, value) in [
        ("ARM_METADATA_HOSTNAME", &*elsewhere),
        ("ARM_TENANT_ID", TENANT),
        ("ARM_CLIENT_ID", CLIENT),
        ("ARM_CLIENT_SECRET", SECRET),
    ] {
        scene.workspace.set_variable(name, value);
    }
    scene.apply()?;
    assert_eq!(proxy.asked(), [format!("CONNECT {elsewhere} HTTP/1.1")]);
    // A machine's own service is not looked for there, although its host is no loopback address.
    let machine = [
        ("ARM_CLIENT_SECRET", ""),
        ("ARM_USE_MSI", "true"),
        ("ARM_USE_CLI", "false"),
        ("ARM_MSI_ENDPOINT", &*format!("https://{elsewhere}/")),
    ];
    for (name, value) in machine {
        scene.workspace.set_variable(name, value);
    }
    let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
    assert!(told.contains("(IMDS) is not"), "{told}");
    assert_eq!(proxy.asked(), [format!("CONNECT {elsewhere} HTTP/1.1")]);
    scene
        .workspace
        .unset_variables(&machine.map(|(name, _)| name));
    scene.workspace.set_variable("ARM_CLIENT_SECRET", SECRET);
    scene.destroy()?;
    proxy.asked();
    // What NO_PROXY names is looked for without one.
    for none in [NOWHERE, "10.0.0.1, 255.0.0.0/8", "*"] {
        scene.workspace.unset_variables(&["NO_PROXY"]);
        scene.workspace.set_variable("NO_PROXY", none);
        let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
        assert!(told.contains("unreachable"), "{none}: {told}");
        assert_eq!(proxy.asked(), Vec::<String>::new(), "NO_PROXY={none}");
    }
    scene.workspace.unset_variables(&["NO_PROXY"]);
    scene
        .workspace
        .set_variable("NO_PROXY", "10.0.0.1,other.example");
    scene.run(&["plan"])?.success()?;
    assert_eq!(proxy.asked(), [format!("CONNECT {elsewhere} HTTP/1.1")]);
    Ok(())
}

/// The authority of a company is in no list of the machine's.
#[test]
fn an_authority_that_is_not_trusted_is_told_and_ssl_cert_file_names_one() -> Result {
    let mut scene = scene()?;
    for (name, value) in [
        ("ARM_TENANT_ID", TENANT),
        ("ARM_CLIENT_ID", CLIENT),
        ("ARM_CLIENT_SECRET", SECRET),
    ] {
        scene.workspace.set_variable(name, value);
    }
    scene.run(&["plan"])?.success()?;
    let authority = scene.emulator.authority_file().ok_or("no authority")?;
    scene.workspace.unset_variables(&["SSL_CERT_FILE"]);
    let told = scene.run(&["plan"])?.failure()?.diagnostics().to_string();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["UnknownIssuer", "SSL_CERT_FILE"] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    // The names in such a folder are those that OpenSSL looks for.
    let hashed = TempDir::new()?;
    std::fs::copy(&authority, hashed.path().join("0a1b2c3d.0"))?;
    scene
        .workspace
        .set_variable("SSL_CERT_DIR", &hashed.path().display().to_string());
    scene.run(&["plan"])?.success()?;
    Ok(())
}
