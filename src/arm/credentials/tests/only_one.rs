//! Whoever is configured signs in, or nobody.

use super::*;
use crate::arm::given::Mistake;

/// A secret that cannot be read is no reason to sign in as somebody else.
#[tokio::test]
async fn a_way_that_is_configured_and_broken_ends_the_search() -> Result<(), Error> {
    let server = TestServer::start(&[(IMDS, vec![Reply::json(200, &identity_token())])]).await;
    let empty = tempfile::NamedTempFile::new().expect("a file");
    let path = empty.path().to_str().expect("plain");
    let missing = format!("{path}-not-there");
    let oidc = (&USE_OIDC, "true");
    let url = (&OIDC_REQUEST_URL, GITHUB);
    let token = (&OIDC_REQUEST_TOKEN, "t");
    type Row<'a> = (&'a str, Vec<(&'static Argument, &'a str)>, &'a str);
    let rows: Vec<Row<'_>> = vec![
        (
            "client secret",
            vec![(&CLIENT_SECRET_FILE_PATH, path)],
            "client_secret_file_path: the file",
        ),
        (
            "client secret",
            vec![(&CLIENT_SECRET_FILE_PATH, &missing)],
            "client_secret_file_path: the file",
        ),
        (
            "client secret",
            vec![(&CLIENT_SECRET, "s"), (&CLIENT_ID_FILE_PATH, path)],
            "client_id_file_path: the file",
        ),
        (
            "client secret",
            vec![(&CLIENT_SECRET, "s"), (&TENANT_ID, "a/b")],
            "tenant",
        ),
        (
            "GitHub Actions",
            vec![oidc, url, token, (&CLIENT_ID_FILE_PATH, path)],
            "client_id_file_path: the file",
        ),
        (
            "Azure Pipelines",
            vec![oidc, (&OIDC_REQUEST_URL, PIPELINES), token],
            "oidc_request_url given, but ado_pipeline_service_connection_id missing",
        ),
    ];
    for (way, values, why) in rows {
        let machine = [(&USE_MSI, "true"), (&MSI_ENDPOINT, server.url.as_str())];
        let all = given(&[&machine[..], &APPLICATION, &values].concat());
        let credential = credential(all.clone());
        assert_eq!(credential.way(&server.cloud()), Some(way));
        let account = failure(&server, all).await;
        assert!(line(&account, way).contains(why), "{account}");
        let machine = line(&account, "managed identity");
        assert_eq!(machine, format!("not tried, because {way} is configured"));
    }
    assert!(server.requests().is_empty() && server.sign_ins() == 0);
    Ok(())
}

#[tokio::test]
async fn a_machine_that_cannot_read_its_client_id_ends_the_search() {
    let server = TestServer::start(&[]).await;
    let empty = tempfile::NamedTempFile::new().expect("a file");
    let path = empty.path().to_str().expect("plain");
    let arc = [
        (&USE_MSI, "true"),
        (&IDENTITY_ENDPOINT, "http://127.0.0.1:1/token"),
        (&IMDS_ENDPOINT, "http://127.0.0.1:1"),
    ];
    for (values, why) in [
        (
            vec![(&USE_MSI, "true"), (&CLIENT_ID_FILE_PATH, path)],
            "client_id_file_path",
        ),
        // Azure Arc knows no such identity.
        (
            [&arc[..], &[(&CLIENT_ID, "mine")]].concat(),
            "has no user-assigned identities",
        ),
    ] {
        let given = given(&values).with(&USE_CLI, "true");
        assert_eq!(
            credential(given.clone()).way(&server.cloud()),
            Some("managed identity")
        );
        let account = failure(&server, given).await;
        assert!(
            line(&account, "managed identity").contains(why),
            "{account}"
        );
        let cli = line(&account, "Azure CLI");
        assert_eq!(cli, "not tried, because managed identity is configured");
    }
}

/// Tokens of several identities in one request would be nobody's intention.
#[tokio::test]
async fn further_tenants_are_signed_in_to_by_the_same_way() {
    let reply = json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": "others" });
    let other = "POST /other/oauth2/v2.0/token";
    let server = TestServer::start(&[(other, vec![Reply::json(200, &reply)])]).await;
    // Complete for the further tenant only: there is no tenant of its own.
    let application = [
        (&CLIENT_ID, "c"),
        (&CLIENT_SECRET, "s"),
        (&AUXILIARY_TENANT_IDS, "other"),
    ];
    let error = credential(given(&application))
        .auxiliary_tokens(&server.cloud())
        .await;
    let error = error.expect_err("no token").to_string();
    assert!(error.contains("to the further tenant other"), "{error}");
    let why = "not tried, because nothing signs in to the tenant itself";
    assert_eq!(line(&error, "client secret"), why);
    let machine = given(&application)
        .with(&USE_MSI, "true")
        .with(&MSI_ENDPOINT, server.url.as_str());
    let tokens = credential(machine).auxiliary_tokens(&server.cloud()).await;
    assert!(tokens.expect("a machine has none").is_empty());
    assert!(server.requests().is_empty(), "{:?}", server.lines());
}

/// What a path leads to may be anything, the key of somebody else for example.
#[test]
fn what_a_file_holds_is_told_to_nobody() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "nobody's business").expect("writable");
    let path = file.path().to_str().expect("plain");
    let environment = |name: &str| {
        let all = [
            ("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"),
            ("AZURE_CLIENT_ID", "of-the-pod"),
            ("ARM_CLIENT_ID_FILE_PATH", path),
        ];
        let found = all.into_iter().find(|(it, _)| *it == name);
        found.map(|(_, value)| value.to_owned())
    };
    let (_, mistakes) = Given::look_up(|_| None, environment);
    let [Mistake { argument, words }] = &mistakes[..] else {
        panic!("{mistakes:?}");
    };
    assert_eq!(argument.name, CLIENT_ID_FILE_PATH.name);
    assert!(
        words.contains(path) && words.contains("of-the-pod"),
        "{words}"
    );
    assert!(!words.contains("business"), "{words}");
}

/// As azurerm has it, whose path need not even exist then.
#[test]
fn a_certificate_that_is_given_goes_before_the_path_of_one() {
    let both = |argument: &Argument| match argument.name {
        "client_certificate" => Some("AAAA".to_owned()),
        "client_certificate_path" => Some("/nowhere/at/all".to_owned()),
        _ => None,
    };
    let (given, mistakes) = Given::look_up(both, |_| None);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(given.text(&CLIENT_CERTIFICATE), Some("AAAA"));
    assert_eq!(given.file(&CLIENT_CERTIFICATE), None);
}

/// Machines and jobs set these for others too.
#[tokio::test]
async fn what_the_environment_says_is_checked_by_the_way_that_uses_it() {
    let server = TestServer::start(&[]).await;
    let nowhere = "/nowhere/at/all";
    for (way, used, wrong, why) in [
        (
            "GitHub Actions",
            "ARM_USE_OIDC",
            ("SYSTEM_OIDCREQUESTURI", "http://example.org/x"),
            "oidc_request_url: ",
        ),
        (
            "managed identity",
            "ARM_USE_MSI",
            ("ARM_MSI_ENDPOINT", "http://example.org/x"),
            "msi_endpoint: ",
        ),
        (
            "managed identity",
            "ARM_USE_MSI",
            ("IDENTITY_ENDPOINT", "http://example.org/x"),
            "IDENTITY_ENDPOINT: ",
        ),
        (
            "OIDC token",
            "ARM_USE_OIDC",
            ("ARM_OIDC_TOKEN_FILE_PATH", nowhere),
            "oidc_token_file_path: the file",
        ),
    ] {
        for is_used in ["false", "true"] {
            let environment = |name: &str| {
                let always = [
                    ("ARM_TENANT_ID", "tenant"),
                    ("ARM_CLIENT_ID", "client"),
                    ("ARM_OIDC_REQUEST_TOKEN", "t"),
                    ("IDENTITY_HEADER", "h"),
                    ("ARM_USE_CLI", "false"),
                    (used, is_used),
                    wrong,
                ];
                let found = always.into_iter().find(|(it, _)| *it == name);
                found.map(|(_, value)| value.to_owned())
            };
            let (given, mistakes) = Given::look_up(|_| None, environment);
            assert!(mistakes.is_empty(), "{mistakes:?}");
            let account = failure(&server, given).await;
            let told = line(&account, way);
            assert_eq!(
                told.starts_with(why),
                is_used == "true",
                "{wrong:?}: {told}"
            );
        }
    }
    assert!(server.requests().is_empty() && server.sign_ins() == 0);
}

#[tokio::test]
async fn the_agent_of_azure_arc_is_on_this_machine() {
    let server = TestServer::start(&[]).await;
    let given = given(&[
        (&USE_MSI, "true"),
        (&IDENTITY_ENDPOINT, "http://10.0.0.4/token"),
        (&IMDS_ENDPOINT, "http://127.0.0.1:1"),
    ]);
    let account = failure(&server, given).await;
    let why = line(&account, "managed identity");
    assert!(why.contains("is not on this machine"), "{why}");
}

/// A pair of variables that disagree is a matter of those who read them; where one of the two is written, it wins, and where both
/// are, they have to agree.
#[tokio::test]
async fn a_value_and_its_file_that_disagree_are_told_by_the_way_that_reads_them() {
    let server = TestServer::start(&[(IMDS, vec![Reply::json(200, &identity_token())])]).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "in-the-file").expect("writable");
    let path = file.path().to_str().expect("plain");
    let machine = [
        ("ARM_USE_MSI", "true"),
        ("ARM_MSI_ENDPOINT", server.url.as_str()),
    ];
    let look_up = |written: &[(&'static Argument, &str)], environment: &[(&str, &str)]| {
        let find = |argument: &Argument| {
            let found = written.iter().find(|(it, _)| it.name == argument.name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Given::look_up(find, |name| {
            let mut all = environment
                .iter()
                .chain(&machine)
                .chain(&[("ARM_USE_CLI", "false")]);
            let found = all.find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    let disagreeing = [
        ("ARM_CLIENT_SECRET", "another"),
        ("ARM_CLIENT_SECRET_FILE_PATH", path),
    ];
    let (given, mistakes) = look_up(&[], &disagreeing);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let token = credential(given).token(&server.cloud()).await;
    assert_eq!(token.expect("of the machine").secret(), "of-the-machine");
    let application = [("ARM_TENANT_ID", "tenant"), ("ARM_CLIENT_ID", "client")];
    let (given, mistakes) = look_up(&[], &[&disagreeing[..], &application].concat());
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let account = failure(&server, given).await;
    let why = line(&account, "client secret");
    assert!(
        why.starts_with("client_secret_file_path: client_secret is given too"),
        "{why}"
    );
    for (written, found, is_right) in [
        (
            (&CLIENT_SECRET, "another"),
            ("ARM_CLIENT_SECRET_FILE_PATH", path),
            true,
        ),
        (
            (&CLIENT_SECRET_FILE_PATH, path),
            ("ARM_CLIENT_SECRET", "another"),
            true,
        ),
    ] {
        let (_, mistakes) = look_up(&[written], &[found]);
        assert_eq!(mistakes.is_empty(), is_right, "{mistakes:?}");
    }
    let both = [
        (&CLIENT_SECRET, "another"),
        (&CLIENT_SECRET_FILE_PATH, path),
    ];
    let (_, mistakes) = look_up(&both, &[]);
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(
        mistakes[0].words.contains("holds something else"),
        "{mistakes:?}"
    );
    for (content, why) in [
        (&b" \n"[..], "is empty."),
        (b"\xff", "does not hold a text."),
    ] {
        std::fs::write(file.path(), content).expect("writable");
        let (_, mistakes) = look_up(&both, &[]);
        let words = mistakes.iter().map(|it| &*it.words).collect::<Vec<_>>();
        assert!(
            matches!(words[..], [words] if words.ends_with(why)),
            "{words:?}"
        );
    }
    assert_eq!(server.sign_ins(), 0);
}
