//! Assertions: signed with a certificate, or by another issuer.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::jwt::{EC, EXPIRED, Identity, RSA, STRANGER};
use super::{APPLICATION, SCOPE, ask, home, refusal, register, trust};
use crate::client::{Answer, Client};

const KIND: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

async fn present(client: &Client, tenant: &str, assertion: &str) -> Answer {
    ask(client, tenant, &[KIND, ("client_assertion", assertion)]).await
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// The object with members replaced; null takes one out.
fn with(mut object: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().expect("members") {
        if value.is_null() {
            object.as_object_mut().expect("an object").remove(name);
        } else {
            object[name] = value.clone();
        }
    }
    object
}

/// The claims that a client makes of itself.
fn own(tenant: &str) -> Value {
    json!({
        "aud": format!("http://emulator/{tenant}/oauth2/v2.0/token"), "iss": APPLICATION, "sub": APPLICATION,
        "jti": "1", "nbf": now(), "exp": now() + 600
    })
}

fn header(identity: &Identity) -> Value {
    json!({"alg": "RS256", "typ": "JWT", "x5t": identity.sha1()})
}

/// A client of an emulator in which the application has certificates, and the tenant.
async fn with_certificates() -> (Client, String) {
    let client = Client::new().await;
    let home = home(&client).await;
    let certificates = json!([RSA.pem, EC.pem, EXPIRED.pem]);
    register(&client, json!({ "certificates": certificates })).await;
    (client, home)
}

#[tokio::test]
async fn every_form_of_a_certificates_assertion_is_good() {
    let (client, home) = with_certificates().await;
    let (sha1, sha256) = (RSA.sha1(), RSA.sha256());
    for (identity, header) in [
        (&RSA, json!({"alg": "RS256", "x5t": sha1})),
        (&RSA, json!({"alg": "RS256", "x5t": format!("{sha1}=")})),
        (&RSA, json!({"alg": "PS256", "x5t#S256": sha256})),
        (&RSA, json!({"alg": "RS256", "kid": sha1})),
        (
            &RSA,
            json!({"alg": "PS256", "x5t#S256": sha256, "x5c": ["anything"]}),
        ),
    ] {
        let answer = present(&client, &home, &identity.sign(&header, &own(&home))).await;
        assert_eq!(refusal(&answer), (200, "", 0), "{header} {answer:?}");
    }
    let domain = "emulated.onmicrosoft.com";
    for audience in [
        format!("http://emulator/{home}/oauth2/token"),
        format!("http://emulator/{home}/v2.0"),
        format!("http://emulator/{home}/"),
        format!("http://emulator/{domain}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com/{home}/oauth2/v2.0/token"),
    ] {
        let claims = with(own(&home), &json!({ "aud": audience }));
        let answer = present(&client, domain, &RSA.sign(&header(&RSA), &claims)).await;
        assert_eq!(refusal(&answer), (200, "", 0), "{audience} {answer:?}");
    }
}

#[tokio::test]
async fn a_certificates_assertion_is_really_checked() {
    let (client, home) = with_certificates().await;
    let good = header(&RSA);
    let other = "eeeeeeee-0000-4000-8000-000000000005";
    for (name, identity, header, claims, number) in [
        ("another key", &STRANGER, good.clone(), json!({}), 700_027),
        (
            "an unknown certificate",
            &STRANGER,
            header(&STRANGER),
            json!({}),
            700_027,
        ),
        (
            "an expired certificate",
            &EXPIRED,
            header(&EXPIRED),
            json!({}),
            700_027,
        ),
        (
            "no name of a key",
            &RSA,
            json!({"alg": "RS256"}),
            json!({}),
            5_002_723,
        ),
        (
            "another algorithm than announced",
            &RSA,
            with(good.clone(), &json!({"alg": "RS512"})),
            json!({}),
            700_027,
        ),
        (
            "an elliptic curve",
            &EC,
            json!({"alg": "ES256", "kid": EC.sha1()}),
            json!({}),
            5_002_738,
        ),
        (
            "no algorithm",
            &RSA,
            with(good.clone(), &json!({"alg": "none"})),
            json!({}),
            700_027,
        ),
        (
            "another issuer",
            &RSA,
            good.clone(),
            json!({"iss": other}),
            700_021,
        ),
        (
            "another subject",
            &RSA,
            good.clone(),
            json!({"sub": other}),
            700_021,
        ),
        (
            "no subject",
            &RSA,
            good.clone(),
            json!({"sub": null}),
            700_021,
        ),
        (
            "no audience",
            &RSA,
            good.clone(),
            json!({"aud": null}),
            700_023,
        ),
        (
            "another authority",
            &RSA,
            good.clone(),
            json!({"aud": format!("http://elsewhere/{home}/oauth2/v2.0/token")}),
            700_023,
        ),
        (
            "another tenant",
            &RSA,
            good.clone(),
            json!({"aud": format!("http://emulator/{other}/oauth2/v2.0/token")}),
            700_023,
        ),
        (
            "another endpoint",
            &RSA,
            good.clone(),
            json!({"aud": format!("http://emulator/{home}/oauth2/authorize")}),
            700_023,
        ),
        (
            "past",
            &RSA,
            good.clone(),
            json!({"exp": now() - 301}),
            700_024,
        ),
        ("no end", &RSA, good.clone(), json!({"exp": null}), 700_024),
        (
            "future",
            &RSA,
            good.clone(),
            json!({"nbf": now() + 400}),
            700_024,
        ),
        (
            "too long",
            &RSA,
            good.clone(),
            json!({"exp": now() + 90_000}),
            700_024,
        ),
        (
            "beyond every calendar",
            &RSA,
            good.clone(),
            json!({"nbf": u64::MAX}),
            700_024,
        ),
        (
            "beyond every number",
            &RSA,
            good.clone(),
            json!({"nbf": 1e300}),
            700_024,
        ),
        (
            "no end to it",
            &RSA,
            good.clone(),
            json!({"exp": 1e300}),
            700_024,
        ),
        (
            "no number",
            &RSA,
            good.clone(),
            json!({"nbf": "tomorrow"}),
            700_024,
        ),
    ] {
        let assertion = identity.sign(&header, &with(own(&home), &claims));
        let answer = present(&client, &home, &assertion).await;
        assert_eq!(refusal(&answer), (401, "invalid_client", number), "{name}");
    }
    // The clocks may differ by five minutes, and an assertion may be good for a day.
    for claims in [
        json!({"exp": now() - 200}),
        json!({"nbf": now() + 200}),
        json!({"exp": now() + 86_400}),
        json!({"nbf": null}),
    ] {
        let assertion = RSA.sign(&good, &with(own(&home), &claims));
        assert_eq!(
            present(&client, &home, &assertion).await.status,
            200,
            "{claims}"
        );
    }
    for malformed in ["x", "a.b.c", "e30.e30", "e30.e30.e30.e30"] {
        let answer = present(&client, &home, malformed).await;
        assert_eq!(
            refusal(&answer),
            (401, "invalid_client", 50027),
            "{malformed}"
        );
    }
}

#[tokio::test]
async fn a_changed_assertion_is_no_longer_signed() {
    let (client, home) = with_certificates().await;
    let assertion = RSA.sign(&header(&RSA), &own(&home));
    let longer = RSA.sign(
        &header(&RSA),
        &with(own(&home), &json!({"exp": now() + 900})),
    );
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (parts(&assertion), parts(&longer));
    let mixed = format!("{}.{}.{}", one[0], other[1], one[2]);
    let answer = present(&client, &home, &mixed).await;
    assert_eq!(refusal(&answer), (401, "invalid_client", 700_027));
}

#[tokio::test]
async fn claims_count_also_while_nothing_is_registered() {
    let client = Client::new().await;
    for (claims, expected) in [
        (json!({}), (200, "", 0)),
        (json!({"sub": "x"}), (401, "invalid_client", 700_021)),
        (json!({"aud": "x"}), (401, "invalid_client", 700_023)),
        (json!({"exp": 1}), (401, "invalid_client", 700_024)),
        (json!({"iss": "https://issuer"}), (200, "", 0)),
        (
            json!({"iss": "https://issuer", "exp": 1}),
            (401, "invalid_client", 700_024),
        ),
    ] {
        let assertion = STRANGER.sign(&header(&STRANGER), &with(own("t"), &claims));
        let answer = present(&client, "t", &assertion).await;
        assert_eq!(refusal(&answer), expected, "{claims}");
    }
}

#[tokio::test]
async fn the_word_of_another_issuer_counts_where_it_is_trusted() {
    let client = Client::new().await;
    let home = home(&client).await;
    let (issuer, subject) = ("https://cluster.example/id", "system:serviceaccount:ns:sa");
    register(&client, trust(issuer, subject)).await;
    let good = json!({"iss": issuer, "sub": subject, "aud": ["api://AzureADTokenExchange"], "exp": now() + 600});
    for (claims, expected) in [
        (json!({}), (200, "", 0)),
        (json!({"aud": "api://AzureADTokenExchange"}), (200, "", 0)),
        (
            json!({"iss": format!("{issuer}/")}),
            (401, "invalid_client", 700_211),
        ),
        (
            json!({"sub": "system:serviceaccount:ns:SA"}),
            (401, "invalid_client", 700_213),
        ),
        (json!({"aud": "other"}), (401, "invalid_client", 700_212)),
        (
            json!({"exp": now() - 400}),
            (401, "invalid_client", 700_024),
        ),
    ] {
        let assertion = STRANGER.sign(&json!({"alg": "RS256"}), &with(good.clone(), &claims));
        let answer = present(&client, &home, &assertion).await;
        assert_eq!(refusal(&answer), expected, "{claims}");
    }
}

#[tokio::test]
async fn nobody_speaks_for_the_issuers_here() {
    let client = Client::new().await;
    let home = home(&client).await;
    for (issuer, subject) in [
        ("http://emulator/github", "repo:o/r:ref:refs/heads/main"),
        ("http://emulator/devops/org", "sc://org/project/connection"),
    ] {
        register(&client, trust(issuer, subject)).await;
        let claims = json!({"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": now() + 600});
        let forged = STRANGER.sign(&json!({"alg": "RS256"}), &claims);
        let answer = present(&client, &home, &forged).await;
        assert_eq!(refusal(&answer), (401, "invalid_client", 50027), "{issuer}");
        // The client says under which name it reached the emulator, and may say anything.
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([KIND, ("client_assertion", &forged)])
            .extend_pairs([
                ("grant_type", "client_credentials"),
                ("client_id", APPLICATION),
                ("scope", SCOPE),
            ])
            .finish();
        let path = format!("http://elsewhere:1/{home}/oauth2/v2.0/token");
        let answer = client.send("POST", &path, &[], form).await;
        assert_eq!(refusal(&answer), (401, "invalid_client", 50027), "{issuer}");
    }
}

#[tokio::test]
async fn ad_fs_takes_the_old_form_only() {
    let (client, home) = with_certificates().await;
    let claims = with(
        own(&home),
        &json!({"aud": "http://emulator/adfs/oauth2/token"}),
    );
    let (sha1, sha256) = (RSA.sha1(), RSA.sha256());
    for (identity, header, claims, expected) in [
        (
            &RSA,
            json!({"alg": "RS256", "x5t": sha1}),
            claims.clone(),
            (200, "", 0),
        ),
        (
            &RSA,
            json!({"alg": "PS256", "x5t#S256": sha256}),
            claims.clone(),
            (401, "invalid_client", 50027),
        ),
        (
            &STRANGER,
            json!({"alg": "RS256", "x5t": sha1}),
            claims,
            (401, "invalid_client", 700_027),
        ),
        (
            &RSA,
            json!({"alg": "RS256", "x5t": sha1}),
            own(&home),
            (401, "invalid_client", 700_023),
        ),
    ] {
        let assertion = identity.sign(&header, &claims);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                KIND,
                ("client_assertion", &assertion),
                ("client_id", APPLICATION),
            ])
            .extend_pairs([("grant_type", "client_credentials"), ("scope", SCOPE)])
            .finish();
        let answer = client.form("/adfs/oauth2/token", &form).await;
        assert_eq!(refusal(&answer), expected, "{header}");
    }
}
