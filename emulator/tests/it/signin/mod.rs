//! Signing in: every way, and what is said when it fails.

mod assertions;
mod bearer;
mod discovery;
mod hidden;
mod identities;
mod jwt;
mod secrets;
mod tenants;

use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// The client id of an application.
pub(crate) const APPLICATION: &str = "aaaaaaaa-0000-4000-8000-000000000001";
/// The scope of tokens for ARM.
pub(crate) const SCOPE: &str = "https://management.azure.com/.default";

/// Registers the application.
pub(crate) async fn register(client: &Client, application: Value) -> Answer {
    let path = format!("applications/{APPLICATION}");
    client.control("PUT", &path, application).await
}

/// The id of the emulator's own tenant.
pub(crate) async fn home(client: &Client) -> String {
    let answer = client.get("/tenants", "2022-12-01").await;
    answer.body["value"][0]["tenantId"]
        .as_str()
        .expect("a tenant")
        .to_owned()
}

/// Asks for a token in a tenant with the given fields and the usual others.
pub(crate) async fn ask(client: &Client, tenant: &str, fields: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "client_credentials"),
        ("client_id", APPLICATION),
        ("scope", SCOPE),
    ];
    let left = usual
        .iter()
        .filter(|(name, _)| fields.iter().all(|(given, _)| given != name));
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(left)
        .extend_pairs(fields)
        .finish();
    client
        .form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
        .await
}

/// Status, error and number of a refusal; what was granted has no number.
fn refusal(answer: &Answer) -> (u16, &str, u64) {
    let number = answer.body["error_codes"][0].as_u64().unwrap_or_default();
    let error = answer.body["error"].as_str().unwrap_or_default();
    if answer.status != 200 {
        let description = answer.body["error_description"]
            .as_str()
            .unwrap_or_default();
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
        for member in ["timestamp", "trace_id", "correlation_id", "error_uri"] {
            assert!(answer.body[member].is_string(), "{member}: {answer:?}");
        }
    }
    (answer.status, error, number)
}

/// The claims of the token in an answer.
fn claims(answer: &Answer) -> Value {
    jwt::claims(answer.body["access_token"].as_str().expect("a token"))
}

/// A federated credential for the usual audience.
fn trust(issuer: &str, subject: &str) -> Value {
    json!({"federatedCredentials": [{"issuer": issuer, "subject": subject}]})
}
