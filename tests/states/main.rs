//! States that were written by every version of a schema that ever landed.
//!
//! `TYPE/VERSION.json` holds the `type` of such a state and a real one, as `terraform.tfstate` has it. Whoever changes the
//! shape of a state raises the schema's version, writes an upgrade, and adds a file; the old ones stay for ever.

use std::path::{Path, PathBuf};
use std::{fs, io};

use provider_ise::azure::Azure;
use provider_ise::provider::IseProvider;
use serde_json::{Value as Json, json};
use tfplugin_framework::provider::Provider;
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::{Attribute, Kind};
use tfplugin_framework::testing::{Action, Core};
use tfplugin_framework::types::value::{Object, Value};
use tfplugin_framework::wire::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Nothing listens there: plans of what does not change ask nobody.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What a file holds.
#[derive(serde::Deserialize)]
struct Recorded {
    #[serde(rename = "type")]
    ty: Json,
    state: Json,
}

fn recorded(resource: &dyn Resource<Azure>, version: i64) -> io::Result<Recorded> {
    let file = PathBuf::from(format!(
        "tests/states/{}/{version}.json",
        resource.type_name()
    ));
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?;
    Ok(serde_json::from_str(&text)?)
}

#[test]
fn the_shape_of_a_state_changes_with_its_version() {
    for resource in IseProvider.resources() {
        let (name, schema) = (resource.type_name(), resource.schema());
        let ty = schema.ty().to_json();
        let advice = format!(
            "Raise the version of the schema of {name}, write an upgrade, and add tests/states/{name}/VERSION.json with a real state of \
             this type: {ty}"
        );
        let recorded = recorded(&*resource, schema.version);
        let recorded = recorded.unwrap_or_else(|error| panic!("{error}. {advice}"));
        assert_eq!(recorded.ty, ty, "The shape of the state changed. {advice}");
        let keys = |json: &Json| -> Vec<String> {
            let mut keys: Vec<_> = json
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&recorded.state), keys(&ty[1]), "{name}");
    }
}

#[tokio::test]
async fn every_recorded_state_comes_up_to_date_and_plans_empty() {
    for resource in IseProvider.resources() {
        for version in 0..=resource.schema().version {
            // Each is a run of its own: two of one ID would be the same object.
            let mut core = core().await;
            let recorded = recorded(&*resource, version).expect("every version is recorded");
            let name = resource.type_name();
            let what = format!("{name} from version {version}");
            let json = recorded.state.to_string();
            let adopted = core.adopt(name, version, &json).await;
            let mut config = adopted.unwrap_or_else(|it| panic!("{what}: {it}")).clone();
            forget_computed(&resource.schema().attributes, &mut config);
            let planned = core.plan(name, config).await;
            let planned = planned.unwrap_or_else(|it| panic!("{what}: {it}"));
            assert_eq!(planned.action, Action::NoOp, "{what} does not plan empty");
            assert_eq!(planned.warnings, [], "{what}");
        }
    }
}

/// Gives a token to whoever asks, and gives its URL.
async fn sign_in_service() -> io::Result<String> {
    const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"any"}"#;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = String::new();
                // A request for a token ends with its body, a form.
                while !request.contains("\r\n\r\n") || !request.contains("grant_type=") {
                    let mut part = [0; 1024];
                    let read = stream.read(&mut part).await?;
                    request.push_str(&String::from_utf8_lossy(&part[..read]));
                    if read == 0 {
                        break;
                    }
                }
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
                let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{TOKEN}", TOKEN.len());
                stream.write_all(answer.as_bytes()).await?;
                stream.shutdown().await?;
                stream.read_to_end(&mut Vec::new()).await
            });
        }
    });
    Ok(url)
}

/// Terraform's side of a provider that is configured and can ask nobody.
async fn core() -> Core<Server<IseProvider>> {
    let sign_in = sign_in_service().await.expect("a port");
    let config = json!({
        "resource_manager_endpoint": NOWHERE,
        "active_directory_authority_host": sign_in,
        "subscription_id": "11111111-1111-1111-1111-111111111111",
        "tenant_id": "22222222-2222-2222-2222-222222222222",
        "client_id": "33333333-3333-3333-3333-333333333333",
        "client_secret": "any",
        "default_tags": { "team": "integration" },
    });
    let core = Core::start_with(IseProvider, config).await;
    let mut core = core.expect("it can be configured");
    core.options.refresh = false;
    core
}

/// Takes out what only the provider gives, and so no configuration has.
fn forget_computed(attributes: &[Attribute], object: &mut Object) {
    for attribute in attributes {
        match (&attribute.kind, object.get_mut(&attribute.name)) {
            (_, value) if !attribute.is_configurable() => *value = Value::Null,
            (Kind::Nested(_, attributes), Value::Object(object)) => {
                forget_computed(attributes, object);
            }
            _ => {}
        }
    }
}
