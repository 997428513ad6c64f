//! Which way is taken, and what each of them sends and makes of the answers.

mod answers;
mod only_one;

use std::time::Duration;

use azure_core::credentials::Secret;
use serde_json::{Value as Json, json};

use super::*;
use crate::arm::arguments::*;
use crate::arm::test_server::{Reply, TIMING, TOKEN_PATH, TestServer};

/// A configuration by argument and value.
fn given(values: &[(&Argument, &str)]) -> Given {
    let off = Given::default().with(&USE_CLI, "false");
    let all = values.iter();
    all.fold(off, |given, (argument, value)| given.with(argument, *value))
}

fn patience() -> Patience {
    TIMING.sign_in
}

fn credential(given: Given) -> Credential {
    Credential::new(given, Arc::new(Transport::for_tests()), patience())
}

async fn failure(server: &TestServer, given: Given) -> String {
    let token = credential(given).token(&server.cloud()).await;
    token.expect_err("nobody signs in").to_string()
}

/// The line about one way in the account of all.
fn line<'t>(account: &'t str, way: &str) -> &'t str {
    let mut lines = account.lines();
    let line = lines.find_map(|line| line.strip_prefix(&format!("  - {way}: ")));
    line.unwrap_or_else(|| panic!("no {way} in {account}"))
}

const APPLICATION: [(&Argument, &str); 2] = [(&TENANT_ID, "tenant"), (&CLIENT_ID, "client")];
const CERTIFICATE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/arm/credentials/fixtures/no-password.pfx"
);
/// As runners have it, whose plans and jobs lie below the same path as those of Azure Pipelines.
const GITHUB: &str = "https://pipelines.actions.example/abc/_apis/distributedtask/hubs/Actions/plans/1/jobs/2/idtoken?api-version=2.0";
const PIPELINES: &str =
    "https://dev.example/o/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken";

/// What azurerm's documentation and its order of authorizers say, for what is set.
#[test]
fn the_first_complete_way_is_taken() {
    let oidc = (&USE_OIDC, "true");
    let request = [(&OIDC_REQUEST_URL, GITHUB), (&OIDC_REQUEST_TOKEN, "t")];
    let job = [(&OIDC_REQUEST_URL, PIPELINES), (&OIDC_REQUEST_TOKEN, "t")];
    let connection = (&ADO_PIPELINE_SERVICE_CONNECTION_ID, "c");
    let secret = (&CLIENT_SECRET, "s");
    let certificate = (&CLIENT_CERTIFICATE_PATH, CERTIFICATE);
    let token = (&OIDC_TOKEN, "t");
    let msi = (&USE_MSI, "true");
    let cli = (&USE_CLI, "true");
    type Row<'a> = (Vec<(&'static Argument, &'a str)>, Option<&'static str>);
    let rows: Vec<Row<'_>> = vec![
        (vec![], None),
        (vec![cli], Some("Azure CLI")),
        (vec![secret], Some("client secret")),
        (vec![certificate], Some("client certificate")),
        (
            vec![certificate, secret, msi, cli],
            Some("client certificate"),
        ),
        (vec![secret, oidc, token, msi, cli], Some("client secret")),
        (vec![token], None),
        (vec![oidc, token], Some("OIDC token")),
        (
            vec![oidc, token, request[0], request[1]],
            Some("OIDC token"),
        ),
        (vec![oidc, request[0], request[1]], Some("GitHub Actions")),
        (
            vec![oidc, request[0], request[1], msi],
            Some("GitHub Actions"),
        ),
        (
            vec![oidc, request[0], request[1], connection],
            Some("Azure Pipelines"),
        ),
        (
            vec![oidc, job[0], job[1], connection, cli],
            Some("Azure Pipelines"),
        ),
        // azurerm takes GitHub here, and fails: no other identity stands in.
        (vec![oidc, job[0], job[1]], Some("Azure Pipelines")),
        (
            vec![oidc, job[0], job[1], msi, cli],
            Some("Azure Pipelines"),
        ),
        (vec![oidc, request[0], cli], Some("Azure CLI")),
        (vec![request[0], request[1], msi], Some("managed identity")),
        (vec![msi, cli], Some("managed identity")),
        (vec![oidc, msi], Some("managed identity")),
    ];
    let cloud = Cloud::named("public").expect("a cloud");
    for (values, expected) in rows {
        let names: Vec<_> = values.iter().map(|(it, _)| it.name).collect();
        let whole = given(&[&APPLICATION[..], &values].concat());
        assert_eq!(credential(whole).way(&cloud), expected, "{names:?}");
        // Without an application, only the machine and the CLI have an account.
        let nobody = credential(given(&values)).way(&cloud);
        let of_machine = ["managed identity", "Azure CLI"];
        let set = |argument: &Argument| {
            values
                .iter()
                .any(|(it, value)| it.name == argument.name && *value == "true")
        };
        let expected = match (set(&USE_MSI), set(&USE_CLI)) {
            (true, _) => Some(of_machine[0]),
            (false, true) => Some(of_machine[1]),
            _ => None,
        };
        assert_eq!(nobody, expected, "{names:?} without an application");
    }
}

#[tokio::test]
async fn each_way_says_what_it_lacks() {
    let server = TestServer::start(&[]).await;
    let values = [
        (&CLIENT_SECRET, "hush"),
        (&CLIENT_CERTIFICATE_PASSWORD, "hush"),
        (&CLIENT_ID, "client"),
        (&USE_OIDC, "true"),
        (&OIDC_REQUEST_URL, PIPELINES),
        (&OIDC_REQUEST_TOKEN, "hush"),
    ];
    let account = failure(&server, given(&values)).await;
    for (way, expected) in [
        (
            "client certificate",
            "configured by half: client_certificate_password given, but tenant_id, client_certificate missing",
        ),
        (
            "client secret",
            "configured by half: client_secret given, but tenant_id missing",
        ),
        (
            "OIDC token",
            "not configured: tenant_id, oidc_token missing",
        ),
        (
            "Azure Pipelines",
            "configured by half: oidc_request_url given, but tenant_id, ado_pipeline_service_connection_id missing",
        ),
        (
            "GitHub Actions",
            "oidc_request_url is that of Azure Pipelines, which needs ado_pipeline_service_connection_id",
        ),
        ("managed identity", "not enabled: use_msi is not true"),
        ("Azure CLI", "switched off by use_cli"),
    ] {
        assert_eq!(line(&account, way), expected);
    }
    assert!(!account.contains("hush"), "{account}");
    let url = [(&USE_OIDC, "true"), (&OIDC_REQUEST_URL, GITHUB)];
    let account = failure(&server, given(&[&APPLICATION[..], &url].concat())).await;
    let expected = "configured by half: oidc_request_url given, but oidc_request_token missing";
    assert_eq!(line(&account, "GitHub Actions"), expected);
    let nothing = failure(&server, given(&[(&USE_OIDC, "true")])).await;
    let why = line(&nothing, "GitHub Actions");
    assert!(
        why.ends_with("where the job has permissions: id-token: write"),
        "{why}"
    );
    let connection = (&ADO_PIPELINE_SERVICE_CONNECTION_ID, "c");
    let job = [
        (&USE_OIDC, "true"),
        (&OIDC_REQUEST_URL, PIPELINES),
        connection,
    ];
    let account = failure(&server, given(&[&APPLICATION[..], &job].concat())).await;
    let why = line(&account, "Azure Pipelines");
    let expected = "configured by half: oidc_request_url, ado_pipeline_service_connection_id given, but oidc_request_token missing; \
                    the env of the step has to hand on SYSTEM_ACCESSTOKEN: $(System.AccessToken)";
    assert_eq!(why, expected);
    let file = [(&CLIENT_SECRET_FILE_PATH, "/somewhere")];
    let account = failure(&server, given(&file)).await;
    let expected =
        "configured by half: client_secret_file_path given, but tenant_id, client_id missing";
    assert_eq!(line(&account, "client secret"), expected);
    assert!(server.requests().is_empty() && server.sign_ins() == 0);
}

/// The assertion of a token request.
fn assertion(body: &str) -> String {
    let mut fields = url::form_urlencoded::parse(body.as_bytes());
    let found = fields.find(|(name, _)| name == "client_assertion");
    found.expect("an assertion").1.into_owned()
}

#[tokio::test]
async fn a_renewed_token_is_shown_at_the_next_refresh() -> Result<(), Error> {
    let server = TestServer::start(&[]).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_str().expect("plain");
    let values = [(&USE_OIDC, "true"), (&OIDC_TOKEN_FILE_PATH, path)];
    let credential = credential(given(&[&APPLICATION[..], &values].concat()));
    for expected in ["first", "second"] {
        std::fs::write(file.path(), format!("{expected}\n")).expect("writable");
        let token = credential.token(&server.cloud()).await?;
        let shown = server.sign_in_bodies();
        assert_eq!(
            shown.last().map(|body| assertion(body)).as_deref(),
            Some(expected)
        );
        credential.refused(&token, &[]);
    }
    std::fs::write(file.path(), "").expect("writable");
    let account = credential
        .token(&server.cloud())
        .await
        .expect_err("empty")
        .to_string();
    let why = line(&account, "OIDC token");
    assert!(why.starts_with("oidc_token_file_path: the file"), "{why}");
    assert_eq!(server.sign_ins(), 2);
    Ok(())
}

const IDTOKEN: &str = "GET /abc/_apis/distributedtask/hubs/Actions/plans/1/jobs/2/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange";

fn github(server: &TestServer) -> Given {
    let url = GITHUB.replace("https://pipelines.actions.example/", server.url.as_str());
    let values = [
        (&USE_OIDC, "true"),
        (&OIDC_REQUEST_URL, &*url),
        (&OIDC_REQUEST_TOKEN, "request-token"),
    ];
    given(&[&APPLICATION[..], &values].concat())
}

#[tokio::test]
async fn github_vouches_anew_at_every_refresh() -> Result<(), Error> {
    let replies = ["one", "two"].map(|it| Reply::json(200, &json!({ "value": it })));
    let busy = Reply::error(503, "Busy");
    let server = TestServer::start(&[(IDTOKEN, [&[busy][..], &replies].concat())]).await;
    let credential = credential(github(&server));
    for expected in ["one", "two"] {
        let token = credential.token(&server.cloud()).await?;
        let shown = server.sign_in_bodies();
        assert_eq!(
            shown.last().map(|body| assertion(body)).as_deref(),
            Some(expected)
        );
        credential.refused(&token, &[]);
    }
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], "Bearer request-token");
    }
    assert_eq!(server.lines(), [IDTOKEN; 3]);
    Ok(())
}

#[tokio::test]
async fn what_github_answers_instead_is_told_without_the_token() {
    let echo = json!({ "message": "no request-token for you" });
    for (reply, expected, attempts) in [
        (
            Reply::json(403, &echo),
            "GitHub answered HTTP 403 Forbidden: no *** for you",
            1,
        ),
        (
            Reply::text(200, "<html>Sign in</html>"),
            "GitHub answered something else than a token: the answer is not JSON: Sign in",
            1,
        ),
        (
            Reply::text(502, "<html>Bad gateway</html>"),
            "GitHub answered HTTP 502 Bad Gateway: Bad gateway",
            5,
        ),
        (
            Reply::json(200, &json!({ "count": 1 })),
            "the answer of GitHub has no token",
            1,
        ),
        (
            Reply::Close,
            "GitHub gave no answer: connection closed before message completed",
            5,
        ),
    ] {
        let server = TestServer::start(&[(IDTOKEN, vec![reply])]).await;
        let account = failure(&server, github(&server)).await;
        let why = line(&account, "GitHub Actions");
        assert!(why.starts_with(expected), "{why}");
        assert_eq!(server.requests().len(), attempts, "{why}");
        assert_eq!(server.sign_ins(), 0);
    }
}

#[tokio::test]
async fn azure_pipelines_vouches_for_the_service_connection() -> Result<(), Error> {
    let path = "/o/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken";
    let asked = format!("POST {path}?api-version=7.1&serviceConnectionId=c");
    let reply = Reply::json(200, &json!({ "oidcToken": "vouched" }));
    let server = TestServer::start(&[(&asked, vec![reply])]).await;
    let url = format!("{}{}", server.url, &path[1..]);
    let values = [
        (&USE_OIDC, "true"),
        (&OIDC_REQUEST_URL, &*url),
        (&OIDC_REQUEST_TOKEN, "job"),
        (&ADO_PIPELINE_SERVICE_CONNECTION_ID, "c"),
    ];
    let credential = credential(given(&[&APPLICATION[..], &values].concat()));
    credential.token(&server.cloud()).await?;
    let [request] = &server.requests()[..] else {
        panic!("{:?}", server.lines());
    };
    assert_eq!(request.headers["authorization"], "Bearer job");
    assert_eq!(assertion(&server.sign_in_bodies()[0]), "vouched");
    Ok(())
}

const IMDS: &str = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com";

fn identity_token() -> Json {
    json!({ "access_token": "of-the-machine", "expires_in": "3600", "token_type": "Bearer" })
}

fn imds(server: &TestServer) -> Given {
    given(&[(&USE_MSI, "true"), (&MSI_ENDPOINT, server.url.as_str())])
}

#[tokio::test]
async fn imds_is_asked_again_as_its_documentation_wants() -> Result<(), Error> {
    let busy = Reply::error(429, "TooManyRequests").header("retry-after-ms", "1");
    let replies = vec![
        Reply::text(500, "<html>oops</html>"),
        busy,
        Reply::text(404, ""),
        Reply::text(410, ""),
        Reply::json(200, &identity_token()),
    ];
    let server = TestServer::start(&[(IMDS, replies)]).await;
    let token = credential(imds(&server)).token(&server.cloud()).await?;
    assert_eq!(token.secret(), "of-the-machine");
    assert_eq!(server.lines(), [IMDS; 5]);
    for request in server.requests() {
        assert_eq!(request.headers["metadata"], "true");
    }
    Ok(())
}

#[tokio::test]
async fn what_imds_answers_instead_is_told() {
    let unknown = json!({ "error": "invalid_request", "error_description": "Identity not found" });
    let undated = json!({ "access_token": "never-shown" });
    for (reply, expected, attempts) in [
        (
            Reply::json(400, &unknown),
            "(IMDS) answered HTTP 400 Bad Request: Identity not found",
            1,
        ),
        (
            Reply::text(500, "<html>oops</html>"),
            "(IMDS) answered HTTP 500 Internal Server Error: oops",
            5,
        ),
        (
            Reply::text(200, "<html>portal</html>"),
            "(IMDS) answered something else than a token: the answer is not JSON: portal",
            1,
        ),
        (Reply::json(200, &json!({})), "has no access_token", 1),
        (
            Reply::json(200, &undated),
            "does not say when its token expires",
            1,
        ),
    ] {
        let line_of_user = format!("{IMDS}&client_id=mine");
        let server = TestServer::start(&[(&line_of_user, vec![reply])]).await;
        let given = imds(&server).with(&CLIENT_ID, "mine");
        let account = failure(&server, given).await;
        let why = line(&account, "managed identity");
        assert!(why.contains(expected), "{why}");
        assert!(!account.contains("never-shown"), "{account}");
        assert_eq!(server.requests().len(), attempts, "{why}");
    }
}

#[tokio::test]
async fn an_update_of_imds_is_waited_for_as_long_as_documented_and_no_longer() {
    let server = TestServer::start(&[(IMDS, vec![Reply::text(410, "")])]).await;
    let impatient = Patience {
        update: Duration::from_millis(300),
        ..patience()
    };
    let transport = Arc::new(Transport::for_tests());
    let credential = Credential::new(imds(&server), transport, impatient);
    let account = credential
        .token(&server.cloud())
        .await
        .expect_err("gone")
        .to_string();
    let why = line(&account, "managed identity");
    assert!(why.contains("HTTP 410 Gone"), "{why}");
    assert!(server.requests().len() > 1);
}

#[tokio::test]
async fn an_imds_that_is_not_there_is_told_at_once() {
    let server = TestServer::start(&[]).await;
    let nowhere = [(&USE_MSI, "true"), (&MSI_ENDPOINT, "http://127.0.0.1:1/")];
    let account = failure(&server, given(&nowhere)).await;
    let why = line(&account, "managed identity");
    assert!(why.contains("is not there: 127.0.0.1:1"), "{why}");
}

#[tokio::test]
async fn app_service_is_shown_the_header_of_the_app() -> Result<(), Error> {
    let asked = "GET /msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id=mine";
    let expires_on = (time::OffsetDateTime::now_utc() + time::Duration::hours(1)).unix_timestamp();
    let reply = json!({ "access_token": "of-the-app", "expires_on": expires_on });
    let server = TestServer::start(&[(asked, vec![Reply::json(200, &reply)])]).await;
    let url = format!("{}msi/token", server.url);
    let base = given(&[
        (&USE_MSI, "true"),
        (&CLIENT_ID, "mine"),
        (&IDENTITY_HEADER, "app"),
    ]);
    for given in [
        base.clone().with(&IDENTITY_ENDPOINT, &*url),
        // As azurerm wants it for Container Apps.
        base.with(&MSI_ENDPOINT, &*url)
            .with(&MSI_API_VERSION, "2019-08-01"),
    ] {
        let token = credential(given).token(&server.cloud()).await?;
        assert_eq!(token.secret(), "of-the-app");
    }
    for request in server.requests() {
        assert_eq!(request.headers["x-identity-header"], "app");
    }
    Ok(())
}

#[tokio::test]
async fn azure_arc_asks_for_a_key_that_its_agent_wrote() -> std::io::Result<()> {
    let asked = "GET /token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let folder = tempfile::tempdir()?;
    let key = folder.path().join("a.key");
    std::fs::write(&key, "key-of-the-agent")?;
    let other = folder.path().join("a.txt");
    std::fs::write(&other, "not for you")?;
    for (file, is_taken) in [(&key, true), (&other, false)] {
        let challenge = format!("Basic realm={}", file.display());
        let replies = vec![
            Reply::text(401, "").header("www-authenticate", challenge),
            Reply::json(200, &identity_token()),
        ];
        let server = TestServer::start(&[(asked, replies)]).await;
        let url = format!("{}token", server.url);
        let given = given(&[
            (&USE_MSI, "true"),
            (&IDENTITY_ENDPOINT, &*url),
            (&IMDS_ENDPOINT, "http://127.0.0.1:1"),
        ]);
        let patience = Patience {
            arc_folder: folder.path().to_owned(),
            ..patience()
        };
        let credential = Credential::new(given, Arc::new(Transport::for_tests()), patience);
        let token = credential.token(&server.cloud()).await;
        let requests = server.requests();
        assert_eq!(requests[0].headers["metadata"], "true");
        match is_taken {
            true => {
                assert_eq!(token.expect("a token").secret(), "of-the-machine");
                assert_eq!(
                    requests[1].headers["authorization"],
                    "Basic key-of-the-agent"
                );
            }
            false => {
                let account = token.expect_err("a foreign file").to_string();
                let why = line(&account, "managed identity");
                assert!(why.contains("does not end with .key"), "{why}");
                assert_eq!(requests.len(), 1, "nothing of it is sent");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn further_tenants_have_tokens_of_their_own() -> Result<(), Error> {
    let other = "POST /other/oauth2/v2.0/token";
    let reply = json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": "others" });
    let server = TestServer::start(&[(other, vec![Reply::json(200, &reply)])]).await;
    let values = [(&CLIENT_SECRET, "hush"), (&AUXILIARY_TENANT_IDS, "other")];
    let credential = credential(given(&[&APPLICATION[..], &values].concat()));
    let cloud = server.cloud();
    assert_eq!(credential.token(&cloud).await?.secret(), "token-1");
    let tokens = credential.auxiliary_tokens(&cloud).await?;
    assert_eq!(
        tokens.iter().map(Secret::secret).collect::<Vec<_>>(),
        ["others"]
    );
    let machine = imds(&server).with(&AUXILIARY_TENANT_IDS, "other");
    let machine = super::tests::credential(machine);
    let tokens = machine.auxiliary_tokens(&cloud).await?;
    assert!(tokens.is_empty(), "a machine has none, as in azurerm");
    assert_eq!(server.sign_ins(), 1, "{TOKEN_PATH}");
    Ok(())
}
