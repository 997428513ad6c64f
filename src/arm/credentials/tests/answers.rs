//! What services answer, in whatever form.

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

/// Nothing answers at an address of documentation: only the limit ends that.
#[tokio::test]
async fn every_service_of_the_machine_is_there_at_once_or_not() {
    let server = TestServer::start(&[]).await;
    let app = [
        (&USE_MSI, "true"),
        (&IDENTITY_ENDPOINT, "https://192.0.2.1/token"),
        (&IDENTITY_HEADER, "h"),
    ];
    let patience = Patience {
        connect: Duration::from_millis(1),
        ..patience()
    };
    let transport = Arc::new(Transport::for_tests());
    let credential = Credential::new(given(&app), transport, patience);
    let account = credential
        .token(&server.cloud())
        .await
        .expect_err("silent")
        .to_string();
    let why = line(&account, "managed identity");
    assert!(
        why.starts_with("the identity service of the app is not there: 192.0.2.1: "),
        "{why}"
    );
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
