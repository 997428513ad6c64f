//! Client secrets, tenants, and the token request itself.

use serde_json::{Value, json};

use super::{APPLICATION, ask, claims, home, refusal, register};
use crate::client::{Client, group};

#[tokio::test]
async fn anyone_signs_in_while_nothing_is_registered() {
    let client = Client::new().await;
    for tenant in [
        "tenant",
        "contoso.com",
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
    ] {
        let answer = ask(&client, tenant, &[("client_secret", "any")]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["expires_in"], 3599);
        let claims = claims(&answer);
        let home = home(&client).await;
        assert_eq!(
            claims["tid"],
            json!(home),
            "the subscriptions' tenant by any name"
        );
        assert_eq!(
            claims["iss"],
            json!(format!("https://sts.windows.net/{home}/"))
        );
        assert_eq!(claims["appid"], APPLICATION);
        assert_eq!(claims["aud"], "https://management.azure.com");
        assert_eq!(claims["idtyp"], "app");
    }
    let object = |answer| claims(&answer)["oid"].clone();
    let again = object(ask(&client, "t", &[("client_secret", "x")]).await);
    assert_eq!(
        again,
        object(ask(&client, "t", &[("client_secret", "y")]).await)
    );
    let other = [("client_id", "someone-else"), ("client_secret", "x")];
    assert_ne!(again, object(ask(&client, "t", &other).await));
}

#[tokio::test]
async fn a_request_that_cannot_be_granted_says_why() {
    let client = Client::new().await;
    let secret = ("client_secret", "any");
    for (fields, expected) in [
        (
            vec![("grant_type", ""), secret],
            (400, "invalid_request", 900_144),
        ),
        (
            vec![("grant_type", "password"), secret],
            (400, "unsupported_grant_type", 70003),
        ),
        (
            vec![("client_id", ""), secret],
            (400, "invalid_request", 900_144),
        ),
        (
            vec![("scope", ""), secret],
            (400, "invalid_request", 900_144),
        ),
        (
            vec![("scope", "https://management.azure.com"), secret],
            (400, "invalid_scope", 1_002_012),
        ),
        (
            vec![("scope", "a/.default b/.default"), secret],
            (400, "invalid_scope", 1_002_012),
        ),
        (
            vec![("client_secret", "")],
            (401, "invalid_client", 7_000_216),
        ),
        (
            vec![("client_assertion", "e30.e30.")],
            (400, "invalid_request", 900_144),
        ),
        (
            vec![("scope", "a/.default openid profile"), secret],
            (200, "", 0),
        ),
    ] {
        let answer = ask(&client, "t", &fields).await;
        assert_eq!(refusal(&answer), expected, "{fields:?}");
    }
}

#[tokio::test]
async fn a_registered_application_is_who_it_says_and_nobody_else_is() {
    let client = Client::new().await;
    let home = home(&client).await;
    let other = "bbbbbbbb-0000-4000-8000-000000000002";
    let registered = register(
        &client,
        json!({"objectId": other, "displayName": "ci", "secrets": [
            {"secretText": "now"}, {"secretText": "soon", "endDateTime": "2999-01-01T00:00:00Z"},
            {"secretText": "once", "endDateTime": "2020-01-01T00:00:00Z"}
        ]}),
    )
    .await;
    assert_eq!(
        (registered.status, &registered.body["objectId"]),
        (201, &json!(other))
    );
    let unknown = "cccccccc-0000-4000-8000-000000000003";
    for (tenant, id, secret, expected) in [
        (&*home, APPLICATION, "now", (200, "", 0)),
        (
            &home.to_uppercase(),
            &APPLICATION.to_uppercase(),
            "soon",
            (200, "", 0),
        ),
        ("emulated.onmicrosoft.com", APPLICATION, "now", (200, "", 0)),
        (
            &home,
            APPLICATION,
            "once",
            (401, "invalid_client", 7_000_222),
        ),
        (
            &home,
            APPLICATION,
            "never",
            (401, "invalid_client", 7_000_215),
        ),
        (&home, unknown, "now", (400, "unauthorized_client", 700_016)),
        (other, APPLICATION, "now", (400, "invalid_request", 90002)),
        (
            "contoso.com",
            APPLICATION,
            "now",
            (400, "invalid_request", 90002),
        ),
        (
            "tenant",
            APPLICATION,
            "now",
            (400, "invalid_request", 900_023),
        ),
    ] {
        let answer = ask(
            &client,
            tenant,
            &[("client_id", id), ("client_secret", secret)],
        )
        .await;
        assert_eq!(refusal(&answer), expected, "{tenant} {id} {secret}");
        if answer.status == 200 {
            assert_eq!(claims(&answer)["oid"], other);
        }
    }
    let gone = client
        .control(
            "DELETE",
            &format!("applications/{APPLICATION}"),
            Value::Null,
        )
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(
        ask(&client, "t", &[("client_secret", "any")]).await.status,
        200
    );
}

#[tokio::test]
async fn what_is_registered_shows_no_secret_and_what_is_wrong_is_refused() {
    let client = Client::new().await;
    register(&client, json!({"secrets": [{"secretText": "hush-hush"}]})).await;
    ask(&client, "t", &[("client_secret", "hush-hush")]).await;
    for path in [
        "applications",
        &format!("applications/{APPLICATION}"),
        "requests",
    ] {
        let shown = client.control("GET", path, Value::Null).await.body;
        assert!(!shown.to_string().contains("hush-hush"), "{path}: {shown}");
    }
    for (id, wrong) in [
        ("me", json!({})),
        (APPLICATION, json!({"secrets": ["hush-hush"]})),
        (APPLICATION, json!({"secrets": [{"secretText": ""}]})),
        (
            APPLICATION,
            json!({"secrets": [{"secretText": "x", "endDateTime": "tomorrow"}]}),
        ),
        (APPLICATION, json!({"certificates": ["hush-hush"]})),
        (APPLICATION, json!({"tenantId": "contoso"})),
        (APPLICATION, json!({"password": "hush-hush"})),
    ] {
        let path = format!("/_emulator/applications/{id}");
        let answer = client.send("PUT", &path, &[], wrong.to_string()).await;
        assert_eq!(answer.error(), (400, "InvalidControlRequest"), "{wrong}");
        assert!(!answer.body.to_string().contains("hush-hush"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_application_of_another_tenant_gets_in_but_not_to_the_subscriptions() {
    let mut client = Client::with_group().await;
    let tenant = "dddddddd-0000-4000-8000-000000000004";
    register(
        &client,
        json!({"tenantId": tenant, "secrets": [{"secretText": "s"}]}),
    )
    .await;
    let answer = ask(&client, tenant, &[("client_secret", "s")]).await;
    client.use_token(answer.body["access_token"].as_str().expect("a token"));
    let refused = client.get(&group(), "2022-09-01").await;
    assert_eq!(refused.error(), (401, "InvalidAuthenticationTokenTenant"));
    let subscriptions = client.get("/subscriptions", "2022-12-01").await;
    assert_eq!(subscriptions.body["value"], json!([]));
    let tenants = client.get("/tenants", "2022-12-01").await;
    assert_eq!(tenants.body["value"][0]["tenantId"], tenant);
}

#[tokio::test]
async fn the_older_form_names_a_resource_and_answers_texts() {
    let client = Client::new().await;
    let form = "grant_type=client_credentials&client_id=a&client_secret=b&resource=https%3A%2F%2Fmanagement.core.windows.net%2F";
    let answer = client.form("/t/oauth2/token", form).await;
    assert_eq!(answer.body["expires_in"], "3599");
    assert_eq!(
        answer.body["resource"],
        "https://management.core.windows.net/"
    );
    assert_eq!(
        claims(&answer)["aud"],
        "https://management.core.windows.net/"
    );
    let without = "grant_type=client_credentials&client_id=a&client_secret=b";
    let answer = client.form("/t/oauth2/token", without).await;
    assert_eq!(refusal(&answer), (400, "invalid_request", 900_144));
}
