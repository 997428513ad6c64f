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
use tfplugin_framework::wire::Server;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tonic::Request;

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
    let server = server().await;
    for resource in IseProvider.resources() {
        for version in 0..=resource.schema().version {
            let recorded = recorded(&*resource, version).expect("every version is recorded");
            let upgraded = upgrade(&server, &*resource, version, &recorded.state).await;
            let planned = plan(&server, &*resource, &upgraded, &recorded.state).await;
            let what = format!("{} from version {version}", resource.type_name());
            assert_eq!(planned.diagnostics, [], "{what}");
            assert_eq!(
                planned.planned_state,
                Some(upgraded),
                "{what} does not plan empty"
            );
            assert_eq!(planned.requires_replace, [], "{what}");
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

async fn server() -> Server<IseProvider> {
    let sign_in = sign_in_service().await.expect("a port");
    let server = Server::new(IseProvider);
    let mut config: serde_json::Map<_, _> = IseProvider
        .schema()
        .attributes
        .iter()
        .map(|it| (it.name.to_string(), Json::Null))
        .collect();
    for (name, value) in [
        ("resource_manager_endpoint", NOWHERE),
        ("active_directory_authority_host", &sign_in),
        ("subscription_id", "11111111-1111-1111-1111-111111111111"),
        ("tenant_id", "22222222-2222-2222-2222-222222222222"),
        ("client_id", "33333333-3333-3333-3333-333333333333"),
        ("client_secret", "any"),
    ] {
        config.insert(name.to_owned(), value.into());
    }
    config.insert("default_tags".to_owned(), json!({ "team": "integration" }));
    let request = v6::configure_provider::Request {
        config: Some(value(&Json::Object(config))),
        ..Default::default()
    };
    let response = server.configure_provider(Request::new(request)).await;
    assert_eq!(response.expect("answered").into_inner().diagnostics, []);
    server
}

async fn upgrade(
    server: &Server<IseProvider>,
    resource: &dyn Resource<Azure>,
    version: i64,
    state: &Json,
) -> v6::DynamicValue {
    let request = v6::upgrade_resource_state::Request {
        type_name: resource.type_name().to_owned(),
        version,
        raw_state: Some(v6::RawState {
            json: state.to_string().into(),
            ..Default::default()
        }),
    };
    let response = server.upgrade_resource_state(Request::new(request)).await;
    let response = response.expect("answered").into_inner();
    assert_eq!(
        response.diagnostics,
        [],
        "{} from version {version}",
        resource.type_name()
    );
    response.upgraded_state.expect("a state")
}

/// Plans a configuration that says what the state has.
async fn plan(
    server: &Server<IseProvider>,
    resource: &dyn Resource<Azure>,
    upgraded: &v6::DynamicValue,
    state: &Json,
) -> v6::plan_resource_change::Response {
    let mut config = state.clone();
    forget_computed(&resource.schema().attributes, &mut config);
    let request = v6::plan_resource_change::Request {
        type_name: resource.type_name().to_owned(),
        prior_state: Some(upgraded.clone()),
        proposed_new_state: Some(upgraded.clone()),
        config: Some(value(&config)),
        ..Default::default()
    };
    let response = server.plan_resource_change(Request::new(request)).await;
    response.expect("answered").into_inner()
}

/// Takes out what only the provider gives, and so no configuration has.
fn forget_computed(attributes: &[Attribute], object: &mut Json) {
    for attribute in attributes {
        match (&attribute.kind, &mut object[&*attribute.name]) {
            (_, value) if !attribute.is_configurable() => *value = Json::Null,
            (Kind::Nested(_, attributes), value @ Json::Object(_)) => {
                forget_computed(attributes, value)
            }
            _ => {}
        }
    }
}

fn value(json: &Json) -> v6::DynamicValue {
    v6::DynamicValue {
        json: json.to_string().into(),
        ..Default::default()
    }
}
