//! Who gets in, and how.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::{DynamicValue, validate_resource_config};
use tokio::io::AsyncWriteExt;
use tonic::Code;

use crate::client::{Channel, Identity, client_config, command, full_text, origin, start};
use crate::{Outcome, Session, Streams, answers, exit, in_time, program, shut_down};

#[tokio::test]
async fn a_client_gets_the_services_it_expects() -> Outcome {
    let session = Session::start().await?;
    assert_eq!(session.plugin.line.protocol, "6");
    let _streams = Streams::open(&session.channel).await?;
    answers(&session.channel).await?;

    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    let service = "plugin".to_owned();
    let mut health = HealthClient::with_origin(session.channel.clone(), origin());
    let answer = in_time(health.check(HealthCheckRequest { service })).await??;
    assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    Ok(())
}

#[tokio::test]
async fn without_a_client_certificate_the_connection_is_plain() -> Outcome {
    let plugin = start(&mut command(program(), None)).await?;
    assert!(
        plugin.line.text.ends_with("|grpc|\n"),
        "{}",
        plugin.line.text
    );
    answers(&plugin.line.connect(None).await?).await
}

#[tokio::test]
async fn only_the_clients_own_certificate_gets_in() -> Outcome {
    let session = Session::start().await?;
    let line = &session.plugin.line;
    // With TLS 1.3 the refusal reaches the client after its own part of the handshake is done.
    let attempt = async |identity: Option<&Identity>| match line.connect(identity).await {
        Ok(channel) => answers(&channel).await,
        Err(error) => Err(error),
    };
    assert!(attempt(None).await.is_err());
    assert!(attempt(Some(&Identity::new()?)).await.is_err());
    attempt(Some(&session.identity)).await
}

#[tokio::test]
async fn clients_of_every_age_get_in() -> Outcome {
    let session = Session::start().await?;
    let line = &session.plugin.line;
    let server = line.certificate.clone().ok_or("no certificate")?;
    let config = || client_config(server.clone(), Some(&session.identity));

    let modern = line.dial_tls(config()?).await?;
    assert_eq!(modern.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    answers(&Channel::open(modern).await?).await?;

    let mut without_alpn = config()?;
    without_alpn.alpn_protocols.clear();
    let stream = line.dial_tls(without_alpn).await?;
    answers(&Channel::open(stream).await?).await?;

    let provider = Arc::new(aws_lc_rs::default_provider());
    let old = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])?;
    let identity = config()?.client_auth_cert_resolver.clone();
    let verifier = strict(server.clone())?;
    let mut old = old
        .with_webpki_verifier(verifier)
        .with_client_cert_resolver(identity);
    old.alpn_protocols = vec![b"h2".to_vec()];
    answers(&Channel::open(line.dial_tls(old).await?).await?).await
}

/// Checks name, purpose and time of the server's certificate, as Go does.
#[tokio::test]
async fn the_servers_certificate_is_valid_for_localhost() -> Outcome {
    let session = Session::start().await?;
    let line = &session.plugin.line;
    let server = line.certificate.clone().ok_or("no certificate")?;
    let mut config = client_config(server.clone(), Some(&session.identity))?;
    config.dangerous().set_certificate_verifier(strict(server)?);
    answers(&Channel::open(line.dial_tls(config).await?).await?).await
}

fn strict(
    server: rustls::pki_types::CertificateDer<'static>,
) -> Result<Arc<rustls::client::WebPkiServerVerifier>, crate::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(server)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder =
        rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    Ok(builder.build()?)
}

#[tokio::test]
async fn strangers_hold_nobody_up() -> Outcome {
    let session = Session::start().await?;
    let line = &session.plugin.line;
    let mut strangers = Vec::new();
    for number in 0..50 {
        let mut stream = line.dial().await?;
        if number % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
        }
        strangers.push(stream);
    }
    let second = line.connect(Some(&session.identity)).await?;
    answers(&second).await?;
    answers(&session.channel).await
}

#[tokio::test]
async fn messages_may_be_large() -> Outcome {
    let session = Session::start().await?;
    let mut provider = ProviderClient::with_origin(session.channel.clone(), origin());
    let request = validate_resource_config::Request {
        type_name: "no_such_type".to_owned(),
        config: Some(DynamicValue {
            // Twice what gRPC libraries take unless told otherwise.
            msgpack: vec![0; 8 << 20].into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    match in_time(provider.validate_resource_config(request)).await? {
        Ok(_) => Ok(()),
        Err(status) => {
            assert_ne!(status.code(), Code::OutOfRange, "{status}");
            Ok(())
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn where_no_socket_can_be_an_encrypted_port_serves() -> Outcome {
    let identity = Identity::new()?;
    let nowhere = |command: &mut tokio::process::Command| {
        command.env("PLUGIN_UNIX_SOCKET_DIR", "/nowhere/at/all");
    };
    let mut encrypted = command(program(), Some(&identity));
    nowhere(&mut encrypted);
    let plugin = start(&mut encrypted).await?;
    assert_eq!(plugin.line.network, "tcp");
    assert!(
        plugin.line.address.starts_with("127.0.0.1:"),
        "{}",
        plugin.line.address
    );
    answers(&plugin.line.connect(Some(&identity)).await?).await?;

    let mut plain = command(program(), None);
    nowhere(&mut plain);
    let output = in_time(plain.output()).await??;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_deep_temporary_directory_is_no_obstacle() -> Outcome {
    let deep = tempfile::tempdir()?;
    let deep = deep.path().join("d".repeat(100));
    std::fs::create_dir(&deep)?;
    for directory in [deep.as_path(), std::path::Path::new("/nowhere/at/all")] {
        let identity = Identity::new()?;
        let mut command = command(program(), Some(&identity));
        let mut plugin = start(command.env("TMPDIR", directory)).await?;
        assert_eq!(plugin.line.network, "unix");
        let channel = plugin.line.connect(Some(&identity)).await?;
        answers(&channel).await?;
        shut_down(&channel).await?;
        exit(&mut plugin).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_unusable_client_certificate_is_explained() -> Outcome {
    let mut command = command(program(), None);
    command.env("PLUGIN_CLIENT_CERT", "not a certificate");
    let error = match start(&mut command).await {
        Ok(plugin) => panic!("it serves: {}", plugin.line.text),
        Err(error) => full_text(&*error),
    };
    assert!(error.contains("not a handshake: \"\""), "{error}");
    let output = in_time(command.output()).await??;
    let text = String::from_utf8(output.stderr)?;
    assert!(text.contains("PLUGIN_CLIENT_CERT"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}
