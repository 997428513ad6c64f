//! Secrets stay with those who have them: nothing that the emulator shows, logs or keeps has one in it.

use std::collections::BTreeMap;
use std::fs::{File, read};

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpStream;

use super::jwt::RSA;
use super::{APPLICATION, SCOPE};
use crate::client::{LOGIC_VERSION, group, logic};
use crate::process::{Process, talk};

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// A request with its own headers, and the JSON that comes back.
async fn ask(emulator: &Process, request: &str, headers: &str, body: &str) -> Value {
    let text = show(emulator, request, headers, body).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{request}: {text}"))
}

async fn show(emulator: &Process, request: &str, headers: &str, body: &str) -> String {
    let stream = TcpStream::connect(emulator.address).await;
    let head = format!("{request} HTTP/1.1\r\n{headers}");
    let answer = talk(stream.expect("a connection"), &head, body).await;
    let answer = answer.expect("an answer");
    let (_, content) = answer.split_once("\r\n\r\n").expect("a head");
    content.to_owned()
}

/// Asks for a token with a credential; an assertion is told by its form.
async fn sign_in(emulator: &Process, endpoint: &str, credential: &str) -> Value {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "client_credentials"),
        ("client_id", APPLICATION),
        ("scope", SCOPE),
        ("resource", "https://management.azure.com/"),
    ]);
    if credential.starts_with("eyJ") {
        form.append_pair("client_assertion_type", ASSERTION);
        form.append_pair("client_assertion", credential);
    } else {
        form.append_pair("client_secret", credential);
    }
    let request = format!("POST /emulated.onmicrosoft.com/{endpoint}");
    ask(emulator, &request, FORM, &form.finish()).await
}

fn member(answer: &Value, name: &str) -> String {
    let text = answer[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {answer}"))
        .to_owned()
}

/// Lets the emulator know of everything that one may sign in with.
async fn register(emulator: &Process) {
    let trusted = |issuer: &str, subject: &str| json!({"issuer": issuer, "subject": subject});
    let application = json!({
        "secrets": [{"secretText": "hush-registered"}], "certificates": [RSA.pem],
        "federatedCredentials": [trusted("http://localhost/github", "repo:o/r:ref:refs/heads/main"),
                                 trusted("http://localhost/devops/org", "sc://org/project/c")]
    });
    let put = format!("PUT /_emulator/applications/{APPLICATION}");
    ask(emulator, &put, "", &application.to_string()).await;
    let expected = json!({"identityHeader": "hush-identity", "requestToken": "hush-request"});
    let post = "POST /_emulator/signin";
    show(emulator, post, "", &expected.to_string()).await;
}

/// Signs in in every way, right and wrong; the secrets by what they are.
async fn every_way(emulator: &Process) -> BTreeMap<&'static str, String> {
    let request = "authorization: Bearer hush-request\r\n";
    let github = format!("GET /github/o/r/idtoken?audience={EXCHANGE}");
    let devops = "POST /devops/org/project/_apis/distributedtask/hubs/build/plans/p/jobs/j/oidctoken?api-version=7.1&serviceConnectionId=c";
    let github = member(&ask(emulator, &github, request, "").await, "value");
    let devops = member(&ask(emulator, devops, request, "").await, "oidcToken");
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let own = RSA.sign(
        &json!({"alg": "RS256", "x5t": RSA.sha1()}),
        &json!({"aud": "http://localhost/emulated.onmicrosoft.com/oauth2/v2.0/token", "iss": APPLICATION,
                "sub": APPLICATION, "exp": now + 600}),
    );
    let mut secrets = BTreeMap::from([
        ("registered secret", "hush-registered".to_owned()),
        ("wrong secret", "hush-wrong".to_owned()),
        ("identity header", "hush-identity".to_owned()),
        ("wrong identity header", "hush-stranger".to_owned()),
        ("request token", "hush-request".to_owned()),
    ]);
    let refused = sign_in(emulator, "oauth2/v2.0/token", "hush-wrong").await;
    assert_eq!(refused["error"], "invalid_client");
    for (name, endpoint, credential) in [
        ("token of a secret", "oauth2/v2.0/token", "hush-registered"),
        ("older token", "oauth2/token", "hush-registered"),
        ("token of a certificate", "oauth2/v2.0/token", &own),
        ("token by GitHub", "oauth2/v2.0/token", &github),
        ("token by Azure DevOps", "oauth2/v2.0/token", &devops),
    ] {
        let answer = sign_in(emulator, endpoint, credential).await;
        secrets.insert(name, member(&answer, "access_token"));
    }
    let asked = "resource=https://management.azure.com";
    let imds = format!("GET /metadata/identity/oauth2/token?api-version=2018-02-01&{asked}");
    let answer = ask(emulator, &imds, "metadata: true\r\n", "").await;
    secrets.insert("token of a machine", member(&answer, "access_token"));
    let msi = format!("GET /msi/token?api-version=2019-08-01&{asked}");
    ask(emulator, &msi, "x-identity-header: hush-stranger\r\n", "").await;
    let answer = ask(emulator, &msi, "x-identity-header: hush-identity\r\n", "").await;
    secrets.insert("token of an app", member(&answer, "access_token"));
    secrets.insert("assertion of a certificate", own);
    secrets.insert("assertion of GitHub", github);
    secrets.insert("assertion of Azure DevOps", devops);
    secrets
}

/// A workflow with a secure parameter, an account, and the signatures of their callback URLs.
async fn callbacks(emulator: &Process, token: &str) -> [(&'static str, String); 3] {
    let bearer = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let put = format!("PUT {}?api-version=2022-09-01", group());
    ask(emulator, &put, &bearer, r#"{"location": "westeurope"}"#).await;
    let (flow, account) = (logic("workflows/flow"), logic("integrationAccounts/acc"));
    let workflow = json!({"location": "westeurope", "properties": {
        "definition": {
            "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            "contentVersion": "1.0.0.0", "actions": {},
            "parameters": {"key": {"type": "securestring"}},
            "triggers": {"manual": {"type": "Request", "kind": "Http", "inputs": {"schema": {}}}}
        },
        "parameters": {"key": {"value": "hush-parameter"}}
    }});
    let version = format!("?api-version={LOGIC_VERSION}");
    let put = format!("PUT {flow}{version}");
    ask(emulator, &put, &bearer, &workflow.to_string()).await;
    let put = format!("PUT {account}{version}");
    let body = r#"{"location": "westeurope", "sku": {"name": "Standard"}}"#;
    ask(emulator, &put, &bearer, body).await;
    let signature = async |request: &str| {
        let answer = ask(emulator, request, &bearer, "{}").await;
        let url = url::Url::parse(&member(&answer, "value")).expect("a URL");
        // Someone follows it to the emulator, which runs nothing.
        let query = url.query().unwrap_or_default();
        show(emulator, &format!("POST {}?{query}", url.path()), "", "{}").await;
        let sig = url.query_pairs().find(|(name, _)| name == "sig");
        sig.expect("a signature").1.into_owned()
    };
    let trigger = format!("POST {flow}/triggers/manual/listCallbackUrl{version}");
    let account = format!("POST {account}/listCallbackUrl{version}");
    [
        ("trigger's signature", signature(&trigger).await),
        ("account's signature", signature(&account).await),
        ("secure parameter", "hush-parameter".to_owned()),
    ]
}

#[tokio::test]
async fn no_secret_is_shown_logged_or_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, state) = (folder.path().join("log"), folder.path().join("state"));
    let file = state.to_str().expect("a text path");
    let mut command = Process::command(&["--log", "trace", "--state", file]);
    command.stderr(File::create(&log).expect("a log"));
    let emulator = Process::listening(command.spawn().expect("the emulator")).await;
    register(&emulator).await;
    let mut secrets = every_way(&emulator).await;
    let token = secrets["token of a secret"].clone();
    secrets.extend(callbacks(&emulator, &token).await);

    let requests = show(&emulator, "GET /_emulator/requests", "", "").await;
    let kept = |file| String::from_utf8_lossy(&read(file).expect("a file")).into_owned();
    let places = [
        ("requests", requests),
        ("page", show(&emulator, "GET /", "", "").await),
        (
            "applications",
            show(&emulator, "GET /_emulator/applications", "", "").await,
        ),
        (
            "resources",
            show(&emulator, "GET /_emulator/resources", "", "").await,
        ),
        ("log", kept(&log)),
        ("state", kept(&state)),
    ];
    for (place, text) in &places {
        assert!(text.len() > 100, "{place}: {text}");
        // The key of an account is its signature, and the state file has to keep it.
        let own_key = |name: &str| *place == "state" && name == "account's signature";
        for (name, secret) in secrets.iter().filter(|(name, _)| !own_key(name)) {
            // Of a token the signature would be enough.
            let part = secret.rsplit('.').next().unwrap_or_default();
            assert!(part.len() >= 10 && !text.contains(part), "{place}: {name}");
        }
    }
    let [(_, requests), .., (_, log), _] = &places;
    assert!(requests.contains("***") && log.contains("/oauth2/v2.0/token"));
}
