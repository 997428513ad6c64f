//! What services answer, in whatever form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

fn application(secret: &str) -> Given {
    given(&APPLICATION).with(&CLIENT_SECRET, secret)
}

#[tokio::test]
async fn a_token_is_read_in_each_form_that_json_has_for_it() -> Result<(), Error> {
    for body in [
        r#"{"token_type":"Bearer","expires_in":3599,"access_token":"plain"}"#,
        r#"{"token_type":"Bearer","expires_in":"3599","access_token":"plain"}"#,
        r#"{"token_type":"Bearer","expires_in":3599,"access_token":"\u0070lain","scope":"a\/b"}"#,
    ] {
        let server = TestServer::start(&[(TOKEN_PATH, vec![Reply::text(200, body)])]).await;
        let token = credential(application("hush"))
            .token(&server.cloud())
            .await?;
        assert_eq!(token.secret(), "plain", "{body}");
        let sent = &server.sign_in_bodies()[0];
        let expected = "client_id=client&grant_type=client_credentials\
                        &scope=https%3A%2F%2Fmanagement.azure.com%2F.default&client_secret=hush";
        assert_eq!(sent, expected);
    }
    Ok(())
}

#[tokio::test]
async fn what_the_sign_in_service_answers_instead_is_told_without_the_secret() {
    let refusal = r#"{"error":"e","error_description":"AADSTS1: \u0027s3cret+word\u0027 is wrong.\r\nTrace \u001b[31m"}"#;
    let form = "<html>You sent client_secret=s3cret%2Bword</html>";
    for (reply, expected, attempts) in [
        (
            Reply::text(401, refusal),
            "AADSTS1: '***' is wrong. Trace [31m",
            1,
        ),
        (
            Reply::text(502, "<html>Bad gateway</html>"),
            "the sign-in service at 127.0.0.1:PORT answered HTTP 502 Bad Gateway: Bad gateway",
            5,
        ),
        (
            Reply::text(403, form),
            "the sign-in service at 127.0.0.1:PORT answered HTTP 403 Forbidden: You sent client_secret=***",
            1,
        ),
        (
            Reply::text(200, "<html>Log in</html>"),
            "the sign-in service at 127.0.0.1:PORT answered something else than a token: the answer is not JSON: Log in",
            1,
        ),
        (
            Reply::text(
                200,
                r#"{"access_token":"t","expires_in":9223372036854775807}"#,
            ),
            "the answer of the sign-in service at 127.0.0.1:PORT does not say when its token expires, in seconds that a calendar has",
            1,
        ),
    ] {
        let server = TestServer::start(&[(TOKEN_PATH, vec![reply])]).await;
        let account = failure(&server, application("s3cret+word")).await;
        let port = server.url.port().unwrap_or_default().to_string();
        let expected = expected.replace("PORT", &port);
        assert_eq!(line(&account, "client secret"), expected);
        assert_eq!(server.sign_ins(), attempts);
    }
}

/// An answer may repeat an assertion, which is good for a while.
#[tokio::test]
async fn an_assertion_that_is_answered_is_not_told() {
    let refusal = json!({ "error_description": "AADSTS2: not this one: vouched-for, sorry" });
    let server = TestServer::start(&[(TOKEN_PATH, vec![Reply::json(400, &refusal)])]).await;
    let values = [(&USE_OIDC, "true"), (&OIDC_TOKEN, "vouched-for")];
    let account = failure(&server, given(&[&APPLICATION[..], &values].concat())).await;
    assert_eq!(
        line(&account, "OIDC token"),
        "AADSTS2: not this one: ***, sorry"
    );
}

/// Each pause is twice as long as the one before, but for what the service asks for: that ends nowhere by itself.
#[tokio::test]
async fn a_service_that_asks_for_short_pauses_is_asked_for_long() -> Result<(), Error> {
    let updating = Reply::text(410, "").header("retry-after-ms", "1");
    let mut replies = vec![updating; 90];
    replies.push(Reply::json(200, &identity_token()));
    let server = TestServer::start(&[(IMDS, replies)]).await;
    let patience = Patience {
        update: Duration::from_secs(600),
        ..patience()
    };
    let transport = Arc::new(Transport::for_tests());
    let credential = Credential::new(imds(&server), transport, patience);
    assert_eq!(
        credential.token(&server.cloud()).await?.secret(),
        "of-the-machine"
    );
    Ok(())
}

#[tokio::test]
async fn a_machine_whose_token_lasts_beyond_all_calendars_is_told() {
    let reply = json!({ "access_token": "never-shown", "expires_in": i64::MAX.to_string() });
    let server = TestServer::start(&[(IMDS, vec![Reply::json(200, &reply)])]).await;
    let account = failure(&server, imds(&server)).await;
    let why = line(&account, "managed identity");
    assert!(why.contains("does not say when its token expires"), "{why}");
}

/// Where nobody is, nothing may answer at all: only the limit ends that.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_service_of_the_machine_is_there_at_once_or_not() -> std::io::Result<()> {
    let server = TestServer::start(&[]).await;
    // Nobody accepts its connections, and a queue of one is full with two: the next waits.
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse().expect("an address"))?;
    let silent = socket.listen(1)?;
    let address = silent.local_addr()?;
    let _first = tokio::net::TcpStream::connect(address).await?;
    let _second = tokio::net::TcpStream::connect(address).await?;
    let url = format!("http://{address}/token");
    let at = |argument| vec![(&USE_MSI, "true"), (argument, &*url)];
    for (values, whom) in [
        (at(&MSI_ENDPOINT), "the Instance Metadata Service (IMDS)"),
        (
            [at(&IDENTITY_ENDPOINT), vec![(&IDENTITY_HEADER, "h")]].concat(),
            "the identity service of the app",
        ),
        (
            [
                at(&IDENTITY_ENDPOINT),
                vec![(&IMDS_ENDPOINT, "http://127.0.0.1:1")],
            ]
            .concat(),
            "the agent of Azure Arc",
        ),
    ] {
        let patience = Patience {
            connect: Duration::from_millis(1),
            ..patience()
        };
        let transport = Arc::new(Transport::for_tests());
        let credential = Credential::new(given(&values), transport, patience);
        let account = credential.token(&server.cloud()).await;
        let account = account.expect_err("silent").to_string();
        let why = line(&account, "managed identity");
        let expected = format!("{whom} is not there: {address}: no connection within 1ms");
        assert!(why.starts_with(&expected), "{why}");
    }
    Ok(())
}

/// Whoever takes a connection and then says nothing is asked again, and told with its name.
#[tokio::test]
async fn a_service_that_is_slow_is_told_by_name() {
    let app = "GET /token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let arc = "GET /token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let script = [TOKEN_PATH, IMDS, IDTOKEN, app, arc].map(|line| (line, vec![Reply::Hang]));
    let server = TestServer::start(&script).await;
    let machine = format!("{}token", server.url);
    let found = [(&USE_MSI, "true"), (&IDENTITY_ENDPOINT, &*machine)];
    for (given, way, whom) in [
        (
            application("hush"),
            "client secret",
            "the sign-in service at 127.0.0.1",
        ),
        (github(&server), "GitHub Actions", "GitHub"),
        (
            imds(&server),
            "managed identity",
            "the Instance Metadata Service (IMDS)",
        ),
        (
            given(&found).with(&IDENTITY_HEADER, "h"),
            "managed identity",
            "the identity service of the app",
        ),
        (
            given(&found).with(&IMDS_ENDPOINT, "http://127.0.0.1:1"),
            "managed identity",
            "the agent of Azure Arc",
        ),
    ] {
        let patience = Patience {
            answer: Duration::from_millis(10),
            ..patience()
        };
        let transport = Arc::new(Transport::for_tests());
        let credential = Credential::new(given, transport, patience);
        let account = credential.token(&server.cloud()).await;
        let account = account.expect_err("nobody answers").to_string();
        let why = line(&account, way);
        assert!(why.starts_with(whom), "{why}");
        assert!(
            why.ends_with("gave no answer: nothing within 10ms"),
            "{why}"
        );
    }
}

/// However often it may be asked: two minutes are all that signing in has.
#[tokio::test]
async fn a_service_that_asks_for_more_patience_than_there_is_is_not_asked_again() {
    let busy = Reply::error(429, "TooManyRequests").header("retry-after", "20");
    let server = TestServer::start(&[(IMDS, vec![busy])]).await;
    let patience = Patience {
        longest: Duration::from_secs(20),
        ..patience()
    };
    let transport = Arc::new(Transport::for_tests());
    let credential = Credential::new(imds(&server), transport, patience);
    let account = credential.token(&server.cloud()).await;
    let account = account.expect_err("busy").to_string();
    let why = line(&account, "managed identity");
    assert!(why.contains("answered HTTP 429"), "{why}");
    assert_eq!(server.lines(), [IMDS]);
}

/// What each service of a machine may answer instead of a token, and how often it is asked then.
#[tokio::test]
async fn what_the_services_of_the_app_and_of_azure_arc_answer_instead_is_told() {
    let app = "GET /token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let arc = "GET /token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let refusal = json!({ "statusCode": 400, "message": "No identity for you" });
    let later = Reply::text(429, "").header("retry-after-ms", "1");
    for (reply, expected, attempts) in [
        (
            Reply::json(400, &refusal),
            " answered HTTP 400 Bad Request: No identity for you",
            1,
        ),
        (
            Reply::text(500, "<html>oops</html>"),
            " answered HTTP 500 Internal Server Error: oops",
            5,
        ),
        // Only IMDS says by it that it comes back.
        (Reply::text(410, ""), " answered HTTP 410 Gone", 1),
        (later, " answered HTTP 429 Too Many Requests", 5),
        (Reply::text(200, "<html>portal</html>"), ": portal", 1),
        (Reply::Close, " gave no answer", 5),
    ] {
        for (line_of, whom, mark) in [
            (app, "the identity service of the app", &IDENTITY_HEADER),
            (arc, "the agent of Azure Arc", &IMDS_ENDPOINT),
        ] {
            let server = TestServer::start(&[(line_of, vec![reply.clone()])]).await;
            let url = format!("{}token", server.url);
            let values = [
                (&USE_MSI, "true"),
                (&IDENTITY_ENDPOINT, &*url),
                (mark, "http://x"),
            ];
            let account = failure(&server, given(&values)).await;
            let why = line(&account, "managed identity");
            assert!(why.starts_with(whom) && why.contains(expected), "{why}");
            assert_eq!(server.lines().len(), attempts, "{why}");
        }
    }
}

/// What Entra ID takes from an application with a certificate, and what AD FS does.
#[tokio::test]
async fn ad_fs_gets_what_it_knows() -> Result<(), Error> {
    let reply = json!({ "token_type": "bearer", "expires_in": 3600, "access_token": "of-ad-fs" });
    let own = "POST /adfs/oauth2/token";
    let server = TestServer::start(&[(own, vec![Reply::json(200, &reply)])]).await;
    let values = [
        (&CLIENT_ID, "client"),
        (&CLIENT_CERTIFICATE_PATH, CERTIFICATE),
    ];
    let header = |body: &str| -> Json {
        let header = assertion(body).split('.').next().map(str::to_owned);
        let bytes = URL_SAFE_NO_PAD
            .decode(header.expect("a part"))
            .expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    for (tenant, algorithm, member) in [("tenant", "PS256", "x5t#S256"), ("ADFS", "RS256", "x5t")] {
        let given = given(&values).with(&TENANT_ID, tenant);
        credential(given).token(&server.cloud()).await?;
        let sent = match tenant {
            "tenant" => server.sign_in_bodies(),
            _ => server.requests().into_iter().map(|it| it.body).collect(),
        };
        let header = header(&sent[0]);
        assert_eq!(header["alg"], algorithm);
        assert!(header[member].is_string(), "{header}");
    }
    assert_eq!(server.lines(), [own]);
    Ok(())
}

/// Whoever speaks no TLS, or shows a certificate that is not trusted, will do so in a second too.
#[tokio::test]
async fn a_service_with_which_tls_fails_is_asked_once() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
        }
    });
    let server = TestServer::start(&[]).await;
    let url = format!("https://localhost:{port}/idtoken");
    let values = [
        (&USE_OIDC, "true"),
        (&OIDC_REQUEST_URL, &*url),
        (&OIDC_REQUEST_TOKEN, "t"),
    ];
    let account = failure(&server, given(&[&APPLICATION[..], &values].concat())).await;
    let why = line(&account, "GitHub Actions");
    assert!(why.starts_with("GitHub gave no answer: "), "{why}");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1, "{why}");
}

/// A token that did not arrive whole is one that nobody has.
#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() -> Result<(), Error> {
    let token = Reply::json(200, &identity_token());
    let replies = vec![Reply::Truncated(Box::new(token.clone())), token];
    let server = TestServer::start(&[(TOKEN_PATH, replies)]).await;
    let token = credential(application("hush")).token(&server.cloud()).await;
    assert_eq!(token?.secret(), "of-the-machine");
    assert_eq!(server.sign_ins(), 2);
    let broken = Reply::Truncated(Box::new(Reply::json(200, &identity_token())));
    let server = TestServer::start(&[(TOKEN_PATH, vec![broken])]).await;
    let account = failure(&server, application("hush")).await;
    let why = line(&account, "client secret");
    let expected =
        "gave no answer: the connection broke before the answer was complete (HTTP 200 OK)";
    assert!(why.ends_with(expected), "{why}");
    Ok(())
}

/// What follows an update has as many attempts as if there had been none.
#[tokio::test]
async fn an_update_of_imds_uses_up_nothing() -> Result<(), Error> {
    let mut replies = vec![Reply::text(410, "").header("retry-after-ms", "1"); 6];
    replies.extend([Reply::text(500, ""), Reply::json(200, &identity_token())]);
    let server = TestServer::start(&[(IMDS, replies)]).await;
    let token = credential(imds(&server)).token(&server.cloud()).await?;
    assert_eq!(token.secret(), "of-the-machine");
    Ok(())
}

/// Half a minute is what a pause becomes by itself; what a service asks for is never cut.
#[tokio::test]
async fn a_service_is_not_asked_sooner_than_it_wants() {
    let busy = Reply::error(429, "TooManyRequests").header("retry-after", "40");
    let server = TestServer::start(&[(IMDS, vec![busy])]).await;
    let patience = Patience {
        longest: Duration::from_secs(35),
        ..patience()
    };
    let transport = Arc::new(Transport::for_tests());
    let credential = Credential::new(imds(&server), transport, patience);
    let account = credential.token(&server.cloud()).await;
    let account = account.expect_err("busy").to_string();
    assert!(line(&account, "managed identity").contains("HTTP 429"));
    assert_eq!(server.lines(), [IMDS]);
}

/// The agent takes back a key that was shown to it: with the same again it would refuse.
#[tokio::test]
async fn azure_arc_is_shown_a_new_key_each_time() -> std::io::Result<()> {
    let asked = "GET /token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let folder = tempfile::tempdir()?;
    let challenge = |name: &str| -> std::io::Result<Reply> {
        let key = folder.path().join(name);
        std::fs::write(&key, format!("key-in-{name}"))?;
        let realm = format!("Basic realm={}", key.display());
        Ok(Reply::text(401, "").header("www-authenticate", realm))
    };
    let replies = vec![
        challenge("a.key")?,
        Reply::text(503, ""),
        challenge("b.key")?,
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
    assert_eq!(token.expect("a token").secret(), "of-the-machine");
    let requests = server.requests();
    let shown = requests.iter().map(|it| it.headers.get("authorization"));
    let shown: Vec<_> = shown.map(|it| it.map(String::as_str)).collect();
    let expected = [
        None,
        Some("Basic key-in-a.key"),
        None,
        Some("Basic key-in-b.key"),
    ];
    assert_eq!(shown, expected);
    Ok(())
}
